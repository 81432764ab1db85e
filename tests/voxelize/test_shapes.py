"""Particles that are no spheres: their sphericity, their volume, and room for each of them."""

import numpy as np
import pytest
from skimage.measure import marching_cubes, mesh_surface_area

from dem.box import Box
from dem.errors import InputError
from dem.settle import separate
from voxelize.generate.part_shapes import part_shapes
from voxelize.generate.shapes import Shapes, draw_shapes, spheres
from voxelize.generate.surfaces import surfaces


def mesh_of(shapes, radius, number=0):
    """Wadell's sphericity and volume over the sphere's, of a mesh around one shape."""
    one = Shapes(*(part[number : number + 1] for part in shapes))
    n = int(2 * radius * one.reach[0]) + 6
    found = surfaces(np.full((1, 3), n / 2), np.array([radius]), one, (n, n, n), None, 1e3)
    points, faces, _, _ = marching_cubes(found.nearest, 0.0)
    corners = points[faces]
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    area = mesh_surface_area(points, faces)
    sphericity = np.pi ** (1 / 3) * (6 * abs(volume)) ** (2 / 3) / area
    return sphericity, abs(volume) / (4 / 3 * np.pi * radius**3)


@pytest.mark.parametrize("asked", [1.0, 0.95, 0.9, 0.85])
def test_shapes_have_the_sphericity_asked_for_and_the_volume_of_the_sphere(asked):
    shapes = draw_shapes(6, asked, np.random.default_rng(1))
    for number in range(6):
        sphericity, volume = mesh_of(shapes, 14.0, number)
        # Flat facets of a voxel on a radius of 14 cut off 1/14² of the volume, times about 0.5.
        assert sphericity == pytest.approx(asked, abs=2e-3)
        assert volume == pytest.approx(1.0, abs=5e-3)


def test_sphericity_out_of_reach_is_refused():
    with pytest.raises(InputError, match=r"sphericity: expected 0\.85"):
        draw_shapes(3, 0.8, np.random.default_rng(0))


def test_roughness_is_the_rms_height_over_the_radius():
    rng = np.random.default_rng(0)
    irregularity = np.float32(0.05) * rng.standard_normal((60, 60, 60), dtype=np.float32)
    centre, radius = np.full((1, 3), 30.0), np.array([20.0])
    smooth = surfaces(centre, radius, spheres(1), (60, 60, 60), None, 1e3).nearest
    rough = surfaces(centre, radius, spheres(1), (60, 60, 60), irregularity, 1e3).nearest
    shell = np.abs(smooth) < 1.0
    height = (smooth - rough)[shell] / 20.0
    # Some 10 000 independent heights: the standard error of their rms is 0.7 %.
    assert np.sqrt((height**2).mean()) == pytest.approx(0.05, rel=0.03)


def test_parted_shapes_share_no_voxel_and_stay_between_the_planes():
    rng = np.random.default_rng(4)
    radius = np.repeat([4e-6, 2e-6], [6, 30])
    box, height = Box(np.array([16e-6, 18e-6]), True), 22e-6
    shapes = draw_shapes(len(radius), 0.92, rng)
    start = separate(rng.random((len(radius), 3)) * (*box.length, height), radius, box, height)
    placed, turned = part_shapes(start, radius, shapes, box, height)
    assert np.allclose(np.linalg.norm(turned.axis, axis=2), 1.0)
    h = 0.25e-6
    grid = (int(height / h), 72, 64)
    taken = np.zeros(grid, np.int32)
    outside = 0
    for i in range(len(radius)):
        one = Shapes(*(part[i : i + 1] for part in turned))
        high = (grid[0] + 40, *grid[1:])
        centre = placed[i : i + 1] / h + (0, 0, 20)
        inside = surfaces(centre, radius[i : i + 1] / h, one, high, None, 1e3).nearest < 0
        outside += inside[:20].sum() + inside[-20:].sum()
        taken += inside[20:-20]
    # An overlap of 2 % of a radius is a fifth of a voxel here: hardly a voxel's centre.
    assert (taken > 1).sum() < 1e-3 * (taken > 0).sum()
    assert outside < 1e-3 * (taken > 0).sum()
    # 6 and 30 spheres of 4 and 2 µm fill 0.41 of the box.
    assert (taken > 0).mean() == pytest.approx(0.41, abs=0.01)


def test_shapes_that_cannot_fit_are_refused():
    box = Box(np.array([8e-6, 8e-6]), True)
    radius = np.full(30, 1.5e-6)
    rng = np.random.default_rng(0)
    shapes = draw_shapes(30, 0.9, rng)
    with pytest.raises(InputError, match="30 particles of this shape cannot be placed"):
        part_shapes(rng.random((30, 3)) * 8e-6, radius, shapes, box, 7e-6)
