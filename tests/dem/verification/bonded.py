"""The one door through which the verification cases reach bonded grains of the engine."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix

from dem import observe
from dem.grains import at_rest
from dem.simulation import Numerics, Simulation, simulate
from tests.dem.assemblies import UM, WIDE, bonds_between, material

CENTRE = np.array([50.0, 50.0, 50.0]) * UM
YOUNG, POISSON = 100e9, 0.25
SHEAR = YOUNG / (2 * (1 + POISSON))


def bonded_grains(position, pairs, area, mass, *, step, radius, **properties) -> Simulation:
    """Grains of given masses (n,) [kg] bonded in pairs, far from every wall, without damping.

    A grain whose mass is infinite to the others holds its place and its orientation.
    """
    n = len(position)
    radius = np.full(n, float(radius))
    grains = at_rest(
        position, radius, 4 / 3 * np.pi * radius**3, mass, np.zeros(n), np.zeros(n)
    )  # fmt: skip
    made_of = material(bond_modulus=YOUNG, bond_poisson_ratio=POISSON, **properties)
    return simulate(
        grains, bonds_between(position, pairs, area), WIDE, [made_of], 100 * UM,
        Numerics(damping=0.0, step=step),
    )  # fmt: skip


def bond_energy(sim: Simulation, shift) -> float:
    """Energy [J] that the bonds store when the grains stand shifted, (n, 3) [m], and unturned."""
    moved = sim.copy()
    moved.grains.position[:] += shift
    # Nothing pushes in the picture that the rows still hold: the step moves nothing.
    moved.advance(1)
    return observe.energies(moved).bond


def loads(sim: Simulation, shift, turn) -> np.ndarray:
    """Force [N] and torque [N m] on grains shifted and turned by small (n, 3) [m], [rad]: (n, 6).

    Read from the velocities that one step at rest gives to the true masses.
    """
    moved = sim.copy()
    moved.grains.position[:] += shift
    moved.grains.orientation[:, 1:] = 0.5 * np.asarray(turn)
    size = np.linalg.norm(moved.grains.orientation, axis=1, keepdims=True)
    moved.grains.orientation[:] /= size
    moved.advance(2)
    g = moved.grains
    moment = 0.4 * g.mass * g.radius**2
    kicks = np.hstack((g.mass[:, None] * g.velocity, moment[:, None] * g.angular_velocity))
    return kicks / sim.numerics.step


def stiffness_matrix(sim: Simulation, sites, shift, turn) -> csr_matrix:
    """−∂(force, torque)/∂(shift, turn) of grains on a lattice, (6n, 6n), by central differences.

    sites : (n, 3) integers; grains are bonded only where no integer differs by more than one, so
    that grains three sites apart can be moved at once without a common neighbour.
    """
    n = len(sites)
    colour = (sites % 3) @ [1, 3, 9]
    near = np.abs(sites[:, None] - sites[None]).max(axis=2) <= 1
    rows, columns, values = [], [], []
    for chosen in np.unique(colour):
        mine = colour == chosen
        felt, owner = np.nonzero(near[:, mine])
        owner = np.flatnonzero(mine)[owner]
        for dof in range(6):
            size = shift if dof < 3 else turn
            move = np.zeros((n, 6))
            move[mine, dof] = size
            change = loads(sim, -move[:, :3], -move[:, 3:]) - loads(sim, move[:, :3], move[:, 3:])
            rows.append((6 * felt[:, None] + np.arange(6)).ravel())
            columns.append(np.repeat(6 * owner + dof, 6))
            values.append(change[felt].ravel() / (2 * size))
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return csr_matrix(entries, shape=(6 * n, 6 * n))


def swing(sim: Simulation, read, steps, samples=400) -> tuple[np.ndarray, np.ndarray]:
    """Times [s] and values of `read(grains)` while the simulation runs about `steps` steps."""
    chunk = max(1, steps // samples)
    times, values = [0.0], [read(sim.grains)]
    for _ in range(steps // chunk):
        sim.advance(chunk)
        times.append(times[-1] + chunk * sim.numerics.step)
        values.append(read(sim.grains))
    return np.array(times), np.array(values)


def fitted_frequency(times, values, guess) -> float:
    """Circular frequency [rad/s], within 3 % of the guess, of the sine nearest to the values."""

    def misfit(frequency):
        base = np.column_stack((np.sin(frequency * times), np.cos(frequency * times)))
        return np.linalg.norm(values - base @ np.linalg.lstsq(base, values)[0])

    found = minimize_scalar(
        misfit, bounds=(0.97 * guess, 1.03 * guess), method="bounded",
        options={"xatol": 1e-9 * guess},
    )  # fmt: skip
    return float(found.x)
