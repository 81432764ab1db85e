"""Label volumes written as NRRD, particle ids in a second file beside."""

import json
import os
from pathlib import Path

import nrrd
import numpy as np

from voxelize.volume import Volume
from voxelize.write.metadata import metadata
from voxelize.write.whole import write_whole


def write_nrrd(path: str | os.PathLike, volume: Volume) -> None:
    """Write the labels as a compressed NRRD whose axes are x, y, z (x fastest), lengths in µm.

    The metadata are key/value pairs, each value as JSON; `labels`, which is a field of NRRD's own,
    is called `label_map`. Ids of particles, where there are any,
    go into `<stem>.particle.nrrd` beside, which the pair `particle_file` names.
    raises OSError where the disk is full or the folder cannot be written
    """
    path = Path(path)
    pairs = metadata(volume)
    pairs["label_map"] = pairs.pop("labels")
    if volume.particle is not None:
        ids = path.with_name(f"{path.stem}.particle.nrrd")
        _write(ids, np.asarray(volume.particle, dtype=np.int32), volume, pairs)
        pairs = pairs | {"particle_file": ids.name}
    _write(path, np.asarray(volume.labels, dtype=np.uint8), volume, pairs)


def _write(path: Path, array: np.ndarray, volume: Volume, pairs: dict) -> None:
    edge = 1e6 * volume.voxel_size
    header = {
        "space dimension": 3,
        "space directions": np.diag([edge] * 3),
        "space units": ["um"] * 3,
        "space origin": [0.0, 0.0, -volume.collector_layers * edge],
        "kinds": ["domain"] * 3,
        **{key: json.dumps(value) for key, value in pairs.items()},
    }
    # Index order C: the array's last axis, x, is the file's first and fastest.
    write_whole(
        path,
        lambda file: nrrd.write(
            str(file), np.ascontiguousarray(array), header, compression_level=1, index_order="C"
        ),
    )
