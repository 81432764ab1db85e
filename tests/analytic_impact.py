"""Oblique impact of two spheres, or of a sphere on a plane, solved to ten digits as an ODE.

The law is Hertz's force with the damping of constant restitution, Mindlin's spring cut by Coulomb
and scaled down with the contact radius on unloading. Imports nothing of the project.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.integrate import solve_ivp


class Contact(NamedTuple):
    """Constants of a contact between A and B.

    radius, mass : reduced R* [m], m* [kg]; young, shear : E*, G* [Pa]; friction : µ
    damping : β = −ln e / √(ln² e + π²)
    rest : centre distance [m] at which it touches (the height of the centre over a plane)
    arms : share of the distance that is A's and B's lever arm (1, 0 against a plane)
    inertia : moments of inertia of A and B [kg m²], infinite for what does not turn
    """

    radius: float
    mass: float
    young: float
    shear: float
    friction: float
    damping: float
    rest: float
    arms: tuple[float, float]
    inertia: tuple[float, float]


class Impact(NamedTuple):
    """State of a contact when it ends.

    velocity : (2,) [m/s], of A relative to B, along x and along the initial normal z (B to A)
    spin : (2,) [rad/s], of A and B about y; a positive spin rolls a sphere on B towards +x
    duration : [s]; overlap : largest [m]; modes : the regimes it went through
    """

    velocity: np.ndarray
    spin: np.ndarray
    duration: float
    overlap: float
    modes: tuple[str, ...]


def damping_ratio(restitution):
    """β of Hertz's contact that rebounds with a given restitution coefficient.

    F_d = 2 √(5/6) β √(S m*) v with S = 2 E* a (Antypov & Elliott, EPL 94 (2011) 50004).
    """
    log_e = math.log(restitution)
    return -log_e / math.hypot(log_e, math.pi)


_X, _Z, _U, _W, _SPIN_A, _SPIN_B, _SPRING = range(7)


class _Motion:
    """Right-hand sides and switches of the regimes (loading or unloading) × (stick or slide).

    The spring's variable is its force while loading, dF = −k du, and its elongation while
    unloading, F = −k s with ds = du: that is F scaled down with k (Thornton et al. 2013).
    """

    def __init__(self, contact, loading, direction):
        self.c, self.loading, self.direction = contact, loading, direction

    def kinematics(self, y):
        c = self.c
        # The normal of a pair turns with it, that of a plane (B without an arm) does not.
        distance = math.hypot(y[_X], y[_Z]) if c.arms[1] else y[_Z]
        n = (y[_X] / distance, y[_Z] / distance) if c.arms[1] else (0.0, 1.0)
        along = y[_U] * n[0] + y[_W] * n[1]
        across = y[_U] * n[1] - y[_W] * n[0]
        arms = (c.arms[0] * distance, c.arms[1] * distance)
        slip = across - arms[0] * y[_SPIN_A] - arms[1] * y[_SPIN_B]
        return c.rest - distance, n, along, slip, arms

    def forces(self, y, overlap, along):
        """Elastic, total normal and tangential force on A, and the contact's radius."""
        c = self.c
        a = math.sqrt(c.radius * max(overlap, 0.0))
        elastic = 4 / 3 * c.young * a * overlap
        damped = 2 * math.sqrt(5 / 6) * c.damping * math.sqrt(2 * c.young * a * c.mass)
        if self.direction:
            tangential = self.direction * c.friction * elastic
        else:
            tangential = y[_SPRING] if self.loading else -8 * c.shear * a * y[_SPRING]
        return elastic, elastic - damped * along, tangential, a

    def __call__(self, _, y):
        c = self.c
        overlap, n, along, slip, arms = self.kinematics(y)
        _, push, rub, a = self.forces(y, overlap, along)
        spring = 0.0 if self.direction else -8 * c.shear * a * slip if self.loading else slip
        return [
            y[_U], y[_W],
            (push * n[0] + rub * n[1]) / c.mass, (push * n[1] - rub * n[0]) / c.mass,
            -arms[0] * rub / c.inertia[0], -arms[1] * rub / c.inertia[1], spring,
        ]  # fmt: skip

    def overlapping(self, _, y):
        return self.kinematics(y)[0]

    def approaching(self, _, y):
        return -self.kinematics(y)[2]

    def holding(self, _, y):
        """Positive while the regime lasts: below Coulomb's limit, or sliding on."""
        c = self.c
        overlap, _, along, slip, _ = self.kinematics(y)
        elastic, _, rub, _ = self.forces(y, overlap, along)
        if c.friction == 0.0:
            return 1.0
        if self.direction == 0:
            if self.loading:
                return c.friction * elastic - abs(rub)
            return c.friction * c.young * overlap / (6 * c.shear) - abs(y[_SPRING])
        share = 1 / 4 if self.loading else 1 / 6
        return -self.direction * slip + share * c.friction * c.young / c.shear * along


def impact(contact, velocity, spin=(0.0, 0.0), precision=1e-11) -> Impact:
    """Solve an impact that starts as the bodies touch, A above B.

    velocity : (2,) [m/s], of A relative to B along x and z (negative: closing); spin : [rad/s]
    """
    c = contact
    y = np.array([0.0, c.rest, *velocity, *spin, 0.0])
    closing = -velocity[1]
    slip = velocity[0] - c.rest * (c.arms[0] * spin[0] + c.arms[1] * spin[1])
    overlap = (15 * c.mass * closing**2 / (16 * c.young * math.sqrt(c.radius))) ** 0.4
    scale = np.array([overlap, overlap, closing, closing, closing / c.rest, closing / c.rest, 0])
    # At first touch both forces grow as t^(3/2): their ratio says whether it slides at once.
    slides = 4 * c.shear * abs(slip) > c.friction * c.young * closing
    direction = -math.copysign(1.0, slip) if slides else 0.0
    time, largest, loading, modes = 0.0, 0.0, True, []
    for _ in range(50):
        motion = _Motion(c, loading, direction)
        modes.append(
            ("loading" if loading else "unloading") + (" slide" if direction else " stick")
        )
        scale[_SPRING] = 8 * c.shear * math.sqrt(c.radius * overlap) * overlap
        scale[_SPRING] = scale[_SPRING] if loading else overlap
        done = solve_ivp(
            motion, (time, time + 20 * overlap / closing), y, "DOP853", rtol=precision,
            atol=precision * scale, events=_switches(motion),
        )  # fmt: skip
        if done.status != 1:
            raise ArithmeticError(f"the impact does not end: {done.message}")
        ended, turned, switched = (len(t) > 0 for t in done.t_events)
        time, y = done.t[-1], done.y[:, -1].copy()
        largest = max(largest, motion.kinematics(y)[0])
        if ended:
            return Impact(y[[_U, _W]], y[[_SPIN_A, _SPIN_B]], time, largest, tuple(modes))
        depth, _, along, slip, _ = motion.kinematics(y)
        _, _, rub, a = motion.forces(y, depth, along)
        if turned:
            loading = not loading
        if switched:
            direction = 0.0 if direction else math.copysign(1.0, rub)
        y[_SPRING] = rub if loading else -rub / (8 * c.shear * a)
    raise ArithmeticError("the impact changes its regime without end")


def _switches(motion):
    """Events that end a regime: contact lost, closing turned to parting or back, stick or slide."""

    def event(function, direction):
        def switch(t, y):
            return function(t, y)

        switch.terminal, switch.direction = True, direction
        return switch

    return [
        event(motion.overlapping, -1),
        event(motion.approaching, -1 if motion.loading else 1),
        event(motion.holding, -1),
    ]


def on_plane(radius, mass, young, shear, friction, restitution) -> Contact:
    """Contact of a solid sphere with a rigid plane; young, shear : E*, G* [Pa]."""
    return Contact(
        radius, mass, young, shear, friction, damping_ratio(restitution), radius, (1.0, 0.0),
        (0.4 * mass * radius**2, math.inf),
    )  # fmt: skip


def between(radii, masses, young, shear, friction, restitution) -> Contact:
    """Contact of two solid spheres, A and B."""
    whole = sum(radii)
    return Contact(
        radii[0] * radii[1] / whole, masses[0] * masses[1] / sum(masses), young, shear, friction,
        damping_ratio(restitution), whole, (radii[0] / whole, radii[1] / whole),
        tuple(0.4 * m * r**2 for m, r in zip(masses, radii, strict=True)),
    )  # fmt: skip
