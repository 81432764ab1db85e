"""Surfaces of particles: closed, of the voxels' volume, smooth, and where the particles are."""

import errno
import json
import os

import numpy as np
import pytest
import trimesh

from dem.errors import InputError
from tests.voxelize.meshes.shapes import H, balls, touching
from voxelize.meshes import surface
from voxelize.meshes.extents import extents
from voxelize.meshes.surface import particle_surfaces
from voxelize.meshes.topology import EdgeFaults, edge_faults
from voxelize.meshes.write import write_surfaces
from voxelize.volume import Volume

VOLUME = 2.1e-3
"""What the search for the level leaves, 0.2 %, and rounding; the project asks for 0.5 %."""
CENTRE = np.array([16.13, 15.79, 16.37])


def as_trimesh(surface):
    """The surface as an independent library sees it, in voxels."""
    return trimesh.Trimesh(surface.points / H, surface.faces, process=False)


@pytest.mark.parametrize("radius", [4.0, 8.0, 12.3])
def test_ball_has_the_sphere_s_volume_area_and_place(radius):
    volume = balls([CENTRE], [radius], (32, 32, 33))
    (found,) = particle_surfaces(volume)
    mesh = as_trimesh(found)
    assert mesh.is_watertight and mesh.is_winding_consistent
    voxels = (volume.particle == 0).sum()
    assert mesh.volume == pytest.approx(voxels, rel=VOLUME)
    # What is left of the staircase, a ripple of 0.07 voxels, adds 0.3 % to large balls.
    sphere = np.cbrt(3 * voxels / (4 * np.pi))
    assert mesh.area == pytest.approx(4 * np.pi * sphere**2, rel=0.012 if radius < 5 else 0.005)
    distance = np.linalg.norm(mesh.vertices - CENTRE[::-1], axis=1)
    assert distance.std() < 0.08
    # Half a voxel is what voxels that are wholly in or out leave open; normals face outwards.
    assert np.abs(distance - sphere).max() < 0.5
    outwards = (mesh.face_normals * (mesh.triangles_center - CENTRE[::-1])).sum(axis=1)
    assert (outwards > 0).all()


def test_touching_particles_keep_their_volumes():
    volume = touching()
    voxels = np.bincount(volume.particle[volume.particle >= 0])
    found = list(particle_surfaces(volume))
    assert [s.particle for s in found] == np.flatnonzero(voxels).tolist()
    for each in found:
        mesh = as_trimesh(each)
        assert mesh.is_watertight and mesh.is_winding_consistent
        assert mesh.volume == pytest.approx(voxels[each.particle], rel=VOLUME)


def test_particle_across_a_periodic_side_is_the_one_inside_moved():
    shape, foil = (30, 32, 36), 3
    inside = balls([(14, 15.3, 17.2)], [7.7], shape, True, foil)
    shifted = Volume(
        np.roll(inside.labels, (15, -20), (1, 2)), H, True, inside.thickness, 0.5,
        np.roll(inside.particle, (15, -20), (1, 2)),
    )  # fmt: skip
    (one,), (other,) = particle_surfaces(inside), particle_surfaces(shifted)
    assert np.array_equal(one.faces, other.faces)
    moved = (other.points - one.points) / H
    # Whole voxels, up to the rounding of the sums; x reaches beyond the box, not below it.
    assert moved == pytest.approx(np.tile([16.0, 15.0, 0.0], (len(moved), 1)), abs=1e-9)
    # z counts from the coated face of the foil.
    assert one.points[:, 2].mean() / H == pytest.approx(14.0, abs=0.1)


def test_hollow_particle_has_an_inner_surface():
    volume = balls([CENTRE, CENTRE], [5.0, 12.0], (32, 32, 33))
    particle = np.where(volume.particle == 1, 0, -1).astype(np.int32)
    shell = Volume((particle == 0).astype(np.uint8), H, False, 32 * H, 0.5, particle)
    (found,) = particle_surfaces(shell)
    outer, inner = sorted(as_trimesh(found).split(only_watertight=True), key=lambda m: -m.volume)
    assert outer.volume > 0 > inner.volume
    assert outer.volume + inner.volume == pytest.approx((particle == 0).sum(), rel=VOLUME)
    # A Gaussian moves a sphere of radius R inwards by σ²/R; the level then gives back the volume.
    moved = (12 - 5) / (12**2 + 5**2)
    # Terms of higher order in σ/R are a fifth of this shift.
    assert -inner.volume == pytest.approx(4 / 3 * np.pi * (5 - 1 / 5 - moved) ** 3, rel=0.05)


@pytest.mark.parametrize("shape", ["voxel", "plate", "needle", "corners"])
def test_specks_and_thin_shapes_stay_closed_and_keep_their_volume(shape):
    inside = np.zeros((12, 13, 14), dtype=bool)
    if shape == "voxel":
        inside[5, 6, 7] = True
    elif shape == "plate":
        inside[5, 2:11, 2:12] = True
    elif shape == "needle":
        inside[0:12, 6, 7] = True
    else:
        inside[3:6, 3:6, 3:6] = inside[6:9, 6:9, 6:9] = True
    particle = np.where(inside, 0, -1).astype(np.int32)
    (found,) = particle_surfaces(Volume(inside.astype(np.uint8), H, False, 12 * H, 0.5, particle))
    mesh = as_trimesh(found)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(inside.sum(), rel=VOLUME)


def test_box_of_a_particle_is_the_shortest_that_holds_it():
    ids = np.full((3, 10, 10), -1)
    ids[1, 8:, 2:4] = ids[1, :2, 2:4] = 0
    ids[0, 5, 5] = ids[2, 5, 9] = 2
    first, length = extents(ids, periodic=True)
    assert first.tolist() == [[1, 8, 2], [0, 0, 0], [0, 5, 5]]
    assert length.tolist() == [[1, 4, 2], [0, 0, 0], [3, 1, 5]]
    assert extents(ids, periodic=False)[1][0].tolist() == [1, 10, 2]


@pytest.mark.parametrize("ending", ["stl", "ply"])
def test_files_hold_one_closed_body_a_particle_in_micrometres(ending, tmp_path):
    volume = touching()
    surfaces = list(particle_surfaces(volume))
    path = tmp_path / f"2.80.{ending}"
    assert write_surfaces(path, iter(surfaces), volume) == len(surfaces)
    names = [f"particle_{s.particle:06d}.{ending}" for s in surfaces]
    assert sorted(file.name for file in (tmp_path / "2.80").iterdir()) == names
    for each, name in zip(surfaces, names, strict=True):
        mesh = trimesh.load(tmp_path / "2.80" / name, force="mesh")
        assert mesh.is_watertight
        # Corners have 24 bits.
        assert mesh.volume * 1e-18 == pytest.approx(as_trimesh(each).volume * H**3, rel=1e-4)
    whole = trimesh.load(path, force="mesh", process=False)
    assert len(whole.faces) == sum(len(s.faces) for s in surfaces)
    corners = 1e6 * np.concatenate([s.points for s in surfaces])
    assert whole.bounds[0] == pytest.approx(corners.min(axis=0), rel=1e-6, abs=1e-6)
    assert whole.bounds[1] == pytest.approx(corners.max(axis=0), rel=1e-6)
    told = json.loads((tmp_path / f"2.80.{ending}.json").read_text())
    assert told["unit"] == "um" and told["particles"] == len(surfaces)
    assert told["box_um"] == pytest.approx([56 * 0.4, 48 * 0.4])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2.80", path.name, f"{path.name}.json"]


def test_full_disk_leaves_old_files_and_no_half_folder(tmp_path, monkeypatch):
    volume = balls([CENTRE], [8.0], (32, 32, 33))
    path = tmp_path / "state.stl"
    write_surfaces(path, particle_surfaces(volume), volume)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    def fills_up(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fills_up)
    with pytest.raises(OSError, match="No space left"):
        write_surfaces(path, particle_surfaces(volume), volume)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_hole_of_marching_cubes_is_smoothed_over_or_told(monkeypatch):
    volume = balls([CENTRE], [8.0], (32, 32, 33))
    contour, torn = surface._contour, []

    def tears(occupancy, inside, level):
        points, faces = contour(occupancy, inside, level)
        torn.append(level)
        return points, faces[1:] if len(torn) <= 1 else faces

    monkeypatch.setattr(surface, "_contour", tears)
    (found,) = particle_surfaces(volume)
    assert len(torn) > 1 and as_trimesh(found).is_watertight


def test_edges_that_bound_no_solid_are_counted():
    box = trimesh.creation.box()
    faces = np.asarray(box.faces, dtype=np.int64)
    assert edge_faults(faces) == EdgeFaults(0, 0, 0)
    assert edge_faults(faces[1:]) == EdgeFaults(3, 0, 0)
    assert edge_faults(np.vstack([faces[:1, ::-1], faces[1:]])) == EdgeFaults(0, 0, 3)
    assert edge_faults(np.vstack([faces, faces[:1]])) == EdgeFaults(0, 3, 0)


def test_volume_without_particles_is_refused():
    with pytest.raises(InputError, match="no particle ids"):
        list(particle_surfaces(Volume(np.ones((4, 4, 4), np.uint8), H, False, 4 * H, 0.5)))
