"""A pressed electrode whose binder is placed anew around its active material."""

from dataclasses import replace

import numpy as np

from voxelize.binder.place import place_binder, without_binder
from voxelize.deposit.electrode import Deposit
from voxelize.volume import CARBON_BINDER


def put_back(
    back: Deposit,
    *,
    method: str,
    contact_angle: float | None = None,
    seed: int = 1,
) -> Deposit:
    """Take the carried domain out and put its solid back by `method`; active material stays.

    The domain is as squeezed as it was when carried: it has the same volume, and one nanoporosity.

    method, contact_angle, seed : of `place_binder`
    Returns the deposit with binder voxels that belong to no grain.
    """
    if back.cbd_solid_volume_after == 0.0:
        return back
    volume = place_binder(
        without_binder(back.volume),
        solid_volume=back.cbd_solid_volume_after,
        method=method,
        contact_angle=contact_angle,
        seed=seed,
    )
    was_binder = back.volume.labels == CARBON_BINDER
    weights = volume.layer_weights
    domain = float(weights @ (volume.labels == CARBON_BINDER).sum(axis=(1, 2)))
    return replace(
        back,
        volume=volume,
        grain=np.where(was_binder, np.int32(-1), back.grain),
        cbd_solid_volume_after=domain * (1.0 - volume.cbd_nanoporosity) * volume.voxel_size**3,
        cbd_domain_volume_after=domain * volume.voxel_size**3,
        grain_nanoporosity=np.full_like(back.grain_nanoporosity, np.nan),
    )
