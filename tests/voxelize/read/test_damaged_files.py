"""Whatever happened to a file, reading ends: with the labels, or with one sentence."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dem.errors import InputError
from tests.voxelize.read.stacks import FORMATS, MAP, H, electrode
from voxelize.read.volume import read_volume

FILES = {name: write for name, write in FORMATS.items() if not name.startswith("folder")}
FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def ends(path: Path, **arguments) -> None:
    """Read a file that may be anything; only a refusal in one sentence may come of it."""
    try:
        volume = read_volume(path, H, **({"labels": MAP, "axis_order": "zyx"} | arguments))
    except InputError as error:
        assert str(error).startswith(("labels", str(path))), error
        assert "\n" not in str(error) and "expected" in str(error)
    else:
        assert volume.labels.dtype == np.uint8
        assert volume.labels.max() <= 4


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory):
    """Bytes of a stack in every format."""
    found = {}
    for name, write in FILES.items():
        folder = tmp_path_factory.mktemp("whole")
        path = write(folder, electrode())
        found[name] = (path, path.read_bytes())
    return found


@pytest.mark.parametrize("name", FILES)
@FEW
@given(data=st.data())
def test_file_with_wrong_bytes_is_read_or_refused(whole_files, name, data):
    path, whole = whole_files[name]
    damaged = bytearray(whole)
    # Headers stand at the beginning or the end: half of the damage goes there.
    near = st.integers(0, min(400, len(whole) - 1))
    places = st.one_of(near, near.map(lambda n: len(whole) - 1 - n), st.integers(0, len(whole) - 1))
    for at in data.draw(st.lists(places, min_size=1, max_size=6)):
        damaged[at] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    ends(path)


@pytest.mark.parametrize("name", FILES)
@FEW
@given(share=st.floats(0, 1, exclude_max=True), more=st.binary(max_size=8))
def test_torn_file_is_read_or_refused(whole_files, name, share, more):
    path, whole = whole_files[name]
    path.write_bytes(whole[: int(share * len(whole))] + more)
    ends(path)


@pytest.mark.parametrize("name", FILES)
def test_file_of_another_kind_is_refused(tmp_path, name):
    folder = tmp_path / "stack"
    folder.mkdir()
    path = FILES[name](folder, electrode())
    for content in (b"", b"\0" * 999, b"not an image", bytes(range(256)) * 4):
        path.write_bytes(content)
        with pytest.raises(InputError, match=path.name):
            read_volume(path, H, MAP)


ODD = arrays.arrays(
    dtype=st.one_of(
        arrays.integer_dtypes(), arrays.unsigned_integer_dtypes(), arrays.floating_dtypes(),
        arrays.boolean_dtypes(), arrays.complex_number_dtypes(), arrays.byte_string_dtypes(),
        arrays.datetime64_dtypes(),
    ),
    shape=arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=5),
)  # fmt: skip


@pytest.mark.parametrize("thresholds", [None, {"pore": (0, 1), "active_material": (1, 9)}])
@settings(FEW, max_examples=60)
@given(array=ODD)
def test_odd_arrays_are_read_or_refused(tmp_path_factory, thresholds, array):
    folder = tmp_path_factory.mktemp("odd")
    np.save(folder / "a.npy", array)
    np.savez(folder / "a.npz", labels=array)
    for name in ("a.npy", "a.npz"):
        ends(folder / name, thresholds=thresholds)


@FEW
@given(text=st.text(max_size=60), number=st.floats())
def test_odd_records_are_read_or_refused(tmp_path_factory, text, number):
    folder = tmp_path_factory.mktemp("odd")
    np.save(folder / "a.npy", electrode())
    import json

    for value in (text, number, [text], {text: number}, None, [number] * 3):
        for key in ("voxel_size_m", "labels", "axes", "thickness_m", "cbd_nanoporosity"):
            (folder / "a.npy.json").write_text(json.dumps({"calendem": 1, key: value}))
            ends(folder / "a.npy", labels=None, axis_order=None)
