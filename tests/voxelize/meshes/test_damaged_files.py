"""Damaged mesh files: one sentence, no traceback, no hang."""

import time

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dem.errors import InputError
from voxelize.meshes.load import read_bodies
from voxelize.meshes.read import Placing, read_meshes
from voxelize.meshes.winding import winding_numbers

PLACINGS = (
    Placing(0.5e-6), Placing(0.5e-6, repair=True),
    Placing(0.5e-6, box=(10e-6, 10e-6), periodic=True, repair=True, overlap_limit=1.0),
)  # fmt: skip
SECONDS = 5.0
"""A file of a hundred triangles takes milliseconds; a machine with other work is slower."""
EXAMPLES = settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory):
    """Compile what is timed below."""
    path = tmp_path_factory.mktemp("warm") / "warm.stl"
    path.write_bytes(whole("stl"))
    assert (read_meshes(path, PLACINGS[0]).particle == 1).any()
    for placing in PLACINGS[1:]:
        read_meshes(path, placing)
    winding_numbers(np.zeros((3, 3)), np.zeros((1, 3), np.int64), (0, 0, 0), (1, 1, 1))


def whole(ending):
    """Two small balls that share some voxels."""
    balls = [trimesh.creation.icosphere(subdivisions=1, radius=2.0) for _ in range(2)]
    balls[0].apply_translation((3, 3, 3))
    balls[1].apply_translation((6.8, 3, 3))
    exported = trimesh.util.concatenate(balls).export(file_type=ending)
    return exported if isinstance(exported, bytes) else exported.encode()


FILES = {ending: whole(ending) for ending in ("stl", "ply", "obj", "stl_ascii")}


def takes_or_refuses(path):
    """Read a file in every way; InputError alone may come, one line that names the file."""
    for placing in PLACINGS:
        begun = time.perf_counter()
        try:
            volume = read_meshes(path, placing)
        except InputError as error:
            assert path.name in str(error) and "\n" not in str(error)
        else:
            assert volume.labels.any() and volume.labels.size < 1e7
        assert time.perf_counter() - begun < SECONDS


@EXAMPLES
@given(kind=st.sampled_from(sorted(FILES)), data=st.data())
def test_bytes_that_were_changed_are_read_or_refused(kind, data, tmp_path):
    content = bytearray(FILES[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        # The head, where the format and the numbers of things stand, as often as the rest.
        end = data.draw(st.sampled_from((200, len(content))))
        content[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / f"changed.{kind.partition('_')[0]}"
    path.write_bytes(content)
    takes_or_refuses(path)


@EXAMPLES
@given(kind=st.sampled_from(sorted(FILES)), data=st.data())
def test_torn_and_spliced_files_are_read_or_refused(kind, data, tmp_path):
    content = FILES[kind]
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, len(content)))
    path = tmp_path / f"torn.{kind.partition('_')[0]}"
    path.write_bytes(content[:start] + data.draw(st.binary(max_size=40)) + content[stop:])
    takes_or_refuses(path)


@EXAMPLES
@given(data=st.data())
def test_any_triangles_are_solids_or_refused(data, tmp_path):
    """Corners on a coarse lattice make every kind of coincidence: folds, fins, doubles, planes."""
    corners = data.draw(st.integers(3, 9))
    place = st.integers(-3, 9) | st.sampled_from((1e30, 1e200, -1e200, np.nan, np.inf, 1e-30))
    points = data.draw(st.lists(st.tuples(place, place, place), min_size=corners, max_size=corners))
    corner = st.integers(0, corners - 1)
    faces = data.draw(st.lists(st.tuples(corner, corner, corner), min_size=1, max_size=24))
    path = tmp_path / "any.obj"
    corners = "".join(f"v {x!r} {y!r} {z!r}\n" for x, y, z in points)
    path.write_text(corners + "".join(f"f {a + 1} {b + 1} {c + 1}\n" for a, b, c in faces))
    takes_or_refuses(path)


@pytest.mark.parametrize(
    ("ending", "content"),
    [
        ("ply", b"ply\nformat ascii 1.0\nelement vertex 99999999999\nproperty float x\n"
                b"property float y\nproperty float z\nelement face 99999999999\n"
                b"property list uchar int vertex_indices\nend_header\n0 0 0\n"),
        ("ply", b"ply\nformat binary_little_endian 1.0\nelement vertex 99999999999\n"
                b"property float x\nproperty float y\nproperty float z\nelement face 1\n"
                b"property list int int vertex_indices\nend_header\n" + b"\xff" * 64),
        ("stl", b" " * 80 + b"\xff\xff\xff\x7f" + b"\0" * 50),
        ("obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4000000000\n"),
        ("obj", b"v 0 0 0\n" * 2000 + b"f 1 1 1\n" * 2000),
        ("obj", b"v 0 0\nv 1 0\nv 0 1\nf 1 2 3\nf 1 3 2\n"),
        ("obj", b"mtllib /etc/hostname\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"),
    ],
)  # fmt: skip
def test_numbers_that_the_file_does_not_hold_are_refused(ending, content, tmp_path):
    path = tmp_path / f"short.{ending}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"short\."):
        list(read_bodies(path))
        read_meshes(path, PLACINGS[0])


@pytest.mark.parametrize(
    ("length", "told"), [(-1, "is truncated: it holds 8083"), (1, "is longer than its triangles")]
)
@pytest.mark.parametrize("head", [b"exported by a tool \xb5m", b"solid with zeros after it\0"])
def test_binary_stl_of_another_length_than_its_triangles_is_refused(head, length, told, tmp_path):
    path = tmp_path / "torn.stl"
    content = head.ljust(80, b"\0") + whole("stl")[80:] + b"\0"
    path.write_bytes(content[: len(content) - 1 + length])
    with pytest.raises(InputError, match=rf"torn\.stl: {told}.*; expected 8084 for 160 triangles"):
        list(read_bodies(path))


@pytest.mark.parametrize("ending", ["obj", "stl"])
def test_names_in_another_encoding_than_utf_8_change_no_body(ending, tmp_path):
    """Tools of Windows write µ as the byte B5."""
    text = whole(ending if ending == "obj" else "stl_ascii")
    line = b"# lengths in \xb5m\n"
    text = line + text if ending == "obj" else text.replace(b"solid", b"solid \xb5m", 1)
    (tmp_path / f"named.{ending}").write_bytes(text)
    (tmp_path / f"plain.{ending}").write_bytes(whole(ending))
    named, plain = (list(read_bodies(tmp_path / f"{name}.{ending}")) for name in ("named", "plain"))
    assert [len(body.faces) for body in named] == [len(body.faces) for body in plain] == [80, 80]
