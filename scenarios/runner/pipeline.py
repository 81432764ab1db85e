"""A run from scenario to report, stage by stage, in the order in which the data flows.

What takes long lives in `Work`, which is checkpointed; everything before it is made again from the
scenario and its seed, to the same bits.
"""

import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from dem import checkpoint, sealed
from dem.calender import Calendering, State, unloaded_state
from dem.calendering.passes import Passes
from dem.calendering.plate_pass import PlatePass
from dem.calendering.strip import RolledStrip
from dem.companion import Companion, unbroken
from dem.crush import Crushing
from dem.errors import Unstable
from dem.half_speed import HalfSpeed, at_half_speed
from dem.second_path import SecondPath
from dem.stiffness import Stiffness
from scenarios.runner import (
    crushing,
    empirical_laws,
    fault_record,
    grain_figures,
    layer_stiffness,
    nip_figures,
    pore_laws,
    results_file,
    series,
    stresses,
    strip_results,
    trust,
)
from scenarios.runner.closing import tell_and_report
from scenarios.runner.cracks import new_over_outer_surface
from scenarios.runner.discharges import discharge_states
from scenarios.runner.interrupt import Interrupted
from scenarios.runner.prepare import (
    calendering_of,
    crushing_of,
    electrode_volume,
    grains_of,
    simulation_of,
)
from scenarios.runner.progress import ProgressCallback, Reporter
from scenarios.runner.record import write_summary
from scenarios.runner.run_folder import RunFailed, RunFolder, TargetsMissed, versions
from scenarios.runner.schema import Particle, Scenario
from scenarios.runner.states import StateFigures, analyse_state, state_names
from scenarios.runner.strips import plate_pass_of, strip_of
from voxelize.deposit.output import fitting_voxel_size
from voxelize.deposit.refusals import check_voxel_size
from voxelize.divide.decompose import Decomposition
from voxelize.divide.quality import Quality, assess

CHECKPOINT_SECONDS = 60.0
CHECKPOINT_COST = 100.0
"""Times as long as writing it takes, at least, is computed between two checkpoints."""


@dataclass
class Work:
    """What a run has done so far.

    pressing : the series or passes, the plate's part of a strip, or the crushing of a single
        particle; None before it began
    strip : the roll's part of a strip
    companion : the loading path of unbroken bonds; proof : that at half the speed; stiffness :
        tests of the released layers; where the scenario asks for them
    figures : of each state analysed, in the order of the path
    quality : of the decomposition, which is made again at a resumption and this with it
    """

    pressing: Calendering | Passes | PlatePass | Crushing | None = None
    strip: RolledStrip | None = None
    companion: Companion | None = None
    proof: HalfSpeed | None = None
    stiffness: Stiffness | None = None
    figures: list[StateFigures] = field(default_factory=list)
    quality: Quality | None = None


def run(scenario: Scenario, folder: RunFolder, reporter: Reporter) -> None:
    """Run a scenario from the start.

    Raises InputError, Interrupted, RunFailed and, with all results written, TargetsMissed.
    """
    _run(scenario, folder, reporter, Work())


def resume(folder: RunFolder, reporter: Reporter) -> None:
    """Go on from the last checkpoint of a run, to the bits it would have had without the stop."""
    with h5py.File(folder.last_checkpoint()) as file:
        work = Work(
            pressing=checkpoint.load(file, "pressing"),
            strip=checkpoint.load(file, "strip"),
            companion=checkpoint.load(file, "companion"),
            proof=checkpoint.load(file, "proof"),
            stiffness=checkpoint.load(file, "stiffness"),
            figures=[StateFigures(**row) for row in checkpoint.load(file, "figures")],
        )
    _run(folder.scenario(), folder, reporter, work)


def _run(scenario: Scenario, folder: RunFolder, reporter: Reporter, work: Work) -> None:
    fault_record.forget(folder)
    volume = electrode_volume(scenario, reporter)
    if scenario.voxels.voxel_size is not None:
        # Refused now, not after the pressing, where the footprint does not hold whole voxels.
        fitting_voxel_size(volume, scenario.voxels.voxel_size)
    decomposition = grains_of(volume, scenario, reporter)
    check_voxel_size(decomposition, scenario.voxels.voxel_size)
    work.quality = assess(decomposition, scenario.scenario.seed)
    reporter.say(grain_figures.sentence(work.quality))
    with _kept(work, folder):
        if isinstance(scenario.electrode, Particle):
            _crush(decomposition, scenario, folder, reporter, work)
        elif scenario.calendering.mode == "strip":
            _roll(decomposition, scenario, folder, reporter, work)
        else:
            _calender(decomposition, scenario, folder, reporter, work)


def _calender(
    decomposition: Decomposition,
    scenario: Scenario,
    folder: RunFolder,
    reporter: Reporter,
    work: Work,
) -> None:
    states = _press(decomposition, scenario, folder, reporter, work)
    if scenario.mechanics.companion and len(states) > 1:
        _press_unbroken(states, decomposition, scenario, folder, reporter, work)
    if scenario.mechanics.stiffness and len(states) > 1:
        _test_layers(states, folder, reporter, work)
    if scenario.mechanics.prove_quasi_static and len(work.pressing.record) > 1:
        _prove(decomposition, scenario, folder, reporter, work)
    names = state_names(states, scenario)
    for index in range(len(work.figures), len(states)):
        stress = stresses.stress_of(states[index], work.pressing, work.companion)
        work.figures.append(
            analyse_state(
                names[index], index, states[index], decomposition, scenario, folder, reporter,
                stress,
            )
        )  # fmt: skip
        row = work.figures[-1].row
        row.update(layer_stiffness.stiffness_row(work.stiffness, index))
        row["new_surface_over_voxels"] = new_over_outer_surface(row, work.figures[0].row)
    if scenario.output.vtk:
        series.write_collections(folder, names)
    discharged = discharge_states(work.figures, scenario, folder, reporter)
    warnings = discharged.warnings + trust.warnings(work, states, names)
    warnings += layer_stiffness.stiffness_warnings(work.stiffness)
    warnings += stresses.companion_warnings(work.companion, work.pressing, states, names)
    folder.write(
        "run.h5", lambda path: results_file.write(path, work, states, names, decomposition)
    )
    _summarise(
        scenario,
        folder,
        work,
        warnings,
        placeholders=discharged.placeholders,
        discharge=discharged.plain(),
        companion=stresses.plain(work.companion, scenario.mechanics.companion),
        **nip_figures.summary(work.pressing, states, names),
        empirical_laws=empirical_laws.plain(empirical_laws.laws_of(work)),
        **pore_laws.plain(work.figures, scenario.cell),
        **trust.summary(work, states, names),
    )
    tell_and_report(folder, reporter, warnings)
    if missed := trust.missed_targets(work):
        raise TargetsMissed("\n".join(f"calendering.targets: {text}" for text in missed))


def _press(
    decomposition: Decomposition,
    scenario: Scenario,
    folder: RunFolder,
    reporter: Reporter,
    work: Work,
) -> list[State]:
    """The states of the series, as coated first."""
    if work.pressing is None:
        work.pressing = calendering_of(simulation_of(decomposition, scenario), scenario)
    if not work.pressing.finished:
        with reporter.stage("Calendering") as progress:
            _advance(work.pressing, work, folder, progress)
    first = unloaded_state(
        decomposition.grains, decomposition.bonds, decomposition.volume.thickness
    )
    return [first, *work.pressing.states]


def _press_unbroken(
    states: list[State],
    decomposition: Decomposition,
    scenario: Scenario,
    folder: RunFolder,
    reporter: Reporter,
    work: Work,
) -> None:
    """Press a second time, with bonds that hold, to the loaded densities of the states."""
    if work.companion is None:
        densities = [stresses.loaded_density(state, work.pressing) for state in states[1:]]
        sim = simulation_of(decomposition, scenario)
        work.companion = unbroken(sim, work.pressing.pressing, densities)
    if not work.companion.finished:
        with reporter.stage("Pressing unbroken") as progress:
            _advance(work.companion, work, folder, progress)


def _test_layers(states: list[State], folder: RunFolder, reporter: Reporter, work: Work) -> None:
    """Press the released layers anew and strain them in plane."""
    if work.stiffness is None:
        released = [state.sim for state in states[1:]]
        peaks = [state.peak_pressure for state in states[1:]]
        work.stiffness = Stiffness(released, peaks, work.pressing.pressing)
        # Kept once, by the tests.
        work.pressing.states = [replace(state, sim=None) for state in work.pressing.states]
    if not work.stiffness.finished:
        with reporter.stage("Testing the layers' stiffness") as progress:
            _advance(work.stiffness, work, folder, progress)


def _prove(
    decomposition: Decomposition,
    scenario: Scenario,
    folder: RunFolder,
    reporter: Reporter,
    work: Work,
) -> None:
    """Press a second time, at half the speed, as far as the first path went."""
    if work.proof is None:
        sim, pressing = simulation_of(decomposition, scenario), work.pressing
        work.proof = at_half_speed(sim, pressing.pressing, until=pressing.record[-1][0])
    if not work.proof.finished:
        with reporter.stage("Pressing at half the speed") as progress:
            _advance(work.proof, work, folder, progress)
    reporter.say(trust.proof_sentence(trust.proof(work)))


def _crush(
    decomposition: Decomposition,
    scenario: Scenario,
    folder: RunFolder,
    reporter: Reporter,
    work: Work,
) -> None:
    if work.pressing is None:
        work.pressing = crushing_of(simulation_of(decomposition, scenario), scenario)
    if not work.pressing.finished:
        with reporter.stage("Crushing") as progress:
            _advance(work.pressing, work, folder, progress)
    warnings = crushing.write(work.pressing, decomposition, work.quality, scenario, folder)
    tell_and_report(folder, reporter, warnings)


def _roll(
    decomposition: Decomposition,
    scenario: Scenario,
    folder: RunFolder,
    reporter: Reporter,
    work: Work,
) -> None:
    if work.pressing is None:
        work.pressing = plate_pass_of(decomposition, scenario)
    if not work.pressing.finished:
        with reporter.stage("Pressing by a plate") as progress:
            _advance(work.pressing, work, folder, progress)
    if work.strip is None:
        work.strip = strip_of(decomposition, work.pressing, scenario)
    if not work.strip.finished:
        with reporter.stage("Rolling the strip") as progress:
            _advance(work.strip, work, folder, progress)
    outcome = strip_results.StripOutcome(work.pressing, work.strip, decomposition, scenario)
    names = strip_results.NAMES
    for index in range(len(work.figures), len(names)):
        work.figures.append(
            analyse_state(
                names[index], index, outcome.states[index], decomposition, scenario, folder,
                reporter,
            )
        )  # fmt: skip
    if scenario.output.vtk:
        series.write_collections(folder, names)
        strip_results.write_vtk(folder, work.strip, decomposition)
    discharged = discharge_states(work.figures, scenario, folder, reporter)
    warnings = discharged.warnings + outcome.warnings() + grain_figures.warnings(work.quality)
    folder.write(
        "run.h5",
        lambda path: strip_results.write(path, outcome, work.figures, decomposition, work.quality),
    )
    _summarise(
        scenario,
        folder,
        work,
        warnings,
        placeholders=discharged.placeholders,
        discharge=discharged.plain(),
        nip=outcome.nips(),
        strip=outcome.plain(),
    )
    tell_and_report(folder, reporter, warnings)


def _summarise(
    scenario: Scenario, folder: RunFolder, work: Work, warnings: list[str], **more: Any
) -> None:
    """Write summary.csv and summary.json; more : what else the latter holds."""
    write_summary(
        folder,
        [figures.row for figures in work.figures],
        scenario={
            "name": scenario.scenario.name,
            "description": scenario.scenario.description,
        },
        warnings=warnings,
        versions=versions(),
        observed={figures.name: figures.observed for figures in work.figures},
        decomposition=grain_figures.plain(work.quality),
        **more,
    )


def _advance(
    machine: Calendering | Passes | PlatePass | RolledStrip | Crushing | SecondPath | Stiffness,
    work: Work,
    folder: RunFolder,
    progress: ProgressCallback,
) -> None:
    """Move a part of the mechanics to its end, a checkpoint every minute or so."""
    kept, cost = time.monotonic(), 0.0
    try:
        while not machine.finished:
            machine.advance()
            progress(machine.progress, machine.note)
            if time.monotonic() - kept > max(CHECKPOINT_SECONDS, CHECKPOINT_COST * cost):
                begun = time.monotonic()
                _keep(work, folder)
                kept = time.monotonic()
                cost = kept - begun
    except Unstable as error:
        # No checkpoint of it: the last one is from before, and good.
        fault_record.write(folder, error.sim)
        raise RunFailed(f"{error}; {fault_record.WHERE}") from error
    if isinstance(machine, Calendering | Passes | SecondPath) and machine.fault is not None:
        fault_record.write(folder, machine.fault)
    _keep(work, folder)


class _kept:
    """Writes a checkpoint when a stop is asked for in the block."""

    def __init__(self, work: Work, folder: RunFolder) -> None:
        self._work, self._folder = work, folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, error, trace) -> None:
        if kind is not None and issubclass(kind, Interrupted) and self._work.pressing is not None:
            _keep(self._work, self._folder)


def _keep(work: Work, folder: RunFolder) -> None:
    def write(path: Path) -> None:
        with checkpoint.new_file(path, sealed.BLOCK) as file:
            checkpoint.save(file, "pressing", work.pressing)
            checkpoint.save(file, "strip", work.strip)
            checkpoint.save(file, "companion", work.companion)
            checkpoint.save(file, "proof", work.proof)
            checkpoint.save(file, "stiffness", work.stiffness)
            checkpoint.save(file, "figures", [_plain(asdict(f)) for f in work.figures])

    folder.write_checkpoint(write)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.item() if isinstance(value, np.generic) else value
