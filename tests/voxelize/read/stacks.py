"""One labelled stack in every format that is read, written by the formats' own libraries."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import h5py
import nrrd
import numpy as np
import tifffile
from PIL import Image
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

MAP = {"pore": 10, "active_material": 20, "cbd": 30, "collector": 40}
H = 0.4e-6


def electrode(nz=8, ny=6, nx=5, foil=2, top=1):
    """Foil layers, a coating with each phase, pore layers on top: values of `MAP`."""
    labels = np.random.default_rng(0).choice([10, 20, 30], (nz, ny, nx)).astype(np.uint8)
    labels[:foil] = 40
    labels[nz - top :] = 10
    labels[nz - top - 1, 0, 0] = 20
    return labels


def vti(folder: Path, labels, mode="Appended", compressor="ZLib", encode=False, points=False):
    """A `.vti` file written by VTK itself."""
    data = vtkImageData()
    more = 0 if points else 1
    data.SetDimensions(*(n + more for n in labels.shape[::-1]))
    data.SetSpacing(0.4, 0.4, 0.4)
    array = numpy_to_vtk(np.ascontiguousarray(labels).ravel(), deep=True)
    array.SetName("label")
    (data.GetPointData() if points else data.GetCellData()).AddArray(array)
    writer = vtkXMLImageDataWriter()
    path = folder / "stack.vti"
    writer.SetFileName(str(path))
    writer.SetInputData(data)
    getattr(writer, f"SetDataModeTo{mode}")()
    getattr(writer, f"SetCompressorTypeTo{compressor}")()
    # Several blocks even in a small stack.
    writer.SetBlockSize(512)
    writer.SetEncodeAppendedData(encode)
    assert writer.Write()
    return path


def _tiff(folder, labels, name="stack.tif", **options):
    path = folder / name
    tifffile.imwrite(path, labels, photometric="minisblack", **options)
    return path


def _pages(folder, labels):
    path = folder / "stack.tiff"
    with tifffile.TiffWriter(path) as writer:
        for page in labels:
            writer.write(page, contiguous=False, metadata=None, photometric="minisblack")
    return path


def _tiff_slices(folder, labels):
    # 8, 9, 10, 11 …: alphabetical order would be wrong.
    for number, page in enumerate(labels):
        tifffile.imwrite(folder / f"slice_{number + 8}.tif", page, photometric="minisblack")
    return folder


def _png_slices(folder, labels):
    for number, page in enumerate(labels):
        Image.fromarray(page).save(folder / f"s{number + 8}.png")
    return folder


def _saved(folder, labels, fortran=False):
    path = folder / "stack.npy"
    np.save(path, np.asfortranarray(labels) if fortran else labels)
    return path


def _zipped(folder, labels, save=np.savez_compressed):
    path = folder / "stack.npz"
    save(path, labels=labels, ids=np.zeros_like(labels, dtype=np.int32), note=np.array("raw"))
    return path


def _hdf5(folder, labels, **options):
    path = folder / "stack.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("images/labels", data=labels, **options)
        file.create_dataset("images/grey", data=labels.astype(np.float32))
        file["table"] = np.zeros((4, 4))
    return path


def _nrrd(folder, labels, encoding):
    path = folder / "stack.nrrd"
    nrrd.write(str(path), labels, {"encoding": encoding}, index_order="C")
    return path


def _detached(folder, labels):
    with gzip.open(folder / "stack.raw.gz", "wb") as file:
        file.write(labels.tobytes())
    path = folder / "stack.nhdr"
    sizes = " ".join(map(str, labels.shape[::-1]))
    path.write_text(
        f"NRRD0004\ntype: uchar\ndimension: 3\nsizes: {sizes}\nencoding: gzip\n"
        "data file: stack.raw.gz\n"
    )
    return path


FORMATS: dict[str, Callable[[Path, np.ndarray], Path]] = {
    "tiff in one piece": _tiff,
    "tiff for ImageJ": lambda f, a: _tiff(f, a, imagej=True),
    "bigtiff, big-endian, 16 bit": lambda f, a: _tiff(
        f, a.astype(">u2"), bigtiff=True, byteorder=">"
    ),
    "tiff, deflated": lambda f, a: _tiff(f, a, compression="zlib", predictor=True),
    "tiff, OME, tiled": lambda f, a: _tiff(
        f, a, "stack.ome.tif", metadata={"axes": "ZYX"}, tile=(16, 16), compression="zlib"
    ),
    "tiff, page by page": _pages,
    "folder of tiffs": _tiff_slices,
    "folder of pngs": _png_slices,
    "npy": _saved,
    "npy, Fortran's order": lambda f, a: _saved(f, a, fortran=True),
    "npy, 64 bit": lambda f, a: _saved(f, a.astype(np.int64)),
    "npz": _zipped,
    "npz, stored": lambda f, a: _zipped(f, a, np.savez),
    "npz, Fortran's order": lambda f, a: _zipped(f, np.asfortranarray(a)),
    "hdf5": _hdf5,
    "hdf5, chunks": lambda f, a: _hdf5(
        f, a, chunks=tuple(max(2, n // 8) for n in a.shape), compression="gzip"
    ),
    "nrrd, raw": lambda f, a: _nrrd(f, a, "raw"),
    "nrrd, gzip": lambda f, a: _nrrd(f, a, "gzip"),
    "nrrd, bzip2": lambda f, a: _nrrd(f, a.astype(np.uint16), "bzip2"),
    "nrrd, detached": _detached,
    "vti": vti,
    "vti, points": lambda f, a: vti(f, a, points=True),
    "vti, base64": lambda f, a: vti(f, a, encode=True),
    "vti, no compression": lambda f, a: vti(f, a, compressor="None"),
    "vti, base64 without compression": lambda f, a: vti(f, a, compressor="None", encode=True),
    "vti, lzma": lambda f, a: vti(f, a, compressor="LZMA"),
    "vti, inline": lambda f, a: vti(f, a.astype(np.int32), mode="Binary"),
    "vti, text": lambda f, a: vti(f, a.astype(np.int16), mode="Ascii"),
}
"""Each writes a stack into a folder of its own and returns the path to read."""


def record(**changed) -> str:
    """The record of a stack whose voxels measure 0.4 µm, as JSON."""
    known = {"calendem": 1, "voxel_size_m": [H, H, H], "labels": MAP, "axes": "zyx"}
    return json.dumps(known | changed)
