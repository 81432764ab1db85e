"""A foil of grains as particles leave it: `python benchmarks/foil_sections.py RUN STATE… FILE.png`.

RUN is the folder of a finished run whose foil is made of grains (`lim2025`), STATE are names of
its states. Draws the middle section of each near the foil and the height of the foil's face.
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from scenarios.runner.pictures import StatePicture, read_state, section_image
from voxelize.volume import COLLECTOR

BELOW_UM, ABOVE_UM = 5.0, 25.0
"""Reach of the sections from the coated face."""
MOST_UM = 1.5
"""Height and depth at which the map's colours end."""


def face_height(state: StatePicture) -> np.ndarray:
    """Height of the foil's uppermost voxel in each column over the coated face, (ny, nx) [µm]."""
    foil = state.labels == COLLECTOR
    top = len(foil) - np.argmax(foil[::-1], axis=0)
    return state.bottom_um + top * state.voxel_um


def draw(states: list[StatePicture]) -> Figure:
    """Sections above, maps of the foil's face below, on one scale."""
    figure = Figure(figsize=(3.1 * len(states) + 0.9, 6.4), layout="constrained")
    upper, lower = figure.subplots(2, len(states), squeeze=False, sharey="row")
    for axes, state in zip(upper, states, strict=True):
        image = section_image(state)
        height, width = (size * state.voxel_um for size in image.shape[:2])
        extent = (0.0, width, state.bottom_um, state.bottom_um + height)
        axes.imshow(image, origin="lower", extent=extent, interpolation="none")
        axes.set(xlabel="x / µm", ylim=(-BELOW_UM, ABOVE_UM))
        axes.set_title(f"{state.density:.2f} g/cm³", fontsize=10, loc="left")
    for axes, state in zip(lower, states, strict=True):
        found = face_height(state)
        width, depth = (size * state.voxel_um for size in found.shape[::-1])
        shown = axes.imshow(
            found, origin="lower", extent=(0.0, width, 0.0, depth), interpolation="none",
            vmin=-MOST_UM, vmax=MOST_UM, cmap="RdBu_r",
        )  # fmt: skip
        axes.set(xlabel="x / µm")
    upper[0].set_ylabel("z / µm")
    lower[0].set_ylabel("y / µm")
    bar = figure.colorbar(shown, ax=list(lower), extend="both")
    bar.set_label("Height of the foil's face / µm")
    return figure


def main() -> None:
    """Draw the states of a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("states", nargs="+", help="names of states, then the picture's file")
    given = parser.parse_args()
    *names, file = given.states
    draw([read_state(given.run, name) for name in names]).savefig(file, dpi=110)


if __name__ == "__main__":
    main()
