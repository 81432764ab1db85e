"""Transport over the thickness, as every state of a run has it."""

from electrochem.transport.effective import electronic_conductivity, pore_transport
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.schema.cell import Analysis
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
    solid = electronic_conductivity(
        volume,
        analysis.am_conductivity,
        analysis.cbd_conductivity,
        # Foil that rises into the coating: as good as perfect, yet no burden to the solver.
        collector=_FOIL * max(analysis.am_conductivity, analysis.cbd_conductivity),
        tolerance=analysis.tolerance,
        progress=lambda share, note: progress(0.5 + 0.5 * share, note),
    )
    return {
        "tortuosity_factor_z": pores.tortuosity_factor,
        "effective_diffusivity_z": pores.effective_diffusivity,
        "electronic_conductivity_z_S_m": solid.value,
    }
