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
    labels = volume.labels[: volume.collector_layers + layers]
    thickness = layers * volume.voxel_size
    return replace(
        volume, labels=labels, thickness=thickness, particle=None, nanoporosity_field=None
    )
