"""What the plate and the drive put in is stored, moving or lost: nothing is missing."""

import numpy as np
import pytest

from dem.box import Box
from dem.chunks import BOND_PLASTIC, PLASTIC
from dem.observe import energies
from dem.simulation import Numerics, simulate
from tests.dem.assemblies import UM, bonds_between, lattice_block, material, spheres


def block(friction, strength, flow=np.inf):
    position, pairs = lattice_block(6)
    # A third of the neighbours is unbonded: they touch and rub.
    pairs = [pair for k, pair in enumerate(pairs) if k % 3]
    bonds = bonds_between(position, pairs, UM**2, strength=strength, cohesion=strength)
    made_of = material(friction=friction, restitution=0.6, bond_internal_friction=0.3,
                       contact_yield_pressure=10 * flow, bond_yield_strength=flow)  # fmt: skip
    side = 9.0 * UM
    return simulate(
        spheres(position, 0.72 * UM), bonds, Box(np.array([side, side]), False), [made_of],
        float(position[:, 2].max()) + 0.7 * UM, Numerics(), wall_friction=friction,
    )  # fmt: skip


def kinetic(sim):
    g = sim.grains
    return 0.5 * (
        sim.inertial_mass @ (g.velocity**2).sum(axis=1)
        + sim.moment @ (g.angular_velocity**2).sum(axis=1)
    )


def put_in(ledger):
    """Energy that is stored or lost, the scale of what may be missing."""
    return sum(ledger[:-1]) - ledger.kinetic


@pytest.mark.parametrize(
    ("friction", "strength", "rates", "close"),
    [
        # Sums over a thousand steps: what is not lost is exact to a part in a thousand.
        (0.0, np.inf, (-1,), 0.002),
        (0.4, np.inf, (-1,), 0.002),
        # Breaking is sudden: a bond's force changes within a step near the stable one.
        (0.0, 300e6, (-1,), 0.005),
        (0.4, 300e6, (-1,), 0.01),
        # All is lost in the end; viscous work is taken with velocities half a step old.
        (0.4, 300e6, (-1, 1), 0.02),
    ],
    ids=["elastic", "rubbing", "breaking", "breaking and rubbing", "pressed and released"],
)
def test_work_is_stored_moving_or_lost(friction, strength, rates, close):
    sim = block(friction, strength)
    steps, strain = 1000, 0.05
    for sign in rates:
        sim.advance(steps, rate=sign * strain / steps / sim.step)
    ledger = energies(sim)
    assert ledger.kinetic == pytest.approx(kinetic(sim), rel=1e-12, abs=0.0)
    if np.isfinite(strength):
        assert (sim.bonds.state != 0).sum() > 20
        assert ledger.broken_bonds == pytest.approx(sim.bonds.released.sum(), rel=1e-12, abs=0.0)
        assert ledger.broken_bonds > 5 * close * put_in(ledger)
    assert ledger.friction > 0.0 if friction else ledger.friction == 0.0
    assert abs(ledger.residual) < close * put_in(ledger)


def test_work_of_plastic_flow_is_booked():
    sim = block(0.2, 1e9, flow=300e6)
    sim.advance(1000, rate=-0.05 / 1000 / sim.step)
    ledger, booked = energies(sim), sim.chunks.ledger.sum(axis=0)
    assert booked[BOND_PLASTIC] > 0.1 * put_in(ledger)
    assert booked[PLASTIC] > 0.0
    # Flow in steps of 1/1000 of the strain overshoots by about as much.
    assert abs(ledger.residual) < 0.01 * put_in(ledger)
