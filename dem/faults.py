"""What can go wrong during a run: found within `LOOK` steps and told in one sentence.

A look goes once over grains and walls; between looks `run_steps` stops by itself at NaN. A sentence
names the worst grain and its particle, what is wrong with it and what to change.
"""

import numpy as np

from dem import inertia, quasistatic
from dem.body import INVERSE_MASS, MATERIAL, RADIUS, VX, WX, X
from dem.errors import InputError, Unstable
from dem.jit import njit, prange
from dem.vector import rotate
from dem.walls import plane

LOOK = 100
"""Steps between two looks, at most."""
FAR = 1e4
"""Extents of the box from its origin beyond which no grain can have come from it."""
_SHARPNESS = 1.8
"""A fixed step over the largest one proven stable at which a run ends: bonded blocks blow up there.
At the start, where a shorter one costs nothing, a step that is not proven stable is refused."""
_FASTEST_STRAIN = 0.1
_SHARES = 16
"""Shares of the grains that threads look through at a time."""
_CALM = "expected a smaller step_factor (or fixed step), a slower drive or more damping"


@njit
def worst_grains(body, moment, step, kinds, usual):
    """The first grain that holds no numbers, the first without size, inertia or one of the `kinds`
    of materials, and the fastest.

    usual : radius [m] over which smaller grains' travel counts, as a crumb that is squeezed out
    may go by its own width in a step and disturb no one
    Returns their indices, −1 for none, and the fastest one's travel in a step over that radius or,
    where that is more, its turn [rad].
    """
    broken, empty, fastest, most = -1, -1, -1, 0.0
    for i in range(len(body)):
        total = moment[i]
        for k in range(body.shape[1]):
            total += 0.0 * body[i, k]
        # 0 · inf and 0 · NaN are NaN.
        if not abs(total) < np.inf:
            broken = i if broken < 0 else broken
            continue
        radius = body[i, RADIUS]
        real = radius > 0.0 and body[i, INVERSE_MASS] > 0.0 and moment[i] > 0.0
        if not (real and 0.0 <= body[i, MATERIAL] < kinds):
            empty = i if empty < 0 else empty
            continue
        wide = max(radius, usual)
        u, v, w = body[i, VX] / wide, body[i, VX + 1] / wide, body[i, VX + 2] / wide
        a, b, c = body[i, WX], body[i, WX + 1], body[i, WX + 2]
        square = max(u * u + v * v + w * w, a * a + b * b + c * c)
        if square > most:
            fastest, most = i, square
    return broken, empty, fastest, step * np.sqrt(most)


@njit
def outermost(body, points, normals, far):
    """The grain farthest behind a plane by its radius, that plane and the distance over the radius;
    and a grain farther than `far` [m] from the origin. Indices are −1 for none.

    points, normals : (p, 3) [m], of the planes
    """
    behind, at, most, lost = -1, -1, 1.0, -1
    for i in range(len(body)):
        x, y, z, radius = body[i, X], body[i, X + 1], body[i, X + 2], body[i, RADIUS]
        for p in range(len(points)):
            depth = (points[p, 0] - x) * normals[p, 0]
            depth += (points[p, 1] - y) * normals[p, 1] + (points[p, 2] - z) * normals[p, 2]
            if depth > most * radius:
                behind, at, most = i, p, depth / radius
        if max(abs(x), abs(y), abs(z)) > far:
            lost = i
    return behind, at, most, lost


@njit(parallel=True)
def any_astray(body, moment, step, kinds, usual, most, points, normals, far):
    """Whether `worst_grains` or `outermost` have a grain to name; most : its travel in a step."""
    astray = np.zeros(_SHARES, np.bool_)
    for share in prange(_SHARES):
        astray[share] = _astray_in_share(
            np.int64(share), body, moment, step, kinds, usual, most, points, normals, far
        )
    return astray.any()


@njit
def _astray_in_share(share, body, moment, step, kinds, usual, most, points, normals, far):
    n = len(body)
    part = slice(share * n // _SHARES, (share + 1) * n // _SHARES)
    broken, empty, _, travel = worst_grains(body[part], moment[part], step, kinds, usual)
    behind, _, _, lost = outermost(body[part], points, normals, far)
    return broken >= 0 or empty >= 0 or travel > most or behind >= 0 or lost >= 0


def look(sim) -> None:
    """Raise Unstable where grains or walls are no longer what a step can go on from."""
    if reason := fault(sim):
        raise unstable(sim, reason)


def fault(sim) -> str:
    """What is wrong with the simulation, naming the worst grain or wall; empty if nothing."""
    with np.errstate(all="ignore"):
        astray = any_astray(
            sim.body, sim.moment, sim.step, sim.kinds, float(sim.calibrated_radius.mean()),
            sim.numerics.most_travel, *_faces(sim.walls), far_from(sim.box, sim.walls),
        )  # fmt: skip
        if not astray:
            return wall_fault(sim)
        return grain_fault(sim) or wall_fault(sim) or outside_fault(sim)


def unstable(sim, reason: str) -> Unstable:
    """The fault with its step and the simulation as it stands."""
    return Unstable(f"the motion blew up at step {sim.steps_done}: {reason}", sim)


def blown_up(sim) -> Unstable:
    """What to raise when `run_steps` saw a grain move too far or not be a number."""
    if reason := fault(sim):
        return unstable(sim, reason)
    i = int(np.argmax(np.abs(sim.body[:, X : X + 3] - sim.listed).max(axis=1)))
    return unstable(sim, f"{grain(sim.particle, i)} left its neighbours at once; {_CALM}")


def grain_fault(sim) -> str:
    """Which grain holds no numbers, has no size or moves too fast; empty if none."""
    body = sim.body
    usual = float(sim.calibrated_radius.mean())
    broken, empty, fastest, travel = worst_grains(body, sim.moment, sim.step, sim.kinds, usual)
    if broken >= 0:
        what = "position" if not np.isfinite(body[broken, X : X + 3]).all() else "motion"
        return f"the {what} of {grain(sim.particle, broken)} is not a number; {_CALM}"
    if empty >= 0:
        return (
            f"{grain(sim.particle, empty)} has a radius of {body[empty, RADIUS]:.3g} m, a mass of "
            f"{1.0 / body[empty, INVERSE_MASS]:.3g} kg, a moment of inertia of "
            f"{sim.moment[empty]:.3g} kg m² and material {body[empty, MATERIAL]:g}; expected "
            "positive ones and a material of the simulation"
        )
    if travel > sim.numerics.most_travel:
        return (
            f"{grain(sim.particle, fastest)} moves or turns by {travel:.2g} of a radius in a "
            f"step of {sim.step:.3g} s, where {sim.numerics.most_travel:.2g} is the most; {_CALM}"
        )
    return ""


def outside_fault(sim) -> str:
    """Which grain left the box, and where to; empty if none."""
    body = sim.body
    found = list(planes(sim.walls))
    i, at, radii, lost = outermost(body, *_faces(sim.walls), far_from(sim.box, sim.walls))
    if i >= 0:
        return (
            f"{grain(sim.particle, i)} left the box: it is {radii:.2g} radii behind "
            f"{name_of(*found[at])}; {_CALM}"
        )
    if lost >= 0:
        return (
            f"{grain(sim.particle, lost)} left the box: it stands at "
            f"{place(body[lost, X : X + 3])}, more than {FAR:.0e} times the box away; {_CALM}"
        )
    return ""


def wall_fault(sim) -> str:
    """What is wrong with the walls; empty if nothing."""
    walls = sim.walls
    for w in range(len(walls.centre)):
        held = (walls.centre[w], walls.orientation[w], walls.velocity[w], walls.spin[w])
        if not np.isfinite(np.concatenate((*held, walls.load[w]))).all():
            return f"wall {w} has a place, speed or load that is not a number; {_CALM}"
        travel = float(np.linalg.norm(walls.velocity[w]) * sim.step / sim.calibrated_radius.mean())
        if travel > sim.numerics.most_travel:
            return (
                f"wall {w} moves by {travel:.2g} mean grain radii in a step, where "
                f"{sim.numerics.most_travel:.2g} is the most; expected a slower wall or a smaller "
                "gain or speed limit of its servo"
            )
    found = list(planes(walls))
    for w, point, normal in found:
        for other, across, against in found[w + 1 :]:
            if normal @ against < -1 + 1e-9 and (across - point) @ normal <= 0.0:
                return (
                    f"{name_of(other, across, against)} has passed {name_of(w, point, normal)}; "
                    "expected a smaller strain, or a smaller gain or speed limit of its servo"
                )
    return ""


def refuse_drive(sim, steps: int, rate: float, servo, plate_speed: float) -> None:
    """Raise InputError for what no wall can be driven with."""
    if steps < 0 or steps != int(steps):
        raise InputError(f"{steps} steps cannot be run; expected a whole number, 0 or more")
    if not abs(rate) * sim.step <= _FASTEST_STRAIN:
        raise InputError(
            f"a strain rate of {rate:.3g} 1/s strains the box by {abs(rate) * sim.step:.2g} in a "
            f"step; expected no more than {_FASTEST_STRAIN / sim.step:.3g} 1/s"
        )
    if not np.isfinite(plate_speed):
        raise InputError(f"the plate's speed is {plate_speed}; expected a finite one [m/s]")
    if servo is not None:
        gain, force, limit = servo
        if not (0.0 < gain < np.inf and 0.0 < limit < np.inf and np.isfinite(force)):
            raise InputError(
                f"a servo of gain {gain} m/s/N, force {force} N and speed limit {limit} m/s cannot "
                "hold a plate; expected a positive gain, a finite force and a positive limit"
            )


def step_fault(sim, share: float = _SHARPNESS) -> str:
    """Which grain a fixed step over `share` of the largest stable one is too long for."""
    move, turn = inertia.stiffness_bounds(sim).sum(axis=0)
    mass = sim.inertial_mass
    # As in Numerics.undamped_factor.
    limit = quasistatic.stable_step(move, turn, mass, sim.moment) / np.sqrt(
        1.0 + sim.numerics.damping
    )
    if sim.step <= share * limit:
        return ""
    i = int(np.argmin(np.minimum(mass / move, sim.moment / turn)))
    return (
        f"the step of {sim.step:.3g} s is too long for {grain(sim.particle, i)}, the lightest for "
        f"its stiffness; expected a fixed step of no more than {limit:.3g} s, or none, and inertia "
        "is scaled to the step"
    )


def planes(walls):
    """Every plane as its wall, a point [m] and its normal, towards the grains."""
    for s in np.flatnonzero(walls.kind == plane.KIND):
        w = int(walls.wall[s])
        q = tuple(walls.orientation[w])
        point, normal = (rotate(q, tuple(walls.surface[s, k : k + 3])) for k in (0, 3))
        yield w, walls.centre[w] + point, np.array(normal)


def _faces(walls) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals of every plane, (p, 3) each [m]."""
    found = list(planes(walls))
    points = np.array([point for _, point, _ in found]).reshape(-1, 3)
    return points, np.array([normal for *_, normal in found]).reshape(-1, 3)


def far_from(box, walls) -> float:
    """Distance from the origin [m] that no grain of this box can have reached."""
    extent = [float(np.max(box.length)), box.period_z]
    return FAR * max(*extent, float(np.abs(walls.centre).max(initial=0.0)))


def grain(particle: np.ndarray, i: int) -> str:
    """A grain and its particle in words."""
    return f"grain {i} (particle {int(particle[i])})"


def place(x: np.ndarray) -> str:
    """A position in words."""
    return f"({x[0] * 1e6:.4g}, {x[1] * 1e6:.4g}, {x[2] * 1e6:.4g}) µm"


def name_of(w: int, point: np.ndarray, normal: np.ndarray) -> str:
    """A plane in words: the enclosure's by what they are."""
    axis = int(np.argmax(np.abs(normal)))
    if abs(normal[axis]) < 1 - 1e-9:
        return f"wall {w}, a plane through {place(point)}"
    what = "side plane" if axis < 2 else "floor" if normal[2] > 0 else "plate"
    return f"the {what} {'xyz'[axis]} = {point[axis] * 1e6:.4g} µm"
