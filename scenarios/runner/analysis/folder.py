"""The folder of an analysis: its table, its curves, its files and the arrays of its report."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dem.checkpoint import new_file
from scenarios.runner.analysis.curves import write_curve
from scenarios.runner.analysis.group import Found, Sample
from scenarios.runner.record import write_summary
from scenarios.runner.run_folder import RunFolder, versions
from voxelize.volume import Volume

STATE = "as_read"
"""Name of the volume in table and files, as a state of a run has one."""


def write_analysis(
    folder: RunFolder,
    sample: Sample,
    found: Mapping[str, Found],
    left_out: Mapping[str, str],
    **more: Any,
) -> None:
    """Write what was found.

    found : by name of its group; left_out : why, by name; more : goes into summary.json
    """
    row: dict[str, Any] = {"state": STATE}
    volume = sample.volume
    for of in found.values():
        row |= of.row
        for name, curve in of.curves.items():
            write_curve(folder, name, curve)
        for name, write in of.files.items():
            folder.write(name, write)
    arrays = {name: values for of in found.values() for name, values in of.arrays.items()}
    _write_arrays(folder, arrays | _sections(volume))
    shape = dict(zip(("nz", "ny", "nx"), volume.labels.shape, strict=True))
    write_summary(
        folder,
        [row],
        **more,
        volume=shape
        | {"periodic": volume.periodic, "collector_layers": volume.collector_layers}
        | {"phase_fractions": sample.fractions is not None},
        groups=list(found),
        left_out=dict(left_out),
        versions=versions(),
    )


def _sections(volume: Volume) -> dict[str, np.ndarray]:
    """Labels of the middle slices, the first index the one that is drawn upwards."""
    labels = volume.labels
    body = volume.coating
    middle = (body.start + body.stop) // 2
    return {
        "sections/xz": labels[:, labels.shape[1] // 2],
        "sections/yz": labels[:, :, labels.shape[2] // 2],
        "sections/xy": labels[middle],
    }


def _write_arrays(folder: RunFolder, arrays: Mapping[str, np.ndarray]) -> None:
    def fill(path) -> None:
        with new_file(path) as file:
            states = file.create_group("states")
            states.attrs["order"] = [STATE]
            for name, values in arrays.items():
                states.create_dataset(f"{STATE}/{name}", data=values, compression="gzip")

    folder.write("run.h5", fill)
