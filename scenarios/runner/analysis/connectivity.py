"""Which share of each phase hangs together, and with which plane."""

from collections.abc import Mapping

import numpy as np

from electrochem.structure.connectivity import PHASES, connectivity
from scenarios.runner.analysis.group import Column, Curve, Found, Group, Sample
from scenarios.runner.analysis.plots import bars
from scenarios.runner.page.figures import Shown, plot
from scenarios.runner.progress import ProgressCallback
from scenarios.runner.results import Run

NAMES = {
    "pore": "pores",
    "pore_and_cbd": "pores and domain",
    "am": "active material",
    "cbd": "binder domain",
    "solid": "solids",
}
_SHARES = {
    "separator": ("to_separator", "that hang together with the upper plane"),
    "collector": ("to_collector", "that hang together with the lower plane"),
    "percolating": ("percolating", "in clusters that join both planes"),
}

COLUMNS = (
    *(
        Column(
            f"{phase}_{share}_share", f"{NAMES[phase].capitalize()}, {share}", "%",
            f"Share of the {NAMES[phase]} {meaning}, over faces of voxels.", 100.0, 2,
        )
        for phase in PHASES
        for share, (_, meaning) in _SHARES.items()
    ),
    Column(
        "cbd_connectivity", "Connectivity of the domain", "%",
        "Share of the largest cluster in the binder domain; stands for that of Lindner et al. "
        "(2024), whose supplement defines it.", 100.0, 2,
    ),
)  # fmt: skip

CURVE = "connectivity"


def _measure(sample: Sample, progress: ProgressCallback) -> Found:
    found = connectivity(sample.volume, progress)
    row = {
        f"{phase}_{share}_share": getattr(getattr(found, phase), name)
        for phase in PHASES
        for share, (name, _) in _SHARES.items()
    }
    of = [getattr(found, phase) for phase in PHASES]
    table = {"phase": np.array(list(PHASES))} | {
        f"{share}_share": np.array([getattr(phase, name) for phase in of])
        for share, (name, _) in _SHARES.items()
    }
    table["largest_share"] = np.array([phase.largest for phase in of])
    table["clusters"] = np.array([phase.count for phase in of])
    return Found(row | {"cbd_connectivity": found.cbd.largest}, {CURVE: table})


def _plots(run: Run, curves: Mapping[str, Curve]) -> list[Shown]:
    curve = curves[CURVE]
    of = [NAMES[phase] for phase in curve["phase"]]
    heights = {
        "separator": curve["separator_share"],
        "collector": curve["collector_share"],
        "both": curve["percolating_share"],
        "largest cluster": curve["largest_share"],
    }
    return [
        plot(
            bars(of, heights, "Share of the phase / %", 100.0),
            "How much of each phase hangs together with the separator, the collector and both.",
        )
    ]


CONNECTIVITY = Group(
    "connectivity", "Connectivity", COLUMNS, _measure,
    "Solids are looked at up to the coating's body, the last layer at least half as full as the "
    "median one. All shares of an absent phase are 0.",
    _plots,
)  # fmt: skip
