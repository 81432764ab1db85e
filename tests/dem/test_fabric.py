"""Fabric, neighbours and overlaps of lattices whose answer is known."""

import numpy as np
import pytest

from dem.bonds import no_bonds
from dem.box import Box
from dem.fabric import (
    among_active,
    contact_rows,
    fabric,
    fabric_tensor,
    intact_rows,
    neighbours,
    relative_overlaps,
)
from dem.grains import CBD
from dem.simulation import Numerics, simulate
from dem.stress import grain_stress, layer_stress
from tests import analytic
from tests.dem.assemblies import (
    POISSON,
    UM,
    YOUNG,
    bonded_spheres,
    bonds_between,
    material,
    moved,
    spheres,
)  # fmt: skip

FCC = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) / 2
OVERLAP = 0.02 * UM


def face_centred_crystal(cells=4, bonds=None):
    """Spheres of 1 µm on a periodic lattice without walls, each overlapping its 12 neighbours."""
    edge = np.sqrt(2) * (2 * UM - OVERLAP)
    corner = np.stack(np.meshgrid(*[np.arange(cells)] * 3, indexing="ij"), -1).reshape(-1, 3)
    position = (corner[:, None] + FCC).reshape(-1, 3) * edge
    side = cells * edge
    return moved(simulate(
        spheres(position, UM), no_bonds(), Box(np.array([side, side]), True, side), [material()],
        None, Numerics(damping=0.0, step=1e-12), overlaps_rest=False,
    ))  # fmt: skip


def test_contacts_of_a_crystal_have_no_direction():
    sim = face_centred_crystal()
    rows = contact_rows(sim)
    assert len(rows) == 6 * len(sim.body)
    # Sums of 1500 terms near 1: rounding.
    assert fabric(sim, rows) == pytest.approx(np.eye(3) / 3, abs=1e-13)
    around = neighbours(sim.contacts.first[rows], sim.contacts.second[rows], len(sim.body))
    assert (around == 12).all()


def test_crystal_stands_under_the_pressure_of_its_contacts():
    """p = n F d / 3V of n contacts with force F at distance d (the virial of central forces)."""
    sim = face_centred_crystal()
    modulus = YOUNG / (2 * (1 - POISSON**2))
    push = analytic.hertz_force(OVERLAP, modulus, 0.5 * UM)
    volume = sim.box.area * sim.box.period_z
    pressure = 6 * len(sim.body) * push * (2 * UM - OVERLAP) / (3 * volume)
    # The overlap is a difference of micrometres: twelve digits of it are left.
    expected = -pressure * np.eye(3)
    assert layer_stress(grain_stress(sim), sim) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_overlaps_are_relative_to_the_reduced_radius():
    sim = face_centred_crystal()
    # R1 R2 / (R1 + R2) of equal spheres is R/2.
    assert relative_overlaps(sim) == pytest.approx(np.full(6 * len(sim.body), 0.04), rel=1e-9)
    sim.material[::2] = CBD
    both = among_active(sim, contact_rows(sim))
    assert len(relative_overlaps(sim)) == len(both) < 6 * len(sim.body)


@pytest.mark.parametrize("height", [0.2, 1.0, 5.0])
def test_fabric_of_a_stretched_lattice_points_along_its_axis(height):
    corner = np.array([[x, y, height] for x in (-1, 1) for y in (-1, 1)])
    # n = (±1, ±1, c)/√(2 + c²): products of different components cancel.
    expected = np.diag([1, 1, height**2]) / (2 + height**2)
    assert fabric_tensor(3e-6 * corner) == pytest.approx(expected, abs=1e-15)


def test_fabric_of_a_column_is_uniaxial_and_its_bonds_count_apart():
    x = np.array([[0, 0, 0], [0, 0, 2], [0, 0, 4], [2, 0, 4]]) * UM + 50 * UM
    sim = moved(bonded_spheres(x, [(2, 3)], UM**2, radius=UM, strength=1e9))
    sim = moved(sim, np.array([[0, 0, 0.02], [0, 0, 0.01], [0, 0, 0], [0.01, 0, 0]]) * UM)
    rows, bonds = contact_rows(sim), np.flatnonzero(intact_rows(sim))
    assert fabric(sim, rows) == pytest.approx(np.diag([0, 0, 1]), abs=1e-12)
    assert fabric(sim, bonds) == pytest.approx(np.diag([1, 0, 0]), abs=1e-12)
    assert (fabric(sim, rows[:0]) == 0.0).all()


def test_grains_of_one_particle_are_no_neighbours():
    x = np.array([[0, 0, 0], [0, 0, 2 * UM - OVERLAP]])
    for particle, contacts in ((np.array([0, 0]), 0), (np.array([0, 1]), 1)):
        sim = simulate(
            spheres(x + 5 * UM, UM, particle), bonds_between(x, [], UM**2),
            Box(np.array([9.0, 9.0]) * UM, True), [material()], 20 * UM, Numerics(step=1e-12),
            overlaps_rest=False,
        )  # fmt: skip
        assert len(contact_rows(moved(sim))) == contacts


def test_neighbours_count_a_pair_once():
    first, second = np.array([0, 1, 0, 2]), np.array([1, 0, 1, 1])
    assert neighbours(first, second, 4).tolist() == [1, 2, 1, 0]
