"""What the plate and the drive put in is stored, moving or lost: nothing is missing."""

import numpy as np
import pytest

from dem import integrate
from dem.box import Box
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


def stored(sim):
    return sim.contacts.energy.sum() + sim.bonds.energy.sum() + sim.planes.energy.sum()


def kinetic(sim):
    g = sim.grains
    return 0.5 * (
        sim.mass @ (g.velocity**2).sum(axis=1) + sim.moment @ (g.angular_velocity**2).sum(axis=1)
    )


def lost(sim):
    total = sim.scratch["damped"].sum() + sim.bonds.released.sum() + sum(sim.lost.values())
    for rows in (sim.contacts, sim.bonds, sim.planes):
        total += rows.dissipated.sum() + rows.viscous.sum() + rows.plastic.sum()
    return total


def work(sim):
    return sim.plate[integrate.PLATE_WORK] + sim.scratch["driven"].sum()


def residual(sim):
    return work(sim) - stored(sim) - kinetic(sim) - lost(sim)


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
    put_in = stored(sim) + lost(sim)
    if np.isfinite(strength):
        assert (sim.bonds.state != 0).sum() > 20
        assert sim.bonds.released.sum() > 5 * close * put_in
    if friction:
        assert sim.lost["friction"] + sim.contacts.dissipated.sum() > 0.0
    assert abs(residual(sim)) < close * put_in


def test_work_of_plastic_flow_is_booked():
    sim = block(0.2, 1e9, flow=300e6)
    sim.advance(1000, rate=-0.05 / 1000 / sim.step)
    put_in = stored(sim) + lost(sim)
    assert sim.bonds.plastic.sum() > 0.1 * put_in
    # Flow in steps of 1/1000 of the strain overshoots by about as much.
    assert abs(residual(sim)) < 0.01 * put_in
