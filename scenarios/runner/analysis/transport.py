"""Transport through pores and solids: through the plane, along all axes, as fields."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from electrochem.structure.body import without_peaks
from electrochem.structure.phase_fractions import porosity
from electrochem.transport.effective import (
    AXES,
    Conducted,
    ConductivityTensor,
    Progress,
    conductivity_tensor,
)
from electrochem.transport.electronic import conduct_electrons
from electrochem.transport.ionic import conduct_ions, pore_transport
from electrochem.transport.richardson import richardson
from electrochem.transport.thermal import thermal_conductivity
from scenarios.runner.analysis.group import Column, Found, Group, Sample
from scenarios.runner.analysis.through_plane import (
    contacts_of,
    foil_conductivity,
    solid_conduction,
    through_plane,
)
from scenarios.runner.analysis.transport_fields import write_fields
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.schema.analysis import Analysis
from voxelize.volume import Volume

_PAIRS = ((0, 1), (0, 2), (1, 2))
"""Of the axes of the tensor's entries off its diagonal."""
_FINEST = 1e-10
"""No tensor is solved finer."""


def _along(axis: str) -> str:
    return "over the thickness" if axis == "z" else f"in plane, along {axis}"


COLUMNS = (
    Column(
        "tortuosity_factor_z", "Tortuosity factor τ²", "–",
        "Of D_eff = ε D / τ² over the thickness, ε the share of the space that conducts, "
        "nanopores included.",
    ),
    Column(
        "effective_diffusivity_z", "Effective diffusivity D_eff / D", "–",
        "Through pores and, after Bruggeman, the nanopores of the domain.", decimals=4,
    ),
    Column("macmullin_number", "MacMullin number", "–", "D / D_eff, over the thickness."),
    Column(
        "electronic_conductivity_z_S_m", "Electronic conductivity", "S m⁻¹",
        "Through active material and domain over the thickness, with the conductivities of the "
        "scenario below.",
    ),
    Column(
        "thermal_conductivity_z_W_mK", "Thermal conductivity", "W m⁻¹ K⁻¹",
        "Through all phases over the thickness, with the conductivities of the scenario below.",
    ),
    *(
        column
        for axis in AXES[1:]
        for column in (
            Column(
                f"tortuosity_factor_{axis}", f"Tortuosity factor τ², {axis}", "–",
                f"As over the thickness, {_along(axis)}.",
            ),
            Column(
                f"effective_diffusivity_{axis}", f"Effective diffusivity D_eff / D, {axis}", "–",
                f"As over the thickness, {_along(axis)}.", decimals=4,
            ),
            Column(
                f"electronic_conductivity_{axis}_S_m", f"Electronic conductivity, {axis}",
                "S m⁻¹", f"As over the thickness, {_along(axis)}.",
            ),
            Column(
                f"thermal_conductivity_{axis}_W_mK", f"Thermal conductivity, {axis}",
                "W m⁻¹ K⁻¹", f"As over the thickness, {_along(axis)}.",
            ),
        )
    ),
    *(
        column
        for one, other in _PAIRS
        for column in (
            Column(
                f"effective_diffusivity_{AXES[one]}{AXES[other]}",
                f"D_eff / D, {AXES[one]}{AXES[other]}", "–",
                "Off the diagonal of the tensor.", decimals=4,
            ),
            Column(
                f"electronic_conductivity_{AXES[one]}{AXES[other]}_S_m",
                f"Electronic conductivity, {AXES[one]}{AXES[other]}", "S m⁻¹",
                "Off the diagonal of the tensor.",
            ),
        )
    ),
    *(
        column
        for name, title, unit, decimals in (
            ("effective_diffusivity_z", "Effective diffusivity D_eff / D", "–", 4),
            ("electronic_conductivity_z_S_m", "Electronic conductivity", "S m⁻¹", 3),
        )
        for column in (
            Column(
                f"{name}_extrapolated", f"{title}, extrapolated", unit,
                "Over the thickness, extrapolated to voxels of no size (Richardson).",
                decimals=decimals,
            ),
            Column(
                f"{name}_uncertainty", f"{title}, its uncertainty", unit,
                "Of the extrapolated figure, to either side.", decimals=decimals,
            ),
        )
    ),
    Column(
        "effective_diffusivity_asymmetry", "Asymmetry of the diffusivities' tensor", "–",
        "Largest difference of two entries that should be equal, over the largest entry: how much "
        "the electrodes on the faces bend the field of so small a volume.",
    ),
    Column(
        "electronic_conductivity_asymmetry", "Asymmetry of the conductivities' tensor", "–",
        "As that of the diffusivities.",
    ),
)  # fmt: skip


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    volume, analysis = sample.volume, sample.scenario.analysis
    row: dict[str, float] = {}
    files = {}
    parts = [partial(_through, volume, analysis, row)]
    if analysis.thermal_conductivity is not None:
        parts.append(partial(_heat, volume, analysis, row))
    if analysis.tensor:
        parts.append(partial(_tensors, volume, analysis, row))
    remarks: list[str] = []
    if analysis.contact_resistance.particles > 0.0 and volume.particle is None:
        remarks.append(
            "analysis.contact_resistance.particles counts for nothing: the volume does not tell "
            "particles apart"
        )
    if analysis.richardson:
        parts.append(partial(_extrapolate, volume, analysis, row, remarks=remarks))
    for number, part in enumerate(parts):
        part(progress=_share_of(progress, number, len(parts)))
    if analysis.fields:
        files["fields/as_read.vti"] = partial(write_fields, volume=volume, analysis=analysis)
    return Found(row, files=files, remarks=tuple(remarks))


def _share_of(progress: ProgressCallback, number: int, count: int) -> Progress:
    return lambda share, note: progress((number + share) / count, note)


def _through(volume: Volume, analysis: Analysis, row: dict, progress: Progress) -> None:
    row |= through_plane(volume, analysis, progress)
    effective = row["effective_diffusivity_z"]
    row["macmullin_number"] = 1.0 / effective if effective > 0.0 else np.inf


def _heat(volume: Volume, analysis: Analysis, row: dict, progress: Progress) -> None:
    given = analysis.thermal_conductivity.model_dump()
    axes = AXES if analysis.tensor else AXES[:1]
    for number, axis in enumerate(axes):
        on = _share_of(progress, number, len(axes))
        solved = thermal_conductivity(volume, given, analysis.tolerance, on, axis)
        row[f"thermal_conductivity_{axis}_W_mK"] = solved.value


def _tensors(volume: Volume, analysis: Analysis, row: dict, progress: Progress) -> None:
    # A flux aside errs as the field does, the conductivity along as the square of that.
    tolerance = max(analysis.tolerance**2, _FINEST)

    def ions(axis: str, on: Progress) -> Conducted:
        return conduct_ions(volume, tolerance, on, axis)

    def electrons(axis: str, on: Progress) -> Conducted:
        return conduct_electrons(
            volume,
            analysis.am_conductivity,
            analysis.cbd_conductivity,
            foil_conductivity(analysis),
            tolerance,
            on,
            axis,
            contacts_of(analysis),
        )

    space = porosity(volume)
    found = conductivity_tensor(ions, _share_of(progress, 0, 2))
    row |= dict(_entries(found, "effective_diffusivity_{}"))
    for axis in AXES[1:]:
        effective = row[f"effective_diffusivity_{axis}"]
        row[f"tortuosity_factor_{axis}"] = space / effective if effective > 0.0 else np.inf
    row["effective_diffusivity_asymmetry"] = found.asymmetry
    found = conductivity_tensor(electrons, _share_of(progress, 1, 2))
    row |= dict(_entries(found, "electronic_conductivity_{}_S_m"))
    row["electronic_conductivity_asymmetry"] = found.asymmetry


def _extrapolate(
    volume: Volume, analysis: Analysis, row: dict, progress: Progress, remarks: list[str]
) -> None:
    def ions(of: Volume) -> float:
        return pore_transport(of, analysis.tolerance).effective_diffusivity

    def electrons(of: Volume) -> float:
        return solid_conduction(of, analysis).value

    for number, (name, what, of, solve) in enumerate(
        (
            ("effective_diffusivity_z", "diffusivity", volume, ions),
            # Peaks are told on the whole of the voxels, not anew on every second one.
            (
                "electronic_conductivity_z_S_m", "electronic conductivity", without_peaks(volume),
                electrons,
            ),
        )
    ):  # fmt: skip
        found = richardson(of, solve, _share_of(progress, number, 2))
        if found.note:
            remarks.append(f"the {what} is not extrapolated: {found.note}")
            continue
        row[f"{name}_extrapolated"] = found.value
        row[f"{name}_uncertainty"] = found.uncertainty


def _entries(tensor: ConductivityTensor, name: str) -> Iterator[tuple[str, float]]:
    """Columns in plane and off the diagonal; that over the thickness stands beside them."""
    for axis in (1, 2):
        yield name.format(AXES[axis]), float(tensor.value[axis, axis])
    for one, other in _PAIRS:
        yield name.format(AXES[one] + AXES[other]), float(tensor.value[one, other])


TRANSPORT = Group(
    "transport", "Transport", COLUMNS, _measure,
    "Conductivities are those of the scenario, section analysis. Errors of the solver are below "
    "analysis.tolerance; the error of the voxels' staircase comes on top.",
)  # fmt: skip
