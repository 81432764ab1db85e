"""What is pressed beside the series, stopped and resumed: companion and tests of the layers."""

import csv
import json
import os
import signal

import h5py
import numpy as np
import pytest

from dem.companion import Companion
from dem.stiffness import LEGS, Stiffness
from scenarios.runner.cli import main


@pytest.fixture
def stopped_at(monkeypatch):
    """Asks for a stop once, at the given call of a machine's `advance`; notes its progress."""

    def at(cls, call):
        advance, done = cls.advance, []

        def watched(self):
            advance(self)
            done.append(self.progress)
            if len(done) == call:
                os.kill(os.getpid(), signal.SIGTERM)

        monkeypatch.setattr(cls, "advance", watched)
        return done

    return at


def test_companion_and_layer_tests_go_on_where_they_were_stopped(
    small_scenario, small_run, tmp_path, stopped_at
):
    folder = tmp_path / "run"
    arguments = [
        "--set", "mechanics.stiffness=true", "--set", "cell.kind=none",
        "--set", 'calendering.targets=["2.6 g/cm^3"]', "--threads", "1",
    ]  # fmt: skip
    pressed, tested = stopped_at(Companion, 20), stopped_at(Stiffness, 8)
    assert main(["run", str(small_scenario), "-o", str(folder), *arguments]) == 130
    assert 0 < pressed[-1] < 1 and not tested
    assert main(["resume", str(folder), "--threads", "1"]) == 130
    assert 0 < tested[-1] < 1
    assert main(["resume", str(folder), "--threads", "1"]) == 0
    for done in (pressed, tested):
        assert done == sorted(done) and done[-1] == 1.0
    # Nothing was pressed twice, and to the bits of the run that was not stopped.
    assert len(set(pressed)) == len(pressed)
    tables = []
    for run in (folder, small_run):
        with (run / "summary.csv").open(newline="") as file:
            tables.append(list(csv.DictReader(file)))
    row, whole = tables[0][1], tables[1][1]
    for name in ("am_volume_above_100MPa", "companion_pressure_MPa", "unloading_modulus_GPa"):
        assert row[name] == whole[name] != ""
    # A bonded skeleton resists both ways; contacts help where it is pressed.
    assert float(row["compression_modulus_x_GPa"]) > float(row["tension_modulus_x_GPa"]) > 0.0
    assert float(row["unloading_modulus_GPa"]) > float(row["reloading_modulus_GPa"]) > 0.0
    assert tables[0][0]["tension_modulus_x_GPa"] == ""
    assert "tension_modulus_x_GPa" not in whole
    with h5py.File(folder / "run.h5") as file:
        curves = file["states/2.60/stiffness"]
        assert sorted(curves) == sorted((*LEGS, "letting_go"))
        let_go = curves["letting_go/stress_MPa"][()]
        stress = curves["tension/stress_MPa"][()]
    # One contact that lets go shows in a layer of some 30 particles: by 3 % at the last step.
    assert (np.diff(stress) > -0.1 * stress.max()).all() and stress[-1] > 5 * stress[0] > 0.0
    # The sides press until they are moved far enough.
    assert let_go[0] == pytest.approx(-float(row["residual_pressure_x_MPa"]), rel=1e-5)
    assert let_go[0] < 0.0 <= let_go[-1] and float(row["held_modulus_x_GPa"]) > 0.0


def test_run_without_companion_says_so_and_leaves_its_columns_blank(small_scenario, tmp_path):
    folder = tmp_path / "run"
    arguments = [
        "--set", "mechanics.companion=false", "--set", "cell.kind=none", "--set",
        "output.vtk=false", "--set", 'calendering.targets=["2.6 g/cm^3"]', "--threads", "1",
    ]  # fmt: skip
    assert main(["run", str(small_scenario), "-o", str(folder), *arguments]) == 0
    summary = json.loads((folder / "summary.json").read_text())
    assert not summary["companion"]["pressed"] and "is off" in summary["companion"]["reason"]
    for row in summary["states"]:
        assert row["am_volume_above_100MPa"] is None and row["companion_pressure_MPa"] is None
    assert summary["states"][1]["breaking_am_volume_above_100MPa"] > 0.0
    with h5py.File(folder / "run.h5") as file:
        assert "companion" not in file
        assert "profile_am_above_100MPa" not in file["states/2.60"]
