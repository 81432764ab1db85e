"""Label volumes of any known format, read into a `Volume`, every doubt refused."""

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import label

from dem.errors import InputError
from voxelize.read.formats import open_image
from voxelize.read.labels import PhaseMap, Ranges, Thresholds, read_phases
from voxelize.read.place import WantedCrop, expect_resampling, placed
from voxelize.read.record import Edges
from voxelize.read.recorded import recorded_thickness
from voxelize.read.resample import Rule, resampled
from voxelize.volume import (
    ACTIVE_MATERIAL,
    CARBON_BINDER,
    COLLECTOR,
    LABEL_NAMES,
    PHASES,
    Volume,
    foil_layers_of,
)

NANOPOROSITY = 0.5
"""Of a carbon-binder domain of which nobody says it."""


def read_volume(
    path: str | os.PathLike,
    voxel_size: float | Edges | None = None,
    labels: Mapping[str, int] | None = None,
    axis_order: str | None = None,
    crop: WantedCrop | None = None,
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
        place = placed(image, voxel_size, axis_order, crop, coarsening, resample_to)
        expect_resampling(path, place)
        order, sizes, shape, voxels, edge, in_blocks = place
        phases = read_phases(image, order, voxels, phase_of)
    _check_phases(phases, named, path)
    _check_collector(phases, coarsening if in_blocks else 1, path)
    recorded = recorded_thickness(path, record, order, sizes, voxels, shape, phases)
    if in_blocks:
        _check_blocks(phases, coarsening, path)
    phases = resampled(phases, sizes, edge, coarsening_rule)
    if cbd_nanoporosity is None:
        said = record.cbd_nanoporosity
        cbd_nanoporosity = NANOPOROSITY if said is None else said
    volume = Volume(np.ascontiguousarray(phases), edge, False, 0.0, cbd_nanoporosity)
    return replace(volume, thickness=_thickness(volume, recorded, path))


def _check_arguments(path, coarsening, cbd_nanoporosity, resample_to) -> None:
    if not (isinstance(coarsening, int | float | np.number) and 1 <= coarsening < math.inf) or (
        coarsening != int(coarsening)
    ):
        raise InputError(f"{path}: coarsening is {coarsening}, expected a whole number from 1 up")
    if cbd_nanoporosity is not None and not 0.0 <= cbd_nanoporosity < 1.0:
        raise InputError(
            f"{path}: the CBD nanoporosity is {cbd_nanoporosity:g}, expected 0 to below 1"
        )
    if resample_to is not None and not (np.isfinite(resample_to) and resample_to > 0.0):
        raise InputError(f"{path}: resample_to is {resample_to:g} m, expected a length above 0")


def _check_blocks(phases: np.ndarray, factor: int, path: Path) -> None:
    """Cubes are merged in whole blocks, so that nothing is cut at the far sides."""
    if any(length % factor for length in phases.shape):
        fitting = " × ".join(str(length // factor * factor) for length in phases.shape)
        raise InputError(
            f"{path}: a coarsening of {factor} does not fit {' × '.join(map(str, phases.shape))} "
            f"voxels (z × y × x), expected multiples of it: crop to {fitting}"
        )


def _check_collector(phases: np.ndarray, coarsening: int, path: Path) -> None:
    """The collector must be whole layers at index 0 and what stands on them, none elsewhere."""
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
    top = layers + int(np.count_nonzero(per_layer[layers:]))
    pieces, count = label(phases[layers - 1 : top] == COLLECTOR)
    apart = int(per_layer[top:].sum())
    if apart or count > 1:
        apart += int(np.count_nonzero(pieces > 1))
        raise InputError(
            f"{path}: {apart} collector voxels stand apart from its {layers} whole layers, "
            "expected a foil in one piece: crop them away or relabel them"
        )
    layers = foil_layers_of(phases)
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


def _thickness(volume: Volume, recorded: float | None, path: Path) -> float:
    """Height of the coating [m]: as recorded, else up to its highest solid voxel."""
    solid = [
        k
        for k, layer in enumerate(volume.labels)
        if ((layer == ACTIVE_MATERIAL) | (layer == CARBON_BINDER)).any()
    ]
    if not solid:
        raise InputError(f"{path}: coarsening left no solid voxel, expected a finer one")
    if recorded is not None:
        # Merged layers may end up to half a voxel below those of the file.
        layers = len(volume.labels) - volume.collector_layers
        fits = recorded <= (layers + 1e-6) * volume.voxel_size
        return recorded if fits else layers * volume.voxel_size
    return (solid[-1] + 1 - volume.collector_layers) * volume.voxel_size
