"""Inertia scaled to the stiffness that holds the grains, and the energy of motion with it."""

import numpy as np

from dem import quasistatic
from dem.body import INVERSE_MASS
from dem.bonding.confinement import stiffness_bound
from dem.chunks import DAMPED, DRIVEN
from dem.clumps import energy_as_grains, lightened, spared, widest


def adapt(sim, steps: int) -> None:
    """Scale the inertia to the present stiffness, for the next `steps` steps.

    The energy that this gives is the drive's work. A simulation of fixed step keeps its own.
    """
    if sim.numerics.step is not None:
        return
    saved = spared(sim.clumps, sim.body, sim.inner_mass, sim.moment)
    before = _kinetic(sim, saved)
    # What damping took of the motion of particles as a whole shows in what they spare.
    sim.chunks.ledger[0, DAMPED] += float((saved - sim.clumps.spared).sum())
    factor = (sim.step / (2.0 * sim.numerics.undamped_factor)) ** 2
    inside, outside = factor * stiffness_bounds(sim, steps)
    sim.inner_mass, sim.moment, mass = lightened(sim.clumps, sim.body, sim.box, inside, outside)
    sim.body[:, INVERSE_MASS] = 1.0 / mass
    sim.clumps.spared[:] = spared(sim.clumps, sim.body, sim.inner_mass, sim.moment)
    sim.chunks.ledger[0, DRIVEN] += _kinetic(sim, sim.clumps.spared) - before


def stiffness_bounds(sim, steps: int = 0) -> np.ndarray:
    """Upper bounds of the stiffness on grains, (2, 2, n): within particles and between them, on
    motion [N/m] and on turning [N m]; steps : for which they are to hold."""
    like, pairs, walls = sim.laws
    # By how much light particles, or a wall and they, may come nearer in that time.
    speed = abs(sim.rate) * widest(sim.clumps)
    if len(sim.clumps.mass):
        alone = sim.walls.velocity[sim.walls.follows == 0]
        speed += np.sqrt((alone**2).sum(axis=1).max(initial=0.0))
    approach = steps * speed * sim.step
    bounds = quasistatic.row_sums(
        sim.body, sim.box.period, sim.bonds, sim.bond_table[1], sim.contacts,
        like[0], pairs, quasistatic.contact_stiffness(like, pairs), sim.kinds, sim.walls,
        sim.wall_rows, walls, quasistatic.contact_stiffness(like, walls), sim.clumps.of, approach,
    )  # fmt: skip
    if len(sim.bonds.swelling):
        bounds[1, 0, : len(sim.bonds.swelling)] += stiffness_bound(sim.bonds)
    return bounds


def kinetic_energy(sim) -> float:
    """Kinetic energy, of the scaled inertia [J]."""
    return _kinetic(sim, spared(sim.clumps, sim.body, sim.inner_mass, sim.moment))


def _kinetic(sim, saved: np.ndarray) -> float:
    """The same, where what each particle spares (k,) [J] is known."""
    return energy_as_grains(sim.body, sim.inner_mass, sim.moment) - float(saved.sum())


def spared_since(sim) -> float:
    """What particles moving as a whole spare more than at the last adaptation [J]; the ledger of
    damping, which books grains as if they were not lighter, lacks it."""
    now = spared(sim.clumps, sim.body, sim.inner_mass, sim.moment)
    return float((now - sim.clumps.spared).sum())
