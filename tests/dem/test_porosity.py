"""Closing pores: laws against independent closed forms, and the volume around a grain."""

import numba
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from dem.bonding.porosity import openness, shut_at, weakness
from dem.bonding.rows import STIFFER, WEAK, WEAK_PRESSED
from dem.chunks import DRIVEN
from dem.errors import InputError
from dem.observe import energies
from dem.simulation import Numerics, simulate
from tests import analytic_porous as foam
from tests.dem.assemblies import (
    UM,
    WIDE,
    bonded_spheres,
    bonds_between,
    lattice_block,
    material,
    moved,
    spheres,
)

START, LEAST, STRENGTH = 0.5, 0.15, 6.8e6
PLACE = 40 * UM


def porous(**changes):
    """A porous solid that flows."""
    return material(
        bond_modulus=0.26e9, bond_poisson_ratio=0.3, bond_yield_strength=STRENGTH, porosity=START,
        least_porosity=LEAST, **changes,
    )  # fmt: skip


def test_strength_and_pressure_follow_gibson_ashby_and_the_foams_yield_surface():
    shut = shut_at(START, LEAST)
    assert foam.porosity_at(START, shut) == pytest.approx(LEAST, rel=1e-12)
    for compaction in np.linspace(0.0, 0.99, 30) * shut:
        left = 1.0 - compaction
        strength = foam.foam_strength(STRENGTH, START, compaction)
        pressure = foam.foam_pressure(STRENGTH, START, LEAST, compaction)
        # Rounding, and near the end what is left of the open pores of a difference.
        assert STRENGTH / weakness(left) == pytest.approx(strength, rel=1e-12)
        found = STRENGTH / (weakness(left) * openness(left, shut))
        assert found == pytest.approx(pressure, rel=1e-11)
    assert weakness(1.0) == openness(1.0, shut) == 1.0


def test_no_pressure_closes_more_than_the_least_porosity_leaves():
    shut = shut_at(START, LEAST)
    pressures = [1.0 / openness(1.0 - (1.0 - gap) * shut, shut) for gap in (1e-2, 1e-4, 1e-6)]
    # The pressure goes as the root of the pores left: ten times for a hundredth of them.
    assert pressures[1:] == pytest.approx([10 * pressures[0], 100 * pressures[0]], rel=0.1)
    assert openness(1.0 - shut, shut) == openness(0.5 * (1.0 - shut), shut) == 0.0


def test_solid_without_pores_never_hardens():
    assert shut_at(0.0, 0.0) == 1.0
    plain = bonded_spheres([[PLACE] * 3, [PLACE, PLACE, PLACE + UM]], [(0, 1)], UM**2, material())
    assert len(plain.bonds.least_volume) == 0


@pytest.fixture(scope="module")
def block():
    """Bonded grains of a porous solid, and which have neighbours on all sides."""
    position, pairs = lattice_block(5)
    sim = bonded_spheres(position + PLACE, pairs, UM**2, porous(), radius=0.6 * UM)
    inner = (np.abs(position - position.mean(axis=0)) < 2.5 * UM).all(axis=1)
    return sim, inner


def test_volume_around_a_grain_is_that_of_the_deformation(block):
    sim, inner = block
    rng = np.random.default_rng(1)
    for _ in range(5):
        gradient = np.eye(3) + 0.2 * rng.uniform(-1.0, 1.0, (3, 3)) - 0.1 * np.eye(3)
        turn = Rotation.random(random_state=rng)
        gradient = turn.as_matrix() @ gradient
        pressed = sim.copy()
        pressed.grains.orientation[:] = np.roll(turn.as_quat(), 1)
        pressed.grains.position[:] = pressed.grains.position @ gradient.T
        pressed._close_pores()
        # What no neighbour tells counts a thousandth, so that few neighbours are enough.
        volume = max(min(np.linalg.det(gradient), 1.0), 1.0 - shut_at(START, LEAST))
        assert pressed.bonds.least_volume[inner] == pytest.approx(volume, abs=3e-3)


def test_bonds_harden_by_the_volume_and_stay_so(block):
    sim, inner = block
    held = inner[sim.bonds.first] & inner[sim.bonds.second]
    pressed = sim.copy()
    pressed.grains.position[:, 2] *= 0.8
    pressed._close_pores()
    factors = pressed.bonds.offset[held]
    # By the volume's 3e-3 to the powers 2 and 1.5; the lengths at rest have not changed.
    assert factors[:, STIFFER] == pytest.approx(1 / 0.8**2, rel=0.01)
    assert factors[:, WEAK] == pytest.approx(0.8**1.5, rel=0.01)
    at_pressure = foam.foam_pressure(STRENGTH, START, LEAST, 0.2)
    assert factors[:, WEAK_PRESSED] == pytest.approx(STRENGTH / at_pressure, rel=0.02)
    pressed.grains.position[:, 2] /= 0.8
    pressed._close_pores()
    assert np.array_equal(pressed.bonds.offset[held], factors)


def test_energy_given_by_hardening_is_that_of_the_strained_bonds(block):
    sim, _ = block
    pressed = sim.copy()
    pressed.grains.position[:] *= 1.0 - 1e-3
    before = energies(pressed)
    pressed._close_pores()
    after = energies(pressed)
    assert after.bond > 1.001 * before.bond
    # Strains below yield: what is stored more was booked as work, to rounding.
    gain = after.bond - before.bond
    assert after.work - before.work == pytest.approx(gain, rel=1e-9)


def test_dense_neighbour_keeps_its_part_of_the_way():
    """A porous grain between six dense ones that come nearer: all of it is the porous part's."""
    corners = np.vstack((np.zeros(3), 2 * UM * np.eye(3), -2 * UM * np.eye(3)))
    grains = spheres(corners + PLACE, UM)._replace(material=np.array([1, 0, 0, 0, 0, 0, 0]))
    bonds = bonds_between(corners + PLACE, [(0, k) for k in range(1, 7)], UM**2)
    sim = simulate(grains, bonds, WIDE, [material(), porous()], 100 * UM, Numerics(damping=0.0))
    sim.grains.position[[3, 6], 2] += [-0.2 * UM, 0.2 * UM]
    sim._close_pores()
    # Ways of 2 µm by 0.2 µm, of which 1 µm is porous: a fifth of the volume.
    assert sim.bonds.least_volume[0] == pytest.approx(0.8, abs=2e-3)
    assert (sim.bonds.least_volume[1:] == 1.0).all()


def test_pressed_bond_flows_at_the_foams_pressure():
    ends = [[PLACE] * 3, [PLACE, PLACE, PLACE + 2 * UM]]
    sim = bonded_spheres(ends, [(0, 1)], UM**2, porous())
    along = np.array([0.0, 0.0, 1.0])
    for left in (1.0, 0.8, 0.65):
        sim.bonds.offset[0, WEAK] = weakness(left)
        sim.bonds.offset[0, WEAK_PRESSED] = weakness(left) * openness(left, shut_at(START, LEAST))
        sim.bonds.least_volume[:] = left
        for _ in range(3):
            sim = moved(sim, np.array([0.0 * along, -0.1 * UM * along]))
        # Flowing from strains of 15 %: one mapping back brings the load onto the limit.
        pressure = foam.foam_pressure(STRENGTH, START, LEAST, 1.0 - left)
        assert sim.load[0, 2] == pytest.approx(-pressure * UM**2, rel=1e-9)


@pytest.mark.parametrize("name", ["porosity", "least_porosity"])
def test_share_of_pores_is_refused_outside_its_bounds(name):
    with pytest.raises(InputError, match=f"{name} of material 0"):
        bonded_spheres([[PLACE] * 3], [], UM**2, material(**{name: 1.0}))


def test_booked_work_of_closing_pores_has_the_same_bits_on_one_and_two_threads():
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one core only: nothing to compare")
    position, pairs = lattice_block(9)
    generator = np.random.default_rng(0)
    shift = 0.03 * UM * generator.normal(size=position.shape)
    for size in range(1, 6):
        booked = []
        for threads in (1, 2):
            sim = bonded_spheres(position + PLACE, pairs, UM**2, porous(), radius=0.6 * UM)
            sim.grains.position[:] += size * shift
            sim.grains.position[:, 2] *= 0.9
            numba.set_num_threads(threads)
            try:
                sim._close_pores()
            finally:
                numba.set_num_threads(1)
            booked.append(sim.chunks.ledger[0, DRIVEN])
        assert booked[0] != 0.0 and booked[0] == booked[1]
