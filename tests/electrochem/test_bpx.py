"""Cells from and to BPX files: the same voltage, nothing silently dropped, bad files refused."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from dem.errors import InputError
from electrochem.bpx import beside, open_bpx, read_bpx, write_bpx
from electrochem.bpx.functions import Expression, Table, function_of
from electrochem.materials import ACTIVE_MATERIALS, ELECTROLYTES
from electrochem.porous_electrode import Resolution, discharge, stoichiometry_window
from electrochem.porous_electrode.endings import LOWER_VOLTAGE
from tests.electrochem.bpx_files import chen2020, saved
from tests.electrochem.cells import CHEN_AREA, FULL, HALF, NEGATIVE, POSITIVE

GAS_CONSTANT = 8.314462618  # [J/mol/K]
COARSE = Resolution(8, 4, 10)


def discharged(cell, **how):
    return discharge(cell, resolution=COARSE, **(how or {"c_rate": 1.0}))


def voltage_between(first, second):
    """Largest difference [V] of two discharges over their common time; steps need not be alike."""
    at = np.linspace(0.0, 0.98 * min(first.time[-1], second.time[-1]), 400)
    first, second = (CubicSpline(run.time, run.voltage)(at) for run in (first, second))
    return np.abs(first - second).max()


@pytest.mark.parametrize(
    "text",
    [
        "2", "x", "-x ** 2 + +x", "x ** 1.5 / (1 + x)", "2 ** x", "x ** x", "exp(-3 * x) * x",
        "log(x) - sqrt(x)", "sin(3 * x) / cos(x)", "sinh(x) - cosh(2 * x) * tanh(4 * (x - 0.3))",
        "1e-3 * (x / 1000) ** 0 - 3.5e2 * (0.1 - x)",
    ],
)  # fmt: skip
def test_expressions_have_their_exact_slope(text):
    x = np.linspace(0.05, 0.95, 37)
    value, slope = Expression(text)(x)
    np.testing.assert_allclose(value, eval(text, vars(np).copy(), {"x": x}) + 0.0 * x, rtol=1e-14)
    step = 1e-6
    difference = (Expression(text)(x + step)[0] - Expression(text)(x - step)[0]) / (2.0 * step)
    # Truncation by step²/6 of the third derivative, rounding by 1e-16/step of the value.
    np.testing.assert_allclose(slope, difference, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(
    "text",
    [
        "y + 1", "__import__('os')", "x.real", "x[0]", "exp(x, x)", "exp", "exp(x=1)", "abs(x)",
        "lambda: x", "x if x else 1", "x < 1", "x @ x", "x // 2", "1j", "'x'", "True", "(x", "",
        "x\nx", "x; x", "(" * 4000 + "x" + ")" * 4000, "x" * 30000, "1" + "0" * 400,
    ],
)  # fmt: skip
def test_what_is_no_expression_in_x_is_refused(text):
    with pytest.raises(ValueError, match="expression"):
        Expression(text)


def test_expression_runs_no_tower_of_powers():
    value, _ = Expression("9 ** 9 ** 9 ** 9")(np.zeros(2))
    assert np.isinf(value).all()


def test_table_passes_its_nodes_without_overshoot_and_with_one_slope():
    table = Table([0.5, 0.0, 0.2, 0.9], [1.0, 3.0, 3.0, 0.0])
    np.testing.assert_allclose(table(np.array([0.0, 0.2, 0.5, 0.9]))[0], [3.0, 3.0, 1.0, 0.0])
    x = np.linspace(0.0, 0.9, 2001)
    value, slope = table(x)
    assert (np.diff(value) <= 1e-15).all()
    np.testing.assert_allclose(table(x - 1e-9)[1], table(x + 1e-9)[1], atol=1e-6)
    # Straight on beyond both ends.
    beyond, at_end = table(np.array([-0.1, 1.1])), table(np.array([0.0, 0.9]))
    np.testing.assert_allclose(beyond[1], slope[[0, -1]])
    np.testing.assert_allclose(beyond[0], at_end[0] + at_end[1] * [-0.1, 0.2])


def test_file_gives_the_voltage_of_the_set_it_was_made_of(tmp_path):
    file = open_bpx(saved(tmp_path, chen2020()))
    # 5 A h, from two pairs of half the area.
    assert file.nominal_capacity * CHEN_AREA == pytest.approx(5.0, rel=1e-12)
    ours, read = (
        discharged(cell, c_rate=1.0, nominal=file.nominal_capacity) for cell in (FULL, file.cell)
    )
    # Rounding alone: nothing of the set goes through a table.
    assert voltage_between(ours, read) < 1e-9
    assert read.capacity[-1] == pytest.approx(ours.capacity[-1], rel=1e-9)


def test_charged_and_empty_cell_stand_at_the_files_limits(tmp_path):
    window = stoichiometry_window(read_bpx(saved(tmp_path, chen2020())))
    assert window.negative_charged == 0.9106180466524104
    assert window.positive_charged == 0.2638452245913298
    # The empty end follows from the lower voltage limit; the file's own was solved to 1e-6.
    assert window.negative_discharged == pytest.approx(0.02634579027064577, abs=1e-6)
    assert window.positive_discharged == pytest.approx(0.853974674630047, abs=1e-6)


@pytest.mark.parametrize("name", ["lfp_18650_cell_BPX.json", "nmc_pouch_cell_BPX.json"])
def test_shared_files_discharge(electrode_data, name):
    path = electrode_data / "bpx" / name
    if not path.is_file():
        pytest.skip(f"no BPX file at {path}")
    file = open_bpx(path)
    run = discharged(file.cell, c_rate=0.5, nominal=file.nominal_capacity)
    assert run.end_reason == LOWER_VOLTAGE
    # At C/2 both deliver their nominal capacity within 6 %; a wrong area or window does not.
    assert run.capacity[-1] == pytest.approx(file.nominal_capacity, rel=0.06)
    measured = json.loads(path.read_text()).get("Validation", {}).get("1C discharge")
    if measured is None:
        return
    run = discharged(file.cell, c_rate=1.0, nominal=file.nominal_capacity)
    time, voltage = np.array(measured["Time [s]"]), np.array(measured["Voltage [V]"])
    inside = (time > 100.0) & (time < 3400.0)
    rest = np.interp(time[inside], run.time, run.voltage) - voltage[inside]
    # What the file's authors call a good fit of their cell, some 10 mV.
    assert np.sqrt(np.mean(rest**2)) < 0.015


def test_file_comes_back_as_it_was(tmp_path):
    first = read_bpx(saved(tmp_path, chen2020()))
    write_bpx(first, tmp_path / "again.json")
    again = read_bpx(tmp_path / "again.json")
    assert voltage_between(discharged(first), discharged(again)) < 1e-9
    written = json.loads((tmp_path / "again.json").read_text())["Parameterisation"]
    given = chen2020()["Parameterisation"]
    for section in ("Negative electrode", "Positive electrode", "Electrolyte", "Separator"):
        for key, value in given[section].items():
            if isinstance(value, str):
                assert written[section][key] == value
            else:
                assert written[section][key] == pytest.approx(value, rel=2e-6)
    assert json.loads(beside(tmp_path / "again.json").read_text())["what BPX cannot say"] == []


MOHTAT = replace(
    FULL,
    negative=replace(NEGATIVE, material=ACTIVE_MATERIALS["graphite_mohtat2020"]),
    positive=replace(POSITIVE, material=ACTIVE_MATERIALS["nmc532_mohtat2020"], thickness=90e-6),
    electrolyte=ELECTROLYTES["lipf6_valoen2005"](1200.0),
    lower_voltage=3.0,
    upper_voltage=4.15,
    temperature=308.15,
    contact_resistance=1e-3,
)


@pytest.mark.parametrize(
    "cell",
    [
        FULL,
        MOHTAT,
        # A sphere's surface is 3 ε_s/R; a measured one becomes another radius and diffusivity.
        replace(FULL, positive=replace(POSITIVE, surface_area=2.2 * POSITIVE.surface_area)),
    ],
    ids=["tables", "another temperature", "measured surface"],
)
def test_written_cell_gives_the_same_voltage(cell, tmp_path):
    write_bpx(replace(cell, area=0.01), tmp_path / "cell.json")
    again = read_bpx(tmp_path / "cell.json")
    assert again.area == 0.01
    # Tables leave 0.02 mV of each potential and 1e-5 of the other properties.
    assert voltage_between(discharged(cell), discharged(again)) < 5e-5


def test_written_potential_errs_by_less_than_a_tenth_of_a_millivolt(tmp_path):
    write_bpx(MOHTAT, tmp_path / "cell.json")
    sections = json.loads((tmp_path / "cell.json").read_text())["Parameterisation"]
    window = stoichiometry_window(MOHTAT)
    for side, name, low, high in (
        ("Negative electrode", "graphite_mohtat2020", window.negative_discharged, 0.95),
        ("Positive electrode", "nmc532_mohtat2020", window.positive_charged, 0.95),
    ):
        x = np.linspace(low, high, 5001)
        warm = ACTIVE_MATERIALS[name].at_temperature(308.15)
        table = sections[side]["OCP [V]"]
        error = np.interp(x, table["x"], table["y"]) - warm.open_circuit_potential(x)[0]
        assert np.abs(error).max() < 1e-4


def test_what_the_format_cannot_say_stands_beside(tmp_path):
    graded = replace(
        POSITIVE,
        material=ACTIVE_MATERIALS["nmc711_song2025"],
        tortuosity_factor=np.array([1.5, 2.0, 4.0]),
        particle_radius=(3e-6, 6e-6),
        radius_shares=(0.4, 0.6),
        film_resistance=1e-3,
    )
    cell = replace(
        FULL, positive=graded, electrolyte=ELECTROLYTES["lipf6_landesfeind2019"](1000.0),
        contact_resistance=2e-3, lower_voltage=3.0,
    )  # fmt: skip
    write_bpx(cell, tmp_path / "cell.json")
    notes = json.loads((tmp_path / "cell.beyond.json").read_text())["what BPX cannot say"]
    said = {note["what"].split(" [")[0]: note for note in notes}
    assert set(said) == {
        "tortuosity_factor from the collector on", "particle radii", "film resistance",
        "exchange current density", "contact resistance", "thermodynamic factor",
        "cation transference number against concentration",
        "thermodynamic factor against concentration",
    }  # fmt: skip
    assert said["tortuosity_factor from the collector on"]["value"] == [1.5, 2.0, 4.0]
    sections = json.loads((tmp_path / "cell.json").read_text())["Parameterisation"]
    # Parts in series conduct as the mean of their resistances.
    efficiency = 0.335 / np.mean([1.5, 2.0, 4.0])
    positive = sections["Positive electrode"]
    assert positive["Transport efficiency"] == pytest.approx(efficiency, rel=1e-12)
    assert sections["User-defined"]["Thermodynamic factor"] == pytest.approx(2.18, abs=5e-3)
    # The law of BPX with the same mean resistance 1/j0 as the measured one.
    x = np.linspace(positive["Minimum stoichiometry"], positive["Maximum stoichiometry"], 201)
    law = 96485.33212 * positive["Reaction rate constant [mol.m-2.s-1]"] * np.sqrt(x * (1.0 - x))
    measured = 26.0 * np.exp(-7.0 * (x - 0.1) ** 2)
    assert np.mean(1.0 / law) == pytest.approx(np.mean(1.0 / measured), rel=1e-9)
    # What stands under the user's own keys comes back.
    again = read_bpx(tmp_path / "cell.json")
    salt = np.linspace(300.0, 2500.0, 20)
    for name in ("transference_number", "thermodynamic_factor"):
        back, _ = getattr(again.electrolyte, name)(salt, 298.15)
        expected, _ = getattr(cell.electrolyte, name)(salt, 298.15)
        np.testing.assert_allclose(back, expected, rtol=1e-4)
    assert again.contact_resistance == pytest.approx(2e-3, rel=1e-12)


def test_temperature_acts_from_the_files_reference(tmp_path):
    content = chen2020()
    sections = content["Parameterisation"]
    sections["Cell"]["Reference temperature [K]"] = 303.15
    content["State"]["Thermal environment"] = {"Ambient temperature [K]": 318.15}
    sections["Electrolyte"]["Conductivity activation energy [J.mol-1]"] = 17100
    positive = sections["Positive electrode"]
    positive["Diffusivity activation energy [J.mol-1]"] = 30000
    positive["Reaction rate constant activation energy [J.mol-1]"] = 55000
    positive["Entropic change coefficient [V.K-1]"] = "1e-4 * x"
    cell = read_bpx(saved(tmp_path, content))
    still = read_bpx(saved(tmp_path, chen2020(), "still.json"))
    assert cell.temperature == 318.15
    x, c = np.array([0.4]), np.array([900.0])
    kelvins = 1.0 / 303.15 - 1.0 / 318.15
    warm, cold = cell.positive.material.at_temperature(318.15), still.positive.material
    ratio = warm.diffusivity(x)[0] / cold.diffusivity(x)[0]
    np.testing.assert_allclose(ratio, np.exp(30000 / GAS_CONSTANT * kelvins), rtol=1e-12)
    ratio = warm.exchange_current_density(c, x)[0] / cold.exchange_current_density(c, x)[0]
    np.testing.assert_allclose(ratio, np.exp(55000 / GAS_CONSTANT * kelvins), rtol=1e-12)
    shift = warm.open_circuit_potential(x)[0] - cold.open_circuit_potential(x)[0]
    np.testing.assert_allclose(shift, 1e-4 * 0.4 * 15.0, rtol=1e-9)
    ratio = cell.electrolyte.conductivity(c, 318.15)[0] / still.electrolyte.conductivity(c, 298)[0]
    np.testing.assert_allclose(ratio, np.exp(17100 / GAS_CONSTANT * kelvins), rtol=1e-12)


@pytest.mark.parametrize(
    ("nominal", "said"), [(5.0, None), (4.7, None), (4.5, "87 %"), (12, "233 %")]
)
def test_nominal_capacity_far_from_what_the_cell_holds_is_told(nominal, said, tmp_path):
    """Chen's cell holds 5.153 A h: a tenth off is 4.638 and 5.668."""
    content = chen2020()
    content["Parameterisation"]["Cell"]["Nominal cell capacity [A.h]"] = nominal
    warnings = open_bpx(saved(tmp_path, content)).warnings
    assert len(warnings) == (said is not None)
    if said is not None:
        assert f"nominal capacity of {nominal:g} A h is {said} of the 5.153 A h" in warnings[0]


def test_what_a_file_holds_constant_over_temperature_is_told(tmp_path):
    content = chen2020()
    sections = content["Parameterisation"]
    sections["Cell"]["Reference temperature [K]"] = 298.15
    sections["Electrolyte"]["Conductivity activation energy [J.mol-1]"] = 17100
    for side in ("Negative", "Positive"):
        electrode = sections[f"{side} electrode"]
        electrode["Reaction rate constant activation energy [J.mol-1]"] = 30000
        electrode["Entropic change coefficient [V.K-1]"] = 0.0
    sections["Positive electrode"]["Diffusivity activation energy [J.mol-1]"] = 0
    assert open_bpx(saved(tmp_path, content)).warnings == ()
    content["State"]["Thermal environment"] = {"Ambient temperature [K]": 283.15}
    warnings = open_bpx(saved(tmp_path, content)).warnings
    assert [text.split(",")[0] for text in warnings] == ["Electrolyte", "Negative electrode"]
    assert all(text.endswith("stand as at 298.15 K: diffusivity") for text in warnings)


def test_tables_tell_the_concentrations_that_they_reach(tmp_path):
    content = chen2020()
    fluid = content["Parameterisation"]["Electrolyte"]
    fluid["Conductivity [S.m-1]"] = {"x": [0, 1000, 2000], "y": [0.01, 0.95, 0.7]}
    fluid["Diffusivity [m2.s-1]"] = {"x": [100, 1000, 3000], "y": [4e-10, 2e-10, 1e-10]}
    assert open_bpx(saved(tmp_path, content)).cell.electrolyte.concentrations == (100.0, 2000.0)


def test_older_files_keep_their_state_among_the_parameters(tmp_path):
    content = chen2020()
    content["Header"]["BPX"] = 0.4
    del content["State"]
    content["Parameterisation"]["Electrolyte"]["Initial concentration [mol.m-3]"] = 1200.0
    content["Parameterisation"]["Cell"]["Ambient temperature [K]"] = 298.15
    content["Parameterisation"]["Cell"]["Density [kg.m-3]"] = 1900.0
    file = open_bpx(saved(tmp_path, content))
    assert file.cell.electrolyte.initial_concentration == 1200.0
    # The rate constant holds at the salt of rest.
    j0, _, _ = file.cell.positive.material.exchange_current_density(
        np.array([1200.0]), np.array([0.5])
    )
    np.testing.assert_allclose(j0, 3.42e-6 * np.sqrt(1000.0) * 63104.0 * 0.5, rtol=1e-12)
    assert file.left_out == ("Cell: Density [kg.m-3]",)


def test_half_cell_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="BPX has no half cells"):
        write_bpx(HALF, tmp_path / "half.json")
    assert list(tmp_path.iterdir()) == []


NEGATIVE_KEYS = ("Parameterisation", "Negative electrode")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("Header", "Model"), "SPM", '"Model" is "SPM"; expected "DFN"'),
        (("Header", "BPX"), "2.0", '"BPX" is "2.0"; expected a version'),
        (("Header",), None, 'the file: "Header" is missing'),
        (("Parameterisation", "Separator"), None, 'Parameterisation: "Separator" is missing'),
        ((*NEGATIVE_KEYS, "Porosity"), None, 'Negative electrode: "Porosity" is missing'),
        ((*NEGATIVE_KEYS, "Porosity"), "a lot", 'Porosity" is "a lot"; expected a number'),
        ((*NEGATIVE_KEYS, "Porosity"), 0.5, "Negative electrode: .* together exceed 1"),
        ((*NEGATIVE_KEYS, "Transport efficiency"), 0.3, "at most the porosity, 0.25"),
        ((*NEGATIVE_KEYS, "Particle"), {"a": {}}, '"Particle" stands there; blended electrodes'),
        ((*NEGATIVE_KEYS, "OCP (lithiation) [V]"), "x", "hysteresis is not modelled"),
        (
            (*NEGATIVE_KEYS, "Difusivity activation"),
            1.0,
            r"no key known here .did you mean \"Diffusivity act",
        ),
        ((*NEGATIVE_KEYS, "OCP [V]"), "y ** 2", 'OCP \\[V\\]" is "y" in an expression'),
        ((*NEGATIVE_KEYS, "OCP [V]"), {"x": [0, 0], "y": [1, 2]}, "stands twice"),
        ((*NEGATIVE_KEYS, "OCP [V]"), {"x": [0, 1]}, "is an object that is not"),
        ((*NEGATIVE_KEYS, "OCP [V]"), "log(x - 0.5)", "finite values"),
        ((*NEGATIVE_KEYS, "Diffusivity [m2.s-1]"), "x - 0.5", "finite values above 0"),
        ((*NEGATIVE_KEYS, "Diffusivity [m2.s-1]"), "1e-14 / x", "at x = 0; expected finite"),
        ((*NEGATIVE_KEYS, "Thickness [m]"), 10**400, "is inf; expected a finite number"),
        ((*NEGATIVE_KEYS, "OCP [V]"), "5 + x", "equilibrium voltage is .* already past 2.5 V"),
        (("Parameterisation", "Cell", "Reference temperature [K]"), 25, "finite number above 200"),
        ((*NEGATIVE_KEYS, "Maximum stoichiometry"), 0.01, "a finite number above 0.026"),
        ((*NEGATIVE_KEYS, "Maximum stoichiometry"), 1.2, "expected at most 1"),
        (("Parameterisation", "Cell", "Electrode area [m2]"), 0, "a finite number above 0"),
        (
            ("Parameterisation", "Cell", "Lower voltage cut-off [V]"),
            4.3,
            r'Cell: "Lower voltage cut-off \[V\]" 4.3 V is not below "Upper',
        ),
        ((*NEGATIVE_KEYS, "Thickness [m]"), 85.2, "expected metres, such as 8.52e-05 for 85.2 µm"),
        (("Parameterisation", "Electrolyte", "Cation transference number"), 1.4, "below 1"),
        (("State", "Degradation"), {"LLI": 0.1}, "a cell as it was made is expected"),
        (("State", "Initial conditions"), 3, "State, Initial conditions is no object"),
    ],
)
def test_bad_file_is_refused_by_file_and_key(place, value, message, tmp_path):
    content = chen2020()
    section = content
    for key in place[:-1]:
        section = section[key]
    if value is None:
        del section[place[-1]]
    else:
        section[place[-1]] = value
    with pytest.raises(InputError, match=message) as error:
        read_bpx(saved(tmp_path, content))
    assert "cell.json" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"Header": ', "is no JSON file \\(line 1\\)"),
        (b"[1, 2]", "the file is no object"),
        (b"\xff\xfe\x00", "cannot be read: it is no text"),
        (b"[" * 100_000, "is no JSON file"),
        (None, "cannot be read: No such file"),
    ],
)
def test_what_is_no_bpx_file_is_refused(content, message, tmp_path):
    path = tmp_path / "cell.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_bpx(path)


def test_functions_of_a_file_are_numbers_tables_or_expressions():
    for wrong in (None, True, [1.0], {"x": [0, 1], "y": [0, "1"]}, {"x": [0], "y": [1]}):
        with pytest.raises(ValueError, match=r"number|object|table"):
            function_of(wrong)


@pytest.mark.slow
def test_pybamm_loads_what_is_written(tmp_path):
    pybamm = pytest.importorskip("pybamm")
    pytest.importorskip("bpx")
    cell = replace(FULL, area=CHEN_AREA)
    path = tmp_path / "cell.json"
    write_bpx(cell, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = pybamm.ParameterValues.create_from_bpx(str(path))
        mesh = dict.fromkeys(("x_n", "x_s", "x_p", "r_n", "r_p"), 60)
        simulation = pybamm.Simulation(
            pybamm.lithium_ion.DFN(), parameter_values=values, C_rate=1.0, var_pts=mesh,
            solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-6),
        )  # fmt: skip
        solution = simulation.solve([0.0, 4000.0], t_interp=np.linspace(0.0, 4000.0, 401))
    ours, at = discharge(cell, c_rate=1.0), solution.t
    inside = (at > 0.01 * at[-1]) & (at < 0.97 * at[-1])
    rest = np.interp(at[inside], ours.time, ours.voltage) - solution["Voltage [V]"].entries[inside]
    # PyBaMM's own mesh of 60 points errs by some 0.3 mV.
    assert np.abs(rest).max() < 2e-3
    passed = solution["Discharge capacity [A.h]"].entries[-1]
    assert ours.capacity[-1] * CHEN_AREA == pytest.approx(passed, rel=1e-3)
