"""The page that shows a run: tables, plots and pictures in one self-contained HTML file."""

import base64
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import jinja2
import numpy as np

from dem.release import HERTZ_LIMIT
from scenarios.runner import grain_figures, pictures, plots, trust
from scenarios.runner.results import Run, number_or_text, read_run

TABLE = (
    ("density_g_cm3", "Density", "g cm⁻³", 1.0, 3),
    ("target_density_g_cm3", "Target density", "g cm⁻³", 1.0, 3),
    ("thickness_um", "Thickness", "µm", 1.0, 2),
    ("loaded_thickness_um", "Thickness under load", "µm", 1.0, 2),
    ("springback", "Springback", "%", 100.0, 2),
    ("peak_pressure_MPa", "Peak pressure", "MPa", 1.0, 1),
    ("line_load_N_mm", "Line load", "N mm⁻¹", 1.0, 0),
    ("porosity", "Porosity", "%", 100.0, 2),
    ("am_fraction", "Active material", "vol %", 100.0, 2),
    ("cbd_fraction", "Carbon-binder domain", "vol %", 100.0, 2),
    ("cbd_nanoporosity", "Nanoporosity of the domain", "%", 100.0, 1),
    ("broken_bond_fraction", "Broken bonds", "%", 100.0, 2),
    ("cracked_particle_fraction", "Cracked particles", "%", 100.0, 1),
    ("cracked_volume_fraction", "Cracked particles, by volume", "%", 100.0, 1),
    ("crack_area_m2_m3", "Crack area", "m² cm⁻³", 1e-6, 4),
    ("crack_aperture_um", "Mean aperture of cracks", "µm", 1.0, 3),
    ("crack_volume_fraction", "Opened crack volume", "vol %", 100.0, 3),
    ("am_pore_area_m2_m3", "Active material to pore", "m² cm⁻³", 1e-6, 4),
    ("am_cbd_area_m2_m3", "Active material to binder", "m² cm⁻³", 1e-6, 4),
    ("tortuosity_factor_z", "Tortuosity factor τ²", "–", 1.0, 3),
    ("effective_diffusivity_z", "Effective diffusivity D_eff/D", "–", 1.0, 4),
    ("electronic_conductivity_z_S_m", "Electronic conductivity", "S m⁻¹", 1.0, 3),
)
"""Column of `summary.csv`, what the page calls it, its unit there, factor to it, decimals."""

OBSERVED = (
    ("layer_stress_MPa", 2, "Pressure along z", "MPa", -1.0, 1),
    ("layer_stress_MPa", 0, "Pressure along x", "MPa", -1.0, 1),
    ("layer_stress_MPa", 1, "Pressure along y", "MPa", -1.0, 1),
    ("fabric", 0, "Contacts' fabric, xx", "–", 1.0, 3),
    ("fabric", 1, "Contacts' fabric, yy", "–", 1.0, 3),
    ("fabric", 2, "Contacts' fabric, zz", "–", 1.0, 3),
    ("coordination", None, "Neighbours that a particle touches", "–", 1.0, 2),
    ("force_chain_count", None, "Force chains", "–", 1.0, 0),
    ("force_chain_particle_fraction", None, "Particles in force chains", "%", 100.0, 1),
    ("fragment_count", None, "Fragments and whole particles", "–", 1.0, 0),
    ("fragment_d50_um", None, "Their diameter D50, by volume", "µm", 1.0, 2),
    ("crack_faces_tension", None, "Faces broken in tension", "–", 1.0, 0),
    ("crack_faces_shear", None, "Faces broken in shear", "–", 1.0, 0),
    ("crack_faces_strain", None, "Faces torn by plastic strain", "–", 1.0, 0),
    ("released_energy_nJ", None, "Energy released by breaking bonds", "nJ", 1.0, 3),
)
"""Figure under `observed` of `summary.json`, place on a tensor's diagonal, then as TABLE."""

PROFILES = {
    "profile_porosity": "Porosity / –",
    "profile_am_fraction": "Active material / –",
    "profile_cbd_fraction": "Carbon-binder domain / –",
    "profile_broken_bond_fraction": "Broken bonds / –",
}


@dataclass(frozen=True)
class Shown:
    """A picture or plot on the page: its data as a URL, its caption and what it shows in words."""

    source: str
    caption: str
    wide: bool = False


def write_report(folder: Path) -> Path:
    """Write `report.html` of a run from the files in its folder alone; returns its path.

    Raises InputError when the folder holds no run, OSError when the page cannot be written.
    """
    run = read_run(Path(folder))
    views, sections, without_views = _pictures(run)
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    page = environment.get_template("report.html.j2").render(
        title=run.name,
        description=str(run.scenario.get("scenario", {}).get("description", "")),
        abstract=abstract(run),
        warnings=[str(text) for text in run.summary.get("warnings", [])],
        columns=[_state_title(row) for row in run.rows],
        table=figure_table(run.rows),
        observed=observed_table(run),
        grains=grain_table(run),
        groups=_plots(run),
        views=views,
        sections=sections,
        without_views=without_views,
        scenario_text=run.scenario_text,
        versions=_versions(run),
    )
    path = run.folder / "report.html"
    temporary = path.with_name(".report.html.partial")
    try:
        temporary.write_text(page, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def figure_table(rows: list[dict[str, float | str]]) -> list[tuple[str, str, list[str]]]:
    """Rows of the table: figure, unit, a text for each state; left out where no state has it."""
    table = []
    for name, title, unit, factor, decimals in TABLE:
        values = [row.get(name) for row in rows]
        if any(isinstance(value, float) for value in values):
            table.append((title, unit, [_text(value, factor, decimals) for value in values]))
    return table


def observed_table(run: Run) -> list[tuple[str, str, list[str]]]:
    """Rows of the table of what carried the peak load and what broke, as `figure_table`."""
    found = run.summary.get("observed", {})
    states = [found.get(name, {}) for name in run.states]
    table = []
    for name, place, title, unit, factor, decimals in OBSERVED:
        values = [state.get(name) for state in states]
        if place is not None:
            values = [value if value is None else value[place][place] for value in values]
        if any(value is not None for value in values):
            table.append((title, unit, [_text(value, factor, decimals) for value in values]))
    return table


def grain_table(run: Run) -> list[tuple[str, str, str]]:
    """Figure, unit and text of how well grains stand for the particles; empty where not told."""
    found = run.summary.get("decomposition", {})
    return [
        (title, unit, _text(found[name], factor, decimals))
        for name, title, unit, factor, decimals in grain_figures.TABLE
        if found.get(name) is not None
    ]


def abstract(run: Run) -> str:
    """One paragraph of what the run found, from its tables."""
    parts = []
    rows = [row for row in run.rows if isinstance(row.get("density_g_cm3"), float)]
    if rows:
        first, last = rows[0], rows[-1]
        if len(rows) > 1:
            parts.append(
                f"Calendered from {first['density_g_cm3']:.2f} to {last['density_g_cm3']:.2f} "
                f"g cm⁻³ in {len(rows) - 1} step{'s' if len(rows) > 2 else ''}, "
                "each density being the one left at zero load."
            )
        else:
            parts.append(f"One structure of {first['density_g_cm3']:.2f} g cm⁻³, not pressed.")
        if {"porosity"} <= first.keys() & last.keys():
            change = f"{100 * first['porosity']:.1f} %"
            if len(rows) > 1:
                change += f" before and {100 * last['porosity']:.1f} % after"
            parts.append(f"The porosity is {change}.")
        if len(rows) > 1 and "peak_pressure_MPa" in last:
            parts.append(f"The last state took {last['peak_pressure_MPa']:.0f} MPa at its peak.")
        if len(rows) > 1 and "cracked_particle_fraction" in last:
            parts.append(
                f"{100 * last['cracked_particle_fraction']:.0f} % of the particles cracked."
            )
        factor = last.get("tortuosity_factor_z")
        if isinstance(factor, float):
            parts.append(
                f"The pore space's tortuosity factor ends at {factor:.2f}."
                if math.isfinite(factor)
                else "The pore space of the last state does not percolate."
            )
    if run.crush:
        parts.append(
            f"One particle crushed between platens carried up to "
            f"{np.max(run.crush['stress_MPa']):.0f} MPa."
        )
    for label, curve in list(run.discharges.items())[-1:]:
        if np.isfinite(curve.get("capacity_mAh_cm2", np.array([np.nan]))).any():
            capacity = np.nanmax(curve["capacity_mAh_cm2"])
            parts.append(f"Discharged ({label}), it gives {capacity:.2f} mAh cm⁻².")
    return " ".join(parts)


def _plots(run: Run) -> list[tuple[str, list[Shown]]]:
    """Headed groups of the plots for which the run has figures."""
    rows, path = run.rows, run.path
    along_density = plots.has(rows, "density_g_cm3")
    pressing, structure, transport, cell, numerics = [], [], [], [], []
    if "density_g_cm3" in path and "pressure_top_MPa" in path:
        pressing.append(
            _plot(
                plots.pressure_density(path, run.releases, rows),
                "Pressure against density along the loading path; each release to zero load ends "
                "in a state.",
            )
        )
    if {"strain", "stress_MPa"} <= run.crush.keys():
        pressing.append(
            _plot(
                plots.crush(run.crush),
                "A particle between platens: nominal stress 2.48 F / (π d²), force F and unloaded "
                "diameter d.",
            )
        )
    cracks = {
        "broken_bond_fraction": "broken bonds",
        "cracked_particle_fraction": "cracked particles",
        "cracked_volume_fraction": "cracked particles, by volume",
    }
    if along_density and plots.has(rows, *cracks):
        pressing.append(
            _plot(
                plots.against_density(rows, cracks, "Share / %", factor=100.0),
                "Broken bonds inside active particles, and particles whose largest fragment holds "
                "less than 95 % of them.",
            )
        )
    last = next((arrays for arrays in reversed(run.breaks.values()) if arrays), {})
    if "density_g_cm3" in path and np.isfinite(last.get("density_g_cm3", np.nan)).any():
        pressing.append(
            _plot(
                plots.breaks(path, last),
                "Bonds broken on the way to the last state, inside active particles and of binder, "
                "by what broke them; breaks during the release are not drawn.",
            )
        )
    sizes = {state: arrays for state, arrays in run.fragments.items() if "volume_um3" in arrays}
    if sizes:
        pressing.append(
            _plot(
                plots.fragment_sizes(sizes),
                "Sizes of what intact bonds hold together, whole particles included, as spheres of "
                "their volume.",
            )
        )
    if along_density and plots.has(rows, "porosity"):
        phases = {"porosity": "total porosity", "pore_fraction": "pores outside the binder"}
        structure.append(
            _plot(
                plots.against_density(rows, phases, "Volume share / %", factor=100.0),
                "Porosity counted from the labels; the total includes the nanopores of the "
                "carbon-binder domain.",
            )
        )
    areas = {
        "am_pore_area_m2_m3": "active material to pore",
        "am_cbd_area_m2_m3": "active material to binder",
        "crack_area_m2_m3": "cracks",
    }
    if along_density and plots.has(rows, *areas):
        structure.append(
            _plot(
                plots.against_density(rows, areas, "Area per electrode volume / m² cm⁻³", 1e-6),
                "Interfaces per volume of electrode; crack faces counted once.",
            )
        )
    profiles = {state: arrays for state, arrays in run.profiles.items() if "profile_z_um" in arrays}
    for name, label in PROFILES.items():
        if any(name in arrays for arrays in profiles.values()):
            structure.append(
                _plot(plots.depth_profiles(profiles, name, label), "Over the coating's height.")
            )
    if along_density and "tortuosity_factor_z" in {name for row in rows for name in row}:
        transport.append(
            _plot(
                plots.tortuosity(rows),
                "Pore space, through-plane. τ² is the tortuosity factor of the tables, "
                "D_eff = ε D / τ² with ε the share of the conducting space; τ is its square root, "
                "which many papers call tortuosity.",
            )
        )
    if along_density and plots.has(rows, "electronic_conductivity_z_S_m"):
        sigma = {"electronic_conductivity_z_S_m": "electronic, through-plane"}
        transport.append(
            _plot(
                plots.against_density(rows, sigma, "Effective conductivity / S m⁻¹"),
                "Through active material and carbon-binder domain together.",
            )
        )
    if run.discharges:
        cell.append(
            _plot(plots.discharge_curves(run.discharges), "Voltage during discharge.", wide=True)
        )
    if "density_g_cm3" in path and plots.ENERGIES.keys() & path.keys():
        numerics.append(
            _plot(
                plots.energy_ledger(path),
                f"Energy ledger of the loading path{_imbalance(path)}.",
            )
        )
    if "density_g_cm3" in path and {"inertial_number", "unbalanced_force"} & path.keys():
        numerics.append(
            _plot(plots.quasi_static(path), "How quasi-static the run was; smaller is slower.")
        )
    if {"density_g_cm3", "pressure_MPa"} <= run.half_speed.keys() and "density_g_cm3" in path:
        found = run.summary.get("quasi_static_proof")
        caption = f"The proof: {trust.proof_sentence(found)}." if found else ""
        numerics.append(_plot(plots.half_speed(path, run.half_speed), caption))
    counts = {name: values for name, values in run.overlap.items() if name != "edges"}
    if "edges" in run.overlap and counts:
        numerics.append(
            _plot(
                plots.overlap_histogram(run.overlap["edges"], counts, HERTZ_LIMIT),
                "Overlaps of the active material's contacts at peak load; beyond the "
                "dashed line independent Hertz contacts lose their meaning. The last bin holds "
                "all larger ones.",
            )
        )
    groups = [
        ("Pressing", pressing),
        ("Structure", structure),
        ("Transport", transport),
        ("Discharge", cell),
        ("Is the run to be trusted?", numerics),
    ]
    return [(heading, shown) for heading, shown in groups if shown]


def _imbalance(path: Mapping[str, np.ndarray]) -> str:
    """How far the stored and lost energies are from the plate's work at the end of the path."""
    if "wall_work_J" not in path:
        return ""
    booked = sum(path[name] for name in plots.ENERGIES if name in path)
    work = path["wall_work_J"][-1] - path["wall_work_J"][0]
    missing = abs(booked[-1] - booked[0] - work)
    return f": at its end {100 * missing / work:.1f} % off the plate's work" if work > 0 else ""


def _pictures(run: Run) -> tuple[list[Shown], list[Shown], str]:
    """3-D views of the first and last state, sections of up to four, and why there are no views."""
    names = [name for name in run.states if pictures.has_volume(run.folder, name)]
    if not names:
        return [], [], "This run wrote no volumes, so there is nothing to picture."
    chosen = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, 4).round().astype(int))]
    states = [_state(run, name) for name in chosen]
    width = max(state.labels.shape[2] * state.voxel_um for state in states)
    tops = [state.bottom_um + state.labels.shape[0] * state.voxel_um for state in states]
    coatings = [s.thickness_um + 2.0 for s in states if math.isfinite(s.thickness_um)]
    top = min(max(tops), max(coatings, default=max(tops)))
    sections = [
        _plot(plots.cross_section(state, _picture_title(state), width, top), "") for state in states
    ]
    if not run.wants_pictures:
        return [], sections, "The scenario asks for no 3-D pictures."
    ends = states[:1] if len(states) == 1 else [states[0], states[-1]]
    try:
        images = pictures.render(ends)
    except pictures.NoPicturesError as error:
        return [], sections, f"No 3-D pictures: {error}."
    views = [
        Shown(_data_url(image, "image/png"), _picture_title(state))
        for image, state in zip(images, ends, strict=True)
    ]
    return views, sections, ""


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
    title = "" if isinstance(number_or_text(state.name), float) else state.name.replace("_", " ")
    if math.isfinite(state.density):
        title += f"{', ' if title else ''}{state.density:.2f} g cm⁻³"
    count, cracked = state.particles
    if cracked:
        title += f", {cracked} of {count} particles cracked"
    return title or state.name


def _plot(image: bytes, caption: str, wide: bool = False) -> Shown:
    return Shown(_data_url(image, "image/svg+xml"), caption, wide)


def _data_url(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _text(value: float | str | None, factor: float, decimals: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if math.isinf(value):
        return "does not percolate"
    if math.isnan(value):
        return "–"
    return f"{value * factor:.{decimals}f}"


def _state_title(row: Mapping[str, float | str]) -> str:
    return str(row.get("state", "")).replace("_", " ")


def _versions(run: Run) -> dict[str, str]:
    resolved = run.scenario.get("scenario", {}).get("versions", {})
    return run.summary.get("versions") or resolved
