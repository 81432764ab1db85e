"""Structure figures against closed forms."""

import numpy as np
import pytest
import tifffile

from dem.errors import InputError
from electrochem.structure.measure import measure
from electrochem.structure.percolation import clusters, share_of, spanning
from tests.analytic_transport import cap_area, sphere_area
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, PORE, Volume

VOXEL = 0.4e-6


def volume_of(labels, periodic=False, thickness=None, nanoporosity=0.5):
    labels = np.asarray(labels, np.uint8)
    thickness = len(labels) * VOXEL if thickness is None else thickness
    return Volume(labels, VOXEL, periodic, thickness, nanoporosity)


def distance_from(centre, shape):
    grid = np.meshgrid(*(np.arange(n) + 0.5 for n in shape), indexing="ij", sparse=True)
    return [axis - c for axis, c in zip(grid, centre, strict=True)]


def sphere(radius, shift=(0.1, -0.3, 0.2), margin=7):
    n = 2 * radius + 2 * margin
    z, y, x = distance_from(np.array(shift) + n / 2, (n, n, n))
    return np.where(z**2 + y**2 + x**2 < radius**2, ACTIVE_MATERIAL, PORE)


def test_layers_give_their_fractions_areas_and_profile():
    labels = np.zeros((12, 6, 5), np.uint8)
    labels[:2] = COLLECTOR
    labels[2:6] = ACTIVE_MATERIAL
    labels[6:9] = CARBON_BINDER
    labels[9:] = PORE
    got = measure(volume_of(labels, periodic=True, thickness=9.5 * VOXEL, nanoporosity=0.4))
    # Exact: 4, 3 and 2.5 layers of 9.5, two flat interfaces.
    assert got.am_fraction == pytest.approx(4 / 9.5, rel=1e-12, abs=0.0)
    assert got.cbd_fraction == pytest.approx(3 / 9.5, rel=1e-12, abs=0.0)
    assert got.pore_fraction == pytest.approx(2.5 / 9.5, rel=1e-12, abs=0.0)
    assert got.porosity == pytest.approx((2.5 + 3 * 0.4) / 9.5, rel=1e-12, abs=0.0)
    flat = 1 / (9.5 * VOXEL)
    assert got.am_cbd_area_m2_m3 == pytest.approx(flat, rel=1e-6)
    assert got.cbd_pore_area_m2_m3 == pytest.approx(flat, rel=1e-6)
    assert got.am_pore_area_m2_m3 == 0.0
    assert got.height[-1] == pytest.approx(9.25 * VOXEL, rel=1e-12, abs=0.0)
    assert got.profile.shape == (10, 5)
    assert got.profile[4, CARBON_BINDER] == 1.0
    assert got.pore_percolating_share == 0.0


def test_upright_walls_count_a_cut_layer_with_its_height():
    labels = np.zeros((4, 8, 6), np.uint8)
    labels[:, :4] = ACTIVE_MATERIAL
    got = measure(volume_of(labels, periodic=True, thickness=3.25 * VOXEL))
    # Two walls (the seam is one) across 8 voxels; the normals are exact by symmetry.
    assert got.am_pore_area_m2_m3 == pytest.approx(2 / (8 * VOXEL), rel=1e-6)
    assert measure(volume_of(labels, thickness=3.25 * VOXEL)).am_pore_area_m2_m3 == pytest.approx(
        1 / (8 * VOXEL), rel=1e-6
    )


@pytest.mark.parametrize("radius", [4, 8, 16])
def test_sphere_has_its_area(radius):
    volume = volume_of(sphere(radius))
    area = measure(volume).am_pore_area_m2_m3 * volume.labels.size * VOXEL
    # Stated bias +1 to +2 %; counting faces would give +50 %.
    assert area == pytest.approx(sphere_area(radius), rel=0.025)


@pytest.mark.parametrize("shift", [(0, 20, 0), (0, 0, 20), (0, 20, 20)])
def test_sphere_across_the_seam_has_the_area_of_a_whole_one(shift):
    whole = sphere(13)
    rolled = np.roll(whole, shift, (0, 1, 2))
    expected = measure(volume_of(whole, periodic=True)).am_pore_area_m2_m3
    # The same faces, normals and weights in another order of summation.
    assert measure(volume_of(rolled, periodic=True)).am_pore_area_m2_m3 == pytest.approx(
        expected, rel=1e-6
    )


def test_binder_on_half_a_sphere_takes_half_its_area():
    radius, coat = 14, 3
    labels = sphere(radius, shift=(0, 0, 0), margin=12)
    n = len(labels)
    z, y, x = distance_from((n / 2,) * 3, labels.shape)
    squared = z**2 + y**2 + x**2
    labels[(squared >= radius**2) & (squared < (radius + coat) ** 2) & (z > 0)] = CARBON_BINDER
    got = measure(volume_of(labels))
    scale = labels.size * VOXEL
    half = cap_area(radius, radius)
    # The normals are the sphere's own, whatever lies on it: its bias and no more.
    assert got.am_cbd_area_m2_m3 * scale == pytest.approx(half, rel=0.025)
    assert got.am_pore_area_m2_m3 * scale == pytest.approx(half, rel=0.025)
    rim = np.pi * ((radius + coat) ** 2 - radius**2)
    # The coat's sharp edges are rounded over the smoothing length: a few per cent on 3 voxels.
    assert got.cbd_pore_area_m2_m3 * scale == pytest.approx(
        cap_area(radius + coat, radius + coat) + rim, rel=0.05
    )


@pytest.mark.parametrize("normal", [(1, 1, 0), (1, 1, 1), (3, 2, 1), (1, 0.1, 0.05), (1, 0.5, 0)])
def test_tilted_plane_has_its_area(normal):
    # A slab between planes of slope normal, its period fitted to the box so that no side shows.
    n = 60
    normal = np.array(normal, float)
    z, y, x = distance_from((n / 2,) * 3, (3 * n, n, n))
    height = z - n + (normal[1] * np.abs(y) + normal[2] * np.abs(x)) / normal[0]
    got = measure(volume_of(np.where(height < 0, ACTIVE_MATERIAL, PORE), periodic=True))
    expected = np.linalg.norm(normal) / normal[0] / (3 * n * VOXEL)
    # Stated bias up to +1 %, and 1 % for the ridges where the slopes meet.
    assert got.am_pore_area_m2_m3 == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("periodic", [True, False])
def test_electrolyte_wets_no_void_inside_a_particle(periodic):
    labels = sphere(14, shift=(0, 0, 0))
    open_ = measure(volume_of(labels, periodic))
    voids = labels.copy()
    voids[np.array(sphere(5, shift=(0, 0, 0), margin=16)) == ACTIVE_MATERIAL] = PORE
    got = measure(volume_of(voids, periodic))
    # The smoothed normals of the outer surface reach 2 voxels' deviation deep, the void lies 9.
    assert got.am_pore_area_m2_m3 == pytest.approx(open_.am_pore_area_m2_m3, rel=1e-3)
    assert got.porosity > open_.porosity
    # With a way out to the pores its wall counts.
    voids[14 + 7, 14 + 7, :] = np.where(voids[14 + 7, 14 + 7] == ACTIVE_MATERIAL, PORE, 0)
    assert measure(volume_of(voids, periodic)).am_pore_area_m2_m3 > 1.1 * got.am_pore_area_m2_m3


def test_film_of_two_voxels_keeps_both_sides():
    labels = np.zeros((20, 8, 8), np.uint8)
    labels[9:11] = CARBON_BINDER
    got = measure(volume_of(labels))
    assert got.cbd_pore_area_m2_m3 == pytest.approx(2 / (20 * VOXEL), rel=1e-6)


def test_cracks_are_pores_to_every_figure():
    labels = sphere(8)
    cracked = labels.copy()
    cracked[:, :, : labels.shape[2] // 2][labels[:, :, : labels.shape[2] // 2] == PORE] = CRACK
    plain, marked = measure(volume_of(labels)), measure(volume_of(cracked))
    assert marked.crack_fraction > 0.4
    assert marked.porosity == plain.porosity
    assert marked.am_pore_area_m2_m3 == plain.am_pore_area_m2_m3
    assert marked.pore_percolating_share == plain.pore_percolating_share == 1.0


def test_path_over_the_seam_percolates_only_when_periodic():
    phase = np.zeros((4, 3, 5), bool)
    phase[:2, 1, 4] = True
    phase[1:, 1, 0] = phase[1, 1, 0] = True
    assert not spanning(phase, periodic=False).any()
    assert np.array_equal(spanning(phase, periodic=True), phase)
    assert clusters(phase, periodic=False).max() == 2
    assert clusters(phase, periodic=True).max() == 1


def test_dead_ends_and_islands_are_told_apart():
    phase = np.zeros((5, 4, 4), bool)
    phase[:, 0, 0] = True
    phase[3:, 2, 2] = True
    phase[1, 3, 0] = True
    assert spanning(phase, periodic=False).sum() == 5
    got = measure(volume_of(np.where(phase, PORE, ACTIVE_MATERIAL)))
    assert got.pore_percolating_share == pytest.approx(5 / 8)


def test_binder_spans_the_body_below_the_peaks_that_a_plate_rests_on():
    labels = np.zeros((8, 6, 6), np.uint8)
    labels[:7, :3] = ACTIVE_MATERIAL
    labels[:7, 3] = CARBON_BINDER
    labels[:3, 5] = CARBON_BINDER  # an island: 18 of its 60 voxels
    labels[7, 0, 0] = ACTIVE_MATERIAL  # the peak, which no binder reaches
    got = measure(volume_of(labels))
    assert got.solid_percolating_share == pytest.approx(1 - 18 / (7 * 24 + 18))
    assert got.cbd_percolating_share == pytest.approx(42 / 60)


def test_volume_without_a_coating_is_refused():
    with pytest.raises(InputError, match="no coating"):
        measure(volume_of(np.full((3, 4, 4), COLLECTOR), thickness=0.0))


def test_connected_shares_of_a_published_electrode(electrode_data):
    labels = tifffile.imread(electrode_data / "polaron-generated" / "electrode.tiff")
    # Published with the data set, to four digits: through-connected along the first axis.
    for label, share in {0: 0.9989, 85: 0.9611, 170: 0.9740}.items():
        phase = labels == label
        weights = np.ones(len(labels))
        got = share_of(spanning(phase, periodic=False), phase, weights)
        assert got == pytest.approx(share, abs=6e-5)
