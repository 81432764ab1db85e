"""The page that shows a run: tables, plots and pictures in one self-contained HTML file."""

import base64
import csv
import json
import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import jinja2
import numpy as np

from dem.errors import InputError
from scenarios.runner import pictures, plots

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
    ("am_pore_area_m2_m3", "Active material to pore", "m² cm⁻³", 1e-6, 4),
    ("am_cbd_area_m2_m3", "Active material to binder", "m² cm⁻³", 1e-6, 4),
    ("tortuosity_factor_z", "Tortuosity factor τ²", "–", 1.0, 3),
    ("effective_diffusivity_z", "Effective diffusivity D_eff/D", "–", 1.0, 4),
    ("electronic_conductivity_z_S_m", "Electronic conductivity", "S m⁻¹", 1.0, 3),
)
"""Column of `summary.csv`, what the page calls it, its unit there, factor to it, decimals."""

PROFILES = {
    "profile_porosity": "Porosity / –",
    "profile_am_fraction": "Active material / –",
    "profile_cbd_fraction": "Carbon-binder domain / –",
    "profile_broken_bond_fraction": "Broken bonds / –",
}
OVERLAP_LIMIT = 0.1
"""Overlap over radius beyond which Hertz' small-contact law is no longer meant."""


@dataclass
class Run:
    """What a run folder holds, as far as the page shows it; whatever the run left out is empty."""

    folder: Path
    rows: list[dict[str, float | str]] = field(default_factory=list)
    summary: dict = field(default_factory=dict)
    scenario_text: str = ""
    scenario: dict = field(default_factory=dict)
    path: dict[str, np.ndarray] = field(default_factory=dict)
    crush: dict[str, np.ndarray] = field(default_factory=dict)
    releases: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    profiles: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    overlap: dict[str, np.ndarray] = field(default_factory=dict)
    discharges: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the scenario, or of the folder."""
        return str(self.scenario.get("scenario", {}).get("name") or self.folder.name)

    @property
    def states(self) -> list[str]:
        """Names of the states along the path."""
        return [str(row["state"]) for row in self.rows if "state" in row]


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
        description=_description(run),
        abstract=abstract(run),
        warnings=[str(text) for text in run.summary.get("warnings", [])],
        columns=[_state_title(row) for row in run.rows],
        table=figure_table(run.rows),
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


def read_run(folder: Path) -> Run:
    """Read a run folder; files that the run did not write leave their part empty.

    Raises InputError when neither `summary.csv` nor `run.h5` is there.
    """
    if not (folder / "summary.csv").is_file() and not (folder / "run.h5").is_file():
        raise InputError(f"{folder} holds no finished run: neither summary.csv nor run.h5 is there")
    run = Run(folder.resolve())
    if (path := folder / "summary.csv").is_file():
        run.rows = read_table(path)
    if (path := folder / "summary.json").is_file():
        summary = json.loads(path.read_text(encoding="utf-8"))
        run.summary = summary if isinstance(summary, dict) else {}
    if (path := folder / "scenario.toml").is_file():
        run.scenario_text = path.read_text(encoding="utf-8")
        run.scenario = tomllib.loads(run.scenario_text)
    if (path := folder / "run.h5").is_file():
        with h5py.File(path) as file:
            run.path = _arrays(file, "path")
            run.crush = _arrays(file, "crush")
            run.overlap = _arrays(file, "overlap")
            run.releases = _arrays_by_state(file, "release")
            run.profiles = _arrays_by_state(file, "states")
    for path in sorted(folder.glob("discharge/*.csv")):
        rows = read_table(path)
        if rows:
            run.discharges[_discharge_title(path.stem)] = {
                name: plots.column(rows, name) for name in rows[0]
            }
    return run


def read_table(path: Path) -> list[dict[str, float | str]]:
    """Rows of a CSV file with a heading; numbers as floats, `inf` included, blanks left out."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: _number(text) for name, text in row.items() if name != "state" and text}
            | ({"state": row["state"]} if "state" in row else {})
            for row in csv.DictReader(file)
        ]


def figure_table(rows: list[dict[str, float | str]]) -> list[tuple[str, str, list[str]]]:
    """Rows of the table: figure, unit, a text for each state; left out where no state has it."""
    table = []
    for name, title, unit, factor, decimals in TABLE:
        values = [row.get(name) for row in rows]
        if any(isinstance(value, float) for value in values):
            table.append((title, unit, [_text(value, factor, decimals) for value in values]))
    return table


def abstract(run: Run) -> str:
    """One paragraph of what the run found, from its tables."""
    parts = []
    rows = [row for row in run.rows if isinstance(row.get("density_g_cm3"), float)]
    if rows:
        first, last = rows[0], rows[-1]
        if len(rows) > 1:
            parts.append(
                f"Calendered from {first['density_g_cm3']:.2f} to {last['density_g_cm3']:.2f} "
                f"g cm⁻³ in {len(rows) - 1} state{'s' if len(rows) > 2 else ''}, "
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
                "A particle between platens: force over its unloaded cross-section.",
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
                "Energy ledger: stored and lost energies should add up to the plate's work.",
            )
        )
    if "density_g_cm3" in path and {"inertial_number", "unbalanced_force"} & path.keys():
        numerics.append(
            _plot(plots.quasi_static(path), "How quasi-static the run was; smaller is slower.")
        )
    counts = {name: values for name, values in run.overlap.items() if name != "edges"}
    if "edges" in run.overlap and counts:
        numerics.append(
            _plot(
                plots.overlap_histogram(run.overlap["edges"], counts, OVERLAP_LIMIT),
                "Overlaps of the contacts at peak load.",
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


def _pictures(run: Run) -> tuple[list[Shown], list[Shown], str]:
    """3-D views of the first and last state, sections of up to four, and why there are no views."""
    names = [n for n in run.states if (run.folder / "volume" / f"{n}.vti").is_file()]
    if not names:
        return [], [], "This run wrote no volumes, so there is nothing to picture."
    chosen = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, 4).round().astype(int))]
    states = [pictures.read_state(run.folder, name) for name in chosen]
    width = max(state.labels.shape[2] * state.voxel_um for state in states)
    tops = [state.bottom_um + state.labels.shape[0] * state.voxel_um for state in states]
    coatings = [s.thickness_um + 2.0 for s in states if math.isfinite(s.thickness_um)]
    top = min(max(tops), max(coatings, default=max(tops)))
    sections = [
        _plot(plots.cross_section(state, _picture_title(state), width, top), "") for state in states
    ]
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


def _picture_title(state: pictures.StatePicture) -> str:
    title = state.name.replace("_", " ")
    if math.isfinite(state.density):
        title = f"{title}: {state.density:.2f} g cm⁻³"
    if state.cracked.any():
        cracked = len(np.unique(state.particle[state.cracked]))
        title += f", {cracked} of {len(np.unique(state.particle))} particles cracked"
    return title


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


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _state_title(row: Mapping[str, float | str]) -> str:
    return str(row.get("state", "")).replace("_", " ")


def _discharge_title(stem: str) -> str:
    density, separator, rate = stem.rpartition("_")
    if not separator:
        return stem
    return f"{density} g cm⁻³, {rate}" if density[:1].isdigit() else f"{density}, {rate}"


def _description(run: Run) -> str:
    scenario = run.scenario.get("scenario", {})
    return str(scenario.get("description") or scenario.get("title") or "")


def _versions(run: Run) -> dict[str, str]:
    versions = run.summary.get("versions") or run.scenario.get("versions") or {}
    return {str(name): str(version) for name, version in versions.items()}


def _arrays(file: h5py.File, group: str) -> dict[str, np.ndarray]:
    if group not in file:
        return {}
    return {
        name: np.asarray(item, dtype=np.float64)
        for name, item in file[group].items()
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu" and item.ndim == 1
    }


def _arrays_by_state(file: h5py.File, group: str) -> dict[str, dict[str, np.ndarray]]:
    if group not in file:
        return {}
    order = [str(name) for name in file[group].attrs.get("order", [])]
    names = [name for name in order if name in file[group]]
    names += [name for name in file[group] if name not in names]
    return {name: _arrays(file, f"{group}/{name}") for name in names}
