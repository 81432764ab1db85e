"""Effective conductivity and diffusivity of a labelled volume through the plane."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.structure.body import without_peaks
from electrochem.structure.percolation import spanning
from electrochem.structure.phase_fractions import coating, porosity
from electrochem.transport.conductance import INSULATING, build_network
from electrochem.transport.multigrid import conduct
from voxelize.volume import (
    ACTIVE_MATERIAL,
    CARBON_BINDER,
    COLLECTOR,
    CRACK,
    LABEL_NAMES,
    PORE,
    Volume,
)

BRUGGEMAN_EXPONENT = 1.5
"""The binder domain's own effective diffusivity is nanoporosity to this power (Bruggeman 1935)."""
NANOPORE_CLASSES = 32
"""Classes of diffusivity into which a domain of varied nanoporosity is sorted."""


@dataclass(frozen=True)
class EffectiveConductivity:
    """Through-plane conductivity of the coating, in the unit of the conductivities given.

    value : 0 where nothing conducts from plane to plane
    iterations : of the conjugate gradients
    error_estimate : of the value, relative; of the solution of the discrete equations alone,
        the error of the voxel staircase (first order in the voxel size) comes on top
    percolates : whether a conducting path leads from plane to plane
    """

    value: float
    iterations: int
    error_estimate: float
    percolates: bool


@dataclass(frozen=True)
class PoreTransport:
    """Diffusion through the pores and the nanopores of the binder domain.

    effective_diffusivity : D_eff / D of the bulk electrolyte
    conducting_porosity : ε, porosity of the conducting space, pores and nanopores
    tortuosity_factor : τ² of D_eff = ε D / τ²; inf where the pores do not percolate
    error_estimate : of D_eff, relative, as in `EffectiveConductivity`
    """

    effective_diffusivity: float
    conducting_porosity: float
    tortuosity_factor: float
    error_estimate: float


def effective_conductivity(
    volume: Volume,
    conductivity: np.ndarray,
    tolerance: float = 1e-4,
    progress: Callable[[float, str], None] | None = None,
) -> EffectiveConductivity:
    """Conductivity from the collector's coated face to the coating's upper plane.

    Finite volumes on the voxels: two half cells in series at each face, potentials held on the two
    planes themselves, a cut top layer as thick as its weight; the sides are periodic or carry no
    flow, as the volume says. Clusters that do not join both planes are left out.

    conductivity : (5,) by label, ≥ 0, any unit
    tolerance : relative, of the estimated error of the value
    Raises InputError for a conductivity that is negative or not finite.
    """
    conductivity = np.asarray(conductivity, dtype=np.float64)
    if conductivity.shape != (len(LABEL_NAMES),):
        raise InputError(f"conductivity needs {len(LABEL_NAMES)} values, one for each label")
    for name, value in zip(LABEL_NAMES, conductivity, strict=True):
        if not 0.0 <= value < np.inf:
            raise InputError(f"conductivity of {name} is {value}: expected a finite value ≥ 0")

    labels, heights = coating(volume)
    values = np.unique(conductivity[conductivity > 0.0])
    class_of = np.where(conductivity > 0.0, np.searchsorted(values, conductivity) + 1, INSULATING)
    return _conduct(
        class_of.astype(np.uint8)[labels], values, heights, volume.periodic, tolerance, progress
    )


def _conduct(
    classes: np.ndarray,
    values: np.ndarray,
    heights: np.ndarray,
    periodic: bool,
    tolerance: float,
    progress: Callable[[float, str], None] | None,
) -> EffectiveConductivity:
    """Conductivity of classified cells; classes : (nz, ny, nx) uint8, changed; values : (n,) of
    the classes from 1 on, ascending."""
    conducting = spanning(classes != INSULATING, periodic)
    if not conducting.any():
        return EffectiveConductivity(0.0, 0, 0.0, percolates=False)
    classes[~conducting] = INSULATING
    # Scaled to a largest value of 1, so that no unit can under- or overflow.
    relative = np.append(0.0, values / values[-1])
    net = build_network(classes, relative, heights, periodic)
    solution = conduct(net, relative, heights, tolerance, progress)
    area = classes.shape[1] * classes.shape[2]
    return EffectiveConductivity(
        value=float(solution.conductance * heights.sum() / area * values[-1]),
        iterations=solution.iterations,
        error_estimate=solution.error_estimate,
        percolates=True,
    )


def pore_transport(
    volume: Volume,
    tolerance: float = 1e-4,
    progress: Callable[[float, str], None] | None = None,
) -> PoreTransport:
    """Effective diffusivity and tortuosity factor of the pore space.

    Pores and cracks conduct as bulk electrolyte, the binder domain as a porous phase with
    D_cbd / D = nanoporosity ** 1.5, that of each voxel where the volume has a field of it.
    """
    space = porosity(volume)
    if volume.nanoporosity_field is None:
        conductivity = np.zeros(len(LABEL_NAMES))
        conductivity[[PORE, CRACK]] = 1.0
        conductivity[CARBON_BINDER] = volume.cbd_nanoporosity**BRUGGEMAN_EXPONENT
        effective = effective_conductivity(volume, conductivity, tolerance, progress)
    else:
        _, heights = coating(volume)
        classes, values = diffusivity_classes(volume)
        effective = _conduct(classes, values, heights, volume.periodic, tolerance, progress)
    return PoreTransport(
        effective_diffusivity=effective.value,
        conducting_porosity=space,
        tortuosity_factor=space / effective.value if effective.percolates else float("inf"),
        error_estimate=effective.error_estimate,
    )


def diffusivity_classes(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """Cells of the coating by their diffusivity over the bulk electrolyte's.

    The domain's diffusivities are sorted into `NANOPORE_CLASSES` of equal ratio, each with the mean
    of its voxels: none is off by more than that ratio, 6 % for nanoporosities from 0.15 to 0.5, and
    the effective diffusivity, rising with each of them, is off by far less.

    Returns classes : (n, ny, nx) uint8, 0 insulating; values : (classes,), ascending, of 1, 2, …
    """
    labels, _ = coating(volume)
    diffusivity = volume.nanoporosity_field[volume.coating][labels == CARBON_BINDER].astype(
        np.float64
    )
    diffusivity **= BRUGGEMAN_EXPONENT
    open_cells = diffusivity > 0.0
    level = np.zeros(len(diffusivity), np.int64)
    values = np.empty(0)
    if open_cells.any():
        lowest, highest = diffusivity[open_cells].min(), diffusivity.max()
        step = np.log(highest / lowest) / NANOPORE_CLASSES
        place = np.log(diffusivity[open_cells] / lowest) / max(step, 1e-12)
        level[open_cells] = np.minimum(place.astype(np.int64), NANOPORE_CLASSES - 1) + 1
        number = np.bincount(level)[1:]
        total = np.bincount(level, diffusivity)[1:]
        used = np.append(0, np.cumsum(number > 0))
        level[:] = used[level]
        values = total[number > 0] / number[number > 0]
    classes = np.zeros(labels.shape, np.uint8)
    classes[labels == CARBON_BINDER] = level
    classes[(labels == PORE) | (labels == CRACK)] = len(values) + 1
    return classes, np.append(values, 1.0)


def electronic_conductivity(
    volume: Volume,
    active_material: float,
    binder_domain: float,
    collector: float = 0.0,
    tolerance: float = 1e-4,
    progress: Callable[[float, str], None] | None = None,
) -> EffectiveConductivity:
    """Effective electronic conductivity [S/m] through active material and binder domain.

    Measured without the loose peaks of the upper surface (`structure.body`), through which no cell
    draws its current.

    active_material, binder_domain, collector : bulk conductivities [S/m]; the collector's counts
        only where foil stands above the mean plane of its face
    """
    conductivity = np.zeros(len(LABEL_NAMES))
    conductivity[ACTIVE_MATERIAL] = active_material
    conductivity[CARBON_BINDER] = binder_domain
    conductivity[COLLECTOR] = collector
    return effective_conductivity(without_peaks(volume), conductivity, tolerance, progress)
