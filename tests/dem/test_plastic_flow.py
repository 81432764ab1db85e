"""Contacts and bonds that flow: the force they keep to, what stays short, and the work it took."""

import numpy as np
import pytest

from tests import analytic
from tests.dem.assemblies import POISSON, UM, YOUNG, bonded_spheres, free_spheres, material, moved

CENTRE = 50 * UM
AXIS = np.array([2.0, -1.0, 2.0]) / 3


def pushed(sim, distance):
    """The force between two grains after the second was moved by `distance` [m] along AXIS."""
    sim = moved(sim, np.array([0 * AXIS, -distance * AXIS]))
    return sim, -float(sim.scratch["force"][0] @ AXIS)


def test_bond_flows_at_its_yield_strength_and_unloads_elastically():
    length, area, strength = 2 * UM, UM**2, 300e6
    made_of = material(bond_yield_strength=strength)
    sim = bonded_spheres([[CENTRE] * 3, CENTRE + length * AXIS], [(0, 1)], area, made_of)
    give = strength / YOUNG * length
    sim, below = pushed(sim, 0.99 * give)
    # Rounding of 50 µm against 6 nm.
    assert below == pytest.approx(0.99 * strength * area, rel=1e-6)
    assert sim.bonds.plastic[0] == 0.0
    sim, flowing = pushed(sim, 2.01 * give)
    assert flowing == pytest.approx(strength * area, rel=1e-6)
    # One step from 0.99 to 3 gives: the elastic energy above the yield point is taken.
    taken = 0.5 * strength * area * give * (3**2 - 1)
    assert sim.bonds.plastic[0] == pytest.approx(taken, rel=1e-5)
    _, unloaded = pushed(sim, -give)
    assert abs(unloaded) < 1e-5 * strength * area
    _, pulled = pushed(sim, -2 * give)
    assert pulled == pytest.approx(-strength * area, rel=1e-5)


def test_contact_flows_at_its_yield_pressure_and_unloads_elastically():
    pressure, radius = 1e9, UM
    made_of = material(contact_yield_pressure=pressure)
    sim = free_spheres(
        [[CENTRE] * 3, CENTRE + 2 * radius * AXIS], radius, 1.0, made_of, overlaps_rest=False
    )
    modulus = analytic.contact_modulus(YOUNG, POISSON, YOUNG, POISSON)
    overlap = 0.02 * UM
    sim, force = pushed(sim, overlap)
    limit = 2 * np.pi * radius / 2 * pressure * overlap
    assert limit < 0.5 * analytic.hertz_force(overlap, modulus, radius / 2)
    # Rounding of 50 µm against 20 nm.
    assert force == pytest.approx(limit, rel=1e-5)
    kept = (limit / analytic.hertz_force(1.0, modulus, radius / 2)) ** (2 / 3)
    taken = analytic.hertz_energy(overlap, modulus, radius / 2)
    taken -= analytic.hertz_energy(kept, modulus, radius / 2)
    assert sim.contacts.plastic[0] == pytest.approx(taken, rel=1e-5)
    _, halfway = pushed(sim, -0.5 * kept)
    assert halfway == pytest.approx(analytic.hertz_force(0.5 * kept, modulus, radius / 2), rel=1e-5)
    _, apart = pushed(sim, -1.01 * kept)
    assert apart == 0.0
