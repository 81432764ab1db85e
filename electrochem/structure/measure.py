"""Every structural figure that a labelled volume alone can answer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from electrochem.structure.body import without_peaks
from electrochem.structure.percolation import share_of, spanning
from electrochem.structure.phase_fractions import (
    coating,
    phase_fractions,
    phase_profile,
    porosity,
)
from electrochem.structure.roughness import surface
from electrochem.structure.surface_area import surface_areas
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, CRACK, PORE, Volume


@dataclass(frozen=True, eq=False)
class Structure:
    """Structure of a coating between the collector's coated face and the upper plane.

    Shares are of the coating's volume, a cut top layer weighted; areas per electrode volume.
    porosity : pore_fraction + cbd_fraction × cbd_nanoporosity
    pore_fraction : pores and cracks; crack_fraction : the part of it that is labelled crack
    pore_percolating_share : share of the pores in clusters that join both planes
    solid_percolating_share : the same of active material and binder domain together, without the
        loose peaks of the upper surface (`body`), as conductivity is measured
    cbd_percolating_share : that of the binder domain alone
    surface_roughness : [m], rms height of the upper surface
    height : (n,) [m], of the layers' middles above the coated face
    profile : (n, 5), share of each label in each layer
    """

    porosity: float
    am_fraction: float
    cbd_fraction: float
    cbd_nanoporosity: float
    pore_fraction: float
    crack_fraction: float
    am_pore_area_m2_m3: float
    am_cbd_area_m2_m3: float
    cbd_pore_area_m2_m3: float
    pore_percolating_share: float
    solid_percolating_share: float
    cbd_percolating_share: float
    surface_roughness: float
    height: np.ndarray
    profile: np.ndarray


def measure(volume: Volume, progress: Callable[[float, str], None] | None = None) -> Structure:
    """Measure phase fractions, surfaces and connectivity of the coating.

    Raises InputError for a volume without a coating.
    """
    tell = progress or (lambda fraction, note: None)
    tell(0.0, "phase fractions")
    labels, weights = coating(volume)
    share = phase_fractions(volume)

    tell(0.1, "surface areas")
    areas = surface_areas(volume)

    tell(0.7, "percolation")
    pore = (labels == PORE) | (labels == CRACK)
    body, body_weights = coating(without_peaks(volume))
    binder = body == CARBON_BINDER
    solid = binder | (body == ACTIVE_MATERIAL)
    percolating = [
        share_of(spanning(phase, volume.periodic), phase, of)
        for phase, of in ((pore, weights), (solid, body_weights), (binder, body_weights))
    ]
    tell(1.0, "structure measured")
    return Structure(
        porosity=porosity(volume),
        am_fraction=float(share[ACTIVE_MATERIAL]),
        cbd_fraction=float(share[CARBON_BINDER]),
        cbd_nanoporosity=volume.cbd_nanoporosity,
        pore_fraction=float(share[PORE] + share[CRACK]),
        crack_fraction=float(share[CRACK]),
        am_pore_area_m2_m3=areas.am_pore,
        am_cbd_area_m2_m3=areas.am_cbd,
        cbd_pore_area_m2_m3=areas.cbd_pore,
        pore_percolating_share=percolating[0],
        solid_percolating_share=percolating[1],
        cbd_percolating_share=percolating[2],
        surface_roughness=surface(volume).rms,
        height=volume.voxel_size * (np.cumsum(weights) - 0.5 * weights),
        profile=phase_profile(volume),
    )
