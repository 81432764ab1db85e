"""Stiffness of lattices of bonds and of spheres that only touch, in closed form."""

import numpy as np
import pytest

from dem.bonds import Bonds, no_bonds
from dem.box import Box
from dem.loading import Pressing
from dem.simulation import Numerics, simulate
from dem.stiffness import LEGS, Stiffness, strain_along_x, unloading_modulus
from tests import analytic
from tests.dem.assemblies import POISSON, UM, YOUNG, material, spheres

SIDE, SPACING = 3, 1.5 * UM


def lattice(bonded, periodic=True):
    """A periodic cubic lattice of touching spheres between plates; bonds go across its sides."""
    grid = np.stack(np.meshgrid(*[np.arange(SIDE)] * 3, indexing="ij"), -1).reshape(-1, 3)
    apart = grid[None] - grid[:, None]
    apart[..., :2] -= SIDE * np.rint(apart[..., :2] / SIDE).astype(int)
    first, second = np.nonzero(np.triu(np.abs(apart).sum(axis=2) == 1))
    m = len(first)
    bonds = Bonds(
        first.astype(np.int32), second.astype(np.int32), np.full(m, SPACING**2),
        SPACING * apart[first, second].astype(float), np.zeros(m, np.uint8), np.full(m, np.inf),
        np.full(m, np.inf),
    )  # fmt: skip
    side = SIDE * SPACING
    grains = spheres((grid + 0.5) * SPACING, 0.5 * SPACING, np.zeros(len(grid), int))
    return simulate(
        grains, bonds if bonded else no_bonds(), Box(np.array([side, side]), periodic),
        [material()], side, Numerics(),
    )  # fmt: skip


def stiffness_of(sim):
    pressing = Pressing(targets=(), coating_mass=float(sim.mass.sum()), particle_diameter=3 * UM)
    tests = Stiffness([sim], [20e6], pressing)
    done = []
    while not tests.finished:
        tests.advance()
        done.append(tests.progress)
    assert done == sorted(done) and done[-1] == 1.0 and not tests.failed
    return tests


def test_lattice_of_bonds_is_as_stiff_in_tension_as_in_compression():
    found = stiffness_of(lattice(bonded=True)).moduli(0)
    # Beams of the area of a cell: their modulus; what a strain of 0.2 % changes, and rest leaves.
    assert found["tension"] == pytest.approx(YOUNG, rel=5e-3)
    assert found["compression"] == pytest.approx(YOUNG, rel=5e-3)
    # Two Hertz contacts with the plates in series are softer than the beams.
    assert 0.0 < found["reloading"] < 0.5 * YOUNG


def test_spheres_that_touch_bear_compression_alone():
    tests = stiffness_of(lattice(bonded=False))
    tension, compression = (np.array(tests.curves[LEGS.index(leg)]) for leg in LEGS[1:])
    assert tension[:, 1] == pytest.approx(0.0, abs=1e-6 * compression[-1, 1])
    strain = compression[-1, 0]
    push = analytic.hertz_force(strain * SPACING, 0.5 * YOUNG / (1 - POISSON**2), 0.25 * SPACING)
    # Over the cell's cross-section; strains add up to 1 − (1 − e)^8, e^2 less than eight of them.
    assert compression[-1, 1] == pytest.approx(push / SPACING**2, rel=5e-3)


def test_stress_that_the_sides_hold_is_let_go_first():
    sim = lattice(bonded=True)
    strain_along_x(sim, -1e-3)
    tests = stiffness_of(sim)
    tension, compression = (np.array(tests.curves[LEGS.index(leg)]) for leg in LEGS[1:])
    pressure, held = tests.held(0)
    assert pressure == pytest.approx(1e-3 * YOUNG, rel=5e-3) and held == pytest.approx(
        YOUNG, rel=5e-3
    )
    # Free to within a step of strain, and from there on as stiff as it is unstressed.
    assert 0.0 <= tension[0, 1] < 2.5e-4 * YOUNG and -compression[0, 1] == tension[0, 1]
    found = tests.moduli(0)
    assert found["tension"] == pytest.approx(YOUNG, rel=5e-3)
    assert found["compression"] == pytest.approx(YOUNG, rel=5e-3)


def test_layer_between_sides_is_not_pulled():
    tests = stiffness_of(lattice(bonded=False, periodic=False))
    found = tests.moduli(0)
    assert found["tension"] is None and found["compression"] is None
    assert found["reloading"] > 0.0
    assert tests.held(0) == (None, None)


def test_unloading_modulus_is_the_secant_to_half_the_load():
    thickness = np.array([20.0, 20.1, 20.3]) * UM
    # 100 MPa off over 0.1 µm, then 60 over 0.2: half of 200 is met at the second reading.
    assert unloading_modulus(thickness, np.array([200e6, 100e6, 40e6])) == pytest.approx(20e9)
    assert unloading_modulus(thickness, np.array([200e6, 150e6, 50e6])) == pytest.approx(
        100e6 / (0.2 / 20)
    )
    assert unloading_modulus(thickness, np.array([200e6, 190e6, 180e6])) is None
    assert unloading_modulus(np.array([]), np.array([])) is None
