"""The arrays of a run in `run.h5`: loading path, releases, overlaps, profiles, breaks."""

import json
from pathlib import Path

import h5py
import numpy as np

from dem.calender import PATH_COLUMNS, State
from dem.calendering.passes import Passes
from dem.checkpoint import new_file
from dem.companion import LIMITS, Companion
from dem.errors import InputError
from dem.fragments import crack_faces, fragment_volumes, fragments, inside_active
from dem.release import OVERLAP_EDGES
from dem.stiffness import Stiffness
from scenarios.runner import empirical_laws, nip_figures
from scenarios.runner.damaged import readable
from scenarios.runner.layer_stiffness import write_tests
from scenarios.runner.states import StateFigures
from voxelize.deposit.openings import crack_openings
from voxelize.divide.decompose import Decomposition
from voxelize.divide.quality import Quality

_PATH_NAMES = {
    "density_kg_m3": ("density_g_cm3", 1e-3),
    "thickness_m": ("thickness_um", 1e6),
    "pressure_top_Pa": ("pressure_top_MPa", 1e-6),
    "pressure_bottom_Pa": ("pressure_bottom_MPa", 1e-6),
    "broken_bond_fraction": ("broken_bond_fraction", 1.0),
    "inertial_number": ("inertial_number", 1.0),
    "unbalanced_force": ("unbalanced_force", 1.0),
    "contact_J": ("elastic_contact_J", 1.0),
    "bond_J": ("elastic_bond_J", 1.0),
    "kinetic_J": ("kinetic_J", 1.0),
    "friction_J": ("friction_J", 1.0),
    "plastic_J": ("plastic_J", 1.0),
    "damping_J": ("damping_J", 1.0),
    "broken_bonds_J": ("broken_bond_J", 1.0),
    "work_J": ("wall_work_J", 1.0),
    "step": ("step", 1.0),
}


def write(
    path: Path, work, states: list[State], names: list[str], decomposition: Decomposition
) -> None:
    """Write the results of a calendering run."""
    with new_file(path) as file:
        columns = write_path(file, work.pressing.record)
        releases = file.create_group("release")
        releases.attrs["order"] = names[1:]
        for name, state in zip(names[1:], states[1:], strict=True):
            group = releases.create_group(name)
            group["thickness_um"] = 1e6 * np.array(state.release["thickness_m"])
            group["pressure_MPa"] = 1e-6 * np.array(state.release["pressure_Pa"])
        if work.proof is not None and len(work.proof.record):
            half = np.array(work.proof.record)
            file["half_speed/density_g_cm3"] = 1e-3 * half[:, 0]
            file["half_speed/pressure_MPa"] = 1e-6 * half[:, 2:4].mean(axis=1)
        if work.companion is not None:
            _write_companion(file, work.companion)
        empirical_laws.write(file, empirical_laws.laws_of(work))
        write_decomposition(file, work.quality)
        _write_overlaps(file, states, names)
        begins = work.pressing.begins if isinstance(work.pressing, Passes) else [0]
        write_states(file, work.figures, states, columns, begins, decomposition, work.stiffness)


def write_path(file: h5py.File, rows: list[tuple[float, ...]]) -> dict[str, np.ndarray]:
    """Write a loading path; returns its rows by PATH_COLUMNS."""
    record = np.array(rows).reshape(-1, len(PATH_COLUMNS))
    columns = dict(zip(PATH_COLUMNS, record.T, strict=True))
    # Contact dashpots and local damping are one loss to the reader.
    columns["damping_J"] = columns["damping_J"] + columns["viscous_J"]
    # Nothing pressed, no path: not one of no length.
    for name, (label, factor) in _PATH_NAMES.items() if len(record) else ():
        file.create_dataset(f"path/{label}", data=factor * columns[name])
    return columns


def write_states(
    file: h5py.File,
    figures: list[StateFigures],
    states: list[State],
    path: dict[str, np.ndarray],
    begins: list[int],
    decomposition: Decomposition,
    stiffness: Stiffness | None = None,
) -> None:
    """Write figures and arrays of every state.

    path : that they were pressed along; begins : its rows at which passes begin
    """
    groups = file.create_group("states")
    groups.attrs["order"] = [of_state.name for of_state in figures]
    for index, (of_state, state) in enumerate(zip(figures, states, strict=True)):
        group = groups.create_group(of_state.name)
        group.attrs["row"] = json.dumps(of_state.row)
        group.attrs["checks"] = json.dumps(of_state.checks)
        group.attrs["observed"] = json.dumps(of_state.observed)
        for name, values in of_state.profile.items():
            group[name] = values
        group["surface/height_um"] = 1e6 * of_state.surface
        if of_state.diameters is not None:
            group["particle_sizes/diameter_um"] = 1e6 * of_state.diameters
        write_breaks(group, state)
        group["breaks/density_g_cm3"] = _break_density(state, path, begins)
        _write_fragments(group, state, decomposition)
        _write_skeleton(group, state)
        nip_figures.write(group, state)
        write_tests(group, stiffness, index)


def _write_companion(file: h5py.File, companion: Companion) -> None:
    """The unbroken loading path: pressure and volume above each stress, by loaded density."""
    density, pressure, *shares = np.array(companion.readings).T
    file["companion/density_g_cm3"] = 1e-3 * density
    file["companion/pressure_MPa"] = 1e-6 * pressure
    for limit, share in zip(LIMITS, shares, strict=True):
        file[f"companion/am_volume_above_{1e-6 * limit:.0f}MPa"] = share


def _write_overlaps(file: h5py.File, states: list[State], names: list[str]) -> None:
    """Contacts at peak load by overlap over reduced radius, of the states that have any."""
    for name, state in zip(names, states, strict=True):
        if state.overlaps.any():
            file[f"overlap/{name}"] = state.overlaps
    if "overlap" in file:
        file["overlap/edges"] = OVERLAP_EDGES


def _break_density(state: State, path: dict[str, np.ndarray], begins: list[int]) -> np.ndarray:
    """Density of the loading path at each break [g/cm³], nan during a release.

    begins : where each pass begins in the path; between two of them lies the first one's release
    """
    broke = state.breaks.step
    density = np.full(len(broke), np.nan)
    if state.skeleton is None:
        return density
    for first, beyond in zip(begins, [*begins[1:], len(path["step"])], strict=True):
        step, along = (path[name][first:beyond] for name in ("step", "density_kg_m3"))
        # A path of a series goes on beyond where this state's release began.
        until = min(step[-1], state.skeleton.step)
        during = (step[0] <= broke) & (broke < until)
        density[during] = 1e-3 * np.interp(broke[during], step, along)
    return density


def write_decomposition(file: h5py.File, quality: Quality | None) -> None:
    """Write the figures of the decomposition as attributes of a group of their own."""
    if quality is not None:
        file.create_group("decomposition").attrs.update(quality.as_dict())


def write_breaks(group: h5py.Group, state: State) -> None:
    """Write every break since the unloaded picture, in the order of their steps."""
    breaks = state.breaks
    for name, values in {
        "step": breaks.step,
        "bond": breaks.bond,
        "first": breaks.first,
        "second": breaks.second,
        "mode": breaks.mode,
        "energy_J": breaks.energy,
        "place_m": breaks.place,
        "inside_particle": inside_active(state.grains, state.bonds)[breaks.bond].astype(np.uint8),
    }.items():
        group[f"breaks/{name}"] = values


def _write_fragments(group: h5py.Group, state: State, decomposition: Decomposition) -> None:
    fragment = fragments(state.grains, state.bonds)
    group["fragments/volume_um3"] = 1e18 * np.sort(fragment_volumes(state.grains, fragment))
    faces = crack_faces(state.grains, state.bonds, fragment)
    openings = crack_openings(decomposition, state.grains, state.bonds)
    for name, values in {
        "bond": faces.bond,
        "area_um2": 1e12 * faces.area,
        "mode": faces.mode,
        "particle": faces.particle,
        "parts_fragments": faces.parts.astype(np.uint8),
        "aperture_um": 1e6 * openings.aperture,
        "volume_um3": 1e18 * openings.volume,
    }.items():
        group[f"crack_faces/{name}"] = values


def _write_skeleton(group: h5py.Group, state: State) -> None:
    """What carried the peak load: tensors of the layer, contacts and force chain of each grain."""
    if (under_load := state.skeleton) is None:
        return
    for name, values in {
        "stress_MPa": 1e-6 * under_load.stress,
        "fabric": under_load.fabric,
        "bond_fabric": under_load.bond_fabric,
        "contacts": under_load.contacts,
        "coordination": under_load.neighbours,
        "force_chain": under_load.chain,
    }.items():
        group[f"peak_load/{name}"] = values


def read_figures(path: Path) -> list[StateFigures]:
    """The figures of the states of a finished run, in the order of the path.

    Runs of earlier versions hold no heights of the surface, no particles' diameters, or nothing
    that was observed. Raises InputError for one that holds no figures or is damaged.
    """

    def micrometres(group: h5py.Group, name: str) -> np.ndarray | None:
        return 1e-6 * group[name][()] if name in group else None

    with readable(path), h5py.File(path) as file:
        held = file["states"].attrs.get("order", ()) if "states" in file else ()
        if not len(held) or any("row" not in file["states"][name].attrs for name in held):
            raise InputError(
                f"{path}: holds no figures of its states, as an earlier version wrote it; run the "
                "scenario again"
            )
        return [
            StateFigures(
                name,
                json.loads(file["states"][name].attrs["row"]),
                json.loads(file["states"][name].attrs.get("checks", "{}")),
                {
                    key: item[()].tolist()
                    for key, item in file["states"][name].items()
                    if isinstance(item, h5py.Dataset)
                },
                json.loads(file["states"][name].attrs.get("observed", "{}")),
                micrometres(file["states"][name], "surface/height_um"),
                micrometres(file["states"][name], "particle_sizes/diameter_um"),
            )
            for name in file["states"].attrs["order"]
        ]
