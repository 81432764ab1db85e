"""Written volumes: each format, read by its own library, holds what the volume held."""

import errno
import json
import os
from dataclasses import replace

import h5py
import nrrd
import numpy as np
import pytest
import tifffile
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLImageDataReader

from dem.errors import InputError
from voxelize.read.written import read_written
from voxelize.volume import CARBON_BINDER, COLLECTOR, PHASES, Volume
from voxelize.write import tiff
from voxelize.write.formats import WRITERS

H = 0.3981234567890123e-6
"""A voxel size that no 32-bit number holds."""


@pytest.fixture
def volume():
    """A foil, every phase, a cut top layer and more particles than 16 bits count."""
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 5, (7, 9, 11)).astype(np.uint8)
    labels[labels == COLLECTOR] = 0
    labels[:2] = COLLECTOR
    particle = np.where(labels == 1, rng.integers(0, 100_000, labels.shape), -1)
    pores = np.where(labels == CARBON_BINDER, rng.random(labels.shape), np.nan)
    return Volume(
        labels, H, True, 4.3 * H, 0.47, particle.astype(np.int32), pores.astype(np.float32)
    )


def expected(volume):
    return {
        "calendem": 1,
        "axes": "zyx",
        "shape": list(volume.labels.shape),
        "voxel_size_m": [H, H, H],
        "labels": PHASES,
        "thickness_m": volume.thickness,
        "cbd_nanoporosity": 0.47,
        "periodic": True,
    }


def read_tif(path):
    with tifffile.TiffFile(path) as file:
        text = file.imagej_metadata["Info"]
        return file.asarray(), None, json.loads(text)


def read_h5(path):
    with h5py.File(path) as file:
        for place in (file, file["labels"], file["particle"]):
            found = {key: place.attrs[key] for key in expected_keys}
            found["labels"] = json.loads(found["labels"])
            found |= {key: found[key].tolist() for key in ("voxel_size_m", "shape")}
        assert [dimension.label for dimension in file["labels"].dims] == list("zyx")
        return file["labels"][:], file["particle"][:], found


expected_keys = (
    "calendem", "axes", "shape", "voxel_size_m", "labels", "thickness_m", "cbd_nanoporosity",
    "periodic",
)  # fmt: skip


def read_nrrd(path):
    labels, header = nrrd.read(str(path), index_order="C")
    ids, _ = nrrd.read(str(path.with_name(json.loads(header["particle_file"]))), index_order="C")
    # Lengths of the header itself, in µm, are what other programs read.
    assert np.diag(header["space directions"]) == pytest.approx([H * 1e6] * 3, rel=1e-12)
    assert header["space origin"][2] == pytest.approx(-2 * H * 1e6, rel=1e-12)
    header["labels"] = header["label_map"]
    return labels, ids, {key: json.loads(header[key]) for key in expected_keys}


def read_vti(path):
    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    image = reader.GetOutput()
    shape = tuple(n - 1 for n in reversed(image.GetDimensions()))
    arrays = image.GetCellData()
    labels, ids = (
        vtk_to_numpy(arrays.GetArray(name)).reshape(shape) for name in ("label", "particle_id")
    )
    field = image.GetFieldData()
    found = {field.GetArrayName(i): field.GetArray(i) for i in range(field.GetNumberOfArrays())}
    found = {key: array.GetTuple1(0) for key, array in found.items()}
    found["labels"] = {phase: found[f"label_{phase}"] for phase in PHASES}
    found["voxel_size_m"] = [found["voxel_size_m"]] * 3
    found["axes"], found["shape"] = "zyx", list(shape)
    assert image.GetSpacing() == pytest.approx([H * 1e6] * 3, rel=1e-12)
    assert image.GetOrigin() == pytest.approx([0.0, 0.0, -2 * H * 1e6], rel=1e-12)
    return labels, ids, {key: found[key] for key in expected_keys}


READERS = {"tif": read_tif, "h5": read_h5, "nrrd": read_nrrd, "vti": read_vti}


@pytest.mark.parametrize("ending", WRITERS)
def test_read_back_equals_what_was_written(ending, volume, tmp_path):
    path = tmp_path / f"2.80.{ending}"
    WRITERS[ending](path, volume)
    labels, ids, found = READERS[ending](path)
    assert labels.dtype == np.uint8 and np.array_equal(labels, volume.labels)
    # JSON and HDF5 keep every bit of a float.
    assert found == expected(volume)
    if ids is not None:
        assert np.array_equal(ids, volume.particle)
    if ending == "tif":
        assert json.loads((tmp_path / "2.80.tif.json").read_text()) == expected(volume)


@pytest.mark.parametrize("ending", WRITERS)
def test_our_own_reader_gives_back_the_volume(ending, volume, tmp_path):
    path = tmp_path / f"2.80.{ending}"
    WRITERS[ending](path, volume)
    again = read_written(path)
    assert again.labels.dtype == np.uint8 and np.array_equal(again.labels, volume.labels)
    for name in ("voxel_size", "thickness", "cbd_nanoporosity", "periodic"):
        assert getattr(again, name) == getattr(volume, name), name
    for name in ("particle", "nanoporosity_field"):
        found, written = getattr(again, name), getattr(volume, name)
        if ending == "tif":
            assert found is None
        else:
            assert found.dtype == written.dtype
            assert np.array_equal(found, written, equal_nan=True)


@pytest.mark.parametrize("ending", ["h5", "vti", "nrrd"])
def test_volume_without_particles_is_read_back_without_them(ending, volume, tmp_path):
    path = tmp_path / f"state.{ending}"
    WRITERS[ending](path, volume)
    WRITERS[ending](path, replace(volume, particle=None, nanoporosity_field=None))
    again = read_written(path)
    assert again.particle is None and again.nanoporosity_field is None


@pytest.mark.parametrize("ending", WRITERS)
def test_full_disk_leaves_the_old_file_and_nothing_else(ending, volume, tmp_path, monkeypatch):
    path = tmp_path / f"state.{ending}"
    WRITERS[ending](path, volume)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def fills_up(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    # The bytes are written, the disk fills up as they are to reach it.
    monkeypatch.setattr(os, "fsync", fills_up)
    with pytest.raises(OSError, match="No space left"):
        WRITERS[ending](path, volume)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("ending", WRITERS)
def test_equal_volumes_give_equal_bytes(ending, volume, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        WRITERS[ending](tmp_path / name / f"state.{ending}", volume)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_volume_too_large_for_a_tiff_is_refused_before_anything_is_written(
    volume, tmp_path, monkeypatch
):
    monkeypatch.setattr(tiff, "LARGEST", volume.labels.size - 1)
    with pytest.raises(InputError, match="693 voxels are too many for an ImageJ TIFF"):
        tiff.write_labels(tmp_path / "state.tif", volume)
    assert not list(tmp_path.iterdir())
