"""Surfaces from files: read to the same wall from every format, refused with the reason."""

import numpy as np
import pytest
import trimesh

from dem.errors import InputError
from dem.walls.mesh import mesh
from tests.dem.assemblies import UM
from tests.dem.walled import CUBE, sheet


def canonical(wall):
    """Triangles in an order of their own, with the first corner the least: (s, 3, 3)."""
    triangles = []
    for row in np.asarray(wall.surfaces)[:, :9].reshape(-1, 3, 3) + wall.centre:
        first = np.lexsort(row.T[::-1])[0]
        triangles.append(np.roll(row, -first, axis=0).ravel())
    return np.array(sorted(map(tuple, triangles)))


@pytest.mark.parametrize("suffix", [".stl", ".ply", ".obj", ".STL"])
def test_files_give_the_surface_in_metres(suffix, tmp_path):
    path = tmp_path / f"part{suffix}"
    points, faces = CUBE
    trimesh.Trimesh(points * [30.0, 20.0, 10.0], faces, process=False).export(path)
    wall = mesh(path, scale=UM, shift=(UM, 0.0, 0.0))
    expected = mesh((points * [30.0, 20.0, 10.0] * UM + [UM, 0, 0], faces))
    # These coordinates are exact in single precision; their products with the scale are rounded.
    assert canonical(wall) == pytest.approx(canonical(expected), rel=0, abs=1e-19)
    # STL files repeat every corner; the cube has eight.
    assert len(np.unique(wall.corners)) == 8
    assert mesh(str(path), scale=UM).extent == pytest.approx(wall.extent, rel=1e-15)


def test_small_surfaces_in_metres_keep_their_corners():
    # A triangle's side of 50 nm lies far above what is joined, though small in metres.
    points, faces = sheet(20, 1 * UM)
    assert len(np.unique(mesh((points, faces)).corners)) == 21**2


def one_bad(points=None, faces=None):
    return (CUBE[0] if points is None else points), (CUBE[1] if faces is None else faces)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (one_bad(faces=np.zeros((0, 3), int)), "holds no triangles"),
        (one_bad(points=CUBE[0] * [1, 1, 0]), "no area|neighbouring|more than two"),
        (one_bad(points=0 * CUBE[0]), "all corners lie at one point"),
        (one_bad(faces=np.vstack((CUBE[1], [[0, 1, 1]]))), "no area"),
        (one_bad(faces=np.vstack((CUBE[1], [[0, 3, 7]]))), "more than two"),
        (one_bad(faces=np.vstack((CUBE[1][:-1], CUBE[1][-1:, ::-1]))), "face opposite ways"),
        (one_bad(faces=CUBE[1] + 1), "index its 8 corners"),
        (one_bad(points=np.where(CUBE[0] > 0, np.nan, 0.0)), "finite coordinates"),
        (one_bad(points=CUBE[0][:, :2]), "of shape"),
        (
            (np.array([[0, 0, 0], [2, 0, 0], [1, 2, 0], [1, 0, 0], [0, -1, 0]], float),
             np.array([[0, 1, 2], [0, 4, 3]])),
            "meet edge to edge",
        ),
    ],
)  # fmt: skip
def test_surfaces_without_meaning_are_refused(source, reason):
    with pytest.raises(InputError, match=reason):
        mesh(source)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("nowhere.stl", None, "no such file"),
        ("part.step", b"ISO-10303", "is of the kind .step"),
        ("cut.stl", b"\0" * 80 + b"\xff\0\0\0" + b"\0" * 60, "cannot be read|holds no triangles"),
        ("noise.ply", b"\x93 not a mesh", "cannot be read|holds no triangles"),
        ("empty.stl", b"", "cannot be read|holds no triangles"),
        ("empty.obj", b"# nothing\n", "cannot be read|holds no triangles"),
    ],
)
def test_unreadable_files_are_refused_by_name(name, content, reason, tmp_path):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as refused:
        mesh(path)
    assert str(path) in str(refused.value)
    assert "expected" in str(refused.value)
