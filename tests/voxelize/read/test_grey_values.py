"""Grey levels are no labels, unless the caller says which of them is which phase."""

import numpy as np
import pytest

from dem.errors import InputError
from tests.voxelize.read.stacks import H
from voxelize.read.volume import read_volume
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, PORE

RANGES = {"pore": (0, 80), "cbd": (80, 140), "active_material": (140, 255)}


@pytest.fixture
def grey(tmp_path):
    def write(values):
        np.save(tmp_path / "grey.npy", values)
        return tmp_path / "grey.npy"

    return write


def scan(kind):
    return np.random.default_rng(0).integers(0, 256, (8, 9, 10)).astype(kind)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.float64])
def test_thresholds_divide_grey_values_from_included_to_excluded(grey, kind):
    values = scan(kind)
    values.ravel()[:4] = [79, 80, 140, 255]
    volume = read_volume(grey(values), H, thresholds=RANGES)
    assert volume.labels.ravel()[:4].tolist() == [
        PORE, CARBON_BINDER, ACTIVE_MATERIAL, ACTIVE_MATERIAL,
    ]  # fmt: skip
    assert np.array_equal(volume.labels == PORE, values < 80)
    assert np.array_equal(volume.labels == ACTIVE_MATERIAL, values >= 140)


def test_grey_levels_are_refused_with_what_to_do(grey):
    with pytest.raises(InputError, match=r"grey-level image: segment it first \(ilastik.*thresh"):
        read_volume(grey(scan(np.uint16)), H)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_are_no_labels_even_where_they_are_whole(grey, kind):
    labels = (scan(np.uint8) % 3).astype(kind)
    with pytest.raises(InputError, match=f"{np.dtype(kind)} values, expected whole-number labels"):
        read_volume(grey(labels), H)


def test_value_that_is_no_number_is_refused(grey):
    values = scan(np.float32)
    values[2, 3, 4], values[1, 1, 1] = np.nan, np.inf
    with pytest.raises(InputError, match="2 voxels are not finite"):
        read_volume(grey(values), H, thresholds=RANGES)


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({"pore": (0, 80), "active_material": (90, 255)}, r"grey values \(80 to 89\) in none"),
        ({"pore": (0, 99), "active_material": (90, 255)}, "expected ranges that do not overlap"),
        ({"pore": (80, 0), "active_material": (80, 255)}, "expected upwards"),
        ({"pore": (0, 80), "activ_material": (80, 255)}, "did you mean 'active_material'"),
        ({"pore": (0, 80)}, "no value for active_material"),
    ],
)
def test_thresholds_that_do_not_divide_are_refused(grey, ranges, message):
    with pytest.raises(InputError, match=message):
        read_volume(grey(scan(np.uint8)), H, thresholds=ranges)


@pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int32, np.uint64])
def test_labels_of_any_whole_kind_are_translated(grey, kind):
    labels = np.random.default_rng(1).choice([0, 7, 100], (6, 7, 8)).astype(kind)
    if np.dtype(kind).kind == "i":
        labels[labels == 7] = -7
    second = -7 if np.dtype(kind).kind == "i" else 7
    named = {"pore": 0, "active_material": second, "cbd": 100}
    volume = read_volume(grey(labels), H, named)
    assert np.array_equal(volume.labels, np.select([labels == 0, labels == 100], [0, 2], 1))
    with pytest.raises(InputError, match="holds the label 100, which"):
        read_volume(grey(labels), H, {"pore": 0, "active_material": second})


def test_volume_of_one_phase_is_refused(grey):
    with pytest.raises(InputError, match="every voxel is active material"):
        read_volume(grey(np.ones((5, 6, 7), np.uint8)), H)
