"""The body of a coating: all of it but the few peaks that a plate rests on."""

from dataclasses import replace

import numpy as np

from electrochem.structure.phase_fractions import phase_profile
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume

_FULL = 0.5
"""A layer counts as body up to the last one with so much of the median layer's solids."""


def without_peaks(volume: Volume) -> Volume:
    """The volume up to the last layer at least half as full of solids as the median one."""
    profile = phase_profile(volume)
    solid = profile[:, ACTIVE_MATERIAL] + profile[:, CARBON_BINDER]
    layers = int(np.flatnonzero(solid >= _FULL * np.median(solid))[-1]) + 1
    if layers == len(solid):
        return volume
    body = slice(volume.collector_layers + layers)
    particle, nanopores = volume.particle, volume.nanoporosity_field
    return replace(
        volume,
        labels=volume.labels[body],
        thickness=layers * volume.voxel_size,
        particle=None if particle is None else particle[body],
        nanoporosity_field=None if nanopores is None else nanopores[body],
    )
