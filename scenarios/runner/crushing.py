"""What a crushing run writes: the curve, its figures and the particle before and at its peak."""

from pathlib import Path
from typing import Any

import numpy as np

from dem.breaks import breaks_of
from dem.calender import State, unloaded_state
from dem.checkpoint import new_file
from dem.crush import CURVE_COLUMNS, Crushing, apparent_modulus
from dem.fragments import crack_figures
from dem.grains import Grains
from dem.release import no_overlaps
from dem.simulation import Simulation
from dem.stress import grain_stress
from scenarios.runner import grain_figures, results_file, series
from scenarios.runner.record import write_summary
from scenarios.runner.run_folder import RunFolder, versions
from scenarios.runner.schema import Scenario
from voxelize.deposit.electrode import deposit
from voxelize.deposit.openings import crack_openings
from voxelize.divide.decompose import Decomposition
from voxelize.divide.quality import Quality
from voxelize.write.tiff import write_labels

NAMES = ["unloaded", "peak", "end"]


def write(
    crushing: Crushing,
    decomposition: Decomposition,
    quality: Quality,
    scenario: Scenario,
    folder: RunFolder,
) -> list[str]:
    """Write tables, arrays and series; returns what went unusually."""
    curve = np.array(crushing.record)
    states = [
        unloaded_state(decomposition.grains, decomposition.bonds, decomposition.volume.thickness),
        _state(crushing.peak, crushing.stress, crushing),
        _state(crushing.sim, None, crushing),
    ]
    rows = [
        _row(name, state, curve, crushing, scenario)
        for name, state in zip(NAMES, states, strict=True)
    ]
    for index, (name, state) in enumerate(zip(NAMES, states, strict=True)):
        _write_volume(name, index, state, decomposition, scenario, folder)
    if scenario.output.vtk:
        series.write_collections(folder, NAMES)

    def arrays(path: Path) -> None:
        with new_file(path) as file:
            group = file.create_group("crush")
            for name, values in zip(CURVE_COLUMNS, curve.T, strict=True):
                if name == "stress_Pa":
                    name, values = "stress_MPa", 1e-6 * values
                group[name] = values
            results_file.write_breaks(file, states[-1])
            results_file.write_decomposition(file, quality)

    folder.write("run.h5", arrays)
    heading = {"name": scenario.scenario.name, "description": scenario.scenario.description}
    warnings = grain_figures.warnings(quality)
    write_summary(
        folder,
        rows,
        scenario=heading,
        warnings=warnings,
        versions=versions(),
        decomposition=grain_figures.plain(quality),
    )
    return warnings


def _row(
    name: str, state: State, curve: np.ndarray, crushing: Crushing, scenario: Scenario
) -> dict[str, Any]:
    at = {"unloaded": 0, "peak": int(np.argmax(curve[:, 1])), "end": len(curve) - 1}[name]
    figures = crack_figures(state.grains, state.bonds, 1.0)
    figures.pop("crack_area_m2_m3")
    row = {
        "state": name,
        **figures,
        "compression": float(curve[at, 0]),
        "force_mN": float(curve[at, 1]) * 1e3,
        "stress_MPa": float(curve[at, 2]) / 1e6,
    }
    if name == "peak":
        ratio = scenario.materials.active_material.poisson_ratio
        row["apparent_modulus_GPa"] = apparent_modulus(curve, crushing.diameter, ratio) / 1e9
    return row


def _write_volume(
    name: str,
    index: int,
    state: State,
    decomposition: Decomposition,
    scenario: Scenario,
    folder: RunFolder,
) -> None:
    voxels = scenario.voxels
    back = deposit(
        decomposition,
        state.grains,
        state.bonds,
        state.thickness,
        voxel_size=voxels.voxel_size,
        mark_cracks=voxels.mark_cracks,
    )
    (folder.path / "volume").mkdir(exist_ok=True)
    write_labels(folder.path / "volume" / f"{name}.tif", back.volume)
    if scenario.output.vtk:
        openings = crack_openings(decomposition, state.grains, state.bonds)
        series.write_state(folder, name, index, state, decomposition, back, openings)


def _state(sim: Simulation, stress: np.ndarray | None, crushing: Crushing) -> State:
    return State(
        target=None, thickness=sim.height, loaded_thickness=sim.height,
        peak_pressure=sim.pressure, grains=Grains(*(a.copy() for a in sim.grains)),
        bonds=sim.bond_state(), stress=grain_stress(sim) if stress is None else stress,
        bond_force=sim.contacts.force[: len(sim.bonds.first)].copy(), overlaps=no_overlaps(),
        overlap_beyond_hertz=0.0, settled=True, release={}, breaks=breaks_of(sim),
    )  # fmt: skip
