"""What stands in a run's `discharge/` after a command that failed, was stopped or found damage."""

import json
import tomllib

import pytest

from dem.errors import InputError
from scenarios.runner import discharges
from scenarios.runner.cli import main
from scenarios.runner.interrupt import Interrupted
from tests.scenarios.finished import STATES, curve_of, finished_run

CHARGE = ["--set", "cell.protocol=[{ charge = '1C', until = '30 s' }]"]
DISCHARGE = ["--set", "cell.protocol=[{ discharge = '1C', until = '30 s' }]"]
HALF = "cell.initial_state_of_charge=0.5"


def standing(folder, ending: str) -> set[str]:
    return {path.name for path in (folder / "discharge").glob(f"*_{ending}.csv")}


def test_protocol_that_cannot_be_leaves_the_curves_at_rates(tmp_path, monkeypatch, capsys):
    folder = finished_run(tmp_path / "mine")
    assert main(["discharge", str(folder), "--rates", "1C", *DISCHARGE]) == 0

    def refused(*args):
        raise InputError("no such state")

    monkeypatch.setattr(discharges, "go_through", refused)
    assert main(["discharge", str(folder), *CHARGE]) == 3
    assert "no curves of as_coated_protocol, 2.80_protocol" in capsys.readouterr().err
    assert len(standing(folder, "1C")) == len(STATES)
    assert not standing(folder, "protocol")
    found = json.loads((folder / "summary.json").read_text())["discharge"]
    assert len(found["rates"]) == len(STATES) and not found["steps"]
    assert found["failed"]["2.80_protocol"] == "no such state"


def test_cell_that_cannot_be_leaves_the_curves_of_the_one_before(tmp_path):
    folder = finished_run(tmp_path / "mine")
    assert main(["discharge", str(folder), "--rates", "1C"]) == 0
    record = (folder / "discharge" / "cell.toml").read_bytes()
    # The run kept no volumes that could be parted.
    assert main(["discharge", str(folder), "--rates", "1C", "--set", "cell.parts=[2,1,1]"]) == 3
    assert len(standing(folder, "1C")) == len(STATES)
    assert (folder / "discharge" / "cell.toml").read_bytes() == record


def test_no_two_protocols_stand_beside_each_other_after_a_stop(tmp_path, monkeypatch):
    folder = finished_run(tmp_path / "mine", HALF)
    assert main(["discharge", str(folder), "--rates", "1C", *DISCHARGE]) == 0
    through = discharges.go_through

    def stopped(cell, asked, nominal, progress):
        if standing(folder, "protocol") == {"as_coated_protocol.csv"}:
            raise Interrupted
        return through(cell, asked, nominal, progress)

    monkeypatch.setattr(discharges, "go_through", stopped)
    assert main(["discharge", str(folder), *CHARGE]) == 130
    for ending in ("protocol", "protocol_steps", "protocol_profiles"):
        assert standing(folder, ending) == {f"as_coated_{ending}.csv"}
    assert not (folder / "discharge" / "2.80_protocol.pvd").exists()
    assert curve_of(folder / "discharge" / "as_coated_protocol.csv")["current_density_A_m2"][-1] < 0
    found = json.loads((folder / "summary.json").read_text())["discharge"]
    assert [row["instruction"][:6] for row in found["steps"]] == ["charge"]
    record = tomllib.loads((folder / "discharge" / "cell.toml").read_text())["cell"]
    assert list(record["protocol"][0]) == ["charge", "until"]
    # What was not asked again is as it was.
    assert len(standing(folder, "1C")) == len(found["rates"]) == len(STATES)


def test_run_keeps_the_table_that_it_follows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = tmp_path / "drive.csv"
    table.write_text("time_s,rate_C\n0,0\n10,1\n20,1\n")
    folder = finished_run(tmp_path / "mine", 'cell.protocol=[{ follow = "drive.csv" }]', HALF)
    table.unlink()
    folder = folder.rename(tmp_path / "elsewhere")
    assert main(["discharge", str(folder)]) == 0
    curve = curve_of(folder / "discharge" / "2.80_protocol.csv")
    assert curve["time_s"] == pytest.approx([0, 10, 20], abs=1e-3)
    # A table that is gone hinders no other curve.
    (folder / "tables" / "step_1" / "drive.csv").unlink()
    assert main(["discharge", str(folder), "--rates", "2C"]) == 0
    assert main(["discharge", str(folder)]) == 2


@pytest.mark.parametrize(
    ("text", "words"), [("broken[", "not valid TOML"), ("x=1", "no section [cell]")]
)
def test_damaged_record_is_named(text, words, tmp_path, capsys):
    folder = finished_run(tmp_path / "mine")
    (folder / "discharge").mkdir()
    (folder / "discharge" / "cell.toml").write_text(text)
    spectrum = "frequency_Hz,real_ohm_m2,imaginary_ohm_m2\n1,2,-1\n10,1,-1\n"
    (folder / "discharge" / "2.80_impedance.csv").write_text(spectrum)
    before = sorted(tmp_path.rglob("*"))
    assert main(["discharge", str(folder), "--rates", "1C"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and words in told and "discharge/cell.toml" in told
    assert set(tmp_path.rglob("*")) - set(before) <= {folder / "calendem.log"}
    assert main(["report", str(folder)]) == 0
    assert words in (folder / "report.html").read_text(encoding="utf-8")
