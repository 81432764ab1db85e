"""States are named by what they were pressed to, each name once, and read as people write it."""

from types import SimpleNamespace

import pytest

from dem.calendering.targets import LINE_LOAD, PRESSURE, Target
from scenarios.runner.load import load
from scenarios.runner.nip_figures import applied_target, target_columns
from scenarios.runner.results import read_run, state_title, with_unit
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


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (Target(0.4e6, PRESSURE), "0.4_MPa"), (Target(2.5e6, PRESSURE), "2.5_MPa"),
        (Target(1234e3, PRESSURE), "1.234_MPa"), (Target(100.04e6, PRESSURE), "100_MPa"),
        (Target(35.0, LINE_LOAD), "0.035_N_mm"), (Target(12.5e3, LINE_LOAD), "12.5_N_mm"),
        (Target(2700.0), "2.70"), (Target(2702.0), "2.70"), (Target(2713.4), "2.713"),
        (Target(5.0), "0.005"),
    ],
)  # fmt: skip
def test_names_tell_their_target_to_a_thousandth(small_scenario, target, name):
    assert names(small_scenario, [target]) == [name]
    factor = {PRESSURE: 1e6, LINE_LOAD: 1e3}.get(target.measure, 1e3)
    told = factor * float(name.split("_")[0])
    assert told == pytest.approx(target.value, rel=1e-3)


def test_small_loads_of_a_series_have_names_of_their_own(small_scenario):
    pressures = [Target(0.4e6, PRESSURE), Target(0.44e6, PRESSURE), Target(0.4001e6, PRESSURE)]
    assert names(small_scenario, pressures) == ["0.4_MPa", "0.44_MPa", "0.40_MPa"]


def test_columns_tell_the_target_in_its_unit_and_leave_the_density_blank():
    assert target_columns(Target(2700.0)) == {"target_density_g_cm3": 2.7}
    assert target_columns(Target(1e8, PRESSURE)) == {"target_density_g_cm3": None}
    assert applied_target(Target(1e8, PRESSURE)) == {"target_pressure_MPa": 100.0}
    assert applied_target(Target(4e5, LINE_LOAD)) == {"target_line_load_N_mm": 400.0}
    assert applied_target(Target(2700.0)) == applied_target(None) == {}


@pytest.mark.parametrize(
    ("name", "title"),
    [("2.70", "2.70 g cm⁻³"), ("pass_1_2.70", "pass 1 2.70 g cm⁻³"), ("20_MPa", "20 MPa"),
     ("as_coated", "as coated"), ("400_N_mm", "400 N/mm"), ("30_%", "30 %")],
)  # fmt: skip
def test_a_plot_gives_densities_their_unit(name, title):
    assert with_unit(name) == title


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
