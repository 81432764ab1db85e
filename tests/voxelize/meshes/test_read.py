"""Meshes as voxels: a voxel is in where its centre is; what is no solid is named."""

import numpy as np
import pytest
import trimesh
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkImplicitPolyDataDistance

from dem.errors import InputError
from tests.voxelize.meshes.shapes import H, balls, touching
from voxelize.meshes.load import read_bodies
from voxelize.meshes.read import Placing, read_meshes
from voxelize.meshes.surface import particle_surfaces
from voxelize.meshes.winding import winding_numbers
from voxelize.meshes.write import write_surfaces
from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR

PLACING = Placing(voxel_size=0.5e-6)


def winding(mesh, shape):
    """Winding numbers of a trimesh in voxels, indexed z, y, x."""
    points = np.ascontiguousarray(mesh.vertices[:, ::-1])
    return winding_numbers(points, np.asarray(mesh.faces, np.int64), (0, 0, 0), shape)


def centres(shape):
    z, y, x = (n + 0.5 for n in np.indices(shape))
    return np.stack([x, y, z], axis=-1).reshape(-1, 3)


def turned(mesh, seed, middle):
    """The mesh in a random attitude about a place."""
    mesh = mesh.copy()
    mesh.apply_transform(trimesh.transformations.random_rotation_matrix(
        np.random.default_rng(seed).random(3)))  # fmt: skip
    mesh.apply_translation(middle)
    return mesh


def signed_distance(mesh, places):
    """Distance of places to a mesh, negative inside, by VTK."""
    surface = vtkPolyData()
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.asarray(mesh.vertices), deep=True))
    cells = vtkCellArray()
    rows = np.insert(np.asarray(mesh.faces, np.int64), 0, 3, axis=1).ravel()
    cells.ImportLegacyFormat(numpy_to_vtkIdTypeArray(rows, deep=True))
    surface.SetPoints(points)
    surface.SetPolys(cells)
    distance = vtkImplicitPolyDataDistance()
    distance.SetInput(surface)
    return np.array([distance.EvaluateFunction(place) for place in places])


SHAPES = {
    "ball": trimesh.creation.icosphere(subdivisions=3, radius=8.0),
    "box": trimesh.creation.box((13.0, 9.0, 6.0)),
    "ring": trimesh.creation.torus(6.5, 2.5),
    "capsule": trimesh.creation.capsule(height=9.0, radius=3.0),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_voxels_are_those_whose_centres_an_independent_library_finds_inside(shape):
    mesh = turned(SHAPES[shape], 3, (11.2, 10.7, 12.1))
    window = (24, 22, 23)
    found = winding(mesh, window)
    theirs = signed_distance(mesh, centres(window)).reshape(window) < 0.0
    assert set(np.unique(found)) == {0, 1}
    assert np.array_equal(found == 1, theirs)


def test_box_on_the_centres_of_voxels_holds_each_of_them_once():
    """Every ray meets edges, corners and sides that it lies in: each counts for one box of many."""
    boxes = np.zeros((8, 8, 8), dtype=int)
    for low in np.ndindex(3, 3, 3):
        box = trimesh.creation.box((2.0, 2.0, 2.0))
        box.apply_translation(np.array(low) * 2.0 + 1.5)
        number = winding(box, (8, 8, 8))
        assert set(np.unique(number)) <= {0, 1} and number.sum() == 8
        boxes += number
    # 3 × 3 × 3 boxes that share faces fill a cube without a gap and without doubles.
    assert boxes.max() == 1 and boxes.sum() == 6**3


def test_volume_in_voxels_converges_to_the_mesh_s():
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=1.0)
    errors = []
    for edge in (8, 16, 32, 64):
        scaled = mesh.copy()
        scaled.apply_scale(0.4 * edge)
        scaled.apply_translation([edge / 2 + 0.21, edge / 2 - 0.13, edge / 2 + 0.37])
        count = int(winding(scaled, (edge,) * 3).sum())
        errors.append(abs(count / scaled.volume - 1.0))
    # Counting centres errs by less than a hundredth of the surface's layer of voxels.
    assert all(e < 0.01 * 3 / (0.4 * n) * 8 for e, n in zip(errors, (8, 16, 32, 64), strict=True))
    assert errors[-1] < 1e-3


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("where", ["x.ply", "x", "x.stl"])
def test_surfaces_out_and_in_again_change_no_voxel(where, periodic, tmp_path):
    volume = touching(periodic)
    write_surfaces(tmp_path / f"x{'.stl' if where == 'x' else where[1:]}",
                   particle_surfaces(volume), volume)  # fmt: skip
    placing = Placing(
        H, box=(56 * H, 48 * H), thickness=volume.thickness, foil_thickness=4 * H, periodic=periodic
    )
    again = read_meshes(tmp_path / where, placing, 0.5)
    assert np.array_equal(again.labels, volume.labels)
    assert (again.voxel_size, again.thickness, again.periodic) == (H, volume.thickness, periodic)
    if where != "x.stl":
        # One STL for all tells bodies by what is connected; some of these balls are in pieces.
        kept = np.unique(volume.particle[volume.particle >= 0])
        number = np.append(np.searchsorted(kept, np.arange(volume.particle.max() + 1)), -1)
        assert np.array_equal(again.particle, number[volume.particle])


def test_finer_voxels_than_those_of_the_surfaces_keep_the_volumes(tmp_path):
    volume = balls([(9.2, 10.1, 9.8), (9.5, 10.0, 24.3)], [8.0, 6.0], (20, 20, 34))
    write_surfaces(tmp_path / "two.ply", particle_surfaces(volume), volume)
    fine = read_meshes(tmp_path / "two.ply", Placing(H / 3, box=(34 * H, 20 * H)))
    before = np.bincount(volume.particle[volume.particle >= 0])
    after = np.bincount(fine.particle[fine.particle >= 0]) / 27
    # 0.2 % of the surface's level and what counting centres adds.
    assert after == pytest.approx(before, rel=5e-3)


def ball(radius=3.0, place=(5.0, 5.0, 4.0), subdivisions=2):
    mesh = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    mesh.apply_translation(place)
    return mesh


def write(path, mesh):
    mesh.export(path)
    return path


def shell():
    """A ball with a hollow."""
    inner = ball(1.5)
    inner.invert()
    return trimesh.util.concatenate([ball(3.0), inner])


def test_file_of_many_bodies_is_split_and_cavities_stay_with_their_hosts(tmp_path):
    trimesh.util.concatenate([shell(), ball(2.0, (12.0, 5.0, 4.0))]).export(tmp_path / "all.stl")
    first, second = read_bodies(tmp_path / "all.stl")
    assert first.name.endswith("all.stl: body 1 of 2")
    assert len(first.faces) == 2 * 320 and len(second.faces) == 320
    volume = read_meshes(tmp_path / "all.stl", PLACING)
    one = read_meshes(write(tmp_path / "one.stl", ball()), PLACING).labels
    hollow = read_meshes(write(tmp_path / "inner.stl", ball(1.5)), PLACING).labels
    found = volume.particle[:, :12, :12] == 0
    assert found.sum() == one.sum() - hollow.sum()
    assert np.array_equal(found[3:9, 3:9, 3:9], hollow == 0)


def test_bodies_that_touch_at_a_corner_are_two(tmp_path):
    one, other = trimesh.creation.box((4, 4, 4)), trimesh.creation.box((4, 4, 4))
    other.apply_translation((4, 4, 4))
    trimesh.util.concatenate([one, other]).export(tmp_path / "two.stl")
    volume = read_meshes(tmp_path / "two.stl", PLACING)
    assert np.bincount(volume.particle[volume.particle >= 0]).tolist() == [512, 512]


def test_folder_holds_one_particle_a_file_in_natural_order(tmp_path):
    for number, x in ((10, 20.0), (2, 12.0), (1, 4.0)):
        ball(3.0, (x, 5.0, 3.0)).export(tmp_path / f"p{number}.obj")
    ball(1.0, (26.0, 5.0, 3.0)).export(tmp_path / "p11.ply")
    (tmp_path / "notes.txt").write_text("not a mesh")
    volume = read_meshes(tmp_path, PLACING)
    places = [np.argwhere(volume.particle == p)[:, 2].mean() for p in range(4)]
    assert places == sorted(places)


def test_box_foil_and_origin_come_from_the_scenario(tmp_path):
    ball(3.0, (5.0, 5.0, 3.0)).export(tmp_path / "one.stl")
    placing = Placing(
        0.5e-6, box=(10e-6, 12e-6), origin=(0.0, -1e-6, 0.0), thickness=8e-6, foil_thickness=2e-6
    )
    volume = read_meshes(tmp_path / "one.stl", placing, 0.4)
    assert volume.labels.shape == (20, 24, 20)
    assert volume.collector_layers == 4 and (volume.labels[:4] == COLLECTOR).all()
    assert volume.thickness == 8e-6 and volume.cbd_nanoporosity == 0.4
    middle = np.argwhere(volume.labels == ACTIVE_MATERIAL).mean(axis=0)
    assert middle == pytest.approx([4 + 6 - 0.5, 12 - 0.5, 10 - 0.5], abs=0.05)


@pytest.mark.parametrize(("foil", "layers"), [(0.0, 0), (0.1e-6, 1), (0.6e-6, 1), (0.8e-6, 2)])
def test_foil_is_drawn_in_whole_layers_at_least_one(foil, layers, tmp_path):
    ball(3.0, (5.0, 5.0, 3.0)).export(tmp_path / "one.stl")
    volume = read_meshes(tmp_path / "one.stl", Placing(0.5e-6, foil_thickness=foil))
    assert volume.collector_layers == layers
    assert volume.thickness == pytest.approx(6e-6)


def test_body_across_a_periodic_side_comes_in_again(tmp_path):
    ball(3.0, (0.5, 5.0, 3.0)).export(tmp_path / "one.stl")
    box = (10e-6, 10e-6)
    whole = read_meshes(tmp_path / "one.stl", Placing(0.5e-6, box=box, periodic=True))
    said = []
    cut = read_meshes(tmp_path / "one.stl", Placing(0.5e-6, box=box), tell=said.append)
    # The same ball in the middle of the box, moved by a whole number of voxels and rolled back.
    ball(3.0, (5.5, 5.0, 3.0)).export(tmp_path / "middle.stl")
    middle = read_meshes(tmp_path / "middle.stl", Placing(0.5e-6, box=box, periodic=True))
    assert (middle.labels == ACTIVE_MATERIAL).sum() > 800
    assert np.array_equal(whole.labels, np.roll(middle.labels, -10, axis=2))
    assert np.array_equal(cut.labels[:, :, :14], whole.labels[:, :, :14])
    assert not cut.labels[:, :, 14:].any()
    assert "reaches 2.5 um beyond the box: cut there" in said[0]


def test_shared_voxels_go_to_the_body_around_them(tmp_path):
    """Two boxes overlap by 1 µm: the plane in the middle of the overlap parts them."""
    one, other = trimesh.creation.box((5.5, 6, 6)), trimesh.creation.box((5.5, 6, 6))
    other.apply_translation((4.5, 0, 0))
    other.merge_vertices()
    trimesh.util.concatenate([one, other]).export(tmp_path / "two.stl")
    placing = Placing(0.25e-6, overlap_limit=0.2)
    volume = read_meshes(tmp_path / "two.stl", placing)
    assert (volume.labels == ACTIVE_MATERIAL).all()
    assert np.bincount(volume.particle.ravel()).tolist() == [20 * 24 * 24, 20 * 24 * 24]
    assert (volume.particle[:, :, :20] == 0).all()
    with pytest.raises(InputError, match=r"body 1 of 2 and .*body 2 of 2 overlap by 18.2 %"):
        read_meshes(tmp_path / "two.stl", Placing(0.25e-6, overlap_limit=0.1))


def without(mesh, *rows):
    keep = np.ones(len(mesh.faces), dtype=bool)
    keep[list(rows)] = False
    return trimesh.Trimesh(mesh.vertices, mesh.faces[keep], process=False)


def without_a_side(mesh):
    """The ball without the twelve triangles nearest to one of its corners."""
    away = np.linalg.norm(mesh.triangles_center - mesh.vertices[0], axis=1)
    return without(mesh, *np.argsort(away, kind="stable")[:12])


def flipped(mesh, *rows):
    faces = mesh.faces.copy()
    faces[list(rows)] = faces[list(rows)][:, ::-1]
    return trimesh.Trimesh(mesh.vertices, faces, process=False)


def inside_out(mesh):
    mesh.invert()
    return mesh


def dented(mesh):
    """One corner of a ball pulled through its far side."""
    points = mesh.vertices.copy()
    points[0] += 3.0 * (np.array([5.0, 5.0, 4.0]) - points[0])
    return trimesh.Trimesh(points, mesh.faces, process=False)


def fin(mesh):
    """A triangle that stands on an edge of the ball."""
    a, b = mesh.faces[0][:2]
    points = np.vstack([mesh.vertices, mesh.vertices[a] * 1.3])
    return trimesh.Trimesh(
        points, np.vstack([mesh.faces, [a, b, len(mesh.vertices)]]), process=False
    )


BROKEN = {
    "open": (without(ball(), 5), "is open (3 edges of one triangle only)", "holes filled"),
    "wide open": (without_a_side(ball()), "is open", "holes filled"),
    "turned": (flipped(ball(), 7), "face opposite ways (at 3 edges)", "1 triangles turned"),
    "inside out": (inside_out(ball()), "is inside out", "turned inside out"),
    "crossing": (dented(ball(subdivisions=1)), "crosses itself", "count as inside"),
    "fin": (fin(ball()), "is open (2 edges", None),
    "flat": (trimesh.Trimesh([[0, 0, 0], [4, 0, 0], [0, 4, 0], [4, 4, 0]],
                             [[0, 1, 2], [2, 1, 3], [0, 2, 1], [2, 3, 1]], process=False),
             "edges of more than two triangles", None),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_body_that_is_no_solid_is_named_and_mended_on_request(case, tmp_path):
    mesh, message, mended = BROKEN[case]
    path = tmp_path / "all.ply"
    trimesh.util.concatenate([ball(2.0, (14.0, 5.0, 4.0)), mesh]).export(path)
    with pytest.raises(InputError) as refusal:
        read_meshes(path, PLACING)
    text = str(refusal.value)
    assert f"{path}: body 2 of 2" in text and message in text and "electrode.repair" in text
    repair = Placing(0.5e-6, repair=True)
    if mended is None:
        with pytest.raises(InputError, match="and, repaired"):
            read_meshes(path, repair)
        return
    said = []
    volume = read_meshes(path, repair, tell=said.append)
    assert len(said) == 1 and "body 2 of 2" in said[0] and mended in said[0]
    if case != "crossing":
        whole = trimesh.util.concatenate([ball(2.0, (14.0, 5.0, 4.0)), ball()])
        voxels = read_meshes(write(tmp_path / "whole.ply", whole), PLACING).particle
        # A flat cap over 12 of 320 triangles takes some voxels away; the others are whole again.
        changed = (volume.particle != voxels).sum()
        assert changed < 40 if case == "wide open" else changed == 0


@pytest.mark.parametrize(
    ("unit", "size"), [(1.0, "6.03 m"), (1e-3, "6.03 mm"), (1e-9, "6.03 nm"), (0.5e-12, "3.02 pm")]
)
def test_implausible_unit_is_refused_with_the_size_that_it_gives(unit, size, tmp_path):
    ball(3.05).export(tmp_path / "one.stl")
    with pytest.raises(InputError, match=rf"particles measure {size} \(median of 1\)"):
        read_meshes(tmp_path / "one.stl", Placing(0.5e-6, unit=unit))


def refused(tmp_path, mesh, **changed):
    mesh.export(tmp_path / "one.stl")
    with pytest.raises(InputError) as refusal:
        read_meshes(tmp_path / "one.stl", Placing(**({"voxel_size": 0.5e-6} | changed)))
    assert "one.stl" in str(refusal.value) or "electrode." in str(refusal.value)
    return str(refusal.value)


def test_bodies_that_do_not_fit_the_box_are_refused(tmp_path):
    box = (10e-6, 10e-6)
    assert "lies outside the box" in refused(tmp_path, ball(3, (30, 5, 3)), box=box)
    assert "1 um below the collector" in refused(tmp_path, ball(3, (5, 5, 2)), box=box)
    assert "need a box" in refused(tmp_path, ball(), periodic=True)
    assert "wider than the periodic box" in refused(
        tmp_path, ball(6, (5, 5, 6)), box=box, periodic=True
    )
    assert "below electrode.thickness (5 um)" in refused(tmp_path, ball(), thickness=5e-6)
    assert "whole voxels of 500 nm" in refused(tmp_path, ball(), box=(10.2e-6, 10e-6))
    assert "expected 1 to 8192 along each" in refused(tmp_path, ball(), voxel_size=0.5e-9)
    assert "has its centre in a body" in refused(tmp_path, ball(0.05), voxel_size=5e-6)


@pytest.mark.parametrize("name", ["none.stl", "folder", "mesh.step", "empty.stl", "text.ply"])
def test_path_without_meshes_is_refused(name, tmp_path):
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif name != "none.stl":
        path.write_text("" if name == "empty.stl" else "no mesh")
    with pytest.raises(InputError, match=name):
        read_meshes(path, PLACING)
