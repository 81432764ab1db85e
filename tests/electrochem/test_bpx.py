"""Cells from BPX files: nothing silently dropped, bad files refused."""

import json

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.bpx import open_bpx, read_bpx
from electrochem.bpx.section import in_keys
from electrochem.porous_electrode import stoichiometry_window
from electrochem.porous_electrode.endings import LOWER_VOLTAGE
from tests.electrochem.bpx_files import chen2020, discharged, saved, voltage_between
from tests.electrochem.cells import CHEN_AREA, FULL

GAS_CONSTANT = 8.314462618  # [J/mol/K]


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


def test_refusals_name_keys_and_leave_words_as_they_are():
    said = in_keys("Cell.temperature is 500 K; no temperature of graded porosity is; upper_voltage")
    assert said == (
        '"Ambient temperature [K]" is 500 K; no temperature of graded porosity is; '
        '"Upper voltage cut-off [V]"'
    )
