"""Diffusion through the pore space: effective diffusivity and tortuosity factor."""

from dataclasses import dataclass

import numpy as np

from electrochem.structure.phase_fractions import coating, porosity
from electrochem.transport.effective import (
    Cells,
    Conducted,
    Progress,
    cells_of,
    conduct_cells,
)
from electrochem.transport.partial_volumes import effective_conductivity_of_shares
from electrochem.transport.phase_shares import PhaseShares
from voxelize.volume import CARBON_BINDER, CRACK, LABEL_NAMES, PORE, Volume

BRUGGEMAN_EXPONENT = 1.5
"""The binder domain's own effective diffusivity is nanoporosity to this power (Bruggeman 1935)."""


@dataclass(frozen=True)
class PoreTransport:
    """Diffusion through the pores and the nanopores of the binder domain, along one axis.

    effective_diffusivity : D_eff / D of the bulk electrolyte
    conducting_porosity : ε, porosity of the conducting space, pores and nanopores
    tortuosity_factor : τ² of D_eff = ε D / τ²; inf where the pores do not percolate
    error_estimate : of D_eff, relative, as in `EffectiveConductivity`
    """

    effective_diffusivity: float
    conducting_porosity: float
    tortuosity_factor: float
    error_estimate: float

    @property
    def macmullin_number(self) -> float:
        """D / D_eff = τ² / ε; inf where the pores do not percolate."""
        if self.effective_diffusivity == 0.0:
            return float("inf")
        return 1.0 / self.effective_diffusivity


def pore_cells(volume: Volume) -> Cells:
    """The coating's cells by their diffusivity over the bulk electrolyte's.

    Pores and cracks conduct as bulk electrolyte, the binder domain as a porous phase with
    D_cbd / D = nanoporosity ** 1.5, that of each voxel where the volume has a field of it.
    """
    table = _diffusivities(volume.cbd_nanoporosity)
    if volume.nanoporosity_field is None:
        return cells_of(volume, table)
    labels, _ = coating(volume)
    diffusivity = table.astype(np.float32)[labels]
    binder = labels == CARBON_BINDER
    diffusivity[binder] = volume.nanoporosity_field[volume.coating][binder] ** BRUGGEMAN_EXPONENT
    return cells_of(volume, diffusivity)


def _diffusivities(nanoporosity: float) -> np.ndarray:
    """(5,) by label, over the bulk electrolyte's."""
    table = np.zeros(len(LABEL_NAMES))
    table[[PORE, CRACK]] = 1.0
    table[CARBON_BINDER] = nanoporosity**BRUGGEMAN_EXPONENT
    return table


def conduct_ions(
    volume: Volume, tolerance: float = 1e-4, progress: Progress | None = None, axis: str = "z"
) -> Conducted:
    """The field of diffusion through the pore space along an axis, in units of the bulk's."""
    return conduct_cells(pore_cells(volume).turned(axis), tolerance, progress)


def pore_transport(
    volume: Volume, tolerance: float = 1e-4, progress: Progress | None = None, axis: str = "z"
) -> PoreTransport:
    """Effective diffusivity and tortuosity factor of the pore space along an axis."""
    space = porosity(volume)
    solved = conduct_ions(volume, tolerance, progress, axis).effective
    return PoreTransport(
        effective_diffusivity=solved.value,
        conducting_porosity=space,
        tortuosity_factor=space / solved.value if solved.percolates else float("inf"),
        error_estimate=solved.error_estimate,
    )


def pore_transport_of_shares(
    parts: PhaseShares,
    nanoporosity: float,
    tolerance: float = 1e-4,
    progress: Progress | None = None,
) -> PoreTransport:
    """As `pore_transport` over the thickness, of cells that hold several phases.

    nanoporosity : of the binder domain, the same everywhere
    """
    table = _diffusivities(nanoporosity)
    solved = effective_conductivity_of_shares(parts, table, tolerance, progress)
    space = parts.fraction(PORE) + parts.fraction(CRACK)
    space += nanoporosity * parts.fraction(CARBON_BINDER)
    return PoreTransport(
        effective_diffusivity=solved.value,
        conducting_porosity=space,
        tortuosity_factor=space / solved.value if solved.percolates else float("inf"),
        error_estimate=solved.error_estimate,
    )
