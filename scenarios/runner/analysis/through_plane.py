"""Transport over the thickness, as every state of a run has it."""

from electrochem.transport.electronic import (
    ContactResistances,
    EffectiveConductivity,
    electronic_conductivity,
)
from electrochem.transport.ionic import pore_transport
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.schema.analysis import Analysis
from voxelize.volume import Volume

_FOIL = 100.0
"""Conductivity of the collector over that of the better conducting phase, at least."""


def through_plane(
    volume: Volume, analysis: Analysis, progress: ProgressCallback
) -> dict[str, float]:
    """Diffusion through the pores and conduction through the solids, by column of summary.csv."""
    pores = pore_transport(
        volume, analysis.tolerance, lambda share, note: progress(0.5 * share, note)
    )
    solid = solid_conduction(
        volume, analysis, lambda share, note: progress(0.5 + 0.5 * share, note)
    )
    return {
        "tortuosity_factor_z": pores.tortuosity_factor,
        "effective_diffusivity_z": pores.effective_diffusivity,
        "electronic_conductivity_z_S_m": solid.value,
    }


def solid_conduction(
    volume: Volume, analysis: Analysis, progress: ProgressCallback | None = None
) -> EffectiveConductivity:
    """Conduction of electrons [S/m] through the plane, with the conductivities of the scenario."""
    return electronic_conductivity(
        volume,
        analysis.am_conductivity,
        analysis.cbd_conductivity,
        collector=foil_conductivity(analysis),
        tolerance=analysis.tolerance,
        progress=progress,
        contacts=contacts_of(analysis),
    )


def foil_conductivity(analysis: Analysis) -> float:
    """Of foil that rises into the coating [S/m]: all but perfect, yet no burden to the solver."""
    return _FOIL * max(analysis.am_conductivity, analysis.cbd_conductivity)


def contacts_of(analysis: Analysis) -> ContactResistances | None:
    """The scenario's contact resistances; None where nothing resists."""
    given = analysis.contact_resistance
    if given.particles == given.binder == given.collector == 0.0:
        return None
    return ContactResistances(given.particles, given.binder, given.collector)
