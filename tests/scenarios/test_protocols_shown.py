"""What is told and drawn of protocols and spectra, also of those that ended early or are empty."""

import pytest

from scenarios.runner.cli import main
from scenarios.runner.discharging import protocol_page
from scenarios.runner.discharging.tables import step_table
from scenarios.runner.results import Run
from tests.electrochem.bpx_files import chen2020, saved
from tests.scenarios.finished import finished_run

BLANK = "frequency_Hz,real_ohm_m2,imaginary_ohm_m2\n"


def row(cycle: int, step: int, words: str = "charge 1C", **more) -> dict:
    return {
        "cycle": cycle, "step": step, "instruction": words, "capacity_mAh_cm2": float(cycle),
        "energy_mWh_cm2": 1.0, "duration_s": 60.0, "end_voltage_V": 4.0, "end_reason": "duration",
        "as_asked": "True", **more,
    }  # fmt: skip


def test_every_state_shows_its_own_last_cycle(tmp_path):
    cycles = {"a": 50, "b": 3}
    of = {state: [row(cycle, 1) for cycle in range(1, n + 1)] for state, n in cycles.items()}
    _, *lines = step_table([each | {"state": state} for state in of for each in of[state]])
    assert [line.split() for line in lines] == [["a", "50"], ["b", "3"]]
    of["a"] += [row(50, step) for step in range(2, 20)]
    table = protocol_page.step_table(Run(tmp_path, protocol_steps=of))
    assert table.rows[-1][0] == "b, 3.1 charge 1C" and len(table.rows) == 20


def test_rests_alone_make_no_table_of_capacities():
    assert step_table([row(1, 1, "rest 1 h", state="a")]) == []


@pytest.mark.parametrize("rows", ["1,,\n2,,\n", "1,,\n2,1e-3,-1e-3\n5,1e-4,-1e-4\n"])
def test_page_is_written_whatever_a_spectrum_lacks(rows, tmp_path):
    folder = finished_run(tmp_path / "mine")
    (folder / "discharge").mkdir()
    (folder / "discharge" / "2.80_impedance.csv").write_text(BLANK + rows)
    assert main(["report", str(folder)]) == 0
    drawn = "<h2>Impedance</h2>" in (folder / "report.html").read_text(encoding="utf-8")
    assert drawn == ("1e-3" in rows)


def test_frequencies_no_cell_has_an_answer_to_are_refused(tmp_path, capsys):
    for given in ('["1 Hz", "1 THz"]', '["1 nHz", "1 Hz"]'):
        setting = f"cell.impedance={{ frequencies = {given} }}"
        assert main(["check", "quickstart", "--set", setting]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1 and "cell.impedance.frequencies" in told, told
    path = str(saved(tmp_path, chen2020()))
    out = tmp_path / "out"
    ends = 'cell.impedance={ frequencies = ["1 uHz", "1 GHz"], per_decade = 1 }'
    assert main(["discharge", "--bpx", path, "--set", ends, "-o", str(out)]) == 0
    lines = (out / "discharge" / "impedance.csv").read_text().splitlines()
    assert len(lines) == 17 and all(all(line.split(",")) for line in lines)


def test_check_explains_the_keys_of_what_is_left_out(capsys):
    assert main(["check", "quickstart"]) == 0
    told = capsys.readouterr().out
    told = told[told.index("  protocol = []") : told.index("  lower_voltage =")]
    for key in ("charge", "discharge", "hold", "rest", "follow", "until"):
        assert f"        {key}: " in told
    for key in ("frequencies", "per_decade", "state_of_charge", "double_layer"):
        assert f"        {key}: " in told
    assert '[1 mHz", "10 kHz"]' not in told and '["1 mHz", "10 kHz"]' in " ".join(told.split())


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("cell.protocol.0.discharge=2C", "the list is empty"),
        ("cell.protocol=[]", "the protocol has no step"),
    ],
)
def test_step_of_an_empty_protocol_is_refused(setting, words, tmp_path, capsys):
    folder = finished_run(tmp_path / "mine")
    assert main(["discharge", str(folder), "--set", setting]) == 2
    assert words in capsys.readouterr().err


def test_protocol_too_large_to_hold_is_refused(tmp_path, monkeypatch, capsys):
    """Many columns and many points: 2000 rows of a table, 16 columns, some 2.8 GB."""
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{second},1\n" for second in range(2000))
    (tmp_path / "drive.csv").write_text(f"time_s,rate_C\n{rows}")
    follow = ["--set", 'cell.protocol=[{ follow = "drive.csv" }]']
    assert main(["check", "quickstart", *follow]) == 0
    capsys.readouterr()
    assert main(["check", "quickstart", *follow, "--set", "cell.parts=[4,4,4]"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "16 columns" in told and "2 GB at most" in told
