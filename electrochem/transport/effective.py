"""Effective conductivity and diffusivity of a labelled volume through the plane."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dem.errors import InputError
from electrochem.structure.percolation import spanning
from electrochem.structure.phase_fractions import coating, phase_profile, porosity
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
_BODY = 0.5
"""Share of the median layer's solids down to which a layer counts as the electrode's body."""


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
    conducting = spanning(conductivity[labels] > 0.0, volume.periodic)
    if not conducting.any():
        return EffectiveConductivity(0.0, 0, 0.0, percolates=False)

    values = np.unique(conductivity[conductivity > 0.0])
    class_of = np.where(conductivity > 0.0, np.searchsorted(values, conductivity) + 1, INSULATING)
    classes = class_of.astype(np.uint8)[labels]
    classes[~conducting] = INSULATING
    # Scaled to a largest value of 1, so that no unit can under- or overflow.
    relative = np.append(0.0, values / values[-1])
    net = build_network(classes, relative, heights, volume.periodic)
    solution = conduct(net, relative, heights, tolerance, progress)
    area = labels.shape[1] * labels.shape[2]
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
    D_cbd / D = nanoporosity ** 1.5.
    """
    conductivity = np.zeros(len(LABEL_NAMES))
    conductivity[[PORE, CRACK]] = 1.0
    conductivity[CARBON_BINDER] = volume.cbd_nanoporosity**BRUGGEMAN_EXPONENT
    space = porosity(volume)
    effective = effective_conductivity(volume, conductivity, tolerance, progress)
    return PoreTransport(
        effective_diffusivity=effective.value,
        conducting_porosity=space,
        tortuosity_factor=space / effective.value if effective.percolates else float("inf"),
        error_estimate=effective.error_estimate,
    )


def electronic_conductivity(
    volume: Volume,
    active_material: float,
    binder_domain: float,
    collector: float = 0.0,
    tolerance: float = 1e-4,
    progress: Callable[[float, str], None] | None = None,
) -> EffectiveConductivity:
    """Effective electronic conductivity [S/m] through active material and binder domain.

    Measured up to the last layer that is filled at least `_BODY` as much as the middle one: a plate
    rests on a few peaks, through which no cell draws its current.

    active_material, binder_domain, collector : bulk conductivities [S/m]; the collector's counts
        only where foil stands above the mean plane of its face
    """
    conductivity = np.zeros(len(LABEL_NAMES))
    conductivity[ACTIVE_MATERIAL] = active_material
    conductivity[CARBON_BINDER] = binder_domain
    conductivity[COLLECTOR] = collector
    return effective_conductivity(_body(volume), conductivity, tolerance, progress)


def _body(volume: Volume) -> Volume:
    """The volume without the loose peaks of its upper surface."""
    profile = phase_profile(volume)
    solid = profile[:, ACTIVE_MATERIAL] + profile[:, CARBON_BINDER]
    layers = int(np.flatnonzero(solid >= _BODY * np.median(solid))[-1]) + 1
    if layers == len(solid):
        return volume
    labels = volume.labels[: volume.collector_layers + layers]
    return replace(volume, labels=labels, thickness=layers * volume.voxel_size, particle=None)
