"""Areas between the phases of a coating, per volume and per mass."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter

from dem.errors import InputError
from electrochem.structure.collector import collector_face
from electrochem.structure.level_area import level_area
from electrochem.structure.percolation import enclosed
from electrochem.structure.phase_fractions import coating, down_to_foil, phase_fractions
from electrochem.structure.surface_area import interface_area, surface_areas
from electrochem.structure.surface_normals import normal_field
from voxelize.deposit.fractions import Fractions
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, PORE, Volume


@dataclass(frozen=True)
class Areas:
    """Areas per electrode volume [m²/m³]; pores that active material encloses are not wetted and
    bound none.

    am_pore : of the active material with pores, cracks not counted
    am_crack : with cracks (label 4); 0 where they are not marked
    am_collector, cbd_collector : 0 without a collector
    cbd_pore : of the outer surface of the binder domain with pores and cracks
    from_fractions : whether from the shares of each voxel or from labels
    am_volume, cbd_volume : solids per electrode volume, of the domain without its nanopores
    """

    am_pore: float
    am_crack: float
    am_cbd: float
    cbd_pore: float
    am_collector: float
    cbd_collector: float
    from_fractions: bool
    am_volume: float
    cbd_volume: float

    @property
    def wetted(self) -> float:
        """All that a liquid in the pores wets of the solids [m²/m³]."""
        return self.am_pore + self.am_crack + self.cbd_pore

    def per_mass(self, area: float, am_density: float, cbd_density: float) -> float:
        """An area per mass of solids [m²/kg], from the densities [kg/m³] of the active material
        and of carbon with binder, both without any pore; 1000 m²/kg are 1 m²/g."""
        return area / (self.am_volume * am_density + self.cbd_volume * cbd_density)


def areas(
    volume: Volume,
    fractions: Fractions | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Areas:
    """Areas between active material, binder domain, pores, cracks and collector in the coating.

    From labels the bias of `surface_areas` holds. From the shares of each voxel the surface of any
    one phase, or of two together, is where its share is one half (`level_area`), and two phases
    share half of what their surfaces lose when they are taken together.

    fractions : of the same voxels as the volume; a signed distance d [voxels], positive inside a
        phase, may stand for its share as 0.5 + d
    Raises InputError for a volume without a coating and for fractions of other voxels.
    """
    tell = progress or (lambda share, note: None)
    tell(0.0, "surface areas")
    face = collector_face(volume)
    share = phase_fractions(volume)
    cbd_volume = float(share[CARBON_BINDER]) * (1.0 - volume.cbd_nanoporosity)
    thickness = volume.voxel_size * float(coating(volume)[1].sum())
    at_collector = (0.0, 0.0) if face is None else (face.am_area, face.cbd_area)
    if fractions is None:
        of_labels = surface_areas(volume)
        am_pore, am_cbd, cbd_pore = of_labels.am_pore, of_labels.am_cbd, of_labels.cbd_pore
    else:
        am_pore, am_cbd, cbd_pore = _from_fractions(volume, fractions)
    tell(0.7, "surface areas of cracks")
    am_crack = 0.0
    if (volume.labels == CRACK).any():
        outer, am_crack = _with_cracks_apart(volume)
        if fractions is None:
            am_pore = outer
        elif am_crack > 0.0:
            # The shares of a voxel do not tell cracks from pores: its label does.
            cracked = am_crack / (outer + am_crack)
            am_pore, am_crack = am_pore * (1.0 - cracked), am_pore * cracked
    tell(1.0, "surface areas measured")
    return Areas(
        am_pore=am_pore,
        am_crack=am_crack,
        am_cbd=am_cbd,
        cbd_pore=cbd_pore,
        am_collector=at_collector[0] / thickness,
        cbd_collector=at_collector[1] / thickness,
        from_fractions=fractions is not None,
        am_volume=float(share[ACTIVE_MATERIAL]),
        cbd_volume=cbd_volume,
    )


def _with_cracks_apart(volume: Volume) -> tuple[float, float]:
    """Areas am–pore without cracks and am–crack [m²/m³] from labels.

    Each has its own normals, those of the particle as if it were whole and those of the crack: one
    field for both would bend them where a crack comes out at the surface.
    """
    thickness = volume.voxel_size * float(coating(volume)[1].sum())
    labels, weights = down_to_foil(volume)
    active, crack = labels == ACTIVE_MATERIAL, labels == CRACK
    void = (labels == PORE) | crack
    wetted = void & ~enclosed(void | (labels == CARBON_BINDER), volume.periodic)
    whole = active | crack
    found = [
        interface_area(active, wetted & of, field, weights, volume.periodic)
        for of, field in (
            (~crack, normal_field(whole, ~whole, volume.periodic)),
            (crack, normal_field(active, crack, volume.periodic)),
        )
    ]
    per_volume = 1.0 / (labels[0].size * thickness)
    return found[0] * per_volume, found[1] * per_volume


_AM, _CBD, _PORE, _FOIL = range(4)


def _from_fractions(volume: Volume, fractions: Fractions) -> tuple[float, float, float]:
    """Areas am–pore, am–cbd and cbd–pore [m²/m³]."""
    shape = volume.labels.shape
    if any(share.shape != shape for share in fractions):
        found = ", ".join(str(share.shape) for share in fractions)
        raise InputError(f"fractions are of {found} voxels; expected {shape}, those of the volume")
    labels, weights = down_to_foil(volume)
    last = volume.coating.stop
    am, cbd, pore = (share[last - len(labels) : last].astype(np.float32) for share in fractions)
    for k in np.flatnonzero(weights < 1.0):
        # What a voxel holds above the upper plane is no phase: below it they share all there is.
        whole = am[k] + cbd[k] + pore[k]
        for share in (am, cbd, pore):
            share[k] /= np.where(whole > 0.0, whole, 1.0)
    unwetted = _unwetted(labels, volume.periodic)
    am[unwetted] += pore[unwetted]
    pore[unwetted] = 0.0
    del unwetted
    phases = {_AM: am, _CBD: cbd, _PORE: pore}
    if (labels == COLLECTOR).any():
        phases[_FOIL] = 1.0 - am - cbd - pore
    phases = {name: share for name, share in phases.items() if share.any()}
    known: dict[frozenset[int], float] = {}

    def surface_of(*names: int) -> float:
        """Area of the surface around some phases together: the same as around all the others."""
        chosen = frozenset(names)
        others = frozenset(phases) - chosen
        key = min(chosen, others, key=lambda some: (len(some), sorted(some)))
        if key not in known:
            field = sum(phases[name] for name in key)
            known[key] = level_area(field, 0.5, weights, volume.periodic) if key else 0.0
        return known[key]

    def between(one: int, other: int) -> float:
        if one not in phases or other not in phases:
            return 0.0
        lost = surface_of(one) + surface_of(other) - surface_of(one, other)
        # Phases that do not touch lose nothing, up to rounding.
        return max(0.5 * lost, 0.0)

    thickness = volume.voxel_size * float(coating(volume)[1].sum())
    per_volume = 1.0 / (labels[0].size * thickness)
    pairs = ((_AM, _PORE), (_AM, _CBD), (_CBD, _PORE))
    return tuple(between(*pair) * per_volume for pair in pairs)


def _unwetted(labels: np.ndarray, periodic: bool) -> np.ndarray:
    """(n, ny, nx) bool, pores that active material encloses, and the voxels that touch them: those
    share the void that is not the label's."""
    void = (labels == PORE) | (labels == CRACK)
    shut = void & enclosed(void | (labels == CARBON_BINDER), periodic)
    sides = "wrap" if periodic else "nearest"
    return maximum_filter(shut.astype(np.uint8), 3, mode=("nearest", sides, sides)).astype(bool)
