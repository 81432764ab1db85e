"""The folder of a finished run that nobody pressed, for what only discharges it."""

import json

import h5py
import numpy as np

from scenarios.runner.load import load
from scenarios.runner.record import write_summary
from scenarios.runner.results import read_table
from scenarios.runner.run_folder import RunFolder

STATES = ("as_coated", "2.80", "3.20")
DIAMETERS = np.array([4.0, 6.0, 8.0, 9.0, 12.0])  # [µm]


def row_of(name: str, density: float) -> dict:
    """An electrode of 8.3 mg/cm² in round numbers, pressed to a density."""
    return {
        "state": name, "density_g_cm3": density, "thickness_um": 83.0 / density * 2.0,
        "porosity": 1.0 - density / 4.5, "tortuosity_factor_z": 1.0 + density / 2.0,
        "am_fraction": density / 5.0, "am_pore_area_m2_m3": 1e5 * density,
        "am_cbd_area_m2_m3": 4e4 * density, "cbd_nanoporosity": 0.5,
        "electronic_conductivity_z_S_m": 5.0, "particle_diameter_um": 9.0,
        "am_collector_area_m2_m2": 0.1, "cbd_collector_area_m2_m2": 0.3,
    }  # fmt: skip


def finished_run(path, *settings: str):
    """The folder of a finished run of three states that nobody pressed."""
    scenario = load("quickstart", ["output.pictures=false", *settings])
    folder = RunFolder.create(path, scenario)
    rows = [row_of(name, density) for name, density in zip(STATES, (2.4, 2.8, 3.2), strict=True)]
    write_summary(folder, rows, placeholders=["nobody measured k & D"])
    with h5py.File(path / "run.h5", "w") as file:
        states = file.create_group("states")
        states.attrs["order"] = list(STATES)
        for row in rows:
            group = states.create_group(row["state"])
            group.attrs.update({"row": json.dumps(row), "checks": "{}", "observed": "{}"})
            group["particle_sizes/diameter_um"] = DIAMETERS
    folder.mark_finished()
    return path


def curve_of(path) -> dict[str, np.ndarray]:
    rows = read_table(path)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}
