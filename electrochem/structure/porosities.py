"""Porosities as they are measured: total, accessible and closed to a gas, by gauge; densities."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.structure.percolation import clusters, cut_sides, touching
from electrochem.structure.phase_fractions import coating, down_to_foil
from electrochem.structure.roughness import surface
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, CRACK, PORE, Volume

_CLOSED, _CUT, _ACCESSIBLE = 1, 2, 3


@dataclass(frozen=True, eq=False)
class Porosity:
    """Pores by their way out, as shares of the coating's volume: accessible + cut + closed = total.

    accessible : pores that a gas reaches from the coating's upper plane
    cut : pores that it does not reach, but that meet a cut side of the volume, beyond which there
        may be a way; 0 where the sides are periodic
    closed : all others (ε_inacc)
    closed_share_of_solids : closed / (closed + solids), what pycnometry finds: 1 − ρ_skel/ρ_xtal
    gauge : of a coating as thick as its highest points
    mean_surface : of a coating as thick as its surface, seen from above, is high in the mean
    *_profile : (n,), of each layer from the collector's coated face up
    """

    total: float
    accessible: float
    cut: float
    closed: float
    closed_share_of_solids: float
    gauge: float
    mean_surface: float
    total_profile: np.ndarray
    accessible_profile: np.ndarray
    cut_profile: np.ndarray
    closed_profile: np.ndarray


@dataclass(frozen=True, eq=False)
class Porosities:
    """Every porosity of a coating, and the densities that a helium pycnometer would give.

    with_nanopores : the binder domain's nanopores count as pores, and gas passes through it
    without_nanopores : the binder domain counts as solid all through
    gauge_thickness : [m], from the collector's coated face to the highest points
    height : (n,) [m], of the layers' middles above the coated face
    am_volume, cbd_volume : solids per coating volume, of the domain without its nanopores
    """

    with_nanopores: Porosity
    without_nanopores: Porosity
    gauge_thickness: float
    height: np.ndarray
    am_volume: float
    cbd_volume: float

    def bulk_density(self, am_density: float, cbd_density: float) -> float:
        """ρ_bulk [kg/m³], mass over the coating's volume, from the densities [kg/m³] of the
        active material and of carbon with binder, both without any pore."""
        return self.am_volume * am_density + self.cbd_volume * cbd_density

    def crystal_density(self, am_density: float, cbd_density: float) -> float:
        """ρ_xtal [kg/m³] of all solids; 1 − ρ_bulk/ρ_xtal is the total porosity."""
        return self.bulk_density(am_density, cbd_density) / (self.am_volume + self.cbd_volume)

    def helium_density(self, am_density: float, cbd_density: float) -> float:
        """Skeletal density ρ_skel [kg/m³]: mass over the volume that the gas does not reach.

        Closed pores finer than a voxel are no part of it, unless a density given includes them.
        """
        reached = 1.0 - self.with_nanopores.closed_share_of_solids
        return self.crystal_density(am_density, cbd_density) * reached


def porosities(
    volume: Volume,
    touched: float = 0.0,
    progress: Callable[[float, str], None] | None = None,
) -> Porosities:
    """Porosities of the coating by every definition of Beuse et al., Batteries 7 (2021) 70.

    Total (their eq. 1), accessible and closed to helium, and by a gauge, which rests on the highest
    points. Gas enters through the upper plane, the lower one is tight; it passes voxel faces of
    pores and cracks and, where they count, of nanopores.

    touched : share of the footprint that the gauge may press flat, 0 … 1: more than none takes it
        past single voxels of noise
    Raises InputError for a volume without a coating or without solids, and for such a share.
    """
    if not 0.0 <= touched < 1.0:
        raise InputError(f"touched is {touched:g}, but a share from 0 to below 1 was expected")
    tell = progress or (lambda share, note: None)
    above = coating(volume)[1]
    labels, weights = down_to_foil(volume)
    dents = len(labels) - len(above)
    domain, nanopores = _domain(volume, labels)
    active = np.array([np.count_nonzero(layer == ACTIVE_MATERIAL) for layer in labels])
    per_volume = 1.0 / (labels[0].size * float(above.sum()))
    am_volume = float(weights @ active) * per_volume
    cbd_volume = float(weights @ (domain - nanopores)) * per_volume
    if not am_volume + cbd_volume > 0.0:
        raise InputError("the coating holds no solids, so that no porosity can be told")
    height = surface(volume).height
    # A share such as 0.01 of 100 columns may fall short of one by rounding.
    flattened = int(touched * height.size + 1e-9)
    highest = float(np.sort(height, axis=None)[-1 - flattened])
    thickness = volume.voxel_size * float(above.sum())
    by_gauge, by_surface = thickness / highest, thickness / float(height.mean())

    def found(pores: np.ndarray, solids: float) -> Porosity:
        """pores : (layers, 4) [voxels] by their way out; solids : per coating volume"""
        closed, cut, accessible = (weights @ pores)[1:] * per_volume
        profile = pores[dents:] / labels[0].size
        return Porosity(
            total=float(closed + cut + accessible),
            accessible=float(accessible),
            cut=float(cut),
            closed=float(closed),
            closed_share_of_solids=float(closed / (closed + solids)),
            gauge=1.0 - solids * by_gauge,
            mean_surface=1.0 - solids * by_surface,
            total_profile=profile.sum(axis=1),
            accessible_profile=profile[:, _ACCESSIBLE],
            cut_profile=profile[:, _CUT],
            closed_profile=profile[:, _CLOSED],
        )

    tell(0.1, "pores that gas reaches through the binder domain")
    with_nanopores = found(_by_way_out(volume, labels, True), am_volume + cbd_volume)
    tell(0.55, "pores that gas reaches past the binder domain")
    solid_domain = float(weights @ domain) * per_volume
    without = found(_by_way_out(volume, labels, False), am_volume + solid_domain)
    tell(1.0, "porosities measured")
    middle = volume.voxel_size * (np.cumsum(above) - 0.5 * above)
    return Porosities(with_nanopores, without, highest, middle, am_volume, cbd_volume)


def _nanoporosity(volume: Volume, layer: int, is_binder: np.ndarray) -> np.ndarray:
    """Pore share (m,) of the binder voxels of a layer of the volume."""
    if volume.nanoporosity_field is None:
        return np.full(np.count_nonzero(is_binder), volume.cbd_nanoporosity)
    return volume.nanoporosity_field[layer][is_binder].astype(np.float64)


def _first_layer(volume: Volume, labels: np.ndarray) -> int:
    """Layer of the volume at which the labels from the deepest dent up begin."""
    return volume.coating.stop - len(labels)


def _domain(volume: Volume, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Voxels of the binder domain in each layer, and the volume [voxels] of its nanopores."""
    first = _first_layer(volume, labels)
    domain, nanopores = np.zeros(len(labels)), np.zeros(len(labels))
    for k, layer in enumerate(labels):
        is_binder = layer == CARBON_BINDER
        domain[k] = np.count_nonzero(is_binder)
        nanopores[k] = _nanoporosity(volume, first + k, is_binder).sum()
    return domain, nanopores


def _by_way_out(volume: Volume, labels: np.ndarray, with_nanopores: bool) -> np.ndarray:
    """(layers, 4) volume [voxels] of the pores that are closed, cut and accessible, in 1, 2, 3."""
    first = _first_layer(volume, labels)
    passable = (labels == PORE) | (labels == CRACK)
    if with_nanopores:
        for k, layer in enumerate(labels):
            is_binder = layer == CARBON_BINDER
            passable[k][is_binder] = _nanoporosity(volume, first + k, is_binder) > 0.0
    number = clusters(passable, volume.periodic)
    way = np.full(int(number.max(initial=0)) + 1, _CLOSED, np.uint8)
    way[touching(number, *cut_sides(number, volume.periodic))] = _CUT
    way[touching(number, number[-1])] = _ACCESSIBLE
    way[0] = 0
    pores = np.zeros((len(labels), 4))
    for k, layer in enumerate(labels):
        content = np.ones(layer.shape)
        if with_nanopores:
            is_binder = layer == CARBON_BINDER
            content[is_binder] = _nanoporosity(volume, first + k, is_binder)
        pores[k] = np.bincount(way[number[k]].ravel(), content.ravel(), minlength=4)
    pores[:, 0] = 0.0
    return pores
