"""Files that say of themselves what plain reading would miss: axes, gaps, other records."""

import json

import h5py
import nrrd
import numpy as np
import pytest
import tifffile
from PIL import Image

from dem.errors import InputError
from tests.voxelize.read.stacks import MAP, H, electrode, record
from voxelize.read.volume import read_volume
from voxelize.volume import Volume
from voxelize.write.formats import WRITERS

TOLD = {"labels": MAP, "coarsening_rule": "majority"}


def same(path, labels):
    """Whether a file is read as these labels, z, y, x, without a word of its axes."""
    volume = read_volume(path, H, MAP)
    return np.array_equal(volume.labels, read_phases(labels))


def read_phases(labels):
    return np.select([labels == value for value in MAP.values()], range(4)).astype(np.uint8)


DIRECTIONS = {
    # Axis by axis as stored, fastest first.
    "x, y, z": ([(1, 0, 0), (0, 1, 0), (0, 0, 1)], "zyx"),
    "z fastest": ([(0, 0, 1), (0, 1, 0), (1, 0, 0)], "xyz"),
    "z downwards": ([(1, 0, 0), (0, 1, 0), (0, 0, -1)], "-zyx"),
    "z downwards and fastest": ([(0, 0, -1), (1, 0, 0), (0, 1, 0)], "yx-z"),
}


@pytest.mark.parametrize("case", DIRECTIONS)
def test_directions_of_nrrd_are_its_axes(tmp_path, case):
    directions, axes = DIRECTIONS[case]
    labels = electrode()
    letters = axes.replace("-", "")
    stored = labels.transpose(["zyx".index(letter) for letter in letters])
    if "-" in axes:
        stored = np.flip(stored, letters.index("z"))
    header = {"space dimension": 3, "space directions": 0.4 * np.array(directions, float)}
    path = tmp_path / "a.nrrd"
    nrrd.write(str(path), np.ascontiguousarray(stored), header, index_order="C")
    assert same(path, labels)


def test_oblique_directions_of_nrrd_are_refused(tmp_path):
    header = {"space dimension": 3, "space directions": [[1, 0.1, 0], [-0.1, 1, 0], [0, 0, 1]]}
    nrrd.write(str(tmp_path / "a.nrrd"), electrode(), header, index_order="C")
    with pytest.raises(InputError, match=r"its axes are turned \(\(1, 0.1, 0\)"):
        read_volume(tmp_path / "a.nrrd", H, MAP)


def test_named_axes_of_tiff_and_hdf5_are_followed(tmp_path):
    labels = electrode()
    stored = np.ascontiguousarray(labels.transpose(2, 1, 0))
    tifffile.imwrite(tmp_path / "a.tif", stored, metadata={"axes": "XYZ"})
    assert same(tmp_path / "a.tif", labels)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        data = file.create_dataset("labels", data=stored)
        for dimension, letter in zip(data.dims, "xyz", strict=True):
            dimension.label = letter
    assert same(tmp_path / "a.h5", labels)


def test_channels_are_no_slices(tmp_path):
    stack = np.ascontiguousarray(electrode()[2:5])
    tifffile.imwrite(tmp_path / "a.tif", stack, imagej=True, metadata={"axes": "CYX"})
    tifffile.imwrite(tmp_path / "a.ome.tif", stack, metadata={"axes": "CYX"})
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("labels", data=stack).dims[0].label = "c"
    for name in ("a.tif", "a.ome.tif", "a.h5"):
        with pytest.raises(InputError, match=rf"{name}: .*channels"):
            read_volume(tmp_path / name, H, MAP)


def test_parts_of_hdf5_that_are_missing_are_no_pores(tmp_path):
    labels = electrode(nz=8)
    with h5py.File(tmp_path / "half.h5", "w") as file:
        data = file.create_dataset("labels", labels.shape, "u1", chunks=(2, 6, 5))
        data[:6] = labels[:6]
    known = {"pore": 0, "active_material": 20, "cbd": 30, "collector": 40, "crack": 10}
    with pytest.raises(InputError, match="labels: 1 of 4 chunks were never written"):
        read_volume(tmp_path / "half.h5", H, known)
    crop = ((0, 5), (0, 6), (0, 5))
    assert read_volume(tmp_path / "half.h5", H, known, crop=crop).labels.shape == (5, 6, 5)
    layout = h5py.VirtualLayout(labels.shape, "u1")
    for part in (0, 1):
        with h5py.File(tmp_path / f"part{part}.h5", "w") as file:
            file["labels"] = labels[4 * part : 4 * part + 4]
        source = h5py.VirtualSource(f"part{part}.h5", "labels", (4, *labels.shape[1:]))
        layout[4 * part : 4 * part + 4] = source
    with h5py.File(tmp_path / "all.h5", "w") as file:
        file.create_virtual_dataset("labels", layout, fillvalue=10)
    assert same(tmp_path / "all.h5", labels)
    (tmp_path / "part1.h5").unlink()
    with pytest.raises(InputError, match=r"all\.h5: .*part1\.h5 is not there"):
        read_volume(tmp_path / "all.h5", H, MAP)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", r"a\.npy\.json: is no JSON"),
        ("[" * 100_000, r"a\.npy\.json: is no JSON"),
        (record(voxel_size=H), "unknown key 'voxel_size'.*did you mean 'voxel_size_m'"),
        (record(calendem=2), "is of version 2 .*expected at most 1"),
        (record(shape=[8, 6]), r"its record gives shape = \[8, 6\]"),
        (record(shape=[8, 5, 6]), r"of 8 × 5 × 6 voxels, expected one of the file's 8 × 6 × 5"),
        ('{"voxel_size_m": 4e-7}', r'a\.npy\.json lacks the key "calendem"'),
    ],
)
def test_sidecar_that_says_nothing_of_this_file_is_refused(tmp_path, text, words):
    np.save(tmp_path / "a.npy", electrode())
    (tmp_path / "a.npy.json").write_text(text)
    with pytest.raises(InputError, match=words):
        read_volume(tmp_path / "a.npy", labels=MAP)


def test_record_of_what_the_file_held_before_is_refused(tmp_path):
    labels = np.random.default_rng(1).integers(0, 3, (9, 8, 7)).astype(np.uint8)
    path = tmp_path / "a.tif"
    WRITERS["tif"](path, Volume(labels, H, False, 9 * H, 0.5))
    assert json.loads((tmp_path / "a.tif.json").read_text())["shape"] == [9, 8, 7]
    whole = path.read_bytes()
    # Another volume of the same shape, twice as coarse, under the name of the first.
    metadata = {"axes": "ZYX", "unit": "um", "spacing": 0.8}
    tifffile.imwrite(path, labels, imagej=True, resolution=(1.25, 1.25), metadata=metadata)
    with pytest.raises(InputError, match=r"gives voxel_size_m = 4e-07.*the file itself 8e-07"):
        read_volume(path)
    # A part of it, with the record that Fiji keeps: alone, and with one that fits beside.
    (tmp_path / "a.tif.json").unlink()
    path.write_bytes(whole)
    with tifffile.TiffFile(path) as tiff:
        kept = tiff.imagej_metadata
    kept.update(axes="ZYX")
    kept.pop("ImageJ", None), kept.pop("images", None), kept.pop("slices", None)
    tifffile.imwrite(path, labels[:5], imagej=True, metadata=kept)
    with pytest.raises(InputError, match="its record is of 9 × 8 × 7 voxels, the file holds 5 × "):
        read_volume(path)
    fitting = record(shape=[5, 8, 7], labels={"pore": 0, "active_material": 1, "cbd": 2})
    (tmp_path / "a.tif.json").write_text(fitting)
    assert read_volume(path).thickness == 5 * H


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("shape", [(2, 1, 5), (1, 9, 11), (1, 1, 4), (5, 1, 1), (3, 4, 1)])
def test_volume_one_voxel_thick_is_read_back(tmp_path, ending, shape):
    labels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape) % 2
    labels[-1] = 1
    labels[0, 0, 0] = 0
    particle = np.where(labels == 1, 0, -1).astype(np.int32)
    path = tmp_path / f"a.{ending}"
    WRITERS[ending](path, Volume(labels, H, False, shape[0] * H, 0.5, particle))
    volume = read_volume(path)
    assert np.array_equal(volume.labels, labels)
    assert volume.thickness == pytest.approx(shape[0] * H, rel=1e-9)


def test_pixels_without_spacing_of_slices_are_told(tmp_path):
    tifffile.imwrite(
        tmp_path / "a.tif", electrode(), imagej=True, resolution=(2.5, 2.5),
        metadata={"axes": "ZYX", "unit": "um"},
    )  # fmt: skip
    with pytest.raises(InputError, match=r"records none of use \(pixels in um and no spacing"):
        read_volume(tmp_path / "a.tif", labels=MAP)


def test_slices_of_one_number_are_refused(tmp_path):
    for name in ("s_1", "s_01", "s_2"):
        Image.fromarray(np.ones((4, 5), np.uint8)).save(tmp_path / f"{name}.png")
    with pytest.raises(InputError, match=r"two slices have the number 1, s_0?1\.png and s_0?1"):
        read_volume(tmp_path, H)
