"""A metal of bonded grains: its modulus, its flow, and the volume that it keeps."""

import numba
import numpy as np
import pytest

from dem.bonding.rows import STRAIN
from dem.errors import InputError
from dem.grains import COLLECTOR
from dem.jit import threads_for
from dem.observe import energies
from dem.simulation import Numerics
from dem.stress import grain_stress
from tests import foils

KAPPA = 1 / (2 * (1 + foils.POISSON))
"""Shear over Young's modulus of the bonds."""
PER_STEP = 1e-5
"""Strain of a step; half of it moves the flow stress by 0.2 %."""


def stress(sim, inside):
    """Mean stress of grains (3, 3) [Pa]."""
    volume = sim.volume[inside]
    return np.einsum("n,nij->ij", volume, grain_stress(sim)[inside]) / volume.sum()


def strains(before, sim, inside):
    """Mean strain along x, y and z of the grains inside."""
    after = sim.grains.position
    return np.array([np.polyfit(before[inside, k], after[inside, k], 1)[0] - 1 for k in range(3)])


@pytest.fixture(scope="module")
def pillar():
    """Stress along z and strains of a pillar's middle as it is shortened by 3 %, and its end.

    So wide that three grains in five lie inside: neighbourhoods at a surface are one-sided, and
    give way more.
    """
    sim, area = foils.block((48, 32, 32), margin=12)
    before = sim.grains.position.copy()
    # Without the ends, which the plates' contacts load point by point.
    inside = np.abs(before[:, 2] / sim.height - 0.5) < 0.3
    rows = []
    for _ in range(30):
        sim.advance(100, rate=-PER_STEP / sim.step)
        push = 0.5 * (sim.pressure + sim.bottom_pressure) * sim.box.area / area
        rows.append((push, *strains(before, sim, inside)))
    return np.array(rows), sim, inside


def test_pillar_has_the_modulus_of_aluminium(pillar):
    push, ex, ey, ez = pillar[0].T
    # Between 60 and 180 MPa, once all grains of the ends bear.
    elastic = (push > 60e6) & (push < 180e6)
    modulus = -np.polyfit(ez[elastic], push[elastic], 1)[0]
    # A few hundred grains of random shapes scatter by some per cent.
    assert modulus == pytest.approx(foils.YOUNG, rel=0.06)
    # Affine motion of grains that fill space, Σ A l = 3 V: E (2 + 3 κ)/(4 + κ). Faces of voxels
    # are bent, so that Σ A l is some per cent more.
    affine = foils.BOND * (2 + 3 * KAPPA) / (4 + KAPPA)
    assert affine < modulus < 1.2 * affine
    poisson = -np.polyfit(ez[elastic], 0.5 * (ex + ey)[elastic], 1)[0]
    assert poisson == pytest.approx((1 - KAPPA) / (4 + KAPPA), abs=0.02)


def test_pillar_flows_at_its_yield_strength_and_keeps_its_volume(pillar):
    rows, sim, inside = pillar
    along = stress(sim, inside)
    assert -along[2, 2] == pytest.approx(foils.YIELD, rel=0.05)
    assert abs(along[0, 0]) + abs(along[1, 1]) < 0.05 * foils.YIELD
    volume = (1 + rows[:, 1:]).prod(axis=1) - 1
    late = slice(20, None)
    # At constant stress all strain is flow, and that is isochoric but for surfaces that bulge.
    assert np.polyfit(rows[late, 3], volume[late], 1)[0] == pytest.approx(0.0, abs=0.05)
    assert abs(energies(sim).residual) < 0.01 * energies(sim).work


@pytest.mark.parametrize("keeps", [True, False])
def test_pressure_from_all_sides_compacts_only_what_does_not_keep_its_volume(keeps):
    sim, _ = foils.block((36, 36, 36), keeps_volume=keeps)
    before = sim.grains.position.copy()
    inside = (np.abs(before / sim.height - 0.5) < 0.35).all(axis=1)
    for _ in range(45):
        sim.advance(100, rate=-PER_STEP / sim.step)
    pressure, swelling = -np.trace(stress(sim, inside)) / 3, strains(before, sim, inside).sum()
    # K = E/3 where Σ A l = 3 V.
    elastic = -foils.BOND / 3 * swelling
    if keeps:
        assert pressure > 2.0 * foils.YIELD
        # Grains of random shapes fill space to some per cent.
        assert pressure == pytest.approx(elastic, rel=0.06)
    else:
        assert pressure < 0.3 * elastic


@pytest.mark.slow
def test_foil_has_the_same_bits_on_one_and_two_threads_and_across_a_cut():
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one core only: nothing to compare")

    def pressed(threads, *pieces):
        sim = foils.block((36, 48, 48))[0]
        alone = numba.get_num_threads()
        numba.set_num_threads(threads)
        try:
            with threads_for(len(sim.contacts.second) + len(sim.body)):
                assert numba.get_num_threads() == threads
            for steps in pieces:
                sim.advance(steps, rate=-2e-4 / sim.step)
        finally:
            numba.set_num_threads(alone)
        return sim

    one, two = pressed(1, 100), pressed(2, 40, 60)
    assert len(one.chunks.begin) > 2
    # Deep in flow, so that its every part is at work.
    assert one.bonds.beam[:, STRAIN].max() > 0.001
    assert np.array_equal(one.body, two.body)
    assert np.array_equal(one.bonds.beam, two.bonds.beam)
    assert energies(one) == energies(two)


def test_strain_of_the_coating_leaves_the_foil_below_it_alone():
    _, sim = foils.sphere_on_foil()
    foil = sim.material == COLLECTOR
    before, height = sim.grains.position.copy(), sim.height
    # The ball stands above the foil by the gap of their contact: nothing touches yet.
    sim.grains.position[~foil, 2] += 1e-6
    sim.walls.centre[1, 2] += 2e-6
    sim.stale = True
    sim.advance(50, rate=-1e-5 / sim.step)
    assert sim.height < height + 2e-6
    # Rounding; strained too, the foil's floor would have come up by 4 nm.
    assert sim.grains.position[foil] == pytest.approx(before[foil], abs=1e-15)
    assert sim.grains.position[~foil, 2] == pytest.approx((before[~foil, 2] + 1e-6) * (1 - 5e-4))


def test_undamped_metal_is_refused():
    with pytest.raises(InputError, match=r"damping is 0\.0; expected at least 0\.05"):
        foils.block((8, 8, 8), numerics=Numerics(damping=0.0))
