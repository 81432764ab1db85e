"""Small assemblies of grains that several tests load, and the forces that a motion causes."""

from dataclasses import replace

import numpy as np

from dem.body import INVERSE_MASS
from dem.bonds import Bonds, no_bonds
from dem.box import Box
from dem.clumps import clumps_of
from dem.grains import Grains, at_rest
from dem.materials import Material
from dem.simulation import Numerics, Simulation, simulate

UM = 1e-6
DENSITY = 4760.0
YOUNG, POISSON = 100e9, 0.25
WIDE = Box(np.array([100.0, 100.0]) * UM, periodic=False)
"""A box whose sides nothing in it touches."""


def material(**changes) -> Material:
    """Elastic, frictionless material with the moduli of the active material."""
    properties = {
        "young_modulus": YOUNG, "poisson_ratio": POISSON, "friction": 0.0, "restitution": 1.0,
        "bond_modulus": YOUNG, "bond_poisson_ratio": POISSON, "bond_internal_friction": 0.0,
        "bond_moment_share": 0.0,
    }  # fmt: skip
    return Material(**{**properties, **changes})


def spheres(position, radius=UM, particle=None) -> Grains:
    """Solid spheres of active material at rest."""
    position = np.array(position, float)
    n = len(position)
    radius = np.broadcast_to(radius, n)
    volume = 4 / 3 * np.pi * radius**3
    particle = np.arange(n) if particle is None else particle
    return at_rest(position, radius, volume, DENSITY * volume, np.zeros(n), particle)


def bonds_between(position, pairs, area, strength=np.inf, cohesion=np.inf) -> Bonds:
    """Bonds between the listed pairs, at rest in the given positions."""
    pairs = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    m = len(pairs)
    rest = np.array(position)[pairs[:, 1]] - np.array(position)[pairs[:, 0]]
    return Bonds(
        np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]), np.full(m, area),
        rest, np.zeros(m, np.uint8), np.full(m, float(strength)), np.full(m, float(cohesion)),
    )  # fmt: skip


def free_spheres(position, radius, step, made_of, **settings) -> Simulation:
    """Unbonded spheres of their true mass, far from every wall, without local damping."""
    numerics = Numerics(damping=0.0, step=step)
    height = settings.pop("height", 100 * UM)
    box = settings.pop("box", WIDE)
    return simulate(
        spheres(position, radius), no_bonds(), box, [made_of], height, numerics, **settings
    )


def bonded_spheres(position, pairs, area, made_of=None, step=None, radius=0.8 * UM, **strength):
    """Bonded spheres far from every wall, without local damping."""
    return simulate(
        spheres(position, radius), bonds_between(position, pairs, area, **strength), WIDE,
        [made_of or material()], 100 * UM, Numerics(damping=0.0, step=step),
    )  # fmt: skip


def lattice_block(side, spacing=1.5 * UM, jitter=0.1, seed=3):
    """Disturbed cubic lattice of side³ points [m] and the pairs nearer than 1.3 spacings."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), -1).reshape(-1, 3)
    position = (grid + 0.5 + rng.uniform(-jitter, jitter, grid.shape)) * spacing
    apart = np.linalg.norm(position[:, None] - position[None], axis=2)
    first, second = np.nonzero(np.triu(apart < 1.3 * spacing, 1))
    return position, list(zip(first.tolist(), second.tolist(), strict=True))


def moved(sim: Simulation, shift=0.0, turn=0.0) -> Simulation:
    """A copy whose grains made one step of `shift` (n, 3) [m] and `turn` (n, 3) [rad].

    Its load holds the net force and torque there, its rows the force of every bond and contact.
    """
    sim = sim.copy()
    kept = sim.body[:, INVERSE_MASS].copy(), sim.moment, sim.step, sim.numerics, sim.clumps
    sim.grains.velocity[:] = shift
    sim.grains.angular_velocity[:] = turn
    # Inertia so large that forces change no velocity during the unit step.
    sim.body[:, INVERSE_MASS] = 1e-60
    sim.moment = np.full(len(sim.body), 1e60)
    sim.clumps = clumps_of(sim.particle, sim.material, light=False)
    sim.step = 1.0
    sim.numerics = replace(sim.numerics, step=1.0, damping=0.0, most_travel=np.inf)
    for _ in range(2):
        sim.advance(1)
        sim.grains.velocity[:] = 0.0
        sim.grains.angular_velocity[:] = 0.0
    sim.body[:, INVERSE_MASS], sim.moment, sim.step, sim.numerics, sim.clumps = kept
    return sim


def stiffness_matrix(sim: Simulation, shift, turn) -> np.ndarray:
    """−∂(force, torque)/∂(shift, turn), (6n, 6n), by central differences of the given size."""
    n = len(sim.body)
    columns = []
    for dof in range(6 * n):
        sides = []
        for sign in (1.0, -1.0):
            move = np.zeros((n, 6))
            move.flat[dof] = sign * (shift if dof % 6 < 3 else turn)
            after = moved(sim, move[:, :3], move[:, 3:])
            sides.append(np.hstack((after.load[:, :3], after.load[:, 3:])).ravel())
        columns.append((sides[1] - sides[0]) / (2 * (shift if dof % 6 < 3 else turn)))
    return np.array(columns).T
