"""Columns of the transport group."""

from electrochem.transport.effective import AXES
from scenarios.runner.analysis.group import Column

PAIRS = ((0, 1), (0, 2), (1, 2))
"""Of the axes of a tensor's entries off its diagonal."""


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
        "tortuosity_factor_z_from_shares", "Tortuosity factor τ², from shares", "–",
        "As from the labels, which stand above, but from the phases' shares of each voxel.",
    ),
    Column(
        "effective_diffusivity_z_from_shares", "Effective diffusivity D_eff / D, from shares", "–",
        "As from the labels, without most of the error of their staircase.", decimals=4,
    ),
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
        for one, other in PAIRS
        for column in (
            Column(
                f"effective_diffusivity_{AXES[one]}{AXES[other]}",
                f"D_eff / D, {AXES[one]}{AXES[other]}", "–",
                "Off the diagonal of the tensor.", decimals=4, alone=False,
            ),
            Column(
                f"electronic_conductivity_{AXES[one]}{AXES[other]}_S_m",
                f"Electronic conductivity, {AXES[one]}{AXES[other]}", "S m⁻¹",
                "Off the diagonal of the tensor.", alone=False,
            ),
            Column(
                f"thermal_conductivity_{AXES[one]}{AXES[other]}_W_mK",
                f"Thermal conductivity, {AXES[one]}{AXES[other]}", "W m⁻¹ K⁻¹",
                "Off the diagonal of the tensor.", alone=False,
            ),
        )
    ),
    *(
        column
        for name, title, unit, decimals in (
            ("effective_diffusivity_z", "Effective diffusivity D_eff / D", "–", 4),
            (
                "effective_diffusivity_z_from_shares",
                "Effective diffusivity D_eff / D, from shares", "–", 4,
            ),
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
    Column(
        "thermal_conductivity_asymmetry", "Asymmetry of the thermal tensor", "–",
        "As that of the diffusivities.",
    ),
)  # fmt: skip
