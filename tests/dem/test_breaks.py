"""Every break is on record: when, where, how and with what energy."""

import numpy as np
import pytest

from dem.bonds import BROKEN_SHEAR, BROKEN_TENSION
from dem.box import Box
from dem.breaks import breaks_of, no_breaks
from dem.observe import energies
from dem.simulation import Numerics, simulate
from tests.dem.assemblies import (
    UM,
    YOUNG,
    bonds_between,
    lattice_block,
    material,
    spheres,
)  # fmt: skip

LENGTH, AREA = 2.0 * UM, UM**2


def pairs_pulled_apart(strengths):
    """Bonded pairs across a periodic side, drawn apart along x at one speed."""
    count = len(strengths)
    y, z = 5 * UM * (1 + np.arange(count)), np.full(count, 5 * UM)
    left = np.column_stack((np.full(count, -0.5 * LENGTH), y, z))
    right = left + np.array([LENGTH, 0.0, 0.0])
    position = np.stack((left, right), axis=1).reshape(-1, 3)
    bonds = bonds_between(position, [(2 * k, 2 * k + 1) for k in range(count)], AREA)
    bonds.tensile_strength[:] = strengths
    side = 5 * UM * (count + 1)
    sim = simulate(
        spheres(position, 0.5 * UM), bonds, Box(np.array([side, side]), True), [material()],
        10 * UM, Numerics(damping=0.0, step=1e-11),
    )  # fmt: skip
    sim.grains.velocity[::2, 0], sim.grains.velocity[1::2, 0] = -0.1, 0.1
    # Heavy grains keep their speed.
    sim.body[:, 7] = 1e-6
    return sim


def test_weaker_bonds_break_earlier_with_the_energy_of_their_strength():
    strengths = np.array([30e6, 10e6, 20e6])
    sim = pairs_pulled_apart(strengths)
    assert all(map(np.array_equal, breaks_of(sim), no_breaks()))
    sim.advance(600)
    found = breaks_of(sim)
    assert found.bond.tolist() == [1, 2, 0]
    assert (found.first == 2 * found.bond).all() and (found.second == found.first + 1).all()
    assert (found.mode == BROKEN_TENSION).all()
    strength = strengths[found.bond]
    # The gap opens by 2 pm a step of up to 600 pm: breaks are a step late at most.
    steps = strength / YOUNG * LENGTH / (0.2 * sim.step)
    assert found.step == pytest.approx(steps, abs=2)
    # σ² A L / 2E; a step's stretch beyond the strength is 1 % of it at 10 MPa, twice in the energy.
    assert found.energy == pytest.approx(strength**2 * AREA * LENGTH / (2 * YOUNG), rel=0.03, abs=0)
    assert found.place[:, 1] == pytest.approx(5 * UM * (1 + found.bond), rel=1e-12, abs=0)


def test_place_of_a_break_lies_inside_a_periodic_box():
    sim = pairs_pulled_apart(np.array([10e6]))
    sim.grains.position[:, 0] -= 0.25 * UM
    sim.advance(200)
    (place,) = breaks_of(sim).place
    # Where it was, give or take the stretch, a ten-thousandth of the bond.
    assert place[0] == pytest.approx(sim.box.length[0] - 0.25 * UM, abs=1e-4 * LENGTH)


def test_record_of_a_crushed_block_is_complete_and_in_order():
    position, pairs = lattice_block(5)
    bonds = bonds_between(position, pairs, UM**2, strength=300e6, cohesion=200e6)
    side = 7.5 * UM
    sim = simulate(
        spheres(position, 0.72 * UM), bonds, Box(np.array([side, side]), False), [material()],
        float(position[:, 2].max()) + 0.7 * UM, Numerics(),
    )  # fmt: skip
    for _ in range(4):
        sim.advance(200, rate=-0.06 / 800 / sim.step)
    found = breaks_of(sim)
    broken = np.flatnonzero(sim.bonds.state)
    assert np.array_equal(np.sort(found.bond), broken) and len(broken) > 20
    assert np.array_equal(found.mode, sim.bonds.state[found.bond])
    assert {BROKEN_TENSION, BROKEN_SHEAR} == set(found.mode.tolist())
    assert (np.diff(found.step) >= 0).all()
    assert found.step[0] >= 0 and found.step[-1] < sim.steps_done
    # The ledger adds the same numbers in another order.
    assert found.energy.sum() == pytest.approx(energies(sim).broken_bonds, rel=1e-12, abs=0)
