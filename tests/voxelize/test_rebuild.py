"""Electrodes rebuilt from particle tables: volumes, places, cuts and trims."""

import numpy as np
import pytest
from scipy.optimize import brentq, linear_sum_assignment

from dem.errors import InputError
from voxelize.read.particle_table import ParticleTable, read_particle_table
from voxelize.rebuild.electrode import RebuildSettings, rebuild
from voxelize.rebuild.ellipsoids import Ellipsoids, volume_below
from voxelize.rebuild.overlap_kernels import moments
from voxelize.rebuild.share_out import share_out
from voxelize.rebuild.slivers import without_slivers

H = 0.5e-6


def spheres(centre, radius):
    """Spheres in voxels, z y x."""
    radius = np.asarray(radius, float)
    return Ellipsoids(
        np.asarray(centre, float),
        np.repeat(radius[:, None], 3, axis=1),
        np.rint(4 / 3 * np.pi * radius**3).astype(np.int64),
    )


def table_of(centre, half, share=np.pi / 6):
    """A table [m] of particles with box half-widths [µm], x y z, that fill a share of the box."""
    centre, half = 1e-6 * np.atleast_2d(centre), 1e-6 * np.atleast_2d(half)
    return ParticleTable(8 * half.prod(axis=1) * share, centre - half, centre + half, centre)


def everything(table, **settings):
    """Crop [µm] that leaves a cushion around all particles."""
    lower, upper = table.lower.min(axis=0), table.upper.max(axis=0)
    crop = tuple(zip(lower[::-1], upper[::-1], strict=True))
    return RebuildSettings(**({"voxel_size": H, "crop": crop, "smallest": 0, "trim": 0} | settings))


def test_particle_has_its_volume_centroid_and_the_proportions_of_its_box():
    """One of less volume than its box's ellipsoid, as an oblique or a ragged one has."""
    centre, half = np.array([21.3, 14.6, 11.2]), np.array([10.0, 7.0, 5.0])
    table = table_of(centre, half, share=0.44)
    volume, figures = rebuild(table, everything(table))
    inside = np.argwhere(volume.labels == 1)[:, ::-1] * H + 0.5 * H + table.lower[0]
    assert len(inside) == round(table.volume[0] / H**3)
    # A twentieth of a voxel: centroids of some 10⁴ voxels of a staircase.
    assert inside.mean(axis=0) == pytest.approx(table.centroid[0], abs=0.05 * H, rel=0)
    # Of a solid ellipsoid the variance along an axis is a²/5; 1 %: the staircase.
    semi_axis = 1e-6 * half * np.cbrt(0.44 / (np.pi / 6))
    assert np.sqrt(5 * inside.var(axis=0)) == pytest.approx(semi_axis, rel=0.01, abs=0)
    assert figures.overlap_share == 0.0
    assert figures.volume_error <= 1 / len(inside)


def test_oblique_ellipsoid_and_its_mirror_images_have_one_table():
    """Why no orientation is read from a table: R Σ Rᵀ and its mirrors share diagonal and det."""
    a = np.diag([10.0, 6.0, 4.0]) ** 2
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))[0]
    oblique = turn @ a @ turn.T
    for mirror in ([-1, 1, 1], [1, -1, 1], [1, 1, -1]):
        image = np.diag(mirror) @ oblique @ np.diag(mirror)
        assert not np.allclose(image, oblique)
        # Box half-widths are √Σ_kk and the volume 4/3 π √det Σ: rounding only.
        assert np.diag(image) == pytest.approx(np.diag(oblique), rel=1e-12)
        assert np.linalg.det(image) == pytest.approx(np.linalg.det(oblique), rel=1e-12)


def test_overlapping_spheres_are_cut_at_the_radical_plane_and_keep_their_volume():
    """Two equal spheres: each becomes a larger one without a cap, by the closed form of caps."""
    r, d = 20.0, 32.0
    shapes = spheres([[30.2, 30.1, 30.0], [30.2, 30.1, 30.0 + d]], [r, r])
    particle = share_out(shapes, (60, 60, 92))
    voxels, total = moments(particle, 2)
    # One voxel may stand for two as far from both centres.
    assert np.abs(voxels - shapes.voxels).max() <= 1
    x = np.nonzero(particle == 0)[2] + 0.5
    assert x.max() <= 46.0
    assert (np.nonzero(particle == 1)[2] + 0.5).min() >= 46.0

    def lacking(radius):
        cap = radius - d / 2
        return 4 / 3 * np.pi * radius**3 - np.pi * cap**2 * (radius - cap / 3) - shapes.voxels[0]

    radius = brentq(lacking, r, 2 * r)
    cap_moment = np.pi / 4 * (radius**2 - (d / 2) ** 2) ** 2
    away = cap_moment / shapes.voxels[0]
    centroid = total / voxels[:, None]
    # A hundredth of a voxel: mean of 33 000 voxels of a staircase.
    assert centroid[0] == pytest.approx([30.2, 30.1, 30.0 - away], abs=0.02, rel=0)
    assert centroid[1] == pytest.approx([30.2, 30.1, 62.0 + away], abs=0.02, rel=0)


def test_small_particle_in_the_flank_of_a_large_one_keeps_volume_and_place():
    shapes = spheres([[25.0, 25.0, 25.0], [25.0, 25.0, 42.0]], [20.0, 5.0])
    particle = share_out(shapes, (50, 50, 55))
    voxels, total = moments(particle, 2)
    assert np.abs(voxels - shapes.voxels).max() <= 1
    shift = np.abs(total / voxels[:, None] - shapes.centre)
    # The small one moves outwards, by a third of its radius at most, the large one inwards.
    assert shift[1].max() < 5.0 / 3
    assert shift[0].max() < 0.5


def test_sharing_out_has_the_least_sum_of_squared_distances():
    """Against an assignment solver on a grid small enough for one: the same optimum."""
    shapes = Ellipsoids(
        np.array([[4.1, 5.0, 4.2], [5.2, 5.9, 7.9], [6.1, 3.1, 6.0]]),
        np.array([[2.6, 3.1, 2.4], [2.2, 2.8, 3.3], [2.5, 2.0, 2.3]]),
        np.array([75, 80, 45]),
    )
    shape = (11, 11, 12)
    particle = share_out(shapes, shape)
    point = np.argwhere(np.ones(shape)) + 0.5
    cost = (((point[:, None] - shapes.centre) / shapes.semi_axis) ** 2).sum(axis=2)
    seats = np.repeat(np.arange(3), shapes.voxels)
    rows, columns = linear_sum_assignment(cost[:, seats])
    best = cost[rows, seats[columns]].sum()
    voxels, _ = moments(particle, 3)
    assert np.array_equal(voxels, shapes.voxels)
    mine = particle.ravel()
    found = cost[np.flatnonzero(mine >= 0), mine[mine >= 0]].sum()
    # The same sum in another order: rounding only.
    assert found == pytest.approx(best, rel=1e-9, abs=0)


def test_particles_in_one_place_are_refused():
    with pytest.raises(
        InputError, match=r"^\d+(\.\d+)? % of .*particles that lie within each other"
    ):
        share_out(spheres([[20.0, 20, 20], [20, 20, 20]], [10, 10]), (40, 40, 40))


def test_sides_cut_particles_as_planes_do():
    """A sphere half outside a side and one at a corner by its caps; none outside is drawn."""
    table = table_of([[0.0, 10, 10], [30, 10, 10], [50, 10, 10]], [[6, 6, 6]] * 3)
    crop = ((0, 20e-6), (0, 20e-6), (0, 28e-6))
    with pytest.raises(InputError, match=r"crop: in y from 0 .* expected it within the table's 4"):
        rebuild(table, everything(table, crop=crop))
    crop = ((4e-6, 16e-6), (4e-6, 16e-6), (0, 28e-6))
    volume, figures = rebuild(table, everything(table, crop=crop))
    assert volume.labels.shape == (24, 24, 56)
    half = volume.labels[:, :, :20].sum()
    cap = volume.labels[:, :, 40:].sum()
    sphere = 4 / 3 * np.pi * 12**3
    beyond = sphere * (1 - volume_below(np.array([30.0]), np.array([6.0]), np.array([28.0]))[0, 0])
    # 0.5 %: the staircase where a plane cuts it.
    assert half == pytest.approx(sphere / 2, rel=5e-3, abs=0)
    assert cap == pytest.approx(sphere - beyond, rel=5e-3, abs=0)
    assert figures.particles == 2
    assert sorted(np.unique(volume.particle)) == [-1, 0, 1]
    assert not volume.periodic


def test_empty_layers_and_lone_peaks_are_trimmed():
    """A bed of two layers of spheres under one peak, which takes the top with it untrimmed."""
    grid = 12.0 * np.argwhere(np.ones((4, 4, 2))) + 6.0
    table = table_of(np.vstack((grid, [[24, 24, 36]])), [[6, 6, 6]] * 33)
    volume, figures = rebuild(table, everything(table, trim=0.5, smallest=3e-6))
    layers = volume.labels.sum(axis=(1, 2))
    assert volume.thickness == pytest.approx(len(layers) * H, rel=1e-12, abs=0)
    # Layers of a sphere go as f = 1 − u², half of it lies where f > 0.88, so f = 0.44 is the end:
    # u = 0.75, three of the radius' twelve voxels at bottom and top.
    assert 41 <= len(layers) <= 43
    untrimmed, all_in = rebuild(table, everything(table, smallest=3e-6))
    assert len(untrimmed.labels) == 84
    assert all_in.trimmed_share == pytest.approx(0.0, abs=1e-12)
    kept = volume.labels.sum() / untrimmed.labels.sum()
    # A voxel layer's rounding of the planes' cuts.
    assert figures.trimmed_share == pytest.approx(1 - kept, abs=2e-3, rel=0)


def test_collector_at_the_other_end_turns_the_electrode_over():
    table = table_of([[10, 10, 8], [10, 10, 24]], [[8, 8, 8], [5, 5, 5]])
    lower, _ = rebuild(table, everything(table))
    upper, _ = rebuild(table, everything(table, collector_at_end=True))
    assert np.array_equal(upper.particle, lower.particle[::-1])


def test_foil_lies_below_the_coating_in_whole_layers():
    table = table_of([[10, 10, 8], [10, 10, 24]], [[8, 8, 8], [5, 5, 5]])
    bare, _ = rebuild(table, everything(table))
    volume, _ = rebuild(table, everything(table, foil_thickness=1.8e-6))
    assert volume.collector_layers == 4
    assert np.array_equal(volume.labels[4:], bare.labels)
    assert np.array_equal(volume.particle[4:], bare.particle)
    assert volume.thickness == bare.thickness


def test_window_shifted_by_whole_voxels_shows_the_same_voxels():
    rng = np.random.default_rng(5)
    table = table_of(rng.uniform(5, 35, (60, 3)), rng.uniform(2.5, 5.0, (60, 3)))
    wide, _ = rebuild(
        table, everything(table, crop=((9e-6, 3.1e-5), (5e-6, 3.5e-5), (5e-6, 3.5e-5)))
    )
    part, _ = rebuild(table, everything(table, crop=((1e-5, 3e-5), (1e-5, 3e-5), (1.5e-5, 3e-5))))
    assert (wide.labels.shape, part.labels.shape) == ((44, 60, 60), (40, 40, 30))
    inner = wide.labels[2:42, 10:50, 20:50]
    # Overlaps beyond the window's own particles and their neighbours are not looked at.
    assert (part.labels != inner).mean() < 1e-3


def test_specks_are_left_out_and_told():
    table = table_of([[6, 6, 6], [6, 6, 13]], [[6, 6, 6], [1, 1, 1]])
    volume, figures = rebuild(table, everything(table, smallest=3e-6))
    assert (figures.specks, figures.particles) == (1, 1)
    # (1/6)³ of the larger one's volume: rounding only.
    assert figures.speck_share == pytest.approx(1 / 217, rel=1e-9, abs=0)
    assert volume.labels.sum() == round(table.volume[0] / H**3)


def test_slivers_join_what_they_touch_and_lone_ones_are_pore():
    particle = np.full((8, 8, 8), -1, np.int32)
    particle[:4, :4, :4] = 3
    particle[4, :2, 0] = 5
    particle[6, 6, 6] = 3
    found = without_slivers(particle)
    assert (found[:4, :4, :4] == 0).all()
    assert (found[4, :2, 0] == 0).all()
    assert (found >= 0).sum() == 66


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"smallest": 1e-4}, "smallest: 100 µm leaves none"),
        ({"voxel_size": 5e-6}, "voxel_size: expected at most a third of the smallest"),
        ({"voxel_size": 2e-9}, "voxel_size: the window would have .* expected at most 2e"),
        ({"crop": ((0, 1e-5), (1e-5, 1e-6), (0, 1e-5))}, "crop: in y from 10 to 1 µm"),
        ({"crop": ((0, 1e-5), (0, 1e-5), (0, 9e-5))}, "crop: in x from 0 to 90 µm"),
        ({"crop": ((0, 1e-5), (0, 1e-5))}, "crop: .*found 2"),
        ({"crop": ((0, 1e-5), (0, 1e-6), (0, 1e-6))}, "crop: holds no particle's centroid"),
        ({"crop": ((2e-5, 3e-5), (0, 1e-5), (0, 1e-5))}, "crop: holds no active material"),
        ({"crop": ((0, 1.2e-5), (6e-6, 6.5e-6), (6e-6, 7e-6)), "voxel_size": 4e-6}, "at least a v"),
        ({"crop": ((1.1e-5, 1.2e-5), (6e-6, 7e-6), (6e-6, 6.5e-6))}, "crop: leaves nothing of any"),
        ({"crop": ((0, 1e-7), (0, 1e-5), (0, 1e-5))}, "crop: expected at least a voxel"),
    ],
)
def test_settings_that_do_not_fit_the_table_are_refused(change, said):
    table = table_of([[6, 6, 6]], [[6, 6, 6]])
    with pytest.raises(InputError, match=said):
        rebuild(table, everything(table, **change))


@pytest.fixture(scope="module")
def coated(electrode_data):
    path = electrode_data / "ethz-nmc-particles" / "NMC_94wt_0bar.csv"
    if not path.is_file():
        pytest.skip(f"no particle table at {path}; set CALENDEM_DATA to the folder of real data")
    return read_particle_table(path, 370e-9)


@pytest.mark.parametrize("voxel_size", [370e-9, 740e-9])
def test_real_uncalendered_electrode_is_rebuilt(coated, voxel_size):
    """A piece off the table's sides: its active material, volumes and places are the table's."""
    u = 370e-9
    crop = ((0, 300 * u), (450 * u, 590 * u), (450 * u, 590 * u))
    volume, figures = rebuild(coated, RebuildSettings(voxel_size, crop=crop))
    # 0.5 % asked; cuts at the window's sides move some material across them.
    assert figures.active_fraction == pytest.approx(figures.table_fraction, rel=1e-3, abs=0)
    assert figures.speck_share == pytest.approx(0.0037, abs=1e-4, rel=0)
    # Overlaps are few; a particle moves by less than a voxel of the table.
    assert figures.overlap_share < 0.01
    assert figures.shift_median < 0.2 * u
    assert figures.shift_largest < 3 * u
    # Volumes in whole voxels of the smallest particle's 14 (at 740 nm) or 300 (at 370 nm).
    assert figures.volume_error < 0.1
    # Slivers that the window's sides cut off are no particles.
    assert 0.97 * figures.particles < volume.particle.max() + 1 <= figures.particles
    assert figures.side_fullness > 0.75


def test_real_table_lacks_the_particles_that_its_image_cut(coated):
    """Its own sides are mostly empty, which the figures say: no window may reach there."""
    u = 370e-9
    crop = ((0, 300 * u), (2 * u, 160 * u), (450 * u, 608 * u))
    _, figures = rebuild(coated, RebuildSettings(740e-9, crop=crop))
    assert figures.side_fullness < 0.6
