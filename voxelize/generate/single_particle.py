"""One sphere of active material in a volume, to be crushed."""

import numpy as np

from voxelize.volume import ACTIVE_MATERIAL, Volume


def single_particle(diameter: float, voxel_size: float) -> Volume:
    """A sphere [m] that touches the volume's lower and upper plane, with room at its sides."""
    across = round(diameter / voxel_size)
    margin = across // 2
    z = np.arange(across) + 0.5 - across / 2
    x = np.arange(across + 2 * margin) + 0.5 - (across + 2 * margin) / 2
    inside = z[:, None, None] ** 2 + x[:, None] ** 2 + x**2 <= (across / 2) ** 2
    return Volume(
        labels=np.where(inside, ACTIVE_MATERIAL, 0).astype(np.uint8),
        voxel_size=voxel_size,
        periodic=True,
        thickness=across * voxel_size,
        cbd_nanoporosity=0.0,
        particle=np.where(inside, 0, -1).astype(np.int32),
    )
