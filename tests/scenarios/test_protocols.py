"""Cells of runs and of BPX files go through protocols and are asked for their impedance."""

import csv
import json

import numpy as np
import pytest

from electrochem.bpx import open_bpx
from electrochem.porous_electrode.endings import DURATION, LOWER_VOLTAGE
from electrochem.porous_electrode.impedance import impedance
from scenarios.runner.cli import main
from scenarios.runner.discharging.protocol import stoichiometries_at
from scenarios.runner.load import load, resolved_text
from tests.electrochem.bpx_files import chen2020, saved
from tests.scenarios.finished import STATES, curve_of, finished_run

CCCV = """
initial_state_of_charge = 0
protocol = [
    { charge = "C/2", until = "4.2 V" },
    { hold = "4.2 V", until = "C/20" },
    { rest = "10 min" },
    { discharge = "1C" },
]
cycles = 2
impedance = { frequencies = ["100 mHz", "1 kHz"], per_decade = 2 }
"""
DRIVE = "time_s,current_mA_cm2\n5,0\n65,6\n125,-2\n245,-2\n305,4\n"


def steps_of(path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run's folder after a protocol, a spectrum and a rate were asked of it."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "cccv.toml").write_text(CCCV)
    made = finished_run(folder / "mine")
    options = ["--protocol", str(folder / "cccv.toml"), "--rates", "1C"]
    assert main(["discharge", str(made), *options]) == 0
    return made


def test_steps_hold_what_they_are_told_and_end_where_they_are_told(run):
    steps = steps_of(run / "discharge" / "2.80_protocol_steps.csv")
    assert [(row["cycle"], row["step"]) for row in steps] == [
        (str(cycle), str(step)) for cycle in (1, 2) for step in (1, 2, 3, 4)
    ]
    curve = curve_of(run / "discharge" / "2.80_protocol.csv")
    at = {n: (curve["cycle"] == 2) & (curve["step"] == n) for n in (1, 2, 3, 4)}
    current = 0.1 * curve["current_density_A_m2"]
    charged = -current[at[1]]
    assert np.ptp(charged) < 1e-9
    nominal = 2.0 * charged[0]
    # Met to 1e-7 V and 1e-7 of the current, and written to six figures.
    assert curve["voltage_V"][at[1]][-1] == pytest.approx(4.2, abs=1e-6)
    assert curve["voltage_V"][at[2]] == pytest.approx(4.2, abs=1e-6)
    assert -current[at[2]][-1] == pytest.approx(nominal / 20, rel=1e-5)
    assert (current[at[3]] == 0.0).all()
    assert np.ptp(curve["time_s"][at[3]]) == pytest.approx(600.0, abs=0.2)
    assert curve["voltage_V"][at[4]][-1] == pytest.approx(3.0, abs=1e-6)
    # The charge of a constant current is the current times the time.
    row = steps[4]
    passed = -charged[0] * float(row["duration_s"]) / 3600.0
    assert float(row["capacity_mAh_cm2"]) == pytest.approx(passed, rel=1e-5)
    assert [row["end_reason"] for row in steps[:2]] == ["upper voltage limit", "current limit"]
    assert all(row["as_asked"] == "True" for row in steps)


def test_steps_add_up_to_the_curve(run):
    curve = curve_of(run / "discharge" / "3.20_protocol.csv")
    steps = steps_of(run / "discharge" / "3.20_protocol_steps.csv")
    for name in ("capacity_mAh_cm2", "energy_mWh_cm2"):
        total = sum(float(row[name]) for row in steps)
        assert total == pytest.approx(curve[name][-1], abs=1e-5)
    ends = [row for row in steps_of(run / "discharge" / "3.20_protocol.csv") if row["end_reason"]]
    assert [row["end_reason"] for row in ends] == [row["end_reason"] for row in steps]


def test_protocol_stands_on_the_page_and_in_the_summary(run):
    summary = json.loads((run / "summary.json").read_text())["discharge"]
    assert len(summary["steps"]) == 8 * len(STATES)
    assert [row["state"] for row in summary["rates"]] == list(STATES)
    page = (run / "report.html").read_text(encoding="utf-8")
    section = page[page.index("<h2>Protocol</h2>") : page.index("<h2>Impedance</h2>")]
    assert "1.2 hold 4.2 V until C/20" in section and section.count("data:image/svg+xml") == 1


def test_spectrum_of_a_state_is_that_of_the_solver(run):
    found = curve_of(run / "discharge" / "2.80_impedance.csv")
    assert found["frequency_Hz"] == pytest.approx(np.geomspace(0.1, 1e3, 9), rel=1e-5)
    cell = open_bpx(run / "discharge" / "2.80_bpx.json").cell
    expected = impedance(cell, [0.1, 1e3], stoichiometries_at(cell, 0.5), double_layer=0.2)
    # Slopes of the BPX file's tables err by some 0.1 %, which is all of the potential's resistance.
    assert found["real_ohm_m2"][[0, -1]] == pytest.approx(expected.real, rel=3e-3)
    assert found["imaginary_ohm_m2"][[0, -1]] == pytest.approx(expected.imag, rel=1e-2)


def test_discharge_as_a_step_is_the_discharge_at_a_rate(tmp_path):
    step = 'cell.protocol=[{ discharge = "2C" }]'
    folder = finished_run(tmp_path / "mine", step, 'cell.rates=["2C"]')
    # Without options, all that the scenario asks.
    assert main(["discharge", str(folder)]) == 0
    of_rate = curve_of(folder / "discharge" / "2.80_2C.csv")
    of_step = curve_of(folder / "discharge" / "2.80_protocol.csv")
    for name in of_rate:
        assert of_step[name] == pytest.approx(of_rate[name], rel=1e-5, abs=2e-6), name


def test_table_is_followed_from_row_to_row(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drive.csv").write_text(DRIVE)
    folder = finished_run(tmp_path / "mine")
    steps = (
        'cell.protocol=[{ discharge = "2 mA/cm^2", until = "20 min" }, { follow = "drive.csv" }]'
    )
    assert main(["discharge", "mine", "--set", steps]) == 0
    curve = curve_of(folder / "discharge" / "2.80_protocol.csv")
    followed = curve["step"] == 2
    assert curve["time_s"][followed] - 1200.0 == pytest.approx([0, 60, 120, 240, 300], abs=0.02)
    assert curve["current_density_A_m2"][followed] == pytest.approx([0, 60, -20, -20, 40], abs=1e-4)
    row = steps_of(folder / "discharge" / "2.80_protocol_steps.csv")[1]
    # Straight between the rows, so the trapezoidal rule is exact.
    expected = np.trapezoid([0, 6, -2, -2, 4], [0, 60, 120, 240, 300]) / 3600.0
    assert float(row["capacity_mAh_cm2"]) == pytest.approx(expected, abs=2e-6)
    assert row["end_reason"] == DURATION


def test_power_is_held_and_a_step_that_ends_otherwise_is_told(tmp_path, capsys):
    steps = 'cell.protocol=[{ discharge = "6 mW/cm^2", until = "10 h" }, { charge = "1C" }]'
    folder = finished_run(tmp_path / "mine")
    assert main(["discharge", str(folder), "--set", steps, "--set", "cell.cycles=2"]) == 0
    curve = curve_of(folder / "discharge" / "2.80_protocol.csv")
    held = curve["step"] == 1
    power = curve["voltage_V"][held] * curve["current_density_A_m2"][held]
    assert power == pytest.approx(60.0, rel=1e-5)
    told = "2.80_protocol: step 1 (discharge 6 mW/cm^2 until 10 h) in 2 cycles from 1 to 2 was"
    assert told in capsys.readouterr().out
    rows = steps_of(folder / "discharge" / "2.80_protocol_steps.csv")
    # Energy is the charge times the voltage, straight between points some hundredth of it apart.
    hours = float(rows[0]["duration_s"]) / 3600.0
    assert float(rows[0]["energy_mWh_cm2"]) == pytest.approx(6.0 * hours, rel=1e-4)
    assert rows[0]["end_reason"] == LOWER_VOLTAGE and rows[0]["as_asked"] == "False"
    assert "not as asked" in (folder / "report.html").read_text(encoding="utf-8")


def test_cell_of_a_file_takes_amperes_and_gives_ohms(tmp_path, capsys):
    saved(tmp_path, chen2020())
    (tmp_path / "drive.csv").write_text("time_s,power_W\n0,10\n60,10\n")
    (tmp_path / "mine.toml").write_text(
        'protocol = [{ charge = "1C" }, { discharge = "5 A", until = "1 min" },'
        ' { follow = "drive.csv" }]\nimpedance = { frequencies = ["1 Hz", "10 Hz"] }\n'
    )
    out = tmp_path / "out"
    options = ["--protocol", str(tmp_path / "mine.toml"), "-o", str(out)]
    assert main(["discharge", "--bpx", str(tmp_path / "cell.json"), *options]) == 0
    rows = steps_of(out / "discharge" / "protocol_steps.csv")
    assert float(rows[1]["end_current_A"]) == pytest.approx(5.0, rel=1e-6)
    assert float(rows[2]["energy_Wh"]) == pytest.approx(10.0 / 60.0, rel=1e-4)
    # It begins charged: nothing is left to charge.
    assert "step 1 (charge 1C) ended as soon as it began" in capsys.readouterr().out
    cell = open_bpx(tmp_path / "cell.json").cell
    spectrum = curve_of(out / "discharge" / "impedance.csv")
    expected = impedance(cell, [1.0, 10.0], stoichiometries_at(cell, 0.5), double_layer=0.2)
    assert spectrum["real_ohm"][[0, -1]] == pytest.approx(expected.real / cell.area, rel=1e-5)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/svg+xml") == 2 and "<h2>Rates</h2>" not in page


def test_protocol_is_written_back_as_it_was_read(tmp_path):
    (tmp_path / "drive.csv").write_text(DRIVE)
    steps = (
        'cell.protocol=[{ charge = "C/3", until = ["4.1 V", "2 h"] }, { rest = "90 s" },'
        f' {{ follow = "{tmp_path}/drive.csv" }}, {{ discharge = "8 mW/cm^2" }}]'
    )
    scenario = load("quickstart", [steps, "cell.impedance={ state_of_charge = 0.2 }"])
    (tmp_path / "again.toml").write_text(resolved_text(scenario, {}))
    assert load(str(tmp_path / "again.toml")).cell == scenario.cell
    words = [step.words for step in scenario.cell.protocol]
    assert words == [
        "charge C/3 until 4.1 V or 2 h", "rest 90 s", "follow drive.csv", "discharge 8 mW/cm^2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ('protocol=[{ charge = "1C", rest = "1 h" }]', ["protocol[0] has charge and rest"]),
        ('protocol=[{ hold = "4 V" }]', ["would never end", "C/20"]),
        ('protocol=[{ rest = "1 h", until = "3 V" }]', ["expected no until"]),
        ('protocol=[{ discharge = "1" }]', ["protocol[0].discharge", "no unit"]),
        ('protocol=[{ discharge = "-1C" }]', ["above zero"]),
        ('protocol=[{ discharge = "1C", until = "C/20" }]', ["until a voltage"]),
        ('protocol=[{ discharge = "5 A" }]', ["no area", "mA/cm^2"]),
        ('protocol=[{ dicharge = "1C" }]', ['did you mean "discharge"']),
        ('protocol=[{ follow = "none.csv" }]', ["none.csv", "cannot be read"]),
        ('protocol=[{ follow = "back.csv" }]', ["back.csv", "from 10 to 9 at row 3"]),
        ('protocol=[{ follow = "whole.csv" }]', ["whole.csv", "current_mA_cm2"]),
        (
            'protocol=[{ rest = "1 h" }, { charge = "C/2", until = "5.6 V" }]',
            ["cell.protocol[1].until is 5.6 V; expected", "graphite", "NMC622"],
        ),
        ('protocol=[{ hold = "6 V", until = "C/20" }]', ["cell.protocol[0].hold is 6 V"]),
        ('impedance={ frequencies = ["1 kHz", "1 Hz"] }', ["lowest first"]),
        ("parts=[10,4]", ["cell.parts got [10, 4]; expected a list of 3 entries"]),
        ("parts=[10,200,4]", ["cell.parts", "4 voxels", "expected at most"]),
        ("temperature=70 degC", ["at most 60 degC"]),
        (
            "temperature=10 degC",
            [
                "is 10 degC",
                '"nmc622" is known at 25 degC',
                "expected nmc811_chen2020 or",
                "landesfeind",
            ],
        ),
    ],
)
def test_what_no_cell_can_be_taken_through_is_refused(
    setting, words, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "back.csv").write_text("time_s,rate_C\n0,1\n10,1\n9,1\n")
    (tmp_path / "whole.csv").write_text("time_s,current_A\n0,1\n10,1\n")
    assert main(["check", "quickstart", "--set", f"cell.{setting}"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and all(word in told for word in words), told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cycles = 2", ["neither protocol nor impedance"]),
        ("protocol = []", ["the protocol has no step"]),
        ('protocol = [{ follow = "long.csv" }]\ncycles = 3', ["mine.toml: cycles", "30000 rows"]),
        ('rates = ["1C"]', ["mine.toml: rates is not a known key"]),
        ("protocol = [{ rest = 5 }]", ["mine.toml: protocol[0].rest", "no unit"]),
        ('protocol = [{ discharge = "5 A" }]', ["mine.toml: protocol[0].discharge", "no area"]),
        ("protocol = [", ["mine.toml: not valid TOML"]),
    ],
)
def test_wrong_file_of_a_protocol_is_refused(text, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    finished_run(tmp_path / "mine")
    (tmp_path / "mine.toml").write_text(text)
    rows = "\n".join(f"{second},1" for second in range(10_000))
    (tmp_path / "long.csv").write_text(f"time_s,rate_C\n{rows}\n")
    assert main(["discharge", "mine", "--protocol", "mine.toml"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and all(word in told for word in words), told
    assert not (tmp_path / "mine" / "discharge").exists()


def test_voltages_beyond_a_file_s_materials_are_refused(tmp_path, capsys):
    path = str(saved(tmp_path, chen2020()))
    for step, key in (
        ('{ discharge = "1C", until = "0.5 V" }', "protocol[0].until is 0.5 V"),
        ('{ hold = "5 V", until = "1 h" }', "protocol[0].hold is 5 V"),
    ):
        out = tmp_path / "out"
        asked = ["--set", f"cell.protocol=[{step}]", "-o", str(out)]
        assert main(["discharge", "--bpx", path, *asked]) == 2
        assert key in capsys.readouterr().err and not out.exists()


def test_lithium_that_may_plate_is_told(tmp_path, capsys):
    """Against a graphite that is as large as the positive a fast charge drives it below lithium."""
    steps = 'cell.protocol=[{ charge = "C/10", until = "1 h" }, { charge = "3C" }]'
    options = ["--set", "cell.initial_state_of_charge=0.2", "--set", "cell.np_ratio=1.01"]
    folder = finished_run(tmp_path / "mine")
    assert main(["discharge", str(folder), "--set", steps, *options]) == 0
    told = capsys.readouterr().out
    assert "3.20_protocol: lithium may plate: the negative fell to -" in told
    assert "in step 2 (charge 3C)" in told


def test_power_is_held_after_strong_loads_either_way(tmp_path):
    """Each power begins where a strong current of the other direction has just ended."""
    load = '{{ {} = "4C", until = "10 s" }}, {{ {} = "4 mW/cm^2", until = "1 min" }}'
    pairs = (("discharge", "charge"), ("charge", "discharge"), ("charge", "charge"))
    steps = ", ".join(load.format(*pair) for pair in pairs)
    half = "cell.initial_state_of_charge=0.5"
    folder = finished_run(tmp_path / "mine", f"cell.protocol=[{steps}]", half)
    assert main(["discharge", str(folder), "--set", half]) == 0
    rows = steps_of(folder / "discharge" / "2.80_protocol_steps.csv")
    assert [row["end_reason"] for row in rows] == [DURATION] * 6
    energies = [float(row["energy_mWh_cm2"]) for row in rows[1::2]]
    assert energies == pytest.approx([-4.0 / 60.0, 4.0 / 60.0, -4.0 / 60.0], rel=1e-4)


def test_table_may_begin_at_rest_with_a_charged_cell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drive.csv").write_text("time_s,rate_C\n0,0\n10,0\n20,1\n30,1\n")
    folder = finished_run(tmp_path / "mine", 'cell.protocol=[{ follow = "drive.csv" }]')
    assert main(["discharge", "mine", "--set", "cell.cycles=1"]) == 0
    (row,) = steps_of(folder / "discharge" / "2.80_protocol_steps.csv")
    assert row["end_reason"] == DURATION and row["as_asked"] == "True"
    assert float(row["duration_s"]) == pytest.approx(30.0)


def test_held_voltage_gives_its_charge_times_itself(run):
    hold = steps_of(run / "discharge" / "2.80_protocol_steps.csv")[1]
    expected = 4.2 * float(hold["capacity_mAh_cm2"])
    # Both are written to six figures.
    assert float(hold["energy_mWh_cm2"]) == pytest.approx(expected, rel=1e-5)
