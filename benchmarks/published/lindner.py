"""Table 1 of Lindner et al. (Batteries & Supercaps 2024), theirs and of packings in their place."""

import sys
from collections.abc import Iterator

import numpy as np

from benchmarks.grown_packing import grown_packing
from electrochem.structure.connectivity import connectivity
from electrochem.structure.phase_fractions import phase_fractions
from electrochem.transport.effective import effective_conductivity
from electrochem.transport.electronic import electronic_conductivity
from electrochem.transport.ionic import pore_transport
from voxelize.binder.place import place_binder
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, PORE, Volume

AM_SHARE, CBD_SHARES = 0.7043, (0.0341, 0.0765)
THEIRS = {
    "active material / %": (70.43, 70.43),
    "binder domain / %": (3.41, 7.65),
    "pores between / %": (26.16, 21.91),
    "connectivity of the domain": (0.67, 0.91),
    "percolates": ("no", "yes"),
    "electronic conductivity / S/m": (0.24, 3.06),
    "tortuosity factor τ²": (2.51, 3.40),
    "the same with the domain a wall": ("", ""),
    "effective diffusivity": (0.2616 / 2.51, 0.2191 / 3.40),
}
"""The diffusivity is their eq. 1, x_pore/τ²."""
WHY = (
    "Connectivity and conductivity depend on where the binder lies: as imaged, theirs are between "
    "ours at contacts and ours grown at random; with more added ours connect better than theirs "
    "either way. A few particles more or less decide whether contacts percolate below 8 %.",
    "Bulk conductivities are ours to assume (0.18 and 375 S/m; theirs at half charge stand in a "
    "supplement). Where the domain does not percolate, the active material's sets the answer.",
    "Connectivity is defined in their supplement; the largest connected share stands for it.",
    "Their τ² is between ours with the domain's own pores open (0.5, to the power of 1.5) and with "
    "the domain a wall, at both amounts: how well those pores conduct stands in the supplement.",
)
AM_CONDUCTIVITY, CBD_CONDUCTIVITY = 0.18, 375.0
"""[S/m] Chen et al. 2020, Song et al. 2025."""
TOLERANCE = 1e-3
"""Of conductivity and diffusivity, far below the scatter between seeds."""
METHODS = ("contacts", "random")


def table(seeds: list[int], cells: tuple[int, int]) -> Iterator[str]:
    """Its lines; ours are means over the seeds ± their standard deviation."""
    found: dict[tuple[str, int], list[dict]] = {}
    for seed in seeds:
        bare = grown_packing(cells, 176e-9, AM_SHARE, 10.4e-6, 0.35, 0.5, seed)
        for method in METHODS:
            volume = bare
            for column, share in enumerate(CBD_SHARES):
                volume = place_binder(volume, domain_fraction=share, method=method, seed=seed)
                found.setdefault((method, column), []).append(_figures(volume))
                print(f"seed {seed}, {method}, {share:.2%}", file=sys.stderr, flush=True)
    yield "| | theirs, as imaged | contacts | random | theirs, binder added | contacts | random |"
    yield "|---" * 7 + "|"
    for quantity, theirs in THEIRS.items():
        row = [quantity]
        for column in (0, 1):
            row.append(digits(theirs[column]))
            row += [_spread([f[quantity] for f in found[method, column]]) for method in METHODS]
        yield "| " + " | ".join(row) + " |"
    yield ""
    for reason in WHY:
        yield f"* {reason}"


def _figures(volume: Volume) -> dict:
    share = phase_fractions(volume)
    binder = connectivity(volume).cbd
    pores = pore_transport(volume, TOLERANCE)
    walled = effective_conductivity(volume, [1.0, 0.0, 0.0, 0.0, 1.0], TOLERANCE)
    solid = electronic_conductivity(volume, AM_CONDUCTIVITY, CBD_CONDUCTIVITY, tolerance=TOLERANCE)
    return {
        "active material / %": 100 * share[ACTIVE_MATERIAL],
        "binder domain / %": 100 * share[CARBON_BINDER],
        "pores between / %": 100 * share[PORE],
        "connectivity of the domain": binder.largest,
        "percolates": binder.percolates,
        "electronic conductivity / S/m": solid.value,
        "tortuosity factor τ²": pores.tortuosity_factor,
        "the same with the domain a wall": share[PORE] / walled.value,
        "effective diffusivity": pores.effective_diffusivity,
    }


def digits(value) -> str:
    """Three of a number below 10, else two behind the point."""
    return value if isinstance(value, str) else f"{value:.3g}" if value < 10 else f"{value:.2f}"


def _spread(values: list) -> str:
    """Mean ± standard deviation, or how many of them."""
    if isinstance(values[0], bool | np.bool_):
        return f"{sum(values)} of {len(values)}"
    middle, deviation = np.mean(values), np.std(values, ddof=1) if len(values) > 1 else 0.0
    if deviation < 5e-4 * middle:
        return digits(float(middle))
    places = max(0, 1 - int(np.floor(np.log10(deviation))))
    return f"{middle:.{places}f} ± {deviation:.{places}f}"
