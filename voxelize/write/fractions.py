"""Phase fractions of the voxels written as HDF5."""

import os

from dem.checkpoint import new_file
from voxelize.deposit.fractions import Fractions
from voxelize.volume import Volume
from voxelize.write.hdf5 import describe
from voxelize.write.whole import write_whole


def write_fractions(path: str | os.PathLike, fractions: Fractions, volume: Volume) -> None:
    """Write the data sets `am`, `cbd` and `pore` (nz, ny, nx) float32, with the metadata of the
    volume as attributes of the file.

    volume : whose voxels they are
    raises OSError where the disk is full or the folder cannot be written
    """

    def fill(place):
        with new_file(place) as file:
            describe(file, volume)
            for name, share in fractions._asdict().items():
                file.create_dataset(name, data=share, compression="gzip", compression_opts=1)

    write_whole(path, fill)
