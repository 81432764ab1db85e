"""States are named by what they were pressed to, each name once, and read as people write it."""

from types import SimpleNamespace

import pytest

from dem.calendering.targets import LINE_LOAD, PRESSURE, Target
from scenarios.runner.load import load
from scenarios.runner.nip_figures import applied_target, target_columns
from scenarios.runner.results import read_run, state_title
from scenarios.runner.states import state_names


def names(small_scenario, targets, mode="series"):
    scenario = load(str(small_scenario), [f"calendering.mode={mode}"])
    states = [SimpleNamespace(target=target) for target in (None, *targets)]
    return state_names(states, scenario)[1:]


def test_names_tell_measure_and_value_and_never_repeat(small_scenario):
    densities = [Target(2700.0), Target(2701.0), Target(2710.0)]
    assert names(small_scenario, densities) == ["2.70", "2.701", "2.71"]
    pressures = [Target(1e8, PRESSURE), Target(1.004e8, PRESSURE)]
    assert names(small_scenario, pressures) == ["100_MPa", "100.4_MPa"]
    loads = [Target(4e5, LINE_LOAD), Target(4e5, LINE_LOAD), Target(3000.0)]
    assert names(small_scenario, loads, "passes") == [
        "pass_1_400_N_mm", "pass_2_400_N_mm", "pass_3_3.00",
    ]  # fmt: skip


def test_columns_tell_the_target_in_its_unit_and_leave_the_density_blank():
    assert target_columns(Target(2700.0)) == {"target_density_g_cm3": 2.7}
    assert target_columns(Target(1e8, PRESSURE)) == {"target_density_g_cm3": None}
    assert applied_target(Target(1e8, PRESSURE)) == {"target_pressure_MPa": 100.0}
    assert applied_target(Target(4e5, LINE_LOAD)) == {"target_line_load_N_mm": 400.0}
    assert applied_target(Target(2700.0)) == applied_target(None) == {}


@pytest.mark.parametrize(
    ("name", "title"),
    [("as_coated", "as coated"), ("400_N_mm", "400 N/mm"), ("pass_2_100_MPa", "pass 2 100 MPa")],
)
def test_titles_read_as_people_write_them(name, title, tmp_path):
    assert state_title(name) == title
    (tmp_path / "summary.csv").write_text(f"state\n{name}\n2.70\n")
    (tmp_path / "discharge").mkdir()
    for state in (name, "2.70"):
        (tmp_path / "discharge" / f"{state}_1C.csv").write_text("time_s,voltage_V\n0,4\n")
    first, second = read_run(tmp_path).discharges
    assert first.startswith(title) and second.startswith("2.70 g cm⁻³")
