"""Height maps of the upper surface, side by side on one scale, as one SVG."""

import io
from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from scenarios.runner.plots import SETTINGS

CAPTION = (
    "Upper surface from above: the highest solid of each column of voxels over the mean, and its "
    "rms height Sq, the mean plane removed. The scale leaves out the deepest 2 %. Waves longer "
    "than the footprint are not seen."
)


def titled(state: str, rms: float | str | None) -> str:
    """Title of a map: its state, and its rms height [µm] where that is known."""
    return f"{state}: Sq {rms:.2f} µm" if isinstance(rms, float) else state


def height_maps(heights: Mapping[str, np.ndarray], width_um: float) -> bytes:
    """Heights of states over their mean, in µm, with one colour bar.

    heights : (ny, nx) [µm] by the state's title; width_um : of the footprint along x
    """
    over = {title: height - height.mean() for title, height in heights.items()}
    # The deepest pits would take the whole scale: it ends where all but 2 % lie.
    values = np.concatenate([deviation.ravel() for deviation in over.values()])
    low, high = np.percentile(values, (2, 100))
    columns = min(len(over), 2)
    rows = -(-len(over) // columns)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(1.4 + 3.1 * columns, 3.2 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        for axes in panels[len(over) :]:
            axes.set_axis_off()
        for axes, (title, deviation) in zip(panels, over.items(), strict=False):
            axes.grid(False)
            pixel = width_um / deviation.shape[1]
            extent = (0.0, width_um, 0.0, pixel * deviation.shape[0])
            image = axes.imshow(
                deviation, origin="lower", extent=extent, vmin=low, vmax=high, cmap="viridis",
                interpolation="none",
            )  # fmt: skip
            axes.set_title(title, fontsize=10, loc="left")
            axes.set_xlabel("x / µm")
            axes.set_ylabel("y / µm")
            axes.label_outer()
        bar = figure.colorbar(image, ax=list(panels), shrink=0.9, extend="min")
        bar.set_label("Height over the mean / µm")
        page = io.BytesIO()
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    return page.getvalue()
