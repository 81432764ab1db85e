"""Views and sections of the electrode on the page."""

import math
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from scenarios.runner import pictures, plots
from scenarios.runner.page.figures import Shown, data_url, plot
from scenarios.runner.results import Run, number_or_text, state_title

Views = tuple[list[Shown], list[Shown], str]
"""3-D views of the first and last state, sections of up to four, and why there are no views."""


def begin_views(run: Run, beside: Executor) -> Callable[[], Views]:
    """Draw the sections and begin the views, which take as long as all plots, `beside` the caller;
    what is returned waits for them."""
    names = [name for name in run.states if pictures.has_volume(run.folder, name)]
    if not names:
        return lambda: ([], [], "This run wrote no volumes, so there is nothing to picture.")
    chosen = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, 4).round().astype(int))]
    states = [_state(run, name) for name in chosen]
    width = max(state.labels.shape[2] * state.voxel_um for state in states)
    tops = [state.bottom_um + state.labels.shape[0] * state.voxel_um for state in states]
    coatings = [s.thickness_um + 2.0 for s in states if math.isfinite(s.thickness_um)]
    top = min(max(tops), max(coatings, default=max(tops)))
    ends = states[:1] if len(states) == 1 else [states[0], states[-1]]
    rendered = beside.submit(pictures.render, ends) if run.wants_pictures else None
    sections = [
        plot(plots.cross_section(state, _picture_title(state), width, top), "") for state in states
    ]

    def waited() -> Views:
        if rendered is None:
            return [], sections, "The scenario asks for no 3-D pictures."
        try:
            images = rendered.result()
        except pictures.NoPicturesError as error:
            return [], sections, f"No 3-D pictures: {error}."
        views = [
            Shown(data_url(image, "image/png"), _picture_title(state))
            for image, state in zip(images, ends, strict=True)
        ]
        return views, sections, ""

    return waited


def _state(run: Run, name: str) -> pictures.StatePicture:
    """A state to picture; the summary knows density and thickness where the volume does not."""
    state = pictures.read_state(run.folder, name)
    row = next((row for row in run.rows if row.get("state") == name), {})
    density, thickness = row.get("density_g_cm3"), row.get("thickness_um")
    return replace(
        state,
        density=density if isinstance(density, float) else state.density,
        thickness_um=thickness if isinstance(thickness, float) else state.thickness_um,
    )


def _picture_title(state: pictures.StatePicture) -> str:
    title = "" if isinstance(number_or_text(state.name), float) else state_title(state.name)
    if math.isfinite(state.density):
        title += f"{', ' if title else ''}{state.density:.2f} g cm⁻³"
    count, cracked = state.particles
    if cracked:
        title += f", {cracked} of {count} particles cracked"
    return title or state.name
