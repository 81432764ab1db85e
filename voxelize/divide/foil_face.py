"""What a foil whose face is not flat asks of its grains."""

import numpy as np

from dem.errors import InputError
from voxelize.volume import COLLECTOR


def refuse_rigid_dents(labels: np.ndarray, grain: np.ndarray) -> None:
    """Raise InputError where a layer that the foil fills in part holds foil without a grain.

    Rigid foil is a plane, in mechanics and in the volume that grains are deposited in: dents of it
    would vanish. labels, grain : (nz, ny, nx), as of `Decomposition`.
    """
    for layer, (label, owner) in enumerate(zip(labels, grain, strict=True)):
        foil = label == COLLECTOR
        if not foil.any():
            return
        if not foil.all() and (owner[foil] < 0).any():
            raise InputError(
                f"the collector fills layer {layer} in part, so its face is not flat, and a rigid "
                "foil is a plane; expected decomposition.foil_grain_size, with a foil_depth below "
                "all dents or none, or a volume with a flat collector"
            )
