"""Diffusion through the pores from the shares of each voxel, beside that from its label."""

from electrochem.transport.effective import Progress
from electrochem.transport.ionic import PoreTransport, pore_transport_of_shares
from electrochem.transport.phase_shares import PhaseShares, deposited_shares
from electrochem.transport.richardson import Extrapolated, richardson
from scenarios.runner.analysis.group import Sample

SHARES = (
    "With the shares of each voxel (--fractions) the diffusivity over the thickness is solved from "
    "these, too; the conduction of electrons and heat, whose narrow contacts shares resolve no "
    "better, and all other axes come from labels."
)
_ROUNDING = 0.999
_COLUMN = "effective_diffusivity_z_from_shares"


def measure_shares(sample: Sample, row: dict, remarks: list[str], progress: Progress) -> None:
    """Put the columns from shares into the row, extrapolated ones where they are asked for."""
    volume, analysis = sample.volume, sample.scenario.analysis
    if volume.nanoporosity_field is not None:
        remarks.append(
            "from shares the binder domain conducts everywhere as at its mean nanoporosity, "
            f"{volume.cbd_nanoporosity:.3g}, not voxel by voxel"
        )

    def solve(of: PhaseShares, on: Progress | None = None) -> PoreTransport:
        return pore_transport_of_shares(of, volume.cbd_nanoporosity, analysis.tolerance, on)

    parts = deposited_shares(sample.fractions, volume)
    if _whole(parts):
        remarks.append(
            "in the shares each voxel is of one phase: they hold nothing finer than the labels, "
            "and their figures are no nearer"
        )
    pores = solve(parts, progress)
    row["tortuosity_factor_z_from_shares"] = pores.tortuosity_factor
    row[_COLUMN] = pores.effective_diffusivity
    if analysis.richardson:
        found = richardson(
            parts, lambda of: (pores if of is parts else solve(of)).effective_diffusivity
        )
        row |= extrapolated(found, _COLUMN, "diffusivity from shares", remarks)


def _whole(parts: PhaseShares) -> bool:
    """Whether all voxels are of one phase, as those of a structure that has not moved."""
    layers = range(parts.shares.shape[1])
    return all(parts.shares[:, k].max(axis=0).min() > _ROUNDING for k in layers)


def extrapolated(found: Extrapolated, name: str, what: str, remarks: list[str]) -> dict[str, float]:
    """Columns of a limit and its uncertainty; none, and a remark why, where there is no limit."""
    if found.note:
        remarks.append(f"the {what} is not extrapolated: {found.note}")
        return {}
    return {f"{name}_extrapolated": found.value, f"{name}_uncertainty": found.uncertainty}
