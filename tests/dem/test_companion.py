"""Stress of bonded grains in closed form, and the loading path whose bonds hold."""

from dataclasses import replace

import numpy as np
import pytest

from dem.bonds import INTACT
from dem.box import Box
from dem.companion import LIMITS, unbroken, volume_above
from dem.grains import ACTIVE, CBD
from dem.loading import Pressing
from dem.second_path import SecondPath
from dem.simulation import Numerics, simulate
from dem.stress import grain_stress, von_mises
from tests.dem.assemblies import UM, WIDE, YOUNG, bonds_between, lattice_block, material, moved
from tests.dem.assemblies import spheres as solid_spheres

SPACING = 1.5 * UM


def bonded_cubes(side, box, height, offset=0.0):
    """Cubic lattice whose grains fill space and share faces of a spacing squared."""
    grid = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), -1).reshape(-1, 3)
    position = (grid + 0.5) * SPACING + offset
    apart = np.abs(grid[:, None] - grid[None]).sum(axis=2)
    pairs = list(zip(*np.nonzero(np.triu(apart == 1)), strict=True))
    grains = solid_spheres(position, 0.5 * SPACING, np.zeros(len(grid), int))
    grains = grains._replace(volume=np.full(len(grid), SPACING**3))
    bonds = bonds_between(position, pairs, SPACING**2)
    sim = simulate(grains, bonds, box, [material()], height, Numerics())
    return sim, position, (apart == 1).sum(axis=1) == 6


@pytest.mark.parametrize("strain", [np.diag([0.0, 0.0, 1e-3]), 1e-3 * np.eye(3)])
def test_strained_lattice_of_bonds_has_the_stress_of_its_beams(strain):
    sim, position, inner = bonded_cubes(3, WIDE, 100 * UM, offset=40 * UM)
    stress = grain_stress(moved(sim, -(position - position.mean(axis=0)) @ strain))[inner]
    # Beams of length L' = L (1 - e) and force E A e on both sides of a grain of volume A L.
    e = np.diag(strain)
    assert stress == pytest.approx(-YOUNG * np.diag(e * (1 - e))[None], abs=1e-6 * YOUNG * 1e-3)
    # Uniaxial the stress itself, hydrostatic none; to the rounding of a strain of 1e-3.
    expected = 0.0 if e[0] else YOUNG * e[2] * (1 - e[2])
    assert von_mises(stress) == pytest.approx([expected], abs=1e-6 * YOUNG * 1e-3)


def test_every_grain_of_a_pressed_lattice_has_the_pressure_of_the_plates():
    side = 3 * SPACING
    sim, _, _ = bonded_cubes(3, Box(np.array([side, side]), True), side)
    sim.advance(300, rate=-2e-3 / 300 / sim.step)
    sim.advance(3000)
    assert sim.pressure > 10e6
    stress = grain_stress(sim)
    # The arms at the plates are shorter by the overlap, 0.6 % of them: half of that in the mean.
    assert stress[:, 2, 2] == pytest.approx(-sim.pressure, rel=0.01)
    assert von_mises(stress) == pytest.approx(sim.pressure, rel=0.01)


def test_volume_above_a_stress_is_that_of_active_grains_alone():
    stress = np.array([90.0, 120.0, 160.0, 500.0]) * 1e6
    volume = np.array([5.0, 2.0, 1.0, 10.0])
    material = np.array([ACTIVE, ACTIVE, ACTIVE, CBD])
    found = [volume_above(stress, volume, material, limit) for limit in LIMITS]
    assert found == pytest.approx([3 / 8, 1 / 8])


@pytest.fixture(scope="module")
def weak_block():
    """A bonded block between plates whose bonds break at a strain of some 0.1 %."""
    position, pairs = lattice_block(4)
    side = 6.0 * UM
    bonds = bonds_between(position, pairs, UM**2, strength=100e6, cohesion=100e6)
    sim = simulate(
        solid_spheres(position, 0.75 * UM, np.zeros(len(position), int)), bonds,
        Box(np.array([side, side]), True), [material(friction=0.3)], side, Numerics(),
    )  # fmt: skip
    mass = float(sim.mass.sum())
    start = mass / (side**2 * sim.height)
    pressing = Pressing(targets=(), coating_mass=mass, particle_diameter=3 * UM)
    return sim, pressing, start


def test_companion_keeps_its_bonds_and_carries_more(weak_block):
    sim, pressing, start = weak_block
    wanted = [1.03 * start, 1.01 * start, 1.03 * start]
    breaking = SecondPath(sim.copy(), pressing, until=max(wanted))
    companion = unbroken(sim.copy(), pressing, wanted)
    for path in (breaking, companion):
        while not path.finished:
            path.advance()
    assert (companion.sim.bonds.state == INTACT).all()
    assert (breaking.sim.bonds.state != INTACT).any()
    early, late = companion.peak_at(1.01 * start), companion.peak_at(1.03 * start)
    # The first state of the path at or past the density; states stand 0.1 % apart.
    assert 1.01 <= early.density / start < 1.0115 and 1.03 <= late.density / start < 1.0315
    at_peak = next(row for row in breaking.record if row[0] >= late.density)
    assert late.pressure > 1.2 * np.mean(at_peak[2:4])
    above = [
        [volume_above(peak.von_mises, sim.volume, sim.material, limit) for limit in LIMITS]
        for peak in (early, late)
    ]
    assert 0.0 < above[0][0] < above[1][0] and above[1][1] <= above[1][0]
    readings = np.array(companion.readings)
    assert (np.diff(readings[:, 0]) > 0).all() and readings[-1].tolist() == pytest.approx(
        [late.density, late.pressure, *above[1]]
    )


def test_companion_ends_at_the_pressure_limit_and_says_so(weak_block):
    sim, pressing, start = weak_block
    limited = replace(pressing, pressure_limit=300e6)
    companion = unbroken(sim.copy(), limited, [1.005 * start, 1.2 * start])
    while not companion.finished:
        companion.advance()
    assert "beyond calendering.pressure_limit" in companion.ended
    assert companion.peak_at(1.005 * start) is not None and companion.peak_at(1.2 * start) is None
