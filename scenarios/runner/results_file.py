"""The arrays of a run in `run.h5`: loading path, releases, overlaps, profiles."""

import json
from pathlib import Path

import h5py
import numpy as np

from dem.calender import PATH_COLUMNS, State
from dem.checkpoint import new_file
from dem.release import OVERLAP_EDGES
from scenarios.runner.states import StateFigures

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
}


def write(path: Path, work, states: list[State], names: list[str]) -> None:
    """Write the results of a calendering run."""
    with new_file(path) as file:
        record = np.array(work.pressing.record).reshape(-1, len(PATH_COLUMNS))
        columns = dict(zip(PATH_COLUMNS, record.T, strict=True))
        # Contact dashpots and local damping are one loss to the reader.
        columns["damping_J"] = columns["damping_J"] + columns["viscous_J"]
        # Nothing pressed, no path: not one of no length.
        for name, (label, factor) in _PATH_NAMES.items() if len(record) else ():
            file.create_dataset(f"path/{label}", data=factor * columns[name])
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
        _write_overlaps(file, states, names)
        groups = file.create_group("states")
        groups.attrs["order"] = names
        for figures in work.figures:
            group = groups.create_group(figures.name)
            group.attrs["row"] = json.dumps(figures.row)
            group.attrs["checks"] = json.dumps(figures.checks)
            for name, values in figures.profile.items():
                group[name] = values


def _write_overlaps(file: h5py.File, states: list[State], names: list[str]) -> None:
    """Contacts at peak load by elastic overlap over reduced radius, of the states that have any."""
    for name, state in zip(names, states, strict=True):
        if state.overlaps.any():
            file[f"overlap/{name}"] = state.overlaps
    if "overlap" in file:
        file["overlap/edges"] = OVERLAP_EDGES


def read_figures(path: Path) -> list[StateFigures]:
    """The figures of the states of a finished run, in the order of the path."""
    with h5py.File(path) as file:
        return [
            StateFigures(
                name,
                json.loads(file["states"][name].attrs["row"]),
                json.loads(file["states"][name].attrs["checks"]),
                {key: item[()].tolist() for key, item in file["states"][name].items()},
            )
            for name in file["states"].attrs["order"]
        ]
