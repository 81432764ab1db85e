"""Plots of stress at peak load and of what broke."""

import numpy as np

from scenarios.runner import damage_plots, plots
from scenarios.runner.page.figures import Shown, along_density, plot
from scenarios.runner.results import Run


def damage(run: Run) -> list[Shown]:
    """The plots for which the run has figures; none where nothing was pressed."""
    if not run.was_pressed:
        return []
    return [*_stress(run), *_cracks(run)]


def _stress(run: Run) -> list[Shown]:
    rows, shown = run.rows, []
    if plots.has(rows, *(f"breaking_{name}" for name in damage_plots.ABOVE)):
        shown.append(
            plot(
                damage_plots.stressed_volume(run.companion, rows),
                "Active material whose von Mises stress, mean over a grain, exceeds what crushes "
                "particles, at the density under load. Lines: pressed with bonds that hold; rings: "
                "at the peak load of each state, where what broke carries no more.",
            )
        )
    profiles = {state: arrays for state, arrays in run.profiles.items() if "profile_z_um" in arrays}
    for limit in (100, 150):
        name = f"profile_breaking_am_above_{limit}MPa"
        if any(np.nanmax(arrays.get(name, [0.0])) > 0.0 for arrays in profiles.values()):
            shown.append(
                plot(
                    damage_plots.stress_profiles(profiles, limit),
                    f"Share of each layer's active material above {limit} MPa at peak load, drawn "
                    "where it lies after release: with bonds that hold (lines) and as it broke "
                    "(dotted).",
                )
            )
    return shown


def _cracks(run: Run) -> list[Shown]:
    rows, path, shown = run.rows, run.path, []
    cracks = {
        "broken_bond_fraction": "broken bonds",
        "cracked_particle_fraction": "cracked particles",
        "cracked_volume_fraction": "cracked particles, by volume",
    }
    if along_density(run) and plots.has(rows, *cracks):
        shown.append(
            plot(
                plots.against_density(rows, cracks, "Share / %", factor=100.0),
                "Broken bonds inside active particles, and particles whose largest fragment holds "
                "less than 95 % of them.",
            )
        )
    last = next((arrays for arrays in reversed(run.breaks.values()) if arrays), {})
    if "density_g_cm3" in path and np.isfinite(last.get("density_g_cm3", np.nan)).any():
        shown.append(
            plot(
                damage_plots.breaks(path, last),
                "Bonds broken on the way to the last state, inside active particles and of binder, "
                "by what broke them; breaks during the release are not drawn.",
            )
        )
    sizes = {state: arrays for state, arrays in run.fragments.items() if "volume_um3" in arrays}
    if sizes:
        shown.append(
            plot(
                damage_plots.fragment_sizes(sizes),
                "Sizes of what intact bonds hold together, whole particles included, as spheres of "
                "their volume.",
            )
        )
    return shown
