"""VTK image data (`.vti`): one array of cells or points, found in the XML, read block by block.

The XML is parsed here, not by VTK: VTK allocates what a damaged header asks for, and ends the
process where it cannot.
"""

import mmap
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np

from dem.errors import InputError
from voxelize.read.choice import chosen
from voxelize.read.order import Crop
from voxelize.read.record import Record, edges, from_pairs
from voxelize.read.stored import StoredImage, damage_refused, expect_bytes, view_read
from voxelize.read.vtk_blocks import COMPRESSORS, Payload, decoded

_KINDS = {
    "Int8": "i1", "UInt8": "u1", "Int16": "i2", "UInt16": "u2", "Int32": "i4", "UInt32": "u4",
    "Int64": "i8", "UInt64": "u8", "Float32": "f4", "Float64": "f8",
}  # fmt: skip
_FINEST, _WIDEST = 1e-9, 1e-4
"""[m]; VTK has no units: outside, or at 1, the spacing of another program's file is none in µm."""
_SMALL = 1 << 16
"""Values up to which an array of field data is looked at."""


@dataclass
class _Document:
    """What the XML of a file says."""

    file: dict = field(default_factory=dict)
    image: dict = field(default_factory=dict)
    pieces: list = field(default_factory=list)
    arrays: dict = field(default_factory=dict)
    fields: dict = field(default_factory=dict)
    appended: dict | None = None
    appended_at: int = 0


def open_vti(path: Path, dataset: str | None) -> StoredImage:
    """Open one array of a `.vti` file; its spacing is in µm.

    raises InputError where the file is damaged or the array is not what it must be
    """
    with damage_refused(path, "a VTI file"), open(path, "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        document = _parsed(path, data)
        shapes = {name: shape for name, (shape, _) in document.arrays.items()}
        name = chosen(path, "array", shapes, dataset)
        shape, attributes = document.arrays[name]
        dtype = _dtype(path, document, name, attributes)
        if len(shape) != 3:
            raise InputError(f"{path}: {name} has {shape[3]} components, expected one")
        payload = _payload(path, document, attributes)
        size = int(np.prod(shape, dtype=object)) * dtype.itemsize
        if payload.compressor is None:
            ratio = 1 if payload.encoding != "ascii" else dtype.itemsize
        else:
            ratio = COMPRESSORS[payload.compressor].ratio
        expect_bytes(path, size, len(data) - payload.start, ratio)
        record = _record(path, data, document)

    def read(crop: Crop) -> np.ndarray:
        with damage_refused(path, "a VTI file"):
            (first, last), *plane = crop
            layer = shape[1] * shape[2]
            values = decoded(path, data, payload, dtype, first * layer, last * layer)
            whole = values.reshape(last - first, *shape[1:])
            return view_read(whole)(((0, last - first), *plane))

    return StoredImage(path, shape, dtype, record, read, data.close)


def _parsed(path: Path, data: mmap.mmap) -> _Document:
    document, stack = _Document(), []
    mark = data.find(b"<AppendedData")
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict) -> None:
        if tag == "VTKFile":
            document.file = attributes
        elif tag == "ImageData":
            document.image = attributes
        elif tag == "Piece":
            document.pieces.append(attributes)
        elif tag in ("DataArray", "Array") and stack:
            # The byte index is that of the tag; its content begins behind it.
            at = data.find(b">", parser.CurrentByteIndex) + 1
            attributes = attributes | {"at": at}
            if stack[-1] == "FieldData":
                document.fields[attributes.get("Name", "")] = attributes
            elif stack[-1] in ("CellData", "PointData") and document.pieces:
                shape = _shape(path, document, stack[-1], attributes)
                document.arrays[attributes.get("Name", "")] = (shape, attributes)
        stack.append(tag)

    def end(tag: str) -> None:
        stack.pop()

    def no_doctype(*_: object) -> None:
        raise InputError(f"{path}: declares a document type, expected VTK's plain XML")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = no_doctype
    parser.Parse(data[: mark if mark >= 0 else len(data)], mark < 0)
    if document.file.get("type") != "ImageData" or len(document.pieces) != 1:
        raise InputError(
            f"{path}: is VTK data of type {document.file.get('type', 'unknown')} in "
            f"{len(document.pieces)} pieces, expected ImageData in one"
        )
    if mark >= 0:
        text = data[mark : data.find(b">", mark) + 1]
        document.appended_at = data.find(b"_", mark + len(text)) + 1
        document.appended = {"encoding": "base64" if b"base64" in text else "raw"}
        if not document.appended_at:
            raise InputError(f"{path}: its appended data is missing, expected a whole file")
    return document


def _shape(path: Path, document: _Document, kind: str, attributes: dict) -> tuple[int, ...]:
    numbers = [int(n) for n in document.pieces[0]["Extent"].split()]
    if len(numbers) != 6:
        raise InputError(f"{path}: its extent is {numbers}, expected six numbers")
    more = 1 if kind == "PointData" else 0
    shape = tuple(b - a + more for a, b in zip(numbers[4::-2], numbers[5::-2], strict=True))
    if min(shape) <= 0:
        raise InputError(f"{path}: its extent is {numbers}, expected voxels along each axis")
    components = int(attributes.get("NumberOfComponents", 1))
    return shape if components == 1 else (*shape, components)


def _dtype(path: Path, document: _Document, name: str, attributes: dict) -> np.dtype:
    kind = attributes.get("type", "")
    if kind not in _KINDS:
        raise InputError(f"{path}: {name} holds {kind or 'unknown'} values, expected whole numbers")
    big = document.file.get("byte_order") == "BigEndian"
    return np.dtype((">" if big else "<") + _KINDS[kind])


def _payload(path: Path, document: _Document, attributes: dict) -> Payload:
    """Where the values of an array lie, and how they are written."""
    header = {"UInt32": "u4", "UInt64": "u8"}[document.file.get("header_type", "UInt32")]
    big = document.file.get("byte_order") == "BigEndian"
    compressor = document.file.get("compressor") or None
    if compressor is not None and not (
        compressor in COMPRESSORS and COMPRESSORS[compressor].decode is not None
    ):
        raise InputError(
            f"{path}: is compressed by {compressor}, whose codec is not installed, expected "
            "the package imagecodecs beside this one, or vtkZLibDataCompressor"
        )
    form = attributes.get("format", "ascii")
    encoding, at = form, attributes["at"]
    if form == "appended":
        if document.appended is None:
            raise InputError(f"{path}: its appended data is missing, expected a whole file")
        encoding = document.appended["encoding"]
        at = document.appended_at + int(attributes["offset"])
        if int(attributes["offset"]) < 0:
            raise InputError(f"{path}: an array begins at {attributes['offset']}, expected from 0")
    elif form == "binary":
        encoding = "base64"
    if encoding == "ascii":
        compressor = None
    return Payload(at, encoding, np.dtype((">" if big else "<") + header), compressor)


def _record(path: Path, data: mmap.mmap, document: _Document) -> Record:
    direction = document.image.get("Direction", "1 0 0 0 1 0 0 0 1").split()
    if not np.array_equal(np.array(direction, dtype=float).ravel(), np.eye(3).ravel()):
        raise InputError(f"{path}: its axes are turned ({' '.join(direction)}), expected x, y, z")
    values = {name: _field(path, data, document, each) for name, each in document.fields.items()}
    pairs = {name: value for name, value in values.items() if value is not None}
    ours = "thickness_um" in pairs or "calendem" in pairs
    own = from_pairs(pairs, path)
    if ours:
        # VTK's axes are x, y, z, x fastest: what this program writes has z through-plane.
        own = own.over(Record(axes="zyx"))
    spacing = document.image.get("Spacing", "1 1 1").split()[::-1]
    size = edges(spacing, ["um"] * 3)
    if ours or (size is not None and max(size) < _WIDEST and _FINEST < min(size) != 1e-6):
        return own.over(Record(voxel_size=size))
    return own.over(Record(note=f"a spacing of {' × '.join(spacing)} without unit"))


def _field(path: Path, data: mmap.mmap, document: _Document, attributes: dict):
    """The values of an array of field data; None where they are many or of another kind."""
    count = int(attributes.get("NumberOfTuples", 1))
    kind = attributes.get("type")
    if not 0 < count <= _SMALL or (kind not in _KINDS and kind != "String"):
        return None
    payload = _payload(path, document, attributes)
    if kind == "String":
        # One text: its bytes, closed by a zero; the length is told by the header alone.
        return decoded(path, data, payload, np.dtype("u1"), 0, None).tobytes().split(b"\0")[0]
    big = document.file.get("byte_order") == "BigEndian"
    dtype = np.dtype((">" if big else "<") + _KINDS[kind])
    return decoded(path, data, payload, dtype, 0, count)
