"""Cells written to BPX files: the same voltage again, and beside them what is left out."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.bpx import beside, read_bpx, write_bpx
from electrochem.materials import ACTIVE_MATERIALS, ELECTROLYTES
from electrochem.porous_electrode import discharge, stoichiometry_window
from tests.electrochem.bpx_files import chen2020, discharged, saved, voltage_between
from tests.electrochem.cells import CHEN_AREA, FULL, HALF, NEGATIVE, POSITIVE


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


def test_half_cell_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="BPX has no half cells"):
        write_bpx(HALF, tmp_path / "half.json")
    assert list(tmp_path.iterdir()) == []


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
