"""Middle slices of a labelled volume, side by side on one scale."""

import io
from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scenarios.runner.pictures import BINDER_COLOUR, CRACK_COLOUR, FOIL_COLOUR
from scenarios.runner.plots import COLOURS, SETTINGS
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, LABEL_NAMES, PORE

_AXES = {"xz": ("x", "z"), "yz": ("y", "z"), "xy": ("x", "y")}
_COLOUR = {
    PORE: (255, 255, 255),
    ACTIVE_MATERIAL: (148, 163, 184),
    CARBON_BINDER: BINDER_COLOUR,
    COLLECTOR: FOIL_COLOUR,
    CRACK: CRACK_COLOUR,
}


def sections(
    labels: Mapping[str, np.ndarray], voxel_um: float, foil_layers: int, top_um: float
) -> bytes:
    """One SVG of the slices.

    labels : (rows, columns) by plane, xz, yz and xy; top_um : height of the coating's upper plane
    """
    palette = np.array([_COLOUR[label] for label in range(len(LABEL_NAMES))], np.uint8)
    present = sorted({int(label) for of in labels.values() for label in np.unique(of)})
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(11.0, 4.2), layout="constrained")
        for axes, (plane, of) in zip(figure.subplots(1, 3), labels.items(), strict=True):
            across, up = _AXES[plane]
            bottom = -foil_layers * voxel_um if up == "z" else 0.0
            height, width = (size * voxel_um for size in of.shape)
            axes.grid(False)
            axes.imshow(
                palette[of], origin="lower", extent=(0.0, width, bottom, bottom + height),
                interpolation="none",
            )  # fmt: skip
            if up == "z":
                axes.axhline(top_um, color=COLOURS[5], lw=0.8, ls="--")
            axes.set_xlabel(f"{across} / µm")
            axes.set_ylabel(f"{up} / µm")
        figure.legend(
            handles=[
                Patch(facecolor=np.array(_COLOUR[label]) / 255, edgecolor=to_rgb(COLOURS[5]),
                      label=LABEL_NAMES[label])
                for label in present
            ],
            loc="outside lower center", ncols=len(present),
        )  # fmt: skip
        page = io.BytesIO()
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    return page.getvalue()
