"""Label volumes written as NRRD, ids of particles and nanoporosities in files beside."""

import io
import json
import os
from functools import partial
from pathlib import Path

import nrrd
import numpy as np

from voxelize.volume import Volume
from voxelize.write.metadata import metadata
from voxelize.write.whole import write_together


def write_nrrd(path: str | os.PathLike, volume: Volume) -> None:
    """Write the labels as a compressed NRRD whose axes are x, y, z (x fastest), lengths in µm.

    The metadata are key/value pairs, each value as JSON; `labels`, which is a field of NRRD's own,
    is called `label_map`. Ids of particles and nanoporosities by voxel, where the volume has them,
    go into `<stem>.particle.nrrd` and `<stem>.nanoporosity.nrrd` beside, which the pairs
    `particle_file` and `nanoporosity_file` name.
    raises OSError where the disk is full or the folder cannot be written
    """
    path = Path(path)
    pairs = metadata(volume)
    pairs["label_map"] = pairs.pop("labels")
    parts, outdated, names = {}, [], {}
    for name, array, kind in (
        ("particle", volume.particle, np.int32),
        ("nanoporosity", volume.nanoporosity_field, np.float32),
    ):
        beside = path.with_name(f"{path.stem}.{name}.nrrd")
        if array is None:
            # One that an earlier volume left there would be taken for this one's.
            outdated.append(beside)
            continue
        parts[beside] = partial(_fill, array=array, kind=kind, volume=volume, pairs=pairs)
        names[f"{name}_file"] = beside.name
    parts[path] = partial(
        _fill, array=volume.labels, kind=np.uint8, volume=volume, pairs=pairs | names
    )
    write_together(parts, outdated)


def _fill(path: Path, array: np.ndarray, kind: type, volume: Volume, pairs: dict) -> None:
    edge = 1e6 * volume.voxel_size
    header = {
        "space dimension": 3,
        "space directions": np.diag([edge] * 3),
        "space units": ["um"] * 3,
        "space origin": [0.0, 0.0, -volume.collector_layers * edge],
        "kinds": ["domain"] * 3,
        **{key: json.dumps(value) for key, value in pairs.items()},
    }
    image = io.BytesIO()
    voxels = np.ascontiguousarray(array, dtype=kind)
    # Index order C: the array's last axis, x, is the file's first and fastest.
    nrrd.write(image, voxels, header, compression_level=1, index_order="C")
    text, _, rest = image.getvalue().partition(b"\n\n")
    # pynrrd's comments tell the time of writing: equal volumes are to give equal bytes.
    lines = [line for line in text.split(b"\n") if not line.startswith(b"#")]
    path.write_bytes(b"\n".join(lines) + b"\n\n" + rest)
