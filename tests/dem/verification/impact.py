"""The one door through which the verification cases reach the engine: impacts of free spheres."""

from typing import NamedTuple

import numpy as np

from dem.bonds import no_bonds
from dem.box import Box
from dem.contact.laws import ContactLaws
from dem.grains import at_rest
from dem.observe import energies
from dem.simulation import Numerics, Simulation, simulate
from dem.walls import plane
from dem.walls.walls import Wall
from tests import analytic, analytic_impact
from tests.dem.assemblies import material


class Ball(NamedTuple):
    """A solid sphere: radius [m], Young's modulus [Pa], Poisson's ratio, density [kg/m³]."""

    radius: float
    young: float
    poisson: float
    density: float

    @property
    def mass(self) -> float:
        """[kg]."""
        return analytic.sphere_mass(self.radius, self.density)


class After(NamedTuple):
    """Balls after an impact, and on the way if it was recorded.

    velocity, spin : (n, 3) [m/s], [rad/s]
    time [s], overlap [m], force [N] : (k,), once a step; the force from the change of velocity
    plastic : [J], what flow, and surfaces that snap together and apart, took
    apart : whether the contact has opened
    """

    velocity: np.ndarray
    spin: np.ndarray
    time: np.ndarray
    overlap: np.ndarray
    force: np.ndarray
    plastic: float
    apart: bool


def free_balls(
    balls, position, step, friction=0.0, restitution=1.0, laws=None, **properties
) -> Simulation:
    """Balls of their true mass in a box so wide and high that only its floor can be met.

    position : (n, 3) [m], of which z is the height over the floor
    laws : names of the contact's laws that differ from an elastic one's
    properties : further properties of the material that all balls share
    """
    radius = np.array([b.radius for b in balls])
    mass = np.array([b.mass for b in balls])
    kinds = list(dict.fromkeys((b.young, b.poisson) for b in balls))
    grains = at_rest(
        np.array(position, float), radius, 4 / 3 * np.pi * radius**3, mass,
        np.array([kinds.index((b.young, b.poisson)) for b in balls]), np.arange(len(balls)),
    )  # fmt: skip
    made_of = [
        material(
            young_modulus=young, poisson_ratio=poisson, friction=friction, restitution=restitution,
            **properties,
        )
        for young, poisson in kinds
    ]  # fmt: skip
    size = 100 * radius.max()
    return simulate(
        grains, no_bonds(), Box(np.array([size, size]), periodic=False), made_of, size,
        Numerics(damping=0.0, step=step), wall_friction=friction,
        laws=ContactLaws(**{"normal": "hertz", **(laws or {})}),
    )  # fmt: skip


def pressed_ball(ball, overlap, step, friction=(0.0, 0.0), laws=None, **properties) -> Simulation:
    """A ball between a floor and a ceiling that overlap it alike; friction : of the two."""
    height = ball.radius - overlap
    middle = 50 * ball.radius
    grains = at_rest(
        [[middle, middle, height]], [ball.radius], [4 / 3 * np.pi * ball.radius**3], [ball.mass],
        np.zeros(1), np.zeros(1),
    )  # fmt: skip
    made_of = material(young_modulus=ball.young, poisson_ratio=ball.poisson, **properties)
    size = 100 * ball.radius
    walls = tuple(
        Wall(plane.KIND, [plane.plane((0, 0, z), (0, 0, up))], friction=rough)
        for z, up, rough in zip((0.0, 2 * height), (1, -1), friction, strict=True)
    )
    return simulate(
        grains, no_bonds(), Box(np.array([size, size]), periodic=False), [made_of], None,
        Numerics(damping=0.0, step=step), overlaps_rest=False, walls=walls,
        laws=ContactLaws(**{"normal": "hertz", **(laws or {})}),
    )  # fmt: skip


def plane_impact(
    ball: Ball, velocity, spin=(0.0, 0.0, 0.0), *, step, steps, record=False, **properties
) -> After:
    """A ball that touches the rigid floor, z up, at time 0 with a velocity and a spin."""
    middle = 50 * ball.radius
    sim = free_balls([ball], [[middle, middle, ball.radius]], step, **properties)
    sim.grains.velocity[0] = velocity
    sim.grains.angular_velocity[0] = spin
    return _run(sim, steps, record, lambda: ball.radius - sim.grains.position[0, 2])


def two_sphere_impact(
    balls: tuple[Ball, Ball], velocity, spin=((0.0, 0.0, 0.0),) * 2, *, step, steps, record=False,
    **properties,
) -> After:  # fmt: skip
    """Two balls that touch at time 0, the first above the second; velocity, spin : (2, 3)."""
    reach = balls[0].radius + balls[1].radius
    middle = 50 * max(b.radius for b in balls)
    position = [[middle, middle, middle + reach], [middle, middle, middle]]
    sim = free_balls(balls, position, step, **properties)
    sim.grains.velocity[:] = velocity
    sim.grains.angular_velocity[:] = spin
    return _run(
        sim, steps, record,
        lambda: reach - np.linalg.norm(sim.grains.position[0] - sim.grains.position[1]),
    )  # fmt: skip


def _run(sim, steps, record, overlap) -> After:
    depth, speed = [], [sim.grains.velocity[0, 2]]
    if record:
        for _ in range(steps):
            # Velocities stand half a step behind: their change is the force of the place before.
            depth.append(overlap())
            sim.advance(1)
            speed.append(sim.grains.velocity[0, 2])
    else:
        sim.advance(steps)
    step, grains = sim.numerics.step, sim.grains
    return After(
        grains.velocity.copy(), grains.angular_velocity.copy(), step * np.arange(len(depth)),
        np.array(depth), grains.mass[0] * np.diff(speed) / step,
        energies(sim).plastic, bool(overlap() < 0.0),
    )  # fmt: skip


def moduli(first: Ball, second: Ball | None = None):
    """E* and G* [Pa] of two balls, or of one on a rigid plane, from the closed forms."""
    solids = [(b.young, b.poisson) for b in (first, second) if b is not None]
    flat = [value for solid in solids for value in solid]
    return analytic.contact_modulus(*flat), analytic.mindlin_modulus(*flat)


def plane_contact(ball: Ball, friction=0.0, restitution=1.0) -> analytic_impact.Contact:
    """The same contact for the independent solution."""
    return analytic_impact.on_plane(ball.radius, ball.mass, *moduli(ball), friction, restitution)


def pair_contact(balls, friction=0.0, restitution=1.0) -> analytic_impact.Contact:
    """The same contact for the independent solution."""
    radii, masses = [b.radius for b in balls], [b.mass for b in balls]
    return analytic_impact.between(radii, masses, *moduli(*balls), friction, restitution)
