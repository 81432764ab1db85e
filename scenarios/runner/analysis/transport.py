"""Transport through pores and solids: through the plane, along all axes, as fields."""

from functools import partial

import numpy as np

from electrochem.structure.body import without_peaks
from electrochem.transport.effective import Progress
from electrochem.transport.ionic import pore_transport
from electrochem.transport.richardson import richardson
from electrochem.transport.thermal import thermal_conductivity
from scenarios.runner.analysis.group import Found, Group, Sample
from scenarios.runner.analysis.tensors import measure_tensors
from scenarios.runner.analysis.through_plane import solid_conduction, through_plane
from scenarios.runner.analysis.transport_columns import COLUMNS
from scenarios.runner.analysis.transport_fields import write_fields
from scenarios.runner.analysis.transport_page import tensor_tables, transport_plots
from scenarios.runner.analysis.transport_shares import SHARES, extrapolated, measure_shares
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.schema.analysis import Analysis
from voxelize.volume import Volume


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    volume, analysis = sample.volume, sample.scenario.analysis
    row: dict[str, float] = {}
    remarks: list[str] = []
    if analysis.tensor:
        parts = [partial(measure_tensors, volume, analysis, row)]
    else:
        parts = [partial(_through, volume, analysis, row)]
        if analysis.thermal_conductivity is not None:
            parts.append(partial(_heat, volume, analysis, row))
    if analysis.contact_resistance.particles > 0.0 and volume.particle is None:
        remarks.append(
            "analysis.contact_resistance.particles counts for nothing: the volume does not tell "
            "particles apart"
        )
    if sample.fractions is not None:
        parts.append(partial(measure_shares, sample, row, remarks))
    if analysis.richardson:
        parts.append(partial(_extrapolate, volume, analysis, row, remarks))
    for number, part in enumerate(parts):
        part(
            progress=lambda share, note, begun=number: progress((begun + share) / len(parts), note)
        )
    effective = row["effective_diffusivity_z"]
    row["macmullin_number"] = 1.0 / effective if effective > 0.0 else np.inf
    files = {}
    if analysis.fields:
        files["fields/as_read.vti"] = partial(write_fields, volume=volume, analysis=analysis)
    in_order = {column.name: row[column.name] for column in COLUMNS if column.name in row}
    return Found(in_order, files=files, remarks=tuple(remarks))


def _through(volume: Volume, analysis: Analysis, row: dict, progress: Progress) -> None:
    row |= through_plane(volume, analysis, progress)


def _heat(volume: Volume, analysis: Analysis, row: dict, progress: Progress) -> None:
    given = analysis.thermal_conductivity.model_dump()
    solved = thermal_conductivity(volume, given, analysis.tolerance, progress)
    row["thermal_conductivity_z_W_mK"] = solved.value


def _extrapolate(
    volume: Volume, analysis: Analysis, row: dict, remarks: list[str], progress: Progress
) -> None:
    # Peaks are told on the whole of the voxels, not anew on every second one.
    body = without_peaks(volume)

    # At the voxel size itself both are in the table already.
    def ions(of: Volume) -> float:
        if of is volume:
            return row["effective_diffusivity_z"]
        return pore_transport(of, analysis.tolerance).effective_diffusivity

    def electrons(of: Volume) -> float:
        if of is body:
            return row["electronic_conductivity_z_S_m"]
        return solid_conduction(of, analysis).value

    for number, (name, what, of, solve) in enumerate(
        (
            ("effective_diffusivity_z", "diffusivity", volume, ions),
            ("electronic_conductivity_z_S_m", "electronic conductivity", body, electrons),
        )
    ):
        found = richardson(
            of, solve, lambda share, note, begun=number: progress(0.5 * (begun + share), note)
        )
        row |= extrapolated(found, name, what, remarks)


TRANSPORT = Group(
    "transport", "Transport", COLUMNS, _measure,
    "Conductivities are those of the scenario, section analysis. Errors of the solver are below "
    f"analysis.tolerance; the error of the voxels' staircase comes on top. {SHARES}",
    transport_plots, tensor_tables,
)  # fmt: skip
