"""Label volumes of any known format, read into a `Volume`, every doubt refused."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dem.errors import InputError
from voxelize.read.formats import open_image
from voxelize.read.labels import PhaseMap, Ranges, Thresholds, read_phases
from voxelize.read.order import crop_in_voxels, order_of
from voxelize.read.resample import Rule, resampled
from voxelize.read.stored import StoredImage
from voxelize.volume import (
    ACTIVE_MATERIAL,
    CARBON_BINDER,
    COLLECTOR,
    LABEL_NAMES,
    PHASES,
    Volume,
)

Crop = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
Edges = tuple[float, float, float]

NANOPOROSITY = 0.5
"""Of a carbon-binder domain of which nobody says it."""
_CUBE = 1e-3
"""Relative difference of edges up to which voxels count as cubes: headers are rounded."""


def read_volume(
    path: str | os.PathLike,
    voxel_size: float | Edges | None = None,
    labels: Mapping[str, int] | None = None,
    axis_order: str | None = None,
    crop: Crop | None = None,
    coarsening: int = 1,
    cbd_nanoporosity: float | None = None,
    *,
    dataset: str | None = None,
    thresholds: Ranges | None = None,
    resample_to: float | None = None,
    coarsening_rule: Rule = "keep_shares",
) -> Volume:
    """Read a segmented volume; what is not given is taken from the file, where it says so.

    voxel_size : [m], of the file: one edge, or those along z, y, x
    labels : value in the file of each phase; else the file's own map, else `PHASES`
    axis_order : what the file's axes are, z through-plane from the collector up; "-" before a
        letter turns that axis around, as in "-zyx". Where neither this nor the file says it, "zyx",
        but never for a cube.
    crop : ((z0, z1), (y0, y1), (x0, x1)) along the ordered axes, whole numbers [voxels of the
        file] or floats [m]; the rest of the file is not loaded
    coarsening : edge of the blocks of voxels that are merged into one, by `coarsening_rule`
    cbd_nanoporosity : else the file's, else `NANOPOROSITY`
    dataset : array of an NPZ or VTI file, path of a dataset in HDF5
    thresholds : ranges of grey values of each phase, [from, to), the uppermost closed; for images
        that are not segmented, instead of labels
    resample_to : [m], edge of the cubes that the voxels are resampled to before they are merged;
        else the file's finest edge
    The coating ends at the height that the file records, else at its highest solid voxel.
    raises InputError where the file or an argument is not what it must be
    """
    path = Path(path)
    _check_arguments(path, coarsening, cbd_nanoporosity, resample_to)
    with open_image(path, dataset) as image:
        record = image.record
        named = None if thresholds else labels or record.labels or PHASES
        phase_of = (
            Thresholds(path, thresholds) if thresholds else PhaseMap(path, image.dtype, named)
        )
        sizes = _sizes(voxel_size, image)
        order = order_of(axis_order, record.axes, image.shape, path)
        if voxel_size is None:
            sizes = order.ordered(sizes)
        shape = order.ordered(image.shape)
        voxels = crop_in_voxels(crop, sizes, shape, path)
        phases = read_phases(image, order, voxels, phase_of)
    _check_phases(phases, named, path)
    in_blocks = resample_to is None and max(sizes) <= (1.0 + _CUBE) * min(sizes)
    _check_collector(phases, coarsening if in_blocks else 1, path)
    if in_blocks:
        sizes = (sizes[0],) * 3
        _check_blocks(phases, coarsening, path)
    edge = (min(sizes) if resample_to is None else resample_to) * coarsening
    phases = resampled(phases, sizes, edge, coarsening_rule)
    if cbd_nanoporosity is None:
        recorded = record.cbd_nanoporosity
        cbd_nanoporosity = NANOPOROSITY if recorded is None else recorded
    volume = Volume(np.ascontiguousarray(phases), edge, False, 0.0, cbd_nanoporosity)
    whole = voxels[0] == (0, shape[0]) and not order.backwards[order.letters.index("z")]
    thickness = _thickness(volume, record.thickness if whole else None)
    return Volume(volume.labels, edge, False, thickness, cbd_nanoporosity)


def _check_arguments(path, coarsening, cbd_nanoporosity, resample_to) -> None:
    if coarsening != int(coarsening) or coarsening < 1:
        raise InputError(f"{path}: coarsening is {coarsening}, expected a whole number from 1 up")
    if cbd_nanoporosity is not None and not 0.0 <= cbd_nanoporosity < 1.0:
        raise InputError(
            f"{path}: the CBD nanoporosity is {cbd_nanoporosity:g}, expected 0 to below 1"
        )
    if resample_to is not None and not (np.isfinite(resample_to) and resample_to > 0.0):
        raise InputError(f"{path}: resample_to is {resample_to:g} m, expected a length above 0")


def _sizes(given: float | Edges | None, image: StoredImage) -> Edges:
    """Edges of a voxel [m]: as given, else as recorded along the file's axes."""
    if given is None:
        recorded = image.record.voxel_size
        if recorded is None:
            note = f" of use ({image.record.note})" if image.record.note else ""
            raise InputError(
                f"{image.path}: no voxel size was given and the file records none{note}; expected "
                "voxel_size"
            )
        return recorded
    sizes = (given,) * 3 if np.ndim(given) == 0 else tuple(given)
    if len(sizes) != 3:
        raise InputError(f"{image.path}: voxel_size is {given}, expected one edge or three")
    for size in sizes:
        if not (np.isfinite(size) and size > 0.0):
            raise InputError(
                f"{image.path}: the voxel size is {size:g} m, expected a length above 0"
            )
    return tuple(float(size) for size in sizes)


def _check_blocks(phases: np.ndarray, factor: int, path: Path) -> None:
    """Cubes are merged in whole blocks, so that nothing is cut at the far sides."""
    if any(length % factor for length in phases.shape):
        fitting = " × ".join(str(length // factor * factor) for length in phases.shape)
        raise InputError(
            f"{path}: a coarsening of {factor} does not fit {' × '.join(map(str, phases.shape))} "
            f"voxels (z × y × x), expected multiples of it: crop to {fitting}"
        )


def _check_collector(phases: np.ndarray, coarsening: int, path: Path) -> None:
    """The collector must be whole layers at index 0, none elsewhere."""
    per_layer = np.array([np.count_nonzero(layer == COLLECTOR) for layer in phases])
    if not per_layer.any():
        return
    whole = per_layer == phases[0].size
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
    if stray := int(per_layer[layers:].sum()):
        raise InputError(
            f"{path}: {stray} collector voxels stand outside its {layers} whole layers, "
            "expected a flat foil: crop it away or relabel them"
        )
    if layers % coarsening:
        raise InputError(
            f"{path}: a coarsening of {coarsening} does not fit {layers} collector layers, "
            "expected a divisor of them: crop layers of the collector away"
        )


def _check_phases(phases: np.ndarray, named: Mapping[str, int] | None, path: Path) -> None:
    """Active material must be there, and something beside it."""
    counts = {phase: np.count_nonzero(phases == phase) for phase in PHASES.values()}
    if not counts[ACTIVE_MATERIAL]:
        label = f" (label {named['active_material']})" if named else ""
        raise InputError(
            f"{path}: no voxel is active material{label}; expected the label map to name it and "
            "the crop to hold some"
        )
    if counts[ACTIVE_MATERIAL] + counts[COLLECTOR] == phases.size:
        raise InputError(
            f"{path}: every voxel is {LABEL_NAMES[ACTIVE_MATERIAL]}, expected two phases or more"
        )


def _thickness(volume: Volume, recorded: float | None) -> float:
    """Height of the coating [m]: as recorded if the labels can have it, else its highest solid."""
    solid = [
        k
        for k, layer in enumerate(volume.labels)
        if ((layer == ACTIVE_MATERIAL) | (layer == CARBON_BINDER)).any()
    ]
    if not solid:
        raise InputError("coarsening left no solid voxel, expected a finer one")
    layers = len(volume.labels) - volume.collector_layers
    if recorded is not None and 0.0 < recorded <= (layers + 1e-6) * volume.voxel_size:
        return recorded
    return (solid[-1] + 1 - volume.collector_layers) * volume.voxel_size
