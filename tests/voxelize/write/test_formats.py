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
from voxelize.deposit.fractions import Fractions
from voxelize.read.written import read_written
from voxelize.volume import CARBON_BINDER, COLLECTOR, PHASES, Volume
from voxelize.write import tiff
from voxelize.write.formats import WRITERS
from voxelize.write.fractions import write_fractions
from voxelize.write.hdf5 import write_hdf5

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


FILES_OF = {"tif": 2, "vti": 1, "h5": 1, "nrrd": 3}
"""Files that a volume with particles and nanoporosities comes in."""


@pytest.mark.parametrize(
    ("ending", "call"),
    [(ending, call) for ending, n in FILES_OF.items() for call in range(1, n + 1)],
)
def test_full_disk_leaves_the_old_files_and_nothing_else(
    ending, call, volume, tmp_path, monkeypatch
):
    path = tmp_path / f"state.{ending}"
    WRITERS[ending](path, volume)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert len(before) == FILES_OF[ending]
    new = replace(volume, labels=volume.labels[:, ::-1], particle=volume.particle[:, ::-1])
    for other in (new, replace(volume, particle=None, nanoporosity_field=None)):
        calls = []

        def fills_up(_, calls=calls):
            calls.append(1)
            if len(calls) == call:
                raise OSError(errno.ENOSPC, "No space left on device")

        # The bytes are written, the disk fills up as those of one of the files are to reach it.
        monkeypatch.setattr(os, "fsync", fills_up)
        if call > FILES_OF[ending] - (2 if ending == "nrrd" and other is not new else 0):
            continue
        with pytest.raises(OSError, match="No space left"):
            WRITERS[ending](path, other)
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("ending", WRITERS)
def test_equal_volumes_give_equal_bytes(ending, volume, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        WRITERS[ending](tmp_path / name / f"state.{ending}", volume)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
        # pynrrd writes the second of writing into a comment.
        assert ending != "nrrd" or b"\n#" not in file.read_bytes().partition(b"\n\n")[0]


def test_fractions_say_whose_voxels_they_are(volume, tmp_path):
    shares = Fractions(*(np.full(volume.labels.shape, 0.25, np.float32) for _ in range(3)))
    write_fractions(tmp_path / "state_fractions.h5", shares, volume)
    with h5py.File(tmp_path / "state_fractions.h5") as file:
        assert {name: data[0, 0, 0] for name, data in file.items()} == {
            "am": 0.25, "cbd": 0.25, "pore": 0.25,
        }  # fmt: skip
        assert {key: file.attrs[key] for key in ("calendem", "axes", "thickness_m")} == {
            "calendem": 1, "axes": "zyx", "thickness_m": volume.thickness,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "copied"),
    [("h5", "COPY.H5"), ("h5", "copy.hdf5"), ("nrrd", "COPY.NRRD"), ("vti", "COPY.VTI")],
)
def test_copies_by_other_names_keep_their_particles(written, copied, volume, tmp_path):
    WRITERS[written](tmp_path / f"state.{written}", volume)
    (tmp_path / f"state.{written}").rename(tmp_path / copied)
    assert np.array_equal(read_written(tmp_path / copied).particle, volume.particle)


def test_arrays_of_other_programs_are_no_particles(volume, tmp_path):
    """What bears our names but not our mark, beside labels whose voxel size a sidecar tells."""
    beside = json.dumps({"calendem": 1, "voxel_size_m": H, "axes": "zyx"})
    labels = np.where(volume.labels == 1, np.uint8(1), np.uint8(0))
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file["labels"], file["particle"] = labels, np.full(labels.shape, 3.7)
    WRITERS["nrrd"](tmp_path / "s.nrrd", volume)
    nrrd.write(str(tmp_path / "s.nrrd"), labels, index_order="C")
    assert (tmp_path / "s.particle.nrrd").is_file()
    for name in ("s.h5", "s.nrrd"):
        (tmp_path / f"{name}.json").write_text(beside)
        assert read_written(tmp_path / name).particle is None


def test_particles_that_are_not_the_labels_are_refused(volume, tmp_path):
    write_hdf5(tmp_path / "s.h5", replace(volume, particle=np.roll(volume.particle, 1, axis=2)))
    with pytest.raises(InputError, match=r"s\.h5: at \d+ voxels its particles and its active"):
        read_written(tmp_path / "s.h5")
    write_hdf5(tmp_path / "s.h5", volume)
    with h5py.File(tmp_path / "s.h5", "r+") as file:
        values = file["particle"][:] + 0.5
        del file["particle"]
        file["particle"] = values
    with pytest.raises(InputError, match=r"s\.h5: particle holds float64 values, expected int32"):
        read_written(tmp_path / "s.h5")
    WRITERS["nrrd"](tmp_path / "s.nrrd", volume)
    (tmp_path / "s.particle.nrrd").unlink()
    with pytest.raises(InputError, match=r"s\.nrrd: its particle_file s\.particle\.nrrd is not th"):
        read_written(tmp_path / "s.nrrd")


def test_volume_too_large_for_a_tiff_is_refused_before_anything_is_written(
    volume, tmp_path, monkeypatch
):
    monkeypatch.setattr(tiff, "LARGEST", volume.labels.size - 1)
    with pytest.raises(InputError, match="693 voxels are too many for an ImageJ TIFF"):
        tiff.write_labels(tmp_path / "state.tif", volume)
    assert not list(tmp_path.iterdir())
