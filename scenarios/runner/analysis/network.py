"""The pores as a network of bodies and throats."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from dem.errors import InputError
from electrochem.structure.network import PoreNetwork, pore_network
from electrochem.structure.network_file import write_network
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.network_plots import coordination, matrix, offsets, radii
from scenarios.runner.analysis.sizes import NO_PORES
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run

COLUMNS = (
    Column("pore_count", "Pores", "–", "Bodies of the pore space.", decimals=0),
    Column(
        "pore_equivalent_radius_mean_um", "Equivalent radius, mean", "µm",
        "Of the ball of a pore's volume, mean by number.", decimals=2,
    ),
    Column(
        "pore_inscribed_radius_mean_um", "Inscribed radius, mean", "µm",
        "Of the widest ball inside a pore, mean by number.", decimals=2,
    ),
    Column("pore_throat_count", "Throats", "–", "Between two pores.", decimals=0),
    Column(
        "pore_throat_radius_mean_um", "Throat radius, mean", "µm",
        "Of the widest ball that passes, mean by number.", decimals=2,
    ),
    Column(
        "pore_coordination_mean", "Coordination number, mean", "–",
        "Pores that a pore is joined to.", decimals=2,
    ),
    Column(
        "pore_connectivity_band_width", "Band width of the connectivity matrix", "–",
        "Standard deviation of the distance of the matrix's entries from its diagonal, −1 to 1 "
        "from corner to corner (Lim et al., 2025).", decimals=4,
    ),
)  # fmt: skip

PORES, THROATS = "pores", "throats"


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    found = pore_network(sample.volume, progress=progress)
    if found is None or not len(found.volume):
        raise InputError(NO_PORES)
    row = {
        "pore_count": len(found.volume),
        "pore_equivalent_radius_mean_um": 1e6 * found.equivalent_radius.mean(),
        "pore_inscribed_radius_mean_um": 1e6 * found.inscribed_radius.mean(),
        "pore_throat_count": len(found.first),
        "pore_throat_radius_mean_um": _mean(1e6 * found.throat_radius),
        "pore_coordination_mean": found.coordination.mean(),
        "pore_connectivity_band_width": found.band_width,
    }
    field = {name: float(row[name]) for name in ("pore_coordination_mean",)}
    field["pore_connectivity_band_width"] = found.band_width
    return Found(
        row,
        {PORES: _pores(found), THROATS: _throats(found)},
        files={"pores/as_read.vtp": partial(write_network, network=found, field=field)},
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _pores(found: PoreNetwork) -> Curve:
    """One row a pore, numbered from the collector up."""
    place = {f"{axis}_um": 1e6 * found.position[:, k] for k, axis in enumerate("xyz")}
    return {"pore": np.arange(len(found.volume))} | place | {
        "equivalent_radius_um": 1e6 * found.equivalent_radius,
        "inscribed_radius_um": 1e6 * found.inscribed_radius,
        "coordination": found.coordination,
    }  # fmt: skip


def _throats(found: PoreNetwork) -> Curve:
    """One row a throat, by the two pores that it joins."""
    return {
        "first_pore": found.first,
        "second_pore": found.second,
        "radius_um": 1e6 * found.throat_radius,
    }


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    pores, throats = curves[PORES], curves[THROATS]
    width = run.rows[0].get("pore_connectivity_band_width", np.nan)
    shown = [
        plot(radii(pores, throats), "Radii of pores and throats by number, with their means."),
        plot(coordination(pores), "How many pores a pore is joined to, with the mean."),
    ]
    if not len(throats["first_pore"]):
        return shown
    return [
        *shown,
        plot(
            matrix(throats, len(pores["pore"])),
            "Connectivity matrix: two dots for each pair of joined pores, numbered from the "
            "collector up.",
        ),
        plot(
            offsets(throats, len(pores["pore"]), width),
            "The same projected onto the normal of its diagonal, and the normal distribution with "
            "the standard deviation of its entries.",
        ),
    ]


NETWORK = Group(
    "network", "Pore network", COLUMNS, _measure,
    "Watershed of the distance to the walls; two basins are one pore unless the throat between "
    "them is narrower than 0.9 of the thinner, on which the number of pores depends. Balls and "
    "sticks for ParaView stand in pores/as_read.vtp: glyphs of the points where image is 0, scaled "
    "by radius_um, and tubes of the lines.",
    _plots,
)  # fmt: skip
