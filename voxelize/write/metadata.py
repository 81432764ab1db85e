"""What a written volume says about itself, the same in every format, and its sidecar."""

import json
import os
from pathlib import Path
from typing import Any

from voxelize.volume import PHASES, Volume

VERSION = 1
"""Value of the key `calendem`: by it a reader knows that the other keys mean what they say here."""


def metadata(volume: Volume) -> dict[str, Any]:
    """Figures of a volume that its labels do not hold, as JSON values by their keys.

    calendem : `VERSION`; axes : order of the array's axes, z through-plane from the collector up
    shape : voxels along those axes, by which a reader knows that the rest is of this array
    voxel_size_m : edges along those axes; labels : value of each phase
    thickness_m : of the coating; periodic : in plane
    cbd_nanoporosity : pore share inside the carbon-binder domain
    """
    edge = float(volume.voxel_size)
    return {
        "calendem": VERSION,
        "axes": "zyx",
        "shape": [int(length) for length in volume.labels.shape],
        "voxel_size_m": [edge, edge, edge],
        "labels": dict(PHASES),
        "thickness_m": float(volume.thickness),
        "cbd_nanoporosity": float(volume.cbd_nanoporosity),
        "periodic": bool(volume.periodic),
    }


def sidecar(path: str | os.PathLike) -> Path:
    """Where the metadata of a file stand beside it: its name with `.json` after it."""
    path = Path(path)
    return path.with_name(f"{path.name}.json")


def fill_sidecar(file: Path, figures: dict[str, Any]) -> None:
    """Write metadata, and what a file adds to them, as JSON text."""
    file.write_text(json.dumps(figures, indent=2) + "\n", "utf-8", newline="\n")
