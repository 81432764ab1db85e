"""Binder added in steps of 1 vol% to 70 % active material: conductivity, connectivity, pores.

    python benchmarks/binder_percolation.py [--cells NX NZ] [--voxel-nm H] [--seed N]
                                            [--most PERCENT] [--step PERCENT] [--no-transport]
                                            [--json FILE] [--picture FILE]

Lindner et al. (2024) add carbon-binder domain to a tomography of 70.43 % NMC811 in such steps
and find that it percolates between 7 and 8 vol%. Their volume is not public: the structure here is
a packing of lognormal spheres (median 10.4 µm, the radius that Chen et al. 2020 give for the same
cell; spread 0.35, assumed), moved apart to overlaps of a few per cent at 58 %, grown evenly to
70.43 % by the level of the distance to their surfaces, and cut out of the middle, away from the
flat planes of the packing. Bulk conductivities: theirs stand in a supplement, so the active
material has 0.18 S/m (Chen et al. 2020) and the domain 375 S/m (Song et al. 2025, table 3).
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.grown_packing import grown_packing
from electrochem.structure.percolation import clusters, spanning
from electrochem.transport.electronic import electronic_conductivity
from electrochem.transport.ionic import pore_transport
from voxelize.binder.place import METHODS, place_binder
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume

ACTIVE_SHARE = 0.7043
MEDIAN_DIAMETER, SPREAD = 10.4e-6, 0.35
AM_CONDUCTIVITY, CBD_CONDUCTIVITY = 0.18, 375.0
NANOPOROSITY = 0.5
UNKNOWN = {"conductivity_S_m": float("nan"), "tortuosity_factor": float("nan")}
TOLERANCE = 1e-3
LINDNER = {
    "cbd_percent": [3.41, 7.65],
    "conductivity_S_m": [0.24, 3.06],
    "largest_share": [0.67, 0.91],
    "tortuosity_factor": [2.51, 3.40],
    "threshold_percent": [7.0, 8.0],
}
"""Table 1 and figure 2c; its connectivity is taken for the largest connected share."""


def packing(cells: tuple[int, int], voxel_size: float, seed: int) -> Volume:
    """Periodic packing of spheres grown to `ACTIVE_SHARE`; cells : in plane and through it."""
    return grown_packing(
        cells, voxel_size, ACTIVE_SHARE, MEDIAN_DIAMETER, SPREAD, NANOPOROSITY, seed
    )


def connectivity(volume: Volume) -> dict[str, float]:
    """Shares of the domain's voxels: in its largest cluster, joined to the collector, spanning."""
    domain = volume.labels == CARBON_BINDER
    number = clusters(domain, volume.periodic)
    sizes = np.bincount(number.ravel())[1:]
    total = max(int(sizes.sum()), 1)
    from_collector = np.unique(number[0])
    joined = sizes[from_collector[from_collector > 0] - 1].sum()
    return {
        "cbd_percent": 100.0 * volume.fraction(CARBON_BINDER),
        "largest_share": float(sizes.max(initial=0)) / total,
        "collector_share": float(joined) / total,
        "spanning_share": float(spanning(domain, volume.periodic).sum()) / total,
    }


def transport(volume: Volume) -> dict[str, float]:
    """Effective conductivity and tortuosity factor of the pores, nanopores included."""
    solid = electronic_conductivity(volume, AM_CONDUCTIVITY, CBD_CONDUCTIVITY, tolerance=TOLERANCE)
    return {
        "conductivity_S_m": solid.value,
        "tortuosity_factor": pore_transport(volume, TOLERANCE).tortuosity_factor,
    }


def add_steps(bare: Volume, method: str, rows: list[dict[str, float]], options) -> Iterator[None]:
    """Add the figures of every step, each grown on the one before, to rows that stop earlier."""
    volume = bare
    for number in range(1, round(options.most / options.step) + 1):
        start = time.perf_counter()
        volume = place_binder(
            volume,
            domain_fraction=number * options.step / 100.0,
            method=method,
            seed=options.seed,
        )
        seconds = time.perf_counter() - start
        if number <= len(rows):
            continue
        row = {**connectivity(volume), "placement_s": seconds}
        row |= UNKNOWN if options.no_transport else transport(volume)
        rows.append(row)
        print(
            f"{method:9} {row['cbd_percent']:6.2f} vol%  {row['conductivity_S_m']:9.4f} S/m  "
            f"largest {row['largest_share']:.3f}  spanning {row['spanning_share']:.3f}  "
            f"tau2 {row['tortuosity_factor']:.3f}",
            file=sys.stderr,
            flush=True,
        )
        yield


def threshold(rows: list[dict[str, float]]) -> float | None:
    """First step [vol%] at which a cluster of the domain joins the two planes."""
    return next((r["cbd_percent"] for r in rows if r["spanning_share"] > 0.0), None)


def draw(result: dict, path: Path) -> None:
    """Conductivity, connectivity and pore tortuosity factor against the domain's share."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(11.0, 3.4), layout="constrained")
    style = {"random": "o-", "contacts": "s-", "film": "^-"}
    for method, rows in result["series"].items():
        share = [row["cbd_percent"] for row in rows]
        axes[0].semilogy(share, [r["conductivity_S_m"] for r in rows], style[method], label=method)
        (line,) = axes[1].plot(share, [r["largest_share"] for r in rows], style[method])
        axes[1].plot(share, [r["spanning_share"] for r in rows], "--", color=line.get_color())
        axes[2].plot(share, [r["tortuosity_factor"] for r in rows], style[method])
    for axis, key in zip(
        axes, ("conductivity_S_m", "largest_share", "tortuosity_factor"), strict=True
    ):
        axis.plot(LINDNER["cbd_percent"], LINDNER[key], "k*", markersize=11, label="Lindner 2024")
        axis.axvspan(*LINDNER["threshold_percent"], color="0.88", zorder=0)
        axis.set_xlabel("carbon-binder domain [vol%]")
    axes[0].set_ylabel("electronic conductivity [S/m]")
    axes[1].set_ylabel("share of the domain: largest cluster (—),\njoining both planes (– –)")
    axes[2].set_ylabel("pore tortuosity factor τ² [–]")
    axes[1].set_ylim(0.0, 1.02)
    axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=80)
    plt.close(figure)


def _begun(path: Path | None, setting: dict) -> dict:
    """What an earlier run of the same setting wrote, or nothing yet."""
    if path and path.exists():
        former = json.loads(path.read_text())
        if {key: former.get(key) for key in setting} == setting:
            return former
    return {**setting, "series": {}, "threshold_percent": {}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", nargs=2, type=int, default=(128, 224), metavar=("NX", "NZ"))
    parser.add_argument("--voxel-nm", type=float, default=176.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=float, default=12.0, help="last step [vol%%]")
    parser.add_argument("--step", type=float, default=1.0, help="[vol%%]")
    parser.add_argument("--no-transport", action="store_true", help="connectivity only: quick")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--json", type=Path, help="written after each step; a later run goes on")
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    bare = packing(options.cells, options.voxel_nm * 1e-9, options.seed)
    setting = {
        "cells": [options.cells[1], options.cells[0], options.cells[0]],
        "voxel_nm": options.voxel_nm,
        "seed": options.seed,
        "step_percent": options.step,
        "particles": len(np.unique(bare.particle)) - 1,
        "am_percent": 100.0 * bare.fraction(ACTIVE_MATERIAL),
        "am_conductivity_S_m": AM_CONDUCTIVITY,
        "cbd_conductivity_S_m": CBD_CONDUCTIVITY,
        "lindner_2024": LINDNER,
    }
    result = _begun(options.json, setting)
    for method in options.methods:
        rows = result["series"].setdefault(method, [])
        for _ in add_steps(bare, method, rows, options):
            result["threshold_percent"][method] = threshold(rows)
            if options.json:
                options.json.write_text(json.dumps(result, indent=1) + "\n")
    if options.picture:
        draw(result, options.picture)
    print(json.dumps(result["threshold_percent"]))


if __name__ == "__main__":
    main()
