"""One state of a series: back to voxels, measured, and written for ParaView."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dem.calender import State, active_diameters, median_diameter
from dem.fragments import (
    crack_faces,
    crack_figures,
    diameter_by_volume,
    fragment_volumes,
    fragments,
)
from dem.grains import ACTIVE, coating_mass
from dem.stress import von_mises
from electrochem.structure.phase_fractions import phase_profile, porosity_profile
from electrochem.structure.roughness import surface
from scenarios.runner.analysis.volume_row import volume_row
from scenarios.runner.binder import marks_cracks, pressed_domain
from scenarios.runner.cracks import CRACK_MODES, crack_profile, crack_row
from scenarios.runner.exports import export_volume
from scenarios.runner.layer_stiffness import unloading_row
from scenarios.runner.nip_figures import applied_target, line_load, name_of_target, target_columns
from scenarios.runner.prepare import crystal_density
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema import Image, Meshes, Scenario, Table
from scenarios.runner.series import box_of, write_state
from scenarios.runner.stresses import GrainStress, stress_profile, stress_row
from voxelize.deposit.electrode import deposit
from voxelize.deposit.fractions import Fractions, phase_fractions
from voxelize.deposit.openings import Openings, aperture_by_area, crack_openings
from voxelize.divide.decompose import Decomposition
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume
from voxelize.write.fractions import write_fractions

AS_COATED, AS_IMAGED = "as_coated", "as_imaged"
"""Names of the unloaded state: of a recipe, and of a volume that may have been pressed before."""


@dataclass
class StateFigures:
    """Figures of one state.

    row : by column of summary.csv; checks : what the deposit kept of its volumes
    observed : fragments, and what carried the peak load
    profile : by name, values layer by layer from the collector up
    surface : (ny, nx) float32 [m], height of the highest solid above the foil; None of a run that
        an earlier version wrote
    diameters : (n,) of the active particles [m], rising; None likewise
    """

    name: str
    row: dict[str, Any]
    checks: dict[str, float]
    profile: dict[str, list[float]]
    observed: dict[str, Any]
    surface: np.ndarray | None
    diameters: np.ndarray | None = None


def state_names(states: list[State], scenario: Scenario) -> list[str]:
    """Names of the states: as_coated or as_imaged, then the target's, density in g/cm³ without its
    unit, longer where it must be; of passes with their number before it."""
    names = [AS_IMAGED if isinstance(scenario.electrode, Image | Meshes | Table) else AS_COATED]
    passes = scenario.calendering.mode == "passes"
    for number, state in enumerate(states[1:], 1):
        before = f"pass_{number}_" if passes else ""
        name = next(
            text
            for digits in range(15)
            if (text := before + name_of_target(state.target, digits)) not in names
        )
        names.append(name)
    return names


def analyse_state(
    name: str,
    index: int,
    state: State,
    decomposition: Decomposition,
    scenario: Scenario,
    folder: RunFolder,
    reporter: Reporter,
    stress: GrainStress | None = None,
) -> StateFigures:
    """Voxels, structure and transport of a state; writes its label volume and VTK files.

    stress : of its grains at peak load, with the companion's; by default without
    """
    stress = stress or GrainStress(von_mises(state.stress))
    with reporter.stage(f"Voxels of {name}") as progress:
        back = deposit(
            decomposition,
            state.grains,
            state.bonds,
            state.thickness,
            minimum_nanoporosity=scenario.materials.cbd.minimum_nanoporosity,
            voxel_size=scenario.voxels.voxel_size,
            mark_cracks=marks_cracks(scenario),
            progress=progress,
        )
        back = pressed_domain(back, index, scenario)
        openings = crack_openings(decomposition, state.grains, state.bonds)
        top = surface(back.volume)
        fractions = fractions_of(state, decomposition, back.volume, scenario)
        export_volume(folder, name, back.volume, scenario.output)
        if fractions is not None:
            write_fractions(folder.path / "volume" / f"{name}_fractions.h5", fractions, back.volume)
        if scenario.output.vtk:
            write_state(
                folder, name, index, state, decomposition, back, openings, fractions, stress, top
            )
    with reporter.stage(f"Transport of {name}") as progress:
        measured = volume_row(back.volume, scenario.analysis, progress)
    box = box_of(decomposition)
    density = coating_mass(state.grains) / (back.volume.footprint * state.thickness)
    row = {
        "state": name,
        **target_columns(state.target),
        "density_g_cm3": density / 1000,
        "crystal_density_g_cm3": crystal_density(scenario, state.grains) / 1000,
        "thickness_um": state.thickness * 1e6,
        "loaded_thickness_um": state.loaded_thickness * 1e6,
        "springback": state.thickness / state.loaded_thickness - 1.0,
        "peak_pressure_MPa": state.peak_pressure / 1e6,
        "line_load_N_mm": line_load(state),
        **crack_figures(state.grains, state.bonds, back.volume.footprint * state.thickness),
        **opening_figures(openings, back.volume.footprint * state.thickness),
        **stress_row(stress, state),
        **crack_row(state, box),
        **unloading_row(state),
        **measured,
        "particle_diameter_um": median_diameter(state.grains) * 1e6,
        "off_target": None if state.target is None else state.off_target,
        **applied_target(state.target),
    }
    checks = {
        "active_volume_change": back.active_volume_after / back.active_volume_before - 1.0,
        "cbd_solid_volume_change": (
            back.cbd_solid_volume_after / back.cbd_solid_volume_before - 1.0
            if back.cbd_solid_volume_before > 0
            else 0.0
        ),
        "foil_volume_change": back.foil_volume_change,
        "displaced_fraction": back.displaced_fraction,
        "detached_fraction": back.detached_fraction,
        **back.put_back_figures(),
        "overlap_beyond_hertz": state.overlap_beyond_hertz,
    }
    figures = observed(state)
    for share in (10, 50, 90):
        aperture = 1e6 * aperture_by_area(openings, share / 100)
        figures[f"crack_aperture_p{share}_um"] = _to_six_digits(aperture)
    profile = {
        **layer_profile(back.volume),
        **stress_profile(stress, state, back.volume, back.grain),
        **crack_profile(state, box, openings, back.volume),
    }
    return StateFigures(
        name, row, checks, profile, figures, top.height.astype(np.float32),
        active_diameters(state.grains),
    )  # fmt: skip


def fractions_of(
    state: State, decomposition: Decomposition, volume: Volume, scenario: Scenario
) -> Fractions | None:
    """Phase fractions of the voxels of a state's volume, where the scenario asks for them."""
    if not scenario.voxels.phase_fractions:
        return None
    return phase_fractions(
        decomposition,
        state.grains,
        state.bonds,
        state.thickness,
        voxel_size=volume.voxel_size,
        minimum_nanoporosity=scenario.materials.cbd.minimum_nanoporosity,
    )


def opening_figures(openings: Openings, electrode_volume: float) -> dict[str, float]:
    """Mean aperture of the cracks, by area, and the volume they opened per electrode volume."""
    area = openings.area.sum()
    by_area = openings.aperture @ openings.area
    return {
        "crack_aperture_um": 1e6 * by_area / area if area > 0 else 0.0,
        "crack_volume_fraction": openings.volume.sum() / electrode_volume,
    }


def observed(state: State) -> dict[str, Any]:
    """Fragments of a state and what carried its peak load, by their names in summary.json, to six
    digits; stress and fabric by rows of their tensors, tension positive."""
    grains, bonds, under_load = state.grains, state.bonds, state.skeleton
    fragment = fragments(grains, bonds)
    volume = fragment_volumes(grains, fragment)
    faces = crack_faces(grains, bonds, fragment)
    figures = {"fragment_count": len(volume)}
    for share in (10, 50, 90):
        figures[f"fragment_d{share}_um"] = diameter_by_volume(volume, share / 100) * 1e6
    for name, mode in CRACK_MODES.items():
        figures[f"crack_faces_{name}"] = int((faces.mode == mode).sum())
    figures["released_energy_nJ"] = float(state.breaks.energy.sum()) * 1e9
    if under_load is None:
        return _to_six_digits(figures)
    _, index = np.unique(grains.particle[grains.material == ACTIVE], return_index=True)
    chain = under_load.chain[grains.material == ACTIVE]
    figures |= {
        "layer_stress_MPa": (1e-6 * under_load.stress).tolist(),
        "fabric": under_load.fabric.tolist(),
        "bond_fabric": under_load.bond_fabric.tolist(),
        "coordination": float(under_load.neighbours[grains.material == ACTIVE][index].mean()),
        "force_chain_count": int(chain.max(initial=-1)) + 1,
        "force_chain_particle_fraction": float((chain[index] >= 0).mean()),
    }
    return _to_six_digits(figures)


def _to_six_digits(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _to_six_digits(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_to_six_digits(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def layer_profile(volume: Volume) -> dict[str, list[float]]:
    """Phase shares of each layer and its height above the collector, by their names in run.h5."""
    share = phase_profile(volume)
    height = (np.arange(len(share)) + 0.5) * volume.voxel_size
    return {
        "profile_z_um": (1e6 * height).tolist(),
        "profile_porosity": porosity_profile(volume).tolist(),
        "profile_am_fraction": share[:, ACTIVE_MATERIAL].tolist(),
        "profile_cbd_fraction": share[:, CARBON_BINDER].tolist(),
    }
