"""Plots of the page, in headed groups."""

from collections.abc import Mapping

import numpy as np

from dem.release import HERTZ_LIMIT
from scenarios.runner import plots, surface_plots, trust
from scenarios.runner.discharging.page import discharge_plots, placeholder_note
from scenarios.runner.discharging.protocol_page import (
    changed_note,
    impedance_plots,
    protocol_plots,
)
from scenarios.runner.page.damage import damage
from scenarios.runner.page.figures import Shown, along_density, plot
from scenarios.runner.page.laws import fitted_laws
from scenarios.runner.page.nip import nip_caption, nip_pressure
from scenarios.runner.page.pore_laws import bruggeman_plot
from scenarios.runner.page.strip import strip_plots
from scenarios.runner.results import Run, with_unit

PROFILES = {
    "profile_porosity": "Porosity / –",
    "profile_am_fraction": "Active material / –",
    "profile_cbd_fraction": "Carbon-binder domain / –",
}

TRUSTED = "Is the run to be trusted?"
"""Heading of the group that stands last."""


def curves(run: Run) -> list[tuple[str, list[Shown], str]]:
    """Headed groups of the plots for which the run has figures, each with a note, mostly empty."""
    groups = [
        ("Pressing", _pressing(run)),
        ("The strip under the roll", strip_plots(run)),
        ("Stress and cracks", damage(run)),
        ("Structure", _structure(run)),
        ("Transport", _transport(run)),
        ("Discharge", discharge_plots(run)),
        ("Protocol", protocol_plots(run)),
        ("Impedance", impedance_plots(run)),
        (TRUSTED, _numerics(run)),
    ]
    of_cell = " ".join(text for text in (changed_note(run), placeholder_note(run)) if text)
    notes = {"Discharge": of_cell, "Protocol": changed_note(run), "Impedance": changed_note(run)}
    return [(heading, shown, notes.get(heading, "")) for heading, shown in groups if shown]


def _pressing(run: Run) -> list[Shown]:
    rows, path, shown = run.rows, run.path, []
    if "density_g_cm3" in path and "pressure_top_MPa" in path:
        shown.append(
            plot(
                plots.pressure_density(path, run.releases, rows),
                "Pressure against density along the loading path; each release to zero load ends "
                "in a state.",
            )
        )
    if nips := {state: arrays for state, arrays in run.nips.items() if "position_mm" in arrays}:
        shown.append(plot(nip_pressure(nips), nip_caption(run.summary.get("nip", {}))))
    shown.extend(fitted_laws(run))
    if {"strain", "stress_MPa"} <= run.crush.keys():
        shown.append(
            plot(
                plots.crush(run.crush),
                "A particle between platens: nominal stress 2.48 F / (π d²), force F and unloaded "
                "diameter d.",
            )
        )
    return shown


def _structure(run: Run) -> list[Shown]:
    rows, shown = run.rows, []
    if along_density(run) and plots.has(rows, "porosity"):
        phases = {"porosity": "total porosity", "pore_fraction": "pores outside the binder"}
        shown.append(
            plot(
                plots.against_density(rows, phases, "Volume share / %", factor=100.0),
                "Porosity counted from the labels; the total includes the nanopores of the "
                "carbon-binder domain.",
            )
        )
    areas = {
        "am_pore_area_m2_m3": "active material to pore",
        "am_cbd_area_m2_m3": "active material to binder",
    }
    if run.was_pressed:
        areas["crack_area_m2_m3"] = "cracks"
    if along_density(run) and plots.has(rows, *areas):
        cracks = "; crack faces counted once" if run.was_pressed else ""
        shown.append(
            plot(
                plots.against_density(rows, areas, "Area per electrode volume / m² cm⁻³", 1e-6),
                f"Interfaces per volume of electrode{cracks}.",
            )
        )
    profiles = {state: arrays for state, arrays in run.profiles.items() if "profile_z_um" in arrays}
    for name, label in PROFILES.items():
        if any(name in arrays for arrays in profiles.values()):
            shown.append(
                plot(plots.depth_profiles(profiles, name, label), "Over the coating's height.")
            )
    if heights := _heights(run):
        shown.append(
            plot(
                surface_plots.height_maps(heights, _width(run)),
                surface_plots.CAPTION,
                wide=True,
            )
        )
    return shown


def _heights(run: Run) -> dict[str, np.ndarray]:
    """Height maps of up to four states [µm], by title."""
    names = [name for name in run.states if name in run.heights]
    if not names:
        return {}
    chosen = np.unique(np.linspace(0, len(names) - 1, 4).round().astype(int))
    found = {}
    for name in (names[i] for i in chosen):
        row = next((row for row in run.rows if row.get("state") == name), {})
        rms, title = row.get("surface_roughness_um"), with_unit(name)
        found[surface_plots.titled(title, rms)] = run.heights[name]
    return found


def _width(run: Run) -> float:
    """Width of the footprint along x [µm]: the layers of the profiles are as high as a voxel."""
    name, height = next(iter(run.heights.items()))
    layers = run.profiles[name]["profile_z_um"]
    return 2.0 * float(layers[0]) * height.shape[1]


def _transport(run: Run) -> list[Shown]:
    rows, shown = run.rows, []
    if along_density(run) and "tortuosity_factor_z" in {name for row in rows for name in row}:
        shown.append(
            plot(
                plots.tortuosity(rows),
                "Pore space, through-plane. τ² is the tortuosity factor of the tables, "
                "D_eff = ε D / τ² with ε the share of the conducting space; τ is its square root, "
                "which many papers call tortuosity.",
            )
        )
    shown.extend(bruggeman_plot(run))
    if along_density(run) and plots.has(rows, "electronic_conductivity_z_S_m"):
        sigma = {"electronic_conductivity_z_S_m": "electronic, through-plane"}
        shown.append(
            plot(
                plots.against_density(rows, sigma, "Effective conductivity / S m⁻¹"),
                "Through active material and carbon-binder domain together.",
            )
        )
    return shown


def _numerics(run: Run) -> list[Shown]:
    path, shown = run.path, []
    if "density_g_cm3" in path and plots.ENERGIES.keys() & path.keys():
        shown.append(
            plot(
                plots.energy_ledger(path),
                f"Energy ledger of the loading path{_imbalance(path)}.",
            )
        )
    if "density_g_cm3" in path and {"inertial_number", "unbalanced_force"} & path.keys():
        shown.append(
            plot(plots.quasi_static(path), "How quasi-static the run was; smaller is slower.")
        )
    if {"density_g_cm3", "pressure_MPa"} <= run.half_speed.keys() and "density_g_cm3" in path:
        found = run.summary.get("quasi_static_proof")
        caption = ""
        if found:
            caption = f"The proof: {trust.proof_sentence(found)}. {trust.at_rest_sentence(found)}"
        shown.append(plot(plots.half_speed(path, run.half_speed), caption))
    counts = {name: values for name, values in run.overlap.items() if name != "edges"}
    if run.was_pressed and "edges" in run.overlap and counts:
        shown.append(
            plot(
                plots.overlap_histogram(run.overlap["edges"], counts, HERTZ_LIMIT),
                "Overlaps of the active material's contacts at peak load; beyond the "
                "dashed line independent Hertz contacts lose their meaning. The last bin holds "
                "all larger ones.",
            )
        )
    return shown


def _imbalance(path: Mapping[str, np.ndarray]) -> str:
    """How far the stored and lost energies are from the plate's work at the end of the path."""
    if "wall_work_J" not in path:
        return ""
    booked = sum(path[name] for name in plots.ENERGIES if name in path)
    work = path["wall_work_J"][-1] - path["wall_work_J"][0]
    missing = abs(booked[-1] - booked[0] - work)
    return f": at its end {100 * missing / work:.1f} % off the plate's work" if work > 0 else ""
