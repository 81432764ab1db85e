"""The quasi-static proof: what half the speed changes, from two loading paths."""

import json
import os
import signal

import h5py
import numpy as np
import pytest

from dem.half_speed import HalfSpeed, at_rest, speed_shows
from dem.loading import PATH_COLUMNS
from scenarios.runner import pipeline
from scenarios.runner.cli import main

SEATING = 0.1e6


def path(states, pressure, broken):
    """Rows of a loading path from 2300 to 3300 kg/m³; functions of strain from 0 to 1."""
    share = np.linspace(0, 1, states)
    rows = np.zeros((states, len(PATH_COLUMNS)))
    rows[:, 0] = 2300 + 1000 * share
    # Waves between the planes: what one shows too much, the other shows too little.
    rows[:, 2], rows[:, 3] = 1.2 * pressure(share), 0.8 * pressure(share)
    rows[:, 4] = broken(share)
    return [tuple(row) for row in rows.tolist()]


def test_equal_paths_of_other_spacing_show_no_speed():
    one, other = (
        path(n, lambda s: 200e6 * s**2, lambda s: 0.3 * s) for n in (400, 800)
    )  # fmt: skip
    found = speed_shows(one, other, SEATING)
    # Means over windows that hold a few states: their number enters by a percent.
    assert abs(found["pressure_change"]) < 0.02 and abs(found["broken_bond_change"]) < 0.02
    assert found["quasi_static"]


def test_pressure_that_falls_by_a_tenth_is_found_where_it_falls():
    one = path(400, lambda s: 200e6 * s**2, lambda s: 0.3 * s)
    slow = path(800, lambda s: 200e6 * s**2 * (1 - 0.1 * (s > 0.9)), lambda s: 0.3 * s)
    found = speed_shows(one, slow, SEATING)
    assert found["pressure_change"] == pytest.approx(-0.1, abs=0.01)
    assert found["pressure_change_at"] > 3190
    assert not found["quasi_static"]


def test_speed_that_adds_in_proportion_is_taken_away_at_rest():
    def at(speed):
        return path(400, lambda s: 200e6 * s * (1 + speed), lambda s: 0.3 * s * (1 - speed))

    pressure, broken = at_rest(at(0.2), at(0.1), 2800.0)
    # Straight lines: means over even windows are their middles.
    assert pressure.at_rest == pytest.approx(100e6, rel=1e-3)
    assert pressure.error == pytest.approx(10e6, rel=1e-3)
    assert broken.at_rest == pytest.approx(0.15, rel=1e-3)
    assert broken.full == pytest.approx(0.12, rel=1e-3) and broken.half > broken.full
    assert at_rest(at(0.2), at(0.1)[:100], 2800.0) is None


def test_what_lies_below_twenty_seating_pressures_does_not_count():
    one = path(400, lambda s: 1.9e6 * s, lambda s: 0.3 * s)
    found = speed_shows(one, path(800, lambda s: 0.5e6 * s, lambda s: 0.3 * s), SEATING)
    assert found["pressure_change"] is None and found["broken_bond_change"] is None
    # Nothing compared, nothing proven.
    assert not found["quasi_static"]


def test_proof_of_a_run_is_stopped_resumed_and_told(small_scenario, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "run"
    arguments = [
        "--set", "mechanics.prove_quasi_static=true", "--set", "cell.kind=none",
        "--set", 'calendering.targets=["2.6 g/cm^3"]', "--threads", "1",
    ]  # fmt: skip
    advance, done = HalfSpeed.advance, []

    def stopped(self):
        advance(self)
        done.append(self.progress)
        if len(done) == 20:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(HalfSpeed, "advance", stopped)
    assert main(["run", str(small_scenario), "-o", str(folder), *arguments]) == 130
    assert 0 < done[-1] < 1 and not (folder / "summary.json").exists()
    assert main(["resume", str(folder), "--threads", "1"]) == 0
    # It went on from the checkpoint: no state was pressed twice.
    assert (np.diff(done) > 0).all() and done[-1] == 1.0
    assert "quasi-static: from inertial number 0.05 to 0.025" in capsys.readouterr().out
    proof = json.loads((folder / "summary.json").read_text())["quasi_static_proof"]
    assert proof["inertial_numbers"] == [0.05, 0.025] and proof["limit"] == 0.05
    assert proof["quasi_static"] == all(
        abs(proof[f"{name}_change"]) < 0.05 for name in ("pressure", "broken_bond")
    )
    (at_target,) = proof["states"].values()
    for reading in at_target.values():
        assert reading["at_rest"] == pytest.approx(2 * reading["half"] - reading["full"])
    assert at_target["loading_pressure_MPa"]["at_rest"] > 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The proof: " in page and "Extrapolated to no speed, under load: state 2.60: " in page
    with h5py.File(folder / "run.h5") as file:
        half = file["half_speed/density_g_cm3"][()]
        assert len(half) == len(done)
        # It went as far as the first path, past it by a state of 0.1 % at most.
        assert 0 <= half[-1] / file["path/density_g_cm3"][-1] - 1 < 2e-3


def test_no_proof_is_made_unasked(small_run):
    assert "quasi_static_proof" not in json.loads((small_run / "summary.json").read_text())
    assert pipeline.Work().proof is None
