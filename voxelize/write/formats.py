"""The formats that a label volume is written in, by the ending of the file's name."""

from collections.abc import Callable
from pathlib import Path

from voxelize.volume import Volume
from voxelize.write.hdf5 import write_hdf5
from voxelize.write.nrrd import write_nrrd
from voxelize.write.tiff import write_labels
from voxelize.write.vti import write_volume

WRITERS: dict[str, Callable[[Path, Volume], None]] = {
    "tif": write_labels,
    "vti": write_volume,
    "h5": write_hdf5,
    "nrrd": write_nrrd,
}
"""Each writes labels, voxel size, label map, thickness and nanoporosity, whole or not at all; all
but the TIFF hold the ids of particles too."""
