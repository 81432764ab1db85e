"""Chord lengths against closed forms."""

import numpy as np
import pytest

from electrochem.structure.chords import chords
from tests.analytic_pores import boolean_pore_chord, boolean_porosity
from tests.analytic_transport import sphere_area
from tests.electrochem.pore_shapes import (
    VOXEL,
    ball,
    overlapping_spheres,
    rolled,
    solid,
    volume_of,
)
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE


@pytest.mark.parametrize("axis", [1, 2])
def test_slits_have_chords_of_their_width(axis):
    labels = solid((6, 20, 20))
    labels.swapaxes(1, axis)[:, 3:10] = PORE
    for shift in (0, 5, 13):
        got = chords(volume_of(np.roll(labels, shift, axis), periodic=True))
        assert got.mean[axis] == pytest.approx(7 * VOXEL, rel=1e-12)
        assert np.isinf(np.delete(got.mean, axis)).all()
        assert got.share[axis, 6] == 1.0
        assert got.length[-1] == pytest.approx(7 * VOXEL)


def test_foil_ends_chords_and_the_upper_plane_cuts_them():
    labels = solid((20, 4, 4))
    labels[:2] = COLLECTOR
    labels[2:6] = PORE
    labels[12:] = PORE
    got = chords(volume_of(labels, periodic=True, thickness=16.5))
    # One whole chord of 4 voxels, one of 6.5 that counts half: 10.5 over one and a half.
    assert got.mean[0] == pytest.approx(10.5 / 1.5 * VOXEL, rel=1e-12)
    assert got.share[0, 3] == 1.0


def test_mean_chord_beside_a_sphere_is_four_volumes_over_its_surface():
    shape, radius = (40, 44, 48), 14.0
    labels = np.where(ball(shape, (20.2, 21.7, 24.1), radius), ACTIVE_MATERIAL, PORE)
    expected = 4 * np.count_nonzero(labels == PORE) / sphere_area(radius)
    got = chords(volume_of(labels, periodic=True))
    # Lines of voxels that meet a disk of 14 voxels' radius: its area to 1 %.
    assert got.mean == pytest.approx(np.full(3, expected * VOXEL), rel=0.01)
    inside = chords(volume_of(labels, periodic=True), (ACTIVE_MATERIAL,))
    assert inside.mean == pytest.approx(np.full(3, 4 / 3 * radius * VOXEL), rel=0.01)
    # Half of the chords of a ball are longer than √2 R, the two that its disk is cut in evenly.
    longer = inside.share[:, inside.length > np.sqrt(2) * radius * VOXEL].sum(axis=1)
    assert longer == pytest.approx(np.full(3, 0.5), abs=0.05)  # a voxel's length is 5 % of them


def test_chords_between_random_spheres_fall_off_exponentially():
    shape, radius, count = (90, 100, 110), 8.0, 400
    labels = overlapping_spheres(shape, count, radius, seed=11)
    volume = volume_of(labels, periodic=True)
    got = chords(volume)
    density = count / labels.size
    expected = boolean_pore_chord(density, radius)
    # 4 ε/S of the same medium is the same number.
    area = density * sphere_area(radius) * boolean_porosity(density, radius)
    assert expected == pytest.approx(4 * boolean_porosity(density, radius) / area)
    # Of the shortest chords those that miss all centres of voxels are not seen: lengths are
    # geometric instead of exponential. 400 spheres have a spread of 1/√400.
    counted = 1 / (1 - np.exp(-1 / expected))
    assert got.mean / VOXEL == pytest.approx(np.full(3, counted), rel=0.05)
    beyond = got.share[1:, got.length > expected * VOXEL].sum(axis=1)
    assert beyond == pytest.approx(np.full(2, np.exp(-1)), abs=0.03)


def test_mean_of_cut_lines_has_no_bias():
    volume = volume_of(overlapping_spheres((60, 90, 90), 250, 7.0, seed=2), periodic=True)
    whole = chords(volume).mean
    parts = [
        chords(volume_of(volume.labels[:, j : j + 30, i : i + 30])).mean
        for j in (0, 30, 60)
        for i in (0, 30, 60)
    ]
    # Nine parts of some 30 spheres each; leaving out cut chords would give half of it.
    assert 1 / (1 / np.array(parts)).mean(axis=0) == pytest.approx(whole, rel=0.06)


def test_chords_do_not_depend_on_where_a_periodic_electrode_is_cut():
    volume = volume_of(overlapping_spheres((30, 36, 40), 60, 6.0, seed=3), periodic=True)
    whole, again = chords(volume), chords(rolled(volume, (17, 9)))
    assert np.array_equal(again.share, whole.share)
    assert np.array_equal(again.mean, whole.mean)


def test_a_phase_that_is_not_there_has_none():
    assert chords(volume_of(solid((4, 4, 4))), (CARBON_BINDER,)) is None
