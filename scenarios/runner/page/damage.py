"""Plots of stress at peak load and of what broke."""

import numpy as np

from scenarios.runner import damage_plots, plots
from scenarios.runner.page.figures import Shown, along_density, plot
from scenarios.runner.results import Run

PROFILES = (
    (
        "profile_crack_area_m2_m3",
        1e-6,
        "Crack area / m² cm⁻³",
        "Broken faces inside active particles, counted once, per volume of each layer; the foil is "
        "at the left, the roll at the right.",
    ),
    (
        "profile_crack_volume_fraction",
        100.0,
        "Opened crack volume / %",
        "What broken faces opened, per volume of each layer.",
    ),
    (
        "profile_broken_area_fraction",
        100.0,
        "Broken faces / %",
        "Share of the grain faces inside particles that broke, by area.",
    ),
)


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
    shown += _over_the_height(run)
    return shown


def _over_the_height(run: Run) -> list[Shown]:
    """Cracks over the height above the foil."""
    shown = []
    for name, factor, label, caption in PROFILES:
        if any(np.nan_to_num(arrays.get(name, 0.0)).any() for arrays in run.profiles.values()):
            drawn = damage_plots.crack_profiles(run.profiles, name, factor, label)
            shown.append(plot(drawn, caption))
    cracked = {
        state: arrays
        for state, arrays in run.profiles.items()
        if np.any(arrays.get("profile_crack_area_m2_m3", 0.0))
    }
    if cracked:
        state = list(cracked)[-1]
        shown.append(
            plot(
                damage_plots.cracks_by_mode(cracked[state], state),
                "Crack area of the last state by what broke it.",
            )
        )
    return shown
