"""Every format gives the same labels, whole and by crop, without loading what is not asked for."""

import struct
import tracemalloc
import zlib

import h5py
import numpy as np
import pytest
import tifffile
from PIL import Image
from skimage.data import binary_blobs

from dem.errors import InputError
from tests.voxelize.read.stacks import FORMATS, MAP, H, electrode, vti
from voxelize.read.formats import open_image
from voxelize.read.volume import read_volume
from voxelize.read.vtk_blocks import COMPRESSORS, Compressor

PHASE_OF = {10: 0, 20: 1, 30: 2, 40: 3}


def phases(labels):
    return np.vectorize(PHASE_OF.get, otypes=[np.uint8])(labels)


def test_labels_are_those_that_were_stored(stack):
    labels = electrode(nz=9, ny=7, nx=5)
    volume = read_volume(stack(labels), H, MAP)
    assert volume.labels.dtype == np.uint8
    assert np.array_equal(volume.labels, phases(labels))


def test_crop_of_any_part_is_that_part(stack):
    labels = electrode(nz=9, ny=7, nx=5, foil=1)
    path = stack(labels)
    rng = np.random.default_rng(1)
    with open_image(path) as image:
        assert image.shape == labels.shape
        for _ in range(12):
            # Backwards too: what is streamed must begin anew.
            crop = [sorted(rng.choice(n + 1, 2, replace=False)) for n in labels.shape]
            assert np.array_equal(image.read(crop), labels[tuple(slice(*pair) for pair in crop)])


def test_turned_axes_are_turned_back(stack):
    labels = electrode(nz=9, ny=7, nx=5)
    stored = np.ascontiguousarray(labels[::-1].transpose(2, 0, 1))
    volume = read_volume(stack(stored), H, MAP, axis_order="x-zy", crop=((0, 8), (1, 6), (2, 5)))
    assert np.array_equal(volume.labels, phases(labels)[0:8, 1:6, 2:5])


# Text is parsed as one; LZMA's decoder takes 8 MiB however little it decodes.
LAZY = [name for name in FORMATS if "text" not in name and "lzma" not in name]


@pytest.mark.parametrize("name", LAZY)
def test_crop_loads_no_more_than_it_needs(name, tmp_path):
    # A megabyte of labels, of which a thousandth is read.
    blobs = binary_blobs(96, n_dim=3, rng=1).astype(np.uint8) * 10 + 10
    path = FORMATS[name](tmp_path, blobs)
    with open_image(path) as image:
        image.read(((0, 1), (0, 1), (0, 1)))
        tracemalloc.start()
        image.read(((50, 59), (50, 59), (50, 59)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        whole = image.dtype.itemsize * blobs.size
    # Nine layers of 96, held twice where they are decoded, or the chunks that they lie in.
    assert peak < whole / 3


def test_dataset_that_is_not_plain_must_be_named(tmp_path):
    labels = electrode()
    with h5py.File(tmp_path / "two.h5", "w") as file:
        file["first"], file["second"] = labels, labels[:, ::-1]
    with pytest.raises(InputError, match=r"expected the name of one.*first 8 × 6 × 5, second"):
        read_volume(tmp_path / "two.h5", H, MAP)
    second = read_volume(tmp_path / "two.h5", H, MAP, dataset="/second")
    assert np.array_equal(second.labels, phases(labels)[:, ::-1])
    with pytest.raises(InputError, match=r"no dataset 'secnd'.*did you mean 'second'"):
        read_volume(tmp_path / "two.h5", H, MAP, dataset="secnd")
    tifffile.imwrite(tmp_path / "one.tif", labels)
    with pytest.raises(InputError, match="holds one volume"):
        read_volume(tmp_path / "one.tif", H, MAP, dataset="second")


def test_axis_of_channels_with_one_channel_is_none(tmp_path):
    # As ilastik exports: z, y, x, c.
    labels = electrode()
    with h5py.File(tmp_path / "export.h5", "w") as file:
        file["exported_data"] = labels[..., None]
    np.save(tmp_path / "export.npy", labels[None])
    for name in ("export.h5", "export.npy"):
        assert np.array_equal(read_volume(tmp_path / name, H, MAP).labels, phases(labels))


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_small_greys_and_palettes_of_png_are_labels(tmp_path, bits):
    values = np.random.default_rng(2).integers(0, 2, (6, 8, 9)).astype(np.uint8)
    for k, layer in enumerate(values):
        image = Image.fromarray(layer if bits > 1 else layer.astype(bool))
        if bits == 2:
            image.putpalette([0, 0, 0, 255, 0, 0])
            image.save(tmp_path / f"{k}.png", bits=2)
        else:
            image.save(tmp_path / f"{k}.png")
    assert np.array_equal(
        read_volume(tmp_path, H, {"pore": 0, "active_material": 1}).labels, values
    )


@pytest.mark.parametrize("compression", [None, "group4", "tiff_lzw"])
def test_two_phases_of_one_bit_are_labels(tmp_path, compression):
    if compression:
        pytest.importorskip("imagecodecs", reason="codec of this TIFF")
    values = np.random.default_rng(2).integers(0, 2, (6, 9, 13)).astype(bool)
    first, *others = [Image.fromarray(layer) for layer in values]
    path = tmp_path / "bits.tif"
    first.save(path, save_all=True, append_images=others, compression=compression)
    assert np.array_equal(read_volume(path, H, {"pore": 0, "active_material": 1}).labels, values)


def test_greys_of_two_bits_are_not_stretched(tmp_path):
    # Pillow writes none: a PNG by hand, whose greys 0 to 2 of 3 it would show as 0, 85, 170.
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    row = np.array([0, 1, 2, 1], np.uint8)
    packed = bytes([int((row << np.array([6, 4, 2, 0])).sum())])
    header = struct.pack(">IIBBBBB", 4, 2, 2, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    png += chunk(b"IDAT", zlib.compress((b"\0" + packed) * 2)) + chunk(b"IEND", b"")
    for k in range(3):
        (tmp_path / f"{k}.png").write_bytes(png)
    assert np.array_equal(read_volume(tmp_path, H).labels, np.tile(row, (3, 2, 1)))


REFUSED_FOLDERS = {
    "empty": ({}, "it is empty"),
    "no image": ({"note.txt": None}, "no TIFF or PNG among its 1 files"),
    "two kinds": ({"a1.png": (4, 5), "a2.tif": (4, 5)}, "1 PNG and 1 TIFF"),
    "two sizes": ({"a1.png": (4, 5), "a2.png": (5, 4)}, "a2.png: is a slice of 5 × 4"),
    "lost": ({f"a{k}.tif": (4, 5) for k in (1, 2, 4, 5)}, "after a2.tif comes a4.tif"),
    "colours": ({"a1.png": (4, 5, 3)}, "colours"),
    "stacks": ({"a1.tif": (2, 4, 5)}, "2 pages, expected one slice"),
}


@pytest.mark.parametrize("case", REFUSED_FOLDERS)
def test_folder_that_is_no_stack_of_slices_is_refused(tmp_path, case):
    files, message = REFUSED_FOLDERS[case]
    for name, shape in files.items():
        if shape is None:
            (tmp_path / name).write_text("not an image")
        elif name.endswith("png"):
            Image.fromarray(np.ones(shape, np.uint8)).save(tmp_path / name)
        else:
            tifffile.imwrite(tmp_path / name, np.ones(shape, np.uint8), photometric="minisblack")
    with pytest.raises(InputError, match=message) as refusal:
        read_volume(tmp_path, H)
    assert str(tmp_path) in str(refusal.value)


def test_slices_of_two_kinds_are_refused(tmp_path):
    tifffile.imwrite(tmp_path / "a1.tif", np.ones((4, 5), np.uint8))
    tifffile.imwrite(tmp_path / "a2.tif", np.ones((4, 5), np.uint16))
    with pytest.raises(InputError, match=r"a2\.tif: is a slice of 4 × 5 uint16.*uint8 as in a1"):
        read_volume(tmp_path, H)
    with tifffile.TiffWriter(tmp_path / "both.tif") as writer:
        writer.write(np.ones((4, 5), np.uint8), contiguous=False, metadata=None)
        writer.write(np.ones((4, 6), np.uint8), contiguous=False, metadata=None)
    with pytest.raises(InputError, match="of 2 sizes or kinds"):
        read_volume(tmp_path / "both.tif", H)


def test_compression_without_its_codec_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "packed.tif"
    tifffile.imwrite(path, electrode(), compression="zlib")

    class Missing(dict):
        def __missing__(self, key):
            raise KeyError(f"{key} requires the 'imagecodecs' package")

    monkeypatch.setattr(tifffile.TIFF, "DECOMPRESSORS", Missing())
    with pytest.raises(InputError, match="ADOBE_DEFLATE, whose codec is not installed"):
        read_volume(path, H, MAP)
    vtk_file = vti(tmp_path, electrode(), compressor="LZ4")
    monkeypatch.setitem(COMPRESSORS, "vtkLZ4DataCompressor", Compressor(None, 255))
    with pytest.raises(InputError, match="codec is not installed"):
        read_volume(vtk_file, H, MAP)


def test_header_that_announces_more_than_the_file_is_refused(tmp_path):
    # 10^18 voxels in some hundred bytes: refused, not allocated.
    head = "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 1000000 1000000 1000000\n"
    for encoding in ("raw", "gzip", "bzip2"):
        (tmp_path / "bomb.nrrd").write_text(f"{head}encoding: {encoding}\n\nabc")
        with pytest.raises(InputError, match="announces 1000000000000000000 bytes"):
            read_volume(tmp_path / "bomb.nrrd", H)
    np.save(tmp_path / "bomb.npy", electrode())
    text = (tmp_path / "bomb.npy").read_bytes()
    (tmp_path / "bomb.npy").write_bytes(text.replace(b"(8, 6, 5)", b"(8, 6, 9)"))
    with pytest.raises(InputError, match="announces 432 bytes"):
        read_volume(tmp_path / "bomb.npy", H)
    path = vti(tmp_path, electrode())
    grown = path.read_bytes().replace(b'"0 5 0 6 0 8"', b'"0 99999 0 9999 0 9999"')
    path.write_bytes(grown)
    with pytest.raises(InputError, match="announces 99979"):
        read_volume(path, H)
    with h5py.File(tmp_path / "bomb.h5", "w") as file:
        file.create_dataset("labels", (10**6, 10**6, 10**6), "u1", chunks=(8, 8, 8))
    with pytest.raises(InputError, match="never written"):
        read_volume(tmp_path / "bomb.h5", H)


def test_more_than_memory_holds_is_read_by_crop_only(tmp_path):
    # Fill values are not stored: a file of some kilobytes whose volume no machine holds.
    with h5py.File(tmp_path / "large.h5", "w") as file:
        data = file.create_dataset(
            "labels", (10**5, 10**5, 10**5), "u1", chunks=(64, 64, 64), compression="gzip"
        )
        data[:8, :6, :5] = electrode()
    with pytest.raises(InputError, match="GiB of memory, expected a crop that fits"):
        read_volume(tmp_path / "large.h5", H, MAP, "zyx")
    part = read_volume(tmp_path / "large.h5", H, MAP, "zyx", ((0, 8), (0, 6), (0, 5)))
    assert np.array_equal(part.labels, phases(electrode()))
