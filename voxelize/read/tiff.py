"""Label volumes read from TIFF files, every doubt refused."""

import difflib
import logging
import os
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import tifffile

from dem.errors import InputError
from voxelize.volume import (
    ACTIVE_MATERIAL,
    CARBON_BINDER,
    COLLECTOR,
    LABEL_NAMES,
    PHASES,
    Volume,
)

_BROKEN_FILE = (
    tifffile.TiffFileError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    struct.error,
    zlib.error,
)
"""What tifffile raises over files that are damaged or no TIFF at all."""

_METRES = {"m": 1.0, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "μm": 1e-6, "micron": 1e-6, "nm": 1e-9}

Crop = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def read_volume(
    path: str | os.PathLike,
    voxel_size: float | None = None,
    labels: dict[str, int] = PHASES,
    axis_order: str = "zyx",
    crop: Crop | None = None,
    coarsening: int = 1,
    cbd_nanoporosity: float = 0.5,
) -> Volume:
    """Read a segmented volume from a label TIFF; its coating ends at its highest solid voxel.

    voxel_size : [m], of the file; None reads it from the file's ImageJ metadata
    labels : value in the file of each phase of `PHASES`
    axis_order : what the file's axes are, z through-plane from the collector up; "-" before a
        letter turns that axis around, as in "-zyx"
    crop : ((z0, z1), (y0, y1), (x0, x1)) [voxels], applied once the axes are in order z, y, x
    coarsening : edge of the block [voxels] whose majority gives one voxel; of equally frequent
        phases the first in the order of `PHASES` wins
    raises InputError where the file or an argument is not what it must be
    """
    path = Path(path)
    values = _checked_map(labels)
    data, recorded_size = _read_array(path)
    voxel_size = recorded_size if voxel_size is None else voxel_size
    if voxel_size is None:
        raise InputError(
            f"{path}: no voxel size was given and the file records none; expected voxel_size"
        )
    if not (np.isfinite(voxel_size) and voxel_size > 0.0):
        raise InputError(f"{path}: the voxel size is {voxel_size:g} m, expected a length above 0")
    if not 0.0 <= cbd_nanoporosity < 1.0:
        raise InputError(
            f"{path}: the CBD nanoporosity is {cbd_nanoporosity:g}, expected 0 to below 1"
        )
    if coarsening != int(coarsening) or coarsening < 1:
        raise InputError(f"{path}: coarsening is {coarsening}, expected a whole number from 1 up")
    data = _cropped(_through_plane_first(data, axis_order, path), crop, path)
    phases = _translated(data, values, path)
    _check_collector(phases, coarsening, path)
    phases = _coarsened(phases, coarsening, path)
    solid = ((phases == ACTIVE_MATERIAL) | (phases == CARBON_BINDER)).any(axis=(1, 2))
    if not (phases == ACTIVE_MATERIAL).any():
        raise InputError(
            f"{path}: no voxel is active material (label {labels['active_material']}); "
            "expected the label map to name it and the crop to hold some"
        )
    voxel_size = voxel_size * coarsening
    volume = Volume(phases, voxel_size, False, 0.0, cbd_nanoporosity)
    layers = int(np.flatnonzero(solid)[-1]) + 1 - volume.collector_layers
    return Volume(phases, voxel_size, False, layers * voxel_size, cbd_nanoporosity)


def _checked_map(labels):
    for name in labels:
        if name not in PHASES:
            near = difflib.get_close_matches(name, PHASES, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"labels: unknown phase {name!r}, expected {', '.join(PHASES)}{hint}")
    if "active_material" not in labels:
        raise InputError("labels: the map names no value for active_material")
    for name, value in labels.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise InputError(f"labels: {name} is {value!r}, expected a whole number")
    if len(set(labels.values())) < len(labels):
        raise InputError(f"labels: two phases have the same value in {dict(labels)}")
    return {int(value): PHASES[name] for name, value in labels.items()}


def _read_array(path):
    if not path.exists():
        raise InputError(f"{path}: there is no such file, expected a label TIFF")
    if not path.is_file():
        raise InputError(f"{path}: this is no file, expected a label TIFF")
    damage = _Damage(logging.ERROR)
    tifffile.logger().addHandler(damage)
    try:
        with tifffile.TiffFile(path) as tiff:
            series = tiff.series[0]
            is_colour = "S" in series.axes or tiff.pages[0].photometric == tifffile.PHOTOMETRIC.RGB
            axes, shape, kind = series.axes, series.shape, series.dtype
            recorded_size = _recorded_voxel_size(tiff, path)
            data = None if is_colour or len(shape) != 3 else series.asarray()
    except _BROKEN_FILE as error:
        raise InputError(
            f"{path}: cannot be read as a TIFF ({error}), expected a label TIFF"
        ) from error
    finally:
        tifffile.logger().removeHandler(damage)
    if damage.found:
        raise InputError(
            f"{path}: cannot be read as a TIFF up to its end ({damage.found[0]}), "
            "expected a whole file"
        )
    if is_colour:
        raise InputError(
            f"{path}: holds colours (axes {axes}, shape {shape}), expected one label per voxel"
        )
    if len(shape) != 3:
        raise InputError(
            f"{path}: is {len(shape)}-D with shape {shape}, expected a stack with three axes"
        )
    if kind.kind not in "uib":
        raise InputError(f"{path}: holds {kind} values, expected whole-number labels")
    return data, recorded_size


class _Damage(logging.Handler):
    """Collects what tifffile only logs: of a torn file it returns the pages before the tear."""

    def __init__(self, level):
        super().__init__(level)
        self.found = []

    def emit(self, record):
        self.found.append(record.getMessage())


def _recorded_voxel_size(tiff, path):
    """Voxel size [m] from ImageJ metadata, or None; InputError where voxels are no cubes."""
    metadata = tiff.imagej_metadata or {}
    unit = str(metadata.get("unit", "")).replace("\\u00B5", "µ")
    tags = tiff.pages[0].tags
    if unit not in _METRES or "spacing" not in metadata or "XResolution" not in tags:
        return None
    counts = [tags[key].value for key in ("YResolution", "XResolution")]
    if any(pixels == 0 or units == 0 for pixels, units in counts):
        return None
    edges = [float(metadata["spacing"])] + [units / pixels for pixels, units in counts]
    if max(edges) > 1.001 * min(edges):
        z, y, x = edges
        raise InputError(
            f"{path}: its voxels measure {z:g} × {y:g} × {x:g} {unit}, expected cubes: "
            "resample the image, or give the voxel size if the file is wrong"
        )
    return edges[0] * _METRES[unit]


def _through_plane_first(data, axis_order, path):
    axes = re.findall("-?[xyz]", axis_order)
    letters = [axis[-1] for axis in axes]
    if "".join(axes) != axis_order or sorted(letters) != ["x", "y", "z"]:
        raise InputError(
            f"{path}: axis_order is {axis_order!r}, expected each of x, y, z once, as in 'zyx' "
            "or '-zyx'"
        )
    turned = data[tuple(slice(None, None, -1 if len(axis) == 2 else 1) for axis in axes)]
    return turned.transpose([letters.index(letter) for letter in "zyx"])


def _cropped(data, crop, path):
    if crop is None:
        return data
    if len(crop) != 3 or any(len(pair) != 2 for pair in crop):
        raise InputError(f"{path}: crop is {crop}, expected ((z0, z1), (y0, y1), (x0, x1))")
    for name, (start, stop), length in zip("zyx", crop, data.shape, strict=True):
        if not 0 <= start < stop <= length:
            raise InputError(
                f"{path}: crop in {name} is {start} to {stop} voxels, "
                f"expected a range inside 0 to {length}"
            )
    return data[tuple(slice(start, stop) for start, stop in crop)]


def _translated(data, values, path):
    """Labels of the file → our constants."""
    found = np.unique(data)
    unknown = [int(value) for value in found if int(value) not in values]
    if unknown:
        shown = ", ".join(map(str, unknown[:8])) + (" …" if len(unknown) > 8 else "")
        named = ", ".join(f"{value} = {LABEL_NAMES[phase]}" for value, phase in values.items())
        raise InputError(
            f"{path}: holds the label {shown}, which the label map does not name "
            f"({named}); expected labels to name it"
        )
    table = np.array([values[int(value)] for value in found], dtype=np.uint8)
    return np.ascontiguousarray(table[np.searchsorted(found, data)])


def _check_collector(phases, coarsening, path):
    """The collector must be whole layers at index 0, none elsewhere."""
    is_collector = phases == COLLECTOR
    if not is_collector.any():
        return
    whole = is_collector.all(axis=(1, 2))
    layers = len(whole) if whole.all() else int(np.argmin(whole))
    if layers == 0:
        if whole[-1]:
            raise InputError(
                f"{path}: the collector is at the last layer, expected it at index 0: "
                "turn the through-plane axis around with '-z' in axis_order"
            )
        raise InputError(
            f"{path}: the collector does not fill the first layer, expected whole layers of it "
            "at index 0: check axis_order, or crop the volume to start inside the foil"
        )
    stray = int(is_collector[layers:].sum())
    if stray:
        raise InputError(
            f"{path}: {stray} collector voxels stand outside its {layers} whole layers, "
            "expected a flat foil: crop it away or relabel them"
        )
    if layers % coarsening:
        raise InputError(
            f"{path}: a coarsening of {coarsening} does not fit {layers} collector layers, "
            "expected a divisor of them: crop layers of the collector away"
        )


def _coarsened(phases, factor, path):
    if factor == 1:
        return phases
    if any(length % factor for length in phases.shape):
        fitting = " × ".join(str(length // factor * factor) for length in phases.shape)
        raise InputError(
            f"{path}: a coarsening of {factor} does not fit {' × '.join(map(str, phases.shape))} "
            f"voxels (z × y × x), expected multiples of it: crop to {fitting}"
        )
    nz, ny, nx = (length // factor for length in phases.shape)
    blocks = phases.reshape(nz, factor, ny, factor, nx, factor)
    votes = np.stack([(blocks == phase).sum(axis=(1, 3, 5)) for phase in PHASES.values()])
    # argmax takes the first of equals: a tie goes to the phase named first.
    return np.array(list(PHASES.values()), dtype=np.uint8)[votes.argmax(axis=0)]
