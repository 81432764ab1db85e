"""How well grains stand for particles: figures against closed forms, and finer grains converge."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from dem.bonding.strength import BondStrength
from voxelize.divide.contact_gap import first_contact_of_spheres, first_contact_of_surfaces
from voxelize.divide.decompose import DecompositionSettings, SolidPhase, decompose
from voxelize.divide.quality import assess
from voxelize.divide.surface import envelope_distance, inertia_tensor, smooth_surface
from voxelize.volume import Volume

H = 0.25e-6
DIAMETER = 12e-6
SOLID = SolidPhase(4760.0, BondStrength(4e8, 4e8, 10.0))
SIZES = (4e-6, 2.8e-6, 2e-6, 1.4e-6, 1e-6)


def ball_of_voxels(radius, seed=3):
    """Centres (n, 3) of the voxels within a sphere, and its centre."""
    across = int(2 * radius + 6)
    centre = across / 2 + np.random.default_rng(seed).uniform(-0.5, 0.5, 3)
    place = np.stack(np.meshgrid(*[np.arange(across) + 0.5] * 3, indexing="ij"), -1).reshape(-1, 3)
    return place[((place - centre) ** 2).sum(axis=1) < radius**2], centre


def bumpy(seed=3):
    """A particle whose radius varies by 12 % in the direction."""
    across = int(np.ceil(1.3 * DIAMETER / H)) + 4
    centre = across / 2 + np.random.default_rng(seed).uniform(-0.5, 0.5, 3)
    z, y, x = (np.indices((across,) * 3).T + 0.5 - centre).T
    distance = np.sqrt(z * z + y * y + x * x)
    shape = np.sin(3 * np.arctan2(y, x)) * np.sin(2 * np.arccos(z / distance))
    inside = distance < DIAMETER / 2 / H * (1 + 0.12 * shape)
    particle = np.where(inside, 0, -1).astype(np.int32)
    return Volume(inside.astype(np.uint8), H, False, across * H, 0.5, particle)


@cache
def quality(grain_size):
    return assess(decompose(bumpy(), DecompositionSettings(grain_size), SOLID, SOLID, 1))


def order(values, sizes=SIZES):
    """Slope of the values over the sizes, both logarithmic."""
    return np.polyfit(np.log(sizes), np.log(values), 1)[0]


def test_contact_spheres_near_the_surface_as_grains_shrink():
    # Valleys between spheres that touch a smooth surface are as deep as a share of their width.
    for name in ("surface_misfit_mean_voxels", "surface_misfit_p95_voxels"):
        found = [getattr(quality(size), name) for size in SIZES]
        assert (np.diff(found) < 0).all()
        # First order: what valleys differ from a share of the width falls with more grains.
        assert order(found) == pytest.approx(1.0, abs=0.15)


def test_tensor_of_inertia_converges_with_the_square_of_the_grain():
    # What points miss is the grains' own moment, of the order of their width squared.
    assert order([quality(size).inertia_error_points for size in SIZES]) == pytest.approx(
        2, abs=0.1
    )
    # Homogeneous spheres hold nearly all of that: what is left is that cells are no spheres.
    for size in SIZES:
        assert quality(size).inertia_error_spheres < 0.2 * quality(size).inertia_error_points


def test_gap_left_at_contact_shrinks_with_the_grains():
    width = np.array([quality(size).grain_width_um for size in SIZES])
    gap = np.array([quality(size).contact_gap_bias for size in SIZES])
    spread = np.array([quality(size).contact_gap_spread for size in SIZES])
    # The calibrated radius keeps it within a tenth of a width or so for 27 grains and for 1700.
    assert (np.abs(gap) < 0.15).all()
    assert (spread < 0.15).all()
    assert spread[-1] * width[-1] < 0.5 * spread[0] * width[0]


def test_a_larger_contact_radius_opens_the_gap():
    settings = DecompositionSettings(2e-6, contact_radius_factor=1.0)
    full = assess(decompose(bumpy(), settings, SOLID, SOLID, 1))
    # Spheres of a cell's volume reach 0.62 of its width, 0.15 of that further: 0.19 a pair.
    assert full.contact_gap_bias - quality(2e-6).contact_gap_bias == pytest.approx(0.19, abs=0.02)
    assert full.surface_offset_voxels < quality(2e-6).surface_offset_voxels


@pytest.mark.parametrize("radius", [5, 8, 16])
def test_smooth_surface_of_a_sphere_of_voxels(radius):
    voxel, _ = ball_of_voxels(radius)
    surface, area = smooth_surface(voxel)
    reach = np.linalg.norm(surface - voxel.mean(axis=0), axis=1)
    same = np.cbrt(0.75 * len(voxel) / np.pi)
    # A twentieth of a voxel, which is what a quarter of a grain's voxel shows as in the misfit.
    assert np.average(reach, weights=area) == pytest.approx(same, abs=0.05)
    assert area.sum() == pytest.approx(4 * np.pi * same**2, rel=0.03)


def test_two_spheres_of_voxels_touch_where_spheres_do():
    voxel, _ = ball_of_voxels(9)
    surface = smooth_surface(voxel)[0] - voxel.mean(axis=0)
    found = first_contact_of_surfaces(surface, surface[:, [1, 2, 0]])
    # Measured ± 0.07 over random orientations.
    assert found == pytest.approx(2 * np.cbrt(0.75 * len(voxel) / np.pi), abs=0.15)


def test_first_contact_of_clumps_is_that_of_all_pairs_of_spheres():
    rng = np.random.default_rng(5)
    one, other = rng.normal(size=(2, 60, 3)) * 4
    radii = rng.uniform(0.5, 2.0, (2, 60))
    reach = np.add.outer(*radii)
    aside = ((one[:, None, 1:] - other[None, :, 1:]) ** 2).sum(axis=-1)
    meet = np.sqrt(np.maximum(reach**2 - aside, 0.0)) + one[:, None, 0] - other[None, :, 0]
    expected = meet[aside < reach**2].max()
    found = first_contact_of_spheres(one, radii[0], other, radii[1])
    assert found == pytest.approx(expected, rel=1e-12)


def test_distance_to_the_envelope_of_spheres():
    centre, radius = np.array([[0.0, 0, 0], [4, 0, 0]]), np.array([1.0, 2.0])
    point = np.array([[0.0, 3, 0], [7, 0, 0], [4, 1, 0]])
    assert np.allclose(envelope_distance(point, centre, radius), [2.0, 1.0, -1.0], atol=1e-12)


def test_tensor_of_inertia_of_a_bar():
    place = np.array([[0.0, 0, -2], [0, 0, 2]])
    found = inertia_tensor(place, np.full(2, 3.0), np.full(2, 0.5))
    assert np.allclose(found, np.diag([25.0, 25.0, 1.0]), atol=1e-12)


def test_particles_across_periodic_sides_are_measured_as_inside():
    volume = bumpy()
    moved = dataclasses.replace(
        volume,
        periodic=True,
        labels=np.roll(volume.labels, (21, -17), (1, 2)),
        particle=np.roll(volume.particle, (21, -17), (1, 2)),
    )
    found = assess(decompose(moved, DecompositionSettings(2e-6), SOLID, SOLID, 1))
    # The same particle and other grains, whose misfit scatters by a few per cent.
    for name in ("surface_misfit_mean_voxels", "inertia_error_points", "grain_width_um"):
        assert getattr(found, name) == pytest.approx(getattr(quality(2e-6), name), rel=0.05)


def test_unbreakable_particles_are_counted_and_have_no_surface_figures():
    settings = DecompositionSettings(2e-6, single_grain_below=1e-3)
    found = assess(decompose(bumpy(), settings, SOLID, SOLID, 1))
    assert (found.particles, found.grains, found.bonds) == (1, 1, 0)
    assert found.unbreakable_volume_fraction == 1.0
    assert found.grains_per_particle_least == 0
    assert np.isnan(found.contact_gap_bias)
