"""What a rolled strip writes: its states, the nip, and how that compares with the path model."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from dem.breaks import breaks_of
from dem.calendering.gauge import gauge_height
from dem.calendering.plate_pass import PlatePass
from dem.calendering.repeat import piece_of, repeated
from dem.calendering.rolled import Rolled, nip_of_strip, rolled, steady
from dem.calendering.state import State, released_state, unloaded_state
from dem.calendering.strip import ROLL as ROLL_WALL
from dem.calendering.strip import STRIP_COLUMNS, RolledStrip
from dem.checkpoint import new_file
from dem.fragments import fragments
from dem.grains import coating_mass
from dem.release import no_overlaps
from dem.simulation import Simulation
from dem.stress import grain_stress
from dem.vtk_output import write_grains
from scenarios.runner import nip_figures, results_file
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.schema import Scenario
from voxelize.divide.decompose import Decomposition
from voxelize.divide.quality import Quality

PLATE, ROLL = "plate", "rolled"
"""Names of the pressed states: of the path model and of the strip."""
NAMES = ["as_coated", PLATE, ROLL]


class StripOutcome:
    """States and figures of a strip that has been rolled.

    states : as coated, after the plate, after the roll; found : tractions along the nip
    thickness : (k,) [m], of every copy that came to rest behind the nip
    """

    def __init__(
        self, plate: PlatePass, strip: RolledStrip, decomposition: Decomposition, scenario: Scenario
    ) -> None:
        self.plate, self.strip, self.found = plate, strip, rolled(strip)
        active, piece = scenario.materials.active_material, decomposition.grains
        modulus = active.young_modulus / (1.0 - active.poisson_ratio**2)
        area = strip.passage.period * float(strip.sim.box.length[1])
        breaks, bonds = breaks_of(strip.sim), strip.sim.bond_state()
        rest = strip.passage.released
        copies = [
            piece_of(
                strip.sim.grains, bonds, breaks, piece, decomposition.bonds, strip.passage.period, k
            )
            for k in rest
        ]

        def gauged(grains) -> float:
            return gauge_height(grains, modulus, area, plate.pressing.seating_pressure)

        self.thickness = np.array([gauged(grains) for grains, _, _ in copies])
        self.mean_height = np.array([_mean_height(grains, piece) for grains, _, _ in copies])
        chosen = len(rest) // 2
        pressed = released_state(plate.release, None, 0.0, plate.nip(strip.passage.rolls))
        self.plate_thickness = gauged(pressed.grains)
        self.plate_mean_height = _mean_height(pressed.grains, piece)
        self.states = [
            unloaded_state(piece, decomposition.bonds, decomposition.volume.thickness),
            pressed,
            self._rolled_state(*copies[chosen], float(self.thickness[chosen])),
        ]
        self.density = coating_mass(piece) / area / self.thickness
        self.plate_density = coating_mass(piece) / area / self.plate_thickness

    def _rolled_state(self, grains, bonds, breaks, thickness: float) -> State:
        nip = nip_of_strip(self.strip, self.found, thickness)
        return State(
            target=None, thickness=thickness, loaded_thickness=self.strip.passage.gap,
            peak_pressure=nip.peak_pressure, grains=grains, bonds=bonds,
            stress=_stress_in_gap(self.strip, len(grains.radius)),
            bond_force=np.zeros((len(bonds.first), 3)), overlaps=no_overlaps(),
            overlap_beyond_hertz=0.0, settled=True, release={"thickness_m": [], "pressure_Pa": []},
            breaks=breaks, nip=nip,
        )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """What summary.json holds under `strip`."""
        passage, found, rows = self.strip.passage, self.found, steady(self.strip)
        columns = dict(zip(STRIP_COLUMNS, rows.T, strict=True))
        pressed, width = self.states[1].nip, float(self.strip.sim.box.length[1])
        travelled = columns["roll_position_m"][0] - columns["roll_position_m"][-1]
        given = (columns["work_J"][-1] - columns["work_J"][0]) / (width * travelled)
        scatter = float(columns["roll_force_z_N"].std() / width)
        stored = sum(columns[name] for name in STRIP_COLUMNS[8:-2])
        off = (stored[-1] - columns["work_J"][-1]) / columns["work_J"][-1]
        return {
            name: float(f"{value:.6g}") if isinstance(value, float) else value
            for name, value in {
                "roll_radius_um": 1e6 * passage.rolls.radius,
                "gap_um": 1e6 * passage.gap,
                "copies": passage.copies,
                "grains": len(self.strip.sim.body),
                "steps": int(self.strip.sim.steps_done),
                "slip": passage.slip,
                "line_load_N_mm": found.line_load / 1e3,
                "line_load_scatter_N_mm": scatter / 1e3,
                "line_load_plate_N_mm": pressed.line_load / 1e3,
                "line_load_over_plate": float(found.line_load / pressed.line_load),
                "foil_line_load_N_mm": found.foil_line_load / 1e3,
                "peak_pressure_MPa": float(found.pressure.max()) / 1e6,
                "peak_pressure_plate_MPa": pressed.peak_pressure / 1e6,
                "entry_um": 1e6 * found.entry,
                "entry_plate_um": 1e6 * pressed.entry,
                "exit_um": 1e6 * found.exit,
                "exit_plate_um": 1e6 * pressed.exit,
                "neutral_points_um": [float(f"{1e6 * x:.4g}") for x in found.neutral],
                "pull_N_mm": found.pull / 1e3,
                "torque_N": float(found.torque),
                "force_imbalance": float(found.imbalance),
                "work_J_m2": float(given),
                "ledger_residual": float(off),
                "inertial_number": float(columns["inertial_number"].mean()),
                "density_g_cm3": float(self.density.mean()) / 1e3,
                "density_scatter_g_cm3": float(self.density.std()) / 1e3,
                "density_plate_g_cm3": float(self.plate_density) / 1e3,
                "density_over_plate": float(self.density.mean() / self.plate_density),
                "mean_height_ratio": float(self.mean_height.mean()),
                "mean_height_ratio_plate": float(self.plate_mean_height),
            }.items()
        }

    def nips(self) -> dict[str, Any]:
        """What summary.json holds under `nip`."""
        rolls = self.strip.passage.rolls
        states = zip(NAMES[1:], self.states[1:], strict=True)
        return {
            "roll_diameter_mm": float(f"{1e3 * rolls.diameter:.6g}"),
            "web_speed_m_min": float(f"{60.0 * rolls.web_speed:.6g}"),
            "coated_sides": rolls.coated_sides,
            "states": {name: nip_figures.figures(state.nip) for name, state in states},
        }

    def warnings(self) -> list[str]:
        """What went unusually."""
        found, texts = self.found, []
        off = found.foil_line_load / found.line_load - 1.0
        if abs(off) > 0.05:
            texts.append(
                f"Strip: the foil carries {100 * abs(off):.0f} % {'less' if off < 0 else 'more'} "
                "than the roll presses; a lower mechanics.inertial_number brings them together."
            )
        if abs(found.imbalance) > 0.05:
            texts.append(
                f"Strip: roll and foil drag the coating with {100 * found.imbalance:.0f} % of the "
                "line load between them; steady rolling has none."
            )
        return texts


def write(
    path: Path, outcome: StripOutcome, figures: list, decomposition: Decomposition, quality: Quality
) -> None:
    """Write run.h5: the plate's path, the states, the tractions and the strip at the end."""
    strip, found = outcome.strip, outcome.found
    with new_file(path) as file:
        columns = results_file.write_path(file, outcome.plate.record)
        release = outcome.states[1].release
        file.create_group("release").attrs["order"] = [PLATE]
        file[f"release/{PLATE}/thickness_um"] = 1e6 * np.array(release["thickness_m"])
        file[f"release/{PLATE}/pressure_MPa"] = 1e-6 * np.array(release["pressure_Pa"])
        results_file.write_decomposition(file, quality)
        results_file.write_states(file, figures, outcome.states, columns, [0], decomposition)
        for name, values in _tractions(found).items():
            file[f"strip/{name}"] = values
        for name, values in zip(STRIP_COLUMNS, np.array(strip.record).T, strict=True):
            file[f"strip/record/{name}"] = values
        _write_grains(file, strip, decomposition)


def _tractions(found: Rolled) -> dict[str, np.ndarray]:
    return {
        "position_um": 1e6 * found.position,
        "pressure_MPa": 1e-6 * found.pressure,
        "shear_MPa": 1e-6 * found.shear,
        "foil_pressure_MPa": 1e-6 * found.foil_pressure,
        "foil_shear_MPa": 1e-6 * found.foil_shear,
        "sliding": found.sliding,
        "neutral_points_um": 1e6 * found.neutral,
    }


def _write_grains(file: h5py.File, strip: RolledStrip, decomposition: Decomposition) -> None:
    grains, moved = strip.sim.grains, _displacement(strip, decomposition)
    centre = strip.sim.walls.centre[ROLL_WALL]
    roll = [1e6 * centre[0], 1e6 * centre[2], 1e6 * strip.passage.rolls.radius]
    file["strip/grains/roll_x_z_radius_um"] = np.array(roll)
    for name, values in {
        "x_um": 1e6 * grains.position[:, 0],
        "y_um": 1e6 * grains.position[:, 1],
        "z_um": 1e6 * grains.position[:, 2],
        "radius_um": 1e6 * grains.radius,
        "rise_um": 1e6 * moved[:, 2],
        "shift_um": 1e6 * moved[:, 0],
    }.items():
        file[f"strip/grains/{name}"] = values.astype(np.float32)


def write_vtk(folder: RunFolder, strip: RolledStrip, decomposition: Decomposition) -> None:
    """Write `strip.vtp`, the whole strip's grains under the roll where it stopped."""
    sim = strip.sim
    write_grains(
        folder.path / "strip.vtp",
        sim.grains,
        box=sim.box,
        stress=grain_stress(sim),
        displacement=_displacement(strip, decomposition),
        fragment=fragments(sim.grains, sim.bond_state()),
        field={"roll_position_um": 1e6 * strip.position, "gap_um": 1e6 * strip.passage.gap},
    )


def _displacement(strip: RolledStrip, decomposition: Decomposition) -> np.ndarray:
    passage = strip.passage
    before, _ = repeated(decomposition.grains, decomposition.bonds, passage.period, passage.copies)
    return strip.sim.grains.position - before.position


def _stress_in_gap(strip: RolledStrip, n: int) -> np.ndarray:
    """Stress of each grain of the piece (n, 3, 3) [Pa], of the copy that is nearest the gap."""
    sim: Simulation = strip.sim
    away = np.abs(sim.grains.position[:, 0] - strip.position).reshape(-1, n)
    nearest = n * np.argmin(away, axis=0) + np.arange(n)
    return grain_stress(sim)[nearest]


def _mean_height(grains, piece) -> float:
    """Mean height of the grains' volume over that in the unloaded picture."""
    weight = piece.volume
    return float((weight @ grains.position[:, 2]) / (weight @ piece.position[:, 2]))
