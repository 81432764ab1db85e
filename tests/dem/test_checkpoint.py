"""Checkpoints: every bit of every kind of state comes back, and every harm is noticed."""

import dataclasses
import hashlib
import re
from importlib import import_module
from pathlib import Path

import h5py
import numpy as np
import pytest

from dem import checkpoint, sealed
from dem.bonds import Bonds
from dem.box import Box
from dem.errors import CheckpointError, InputError
from dem.grains import Grains
from dem.materials import Material
from dem.simulation import Numerics
from tests.dem.trees import difference

DTYPES = ("f8", "f4", "f2", ">f8", "i8", "i4", "u1", "u8", "?", "c16")
STATES = (Bonds, Box, Grains, Material, Numerics)


def random_array(rng) -> np.ndarray:
    """An array of any bits: NaNs with payloads, denormals, negative zeros."""
    dtype = np.dtype(DTYPES[rng.integers(len(DTYPES))])
    shape = tuple(rng.integers(0, 4, rng.integers(0, 4)))
    count = int(np.prod(shape))
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    array = np.frombuffer(rng.bytes(count * dtype.itemsize), dtype).reshape(shape).copy()
    return np.asfortranarray(array) if rng.random() < 0.3 else array


def random_scalar(rng):
    """A plain value of Python or NumPy, the awkward ones included."""
    awkward = (
        None, True, False, 0, -1, 2**70, "", 'µm "/\\ \0', 0.0, -0.0, float("inf"), -float("nan"),
        5e-324, np.float64("nan"), np.bool_(True), np.uint8(255), np.int64(-(2**63)),
    )  # fmt: skip
    if rng.random() < 0.5:
        return awkward[rng.integers(len(awkward))]
    bits = np.frombuffer(rng.bytes(8), "f8")[0]
    return (bits, bits.item(), np.float32(rng.random()))[rng.integers(3)]


def random_tree(rng, depth=4):
    """A tree of states, lists, tuples and dictionaries with arrays and plain values in it."""
    kind = rng.integers(6) if depth else rng.integers(2)
    if kind == 0:
        return random_array(rng)
    if kind == 1:
        return random_scalar(rng)
    branches = [random_tree(rng, depth - 1) for _ in range(rng.integers(0, 5))]
    if kind == 2:
        return branches
    if kind == 3:
        return tuple(branches)
    if kind == 4:
        return {f"{rng.choice(['b', 'a', 'µ', ' .'])}{k}": item for k, item in enumerate(branches)}
    cls = STATES[rng.integers(len(STATES))]
    names = checkpoint._fields(cls)
    return cls(**{name: random_tree(rng, depth - 2 if depth > 1 else 0) for name in names})


def there_and_back(path, value):
    with checkpoint.new_file(path, sealed.BLOCK) as file:
        checkpoint.save(file, "value", value)
    sealed.seal(path)
    sealed.check(path)
    with h5py.File(path) as file:
        return checkpoint.load(file, "value")


@pytest.mark.parametrize("seed", range(40))
def test_any_tree_comes_back_bit_for_bit(tmp_path, seed):
    rng = np.random.default_rng(seed)
    value = [random_tree(rng) for _ in range(4)]
    assert difference(value, there_and_back(tmp_path / "one.h5", value)) is None


def test_comparison_sees_a_single_bit_and_a_changed_type():
    box = Box(np.array([1.0, -0.0]), False)
    assert difference({"a": box}, {"a": Box(np.array([1.0, 0.0]), False)}) == "value.a.0"
    assert difference([0.0], [-0.0]) and difference([1.0], [np.float64(1.0)])
    assert difference(box, (box.length, False)) and difference({"a": 1, "b": 2}, {"b": 2, "a": 1})


def test_what_two_owners_share_is_shared_again(tmp_path):
    table, lone = np.arange(6.0), np.arange(6.0)
    value = {"path": [table, lone], "branch": {"table": table, "states": [Box(table, True)]}}
    found = there_and_back(tmp_path / "one.h5", value)
    assert found["branch"]["table"] is found["path"][0]
    assert found["branch"]["states"][0].length is found["path"][0]
    assert found["path"][1] is not found["path"][0]
    with h5py.File(tmp_path / "one.h5") as file:
        part = checkpoint.load(file["value"], "branch")
    np.testing.assert_array_equal(part["table"], table)


def test_every_state_of_the_engine_is_known_without_a_list():
    """Whatever named tuple or data class a module of `dem` declares can be kept."""
    found = 0
    for path in sorted(Path(checkpoint.__file__).parent.rglob("*.py")):
        parts = path.relative_to(Path(checkpoint.__file__).parents[1]).with_suffix("").parts
        module = ".".join(parts).removesuffix(".__init__")
        for cls in vars(import_module(module)).values() if "." in module else ():
            declared = isinstance(cls, type) and cls.__module__ == module
            if declared and (dataclasses.is_dataclass(cls) or checkpoint._is_named_tuple(cls)):
                assert checkpoint._class_of(f"{module}:{cls.__qualname__}") is cls
                found += 1
    assert found > 10


@dataclasses.dataclass
class Stranger:
    """A class of no module of `dem`."""

    value: float


class Subclassed(dict):
    """Would come back as a plain dictionary."""


@pytest.mark.parametrize(
    "value",
    [
        Stranger(1.0), Subclassed(a=1), {1: np.zeros(1)}, {"a/b": np.zeros(1)}, {"": np.zeros(1)},
        {1, 2}, len, np.array([None]), np.array(["text"]), np.ma.zeros(2), 1j, b"bytes",
    ],
    ids=repr,
)  # fmt: skip
def test_what_would_not_come_back_is_refused(tmp_path, value):
    with pytest.raises(TypeError), checkpoint.new_file(tmp_path / "one.h5") as file:
        checkpoint.save(file, "value", {"nested": [value]})
    assert not (tmp_path / "one.h5").exists()


def rewritten(path, change):
    """Save a Box, let `change` edit its group in the file, and load it."""
    with checkpoint.new_file(path, sealed.BLOCK) as file:
        checkpoint.save(file, "value", Box(np.ones(2), True))
    with h5py.File(path, "r+") as file:
        change(file["value"])
    with h5py.File(path) as file:
        return checkpoint.load(file, "value")


@pytest.mark.parametrize(
    "kind",
    [
        "subprocess:Popen", "os:system", "dem.checkpoint:h5py.File", "dem.checkpoint:Path",
        "dem.checkpoint:np.ndarray", "dem.simulation:copy.deepcopy", "dem.grains:at_rest",
        "dem.errors:InputError", "dem.nowhere:Box", "dem.simulation:Box", "demx.box:Box", "",
    ],
)  # fmt: skip
def test_file_brings_in_no_class_but_the_states_of_dem(tmp_path, kind):
    path = tmp_path / "one.h5"
    with pytest.raises(CheckpointError, match="this calendem does not know") as refused:
        rewritten(path, lambda group: group.attrs.__setitem__("kind", kind))
    assert str(path) in str(refused.value)


def test_class_whose_fields_have_changed_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match=r"dem\.box:Box of other sources: periodic came"):
        rewritten(tmp_path / "one.h5", lambda group: group.__delitem__("periodic"))


@pytest.fixture
def kept(tmp_path):
    """A sealed file with some hundred values."""
    path = tmp_path / "checkpoint-000001.h5"
    rng = np.random.default_rng(1)
    there_and_back(path, [rng.normal(size=100), Box(rng.normal(size=2), True), "text"])
    return path


def test_sealed_file_tells_what_wrote_it_and_stays_hdf5(kept):
    assert sealed.check(kept).sources == sealed.SOURCES
    block = kept.read_bytes()[:512].decode()
    assert block.startswith(f"calendem checkpoint\nformat {sealed.FORMAT}\ncalendem ")
    assert h5py.is_hdf5(kept)


@pytest.mark.parametrize("place", ["0", "1", "19", "300", "511", "512", "513", "half", "last"])
def test_truncation_is_noticed(kept, place):
    whole = kept.read_bytes()
    length = {"half": len(whole) // 2, "last": len(whole) - 1}.get(place) or int(
        place if place.isdigit() else 0
    )
    kept.write_bytes(whole[:length])
    with pytest.raises(CheckpointError, match=f"{re.escape(str(kept))} is cut short"):
        sealed.check(kept)


def flipped(data: bytes, position: int, mask: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= mask
    return bytes(changed)


def test_any_single_altered_byte_is_noticed(kept):
    """At 50 random places of the content, and at every place of the block before it."""
    whole = kept.read_bytes()
    rng = np.random.default_rng(2)
    places = [*range(512), *rng.integers(512, len(whole), 50)]
    for position, mask in zip(places, rng.integers(1, 256, len(places)), strict=True):
        kept.write_bytes(flipped(whole, position, mask))
        with pytest.raises(CheckpointError, match=re.escape(str(kept))) as noticed:
            sealed.check(kept)
        if position >= 512:
            assert "does not match its checksum" in str(noticed.value)
    kept.write_bytes(whole)
    sealed.check(kept)


def test_bytes_added_at_the_end_are_noticed(kept):
    kept.write_bytes(kept.read_bytes() + b"\0")
    with pytest.raises(CheckpointError, match="does not match its checksum"):
        sealed.check(kept)


def test_another_format_is_told_with_both_numbers(kept):
    whole = kept.read_bytes()
    number = sealed.FORMAT
    later = whole.replace(b"format %d\n" % number, b"format 31\n", 1)
    kept.write_bytes(re.sub(rb"calendem .*\nsources", b"calendem 9.8.7\nsources", later, count=1))
    expected = rf"was written by format 31 of calendem 9\.8\.7; this one reads {number}$"
    with pytest.raises(CheckpointError, match=expected):
        sealed.check(kept)
    # The first format was HDF5 without a block before it.
    kept.write_bytes(whole[512:])
    with pytest.raises(CheckpointError, match=f"format 1 of .*; this one reads {number}$"):
        sealed.check(kept)


@pytest.mark.parametrize("content", [b"some text\n", b"\0" * 4096, b"x" * 511])
def test_file_of_something_else_is_refused(kept, content):
    kept.write_bytes(content)
    with pytest.raises(CheckpointError):
        sealed.check(kept)


def test_seal_writes_over_nothing(tmp_path):
    path = tmp_path / "one.h5"
    path.write_bytes(b"content" * 100)
    with pytest.raises(ValueError, match="are not free"):
        sealed.seal(path)
    assert path.read_bytes() == b"content" * 100


def test_missing_file_is_refused_as_wrong_input(tmp_path):
    with pytest.raises(InputError, match=r"one\.h5 cannot be read \(No such file"):
        sealed.check(tmp_path / "one.h5")


def test_checksum_is_blake2b_over_block_and_content(kept):
    """By its own definition, so that other tools can check it."""
    block, content = kept.read_bytes()[:512], kept.read_bytes()[512:]
    text, _, checksum = block.rstrip(b"\n").rpartition(b"blake2b ")
    assert hashlib.blake2b(text + content, digest_size=32).hexdigest() == checksum.decode()


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_full_disk_is_an_error_and_no_end_of_the_process(tmp_path, size):
    """/dev/full takes nothing: every write fails as on a full disk."""
    full = tmp_path / "full.h5"
    full.symlink_to("/dev/full")
    with (
        pytest.raises(OSError, match="No space left"),
        checkpoint.new_file(full) as file,
    ):
        file["many"] = np.zeros(size)
    assert not full.is_symlink()
