"""Several passes: each presses what the one before it left, killed in between or not."""

import csv
import io
import json
from dataclasses import replace
from types import SimpleNamespace

import h5py
import numba
import numpy as np
import pytest

from dem.calendering.passes import Passes, start_passes
from dem.calendering.targets import LINE_LOAD, PRESSURE, Target
from dem.loading import density
from scenarios.runner import pipeline, results_file
from scenarios.runner.cli import main
from scenarios.runner.interrupt import StopRequest
from scenarios.runner.load import load
from scenarios.runner.prepare import calendering_of, electrode_volume, grains_of, simulation_of
from scenarios.runner.progress import Reporter

SETTINGS = {
    "calendering.targets": '["8 N/mm", "8 N/mm", "25 MPa"]',
    "calendering.mode": "passes",
    "calendering.roll_diameter": "300 mm",
    "cell.kind": "none",
    "output.vtk": "false",
}


def options() -> list[str]:
    return [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]


@pytest.fixture(scope="module")
def pressed(small_scenario):
    """The machine after its passes without any stop, on one thread."""
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        scenario = load(str(small_scenario), [f"{k}={v}" for k, v in SETTINGS.items()])
        reporter = Reporter(StopRequest(), io.StringIO())
        grains = grains_of(electrode_volume(scenario, reporter), scenario, reporter)
        machine = calendering_of(simulation_of(grains, scenario), scenario)
        while not machine.finished:
            machine.advance()
    finally:
        numba.set_num_threads(threads)
    return machine


def test_each_pass_begins_with_the_thickness_that_the_one_before_it_left(pressed):
    assert [state.target for state in pressed.states] == [
        Target(8e3, LINE_LOAD), Target(8e3, LINE_LOAD), Target(25e6, PRESSURE),
    ]  # fmt: skip
    for before, after in zip(pressed.states, pressed.states[1:], strict=False):
        assert after.nip.before == before.thickness
        # All of it springs back from a gap of its own.
        assert after.nip.gap < after.thickness < before.thickness
    thickness = np.array(pressed.record)[:, 1]
    starts = thickness[pressed.begins]
    assert starts[1:].tolist() == [state.thickness for state in pressed.states[:-1]]


@pytest.mark.parametrize(
    ("begins", "peak", "expected"),
    [
        # Two passes with a release from step 200 to 500 between them.
        ([0, 3], 700, [2.35, 2.45, np.nan, np.nan, 2.525, np.nan]),
        # The first pass's own state, before there is a second one.
        ([0, 3], 200, [2.35, 2.45, np.nan, np.nan, np.nan, np.nan]),
        # A series, whose path goes on beyond the state: 200 to 500 is on it.
        ([0], 600, [2.35, 2.45, 2.5 - 0.05 / 6, 2.5 - 0.25 / 6, 2.525, np.nan]),
    ],
)
def test_breaks_have_the_density_of_their_pass_and_none_in_its_release(begins, peak, expected):
    path = {
        "step": np.array([0.0, 100, 200, 500, 600, 700]),
        "density_kg_m3": np.array([2300.0, 2400, 2500, 2450, 2600, 2700]),
    }
    state = SimpleNamespace(
        breaks=SimpleNamespace(step=np.array([50, 150, 250, 450, 550, 750])),
        skeleton=SimpleNamespace(step=peak),
    )
    density = results_file._break_density(state, path, begins)
    np.testing.assert_allclose(density, expected, rtol=1e-12)


def test_breaks_of_passes_lie_between_the_densities_of_their_own_path(pressed):
    rows = np.array(pressed.record)
    path = {"step": rows[:, -1], "density_kg_m3": rows[:, 0]}
    state = pressed.states[-1]
    density = 1e3 * results_file._break_density(state, path, pressed.begins)
    ends = [*pressed.begins[1:], len(rows)]
    seen = np.zeros(len(density), bool)
    for begin, end in zip(pressed.begins, ends, strict=True):
        step = state.breaks.step
        mine = (rows[begin, -1] <= step) & (step < rows[end - 1, -1])
        assert (density[mine] >= rows[begin:end, 0].min()).all()
        assert (density[mine] <= rows[begin:end, 0].max()).all()
        seen |= mine
    assert seen.any() and np.isnan(density[~seen]).all()


def passes_on(sim, pressing, *targets):
    """Passes to other targets, to their end."""
    machine = start_passes(sim.copy(), replace(pressing, targets=targets))
    while not machine.finished:
        machine.advance()
    return machine


def test_pass_that_finds_its_density_presses_nothing_and_the_next_goes_on(pressed):
    sim = pressed.present.passed[1]
    left = density(sim, pressed.pressing)
    machine = passes_on(sim, pressed.pressing, Target(left * 1.002), Target(left * 0.998))
    assert not machine.missed and machine.begins == [0, 1]
    for state in machine.states:
        # Nothing moved: the same thickness before, in and behind the gap.
        assert state.thickness == state.nip.gap == state.nip.before == sim.height
        assert state.nip.line_load == 0.0 and state.settled
        assert len(state.breaks.step) == len(pressed.states[-1].breaks.step)


def test_pass_to_less_than_is_there_is_missed_in_words(pressed):
    sim = pressed.present.passed[1]
    low = Target(0.95 * density(sim, pressed.pressing))
    machine = passes_on(sim, pressed.pressing, low, low)
    assert not machine.states and "denser before it is pressed" in machine.missed[0][1]
    assert "the pass before" in machine.missed[1][1]


def test_no_passes_press_nothing(pressed):
    machine = passes_on(pressed.present.path, pressed.pressing)
    assert machine.finished and machine.progress == 1.0
    assert machine.states == machine.record == machine.missed == []


def test_second_pass_at_one_load_presses_harder_over_a_shorter_nip(pressed):
    first, second = (state.nip for state in pressed.states[:2])
    # The path's own step is what the loads miss their target by.
    assert [first.line_load, second.line_load] == pytest.approx([8e3, 8e3], rel=0.03)
    assert second.entry < 0.6 * first.entry
    assert second.peak_pressure > first.peak_pressure


def test_paths_of_passes_end_at_their_gaps(pressed):
    rows = np.array(pressed.record)
    ends = [*pressed.begins[1:], len(rows)]
    for end, state in zip(ends, pressed.states, strict=True):
        assert rows[end - 1, 1] == state.loaded_thickness
        assert 0.5 * rows[end - 1, 2:4].sum() == state.peak_pressure
    # Steps rise throughout: no pass's path goes on beyond where its release began.
    assert (np.diff(rows[:, -1]) > 0).all()


def test_passes_killed_in_the_second_release_end_with_the_same_bits(
    small_scenario, pressed, tmp_path, monkeypatch, capsys
):
    class Killed(BaseException):
        pass

    advance, folder, threads = Passes.advance, tmp_path / "run", numba.get_num_threads()

    def kill(self):
        advance(self)
        if self.branch is not None and len(self.states) == 1 and self.branch.chunks == 2:
            raise Killed

    monkeypatch.setattr(pipeline, "CHECKPOINT_SECONDS", 0.3)
    monkeypatch.setattr(pipeline, "CHECKPOINT_COST", 0.0)
    try:
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(Passes, "advance", kill)
            main(["run", str(small_scenario), *options(), "-o", str(folder), "--threads", "1"])
        monkeypatch.setattr(pipeline, "CHECKPOINT_SECONDS", 60.0)
        assert main(["resume", str(folder), "--threads", "1"]) == 0
    finally:
        numba.set_num_threads(threads)
    with h5py.File(folder / "run.h5") as file:
        np.testing.assert_array_equal(
            file["path/thickness_um"][()], 1e6 * np.array(pressed.record)[:, 1]
        )
        for group, state in zip(file["release"].values(), pressed.states, strict=True):
            heights = 1e6 * np.array(state.release["thickness_m"])
            np.testing.assert_array_equal(group["thickness_um"][()], heights)
    with (folder / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = ["as_coated", "pass_1_8_N_mm", "pass_2_8_N_mm", "pass_3_25_MPa"]
    assert [row["state"] for row in rows] == names
    assert {row["target_density_g_cm3"] for row in rows} == {""}
    assert [row["target_line_load_N_mm"] for row in rows] == ["", "8", "8", ""]
    assert [row["target_pressure_MPa"] for row in rows] == ["", "", "", "25"]
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["nip"]["roll_diameter_mm"] == 300.0
    for name, row, state in zip(names[1:], rows[1:], pressed.states, strict=True):
        assert float(row["line_load_N_mm"]) == float(f"{state.nip.line_load / 1e3:.6g}")
        assert float(row["springback"]) > 0.0
        found = summary["nip"]["states"][name]
        assert found["line_load_N_mm"] == float(row["line_load_N_mm"])
        assert found["thickness_before_um"] == float(f"{1e6 * state.nip.before:.6g}")


def test_pass_that_misses_its_target_takes_the_later_ones_with_it(pressed):
    lost = Passes(pressed.pressing, pressed.present)
    lost.present.missed.append((Target(8e3, LINE_LOAD), "it does not"))
    lost._end_pass()
    assert lost.finished and not lost.states
    assert [why.startswith("the pass before") for _, why in lost.missed] == [False, True, True]
    lost.present.missed.clear()
