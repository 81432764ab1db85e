"""Bruggeman's law over the states of a run, and capacity over rate by penetration depth."""

import json
import re

import numpy as np
import pytest

from electrochem.kinetics import FARADAY
from scenarios.runner import pore_laws
from scenarios.runner.discharges import nominal_capacity_of
from scenarios.runner.page.curves import curves
from scenarios.runner.page.pore_laws import bruggeman_plot, rate_estimate
from scenarios.runner.report import write_report
from scenarios.runner.results import Run, read_run
from scenarios.runner.schema.cell import Cell
from scenarios.runner.states import StateFigures
from tests.scenarios.test_report import Page

HALF = Cell(kind="half", rates=("1C", "3C"))


def states_of(porosities, exponent=1.8, prefactor=1.1, scatter=0.0):
    """Rows of states of 60 to 40 µm that follow τ² = a ε^(1−α), some a little off."""
    figures = []
    for k, space in enumerate(porosities):
        off = np.exp(scatter * (-1) ** k)
        row = {
            "density_g_cm3": 4.6 * (1 - space),
            "thickness_um": 30.0 / (1 - space),
            "porosity": space,
            "tortuosity_factor_z": prefactor * space ** (1 - exponent) * off,
            "am_fraction": 0.9 * (1 - space),
            "am_pore_area_m2_m3": 3e5,
            "am_cbd_area_m2_m3": 1e5,
            "cbd_nanoporosity": 0.5,
            "electronic_conductivity_z_S_m": 1.0,
            "particle_diameter_um": 8.0,
        }
        figures.append(StateFigures(f"{4.6 * (1 - space):.2f}", row, {}, {}, {}, np.zeros((1, 1))))
    return figures


def run_of(figures, tmp_path, cell=HALF):
    run = Run(tmp_path, [{**of.row, "state": of.name} for of in figures])
    run.summary = pore_laws.plain(figures, cell)
    return run


def test_exponent_of_a_series_is_fitted_with_its_interval():
    found = pore_laws.plain(states_of([0.5, 0.42, 0.35, 0.28], scatter=0.02), HALF)["bruggeman"]
    json.dumps(found, allow_nan=False)
    assert found["fitted"] and found["states"] == ["2.30", "2.67", "2.99", "3.31"]
    for name, true in (("exponent", 1.8), ("prefactor", 1.1)):
        assert found[name]["low"] < true < found[name]["high"]
        assert found[name]["low"] < found[name]["value"] < found[name]["high"]
    exact = pore_laws.plain(states_of([0.5, 0.4, 0.3]), HALF)["bruggeman"]
    # Six digits of the file.
    assert exact["exponent"]["value"] == pytest.approx(1.8, rel=1e-5)
    assert exact["prefactor"]["value"] == pytest.approx(1.1, rel=1e-5)
    # ε^α = ε/τ² of each state by itself holds the prefactor in its exponent.
    assert exact["exponent_of_state"]["2.30"] == pytest.approx(
        1.8 - np.log(1.1) / np.log(0.5), rel=1e-5
    )


def test_two_porosities_or_closed_pores_give_no_exponent():
    for porosities in ([0.5, 0.4], [0.5, 0.4, 0.4]):
        found = pore_laws.plain(states_of(porosities), HALF)["bruggeman"]
        assert not found["fitted"] and found["reason"].startswith("2 states of different porosity")
    closed = states_of([0.5, 0.4, 0.3])
    closed[2].row["tortuosity_factor_z"] = np.inf
    found = pore_laws.plain(closed, HALF)
    json.dumps(found, allow_nan=False)
    assert not found["bruggeman"]["fitted"]
    estimate = found["penetration_depth"]
    assert estimate["estimated"]
    assert estimate["of_state"]["3.22"] == {
        "estimated": False,
        "reason": "its pores do not percolate",
    }


def test_estimate_is_the_flow_of_salt_over_the_thickness():
    (state,) = states_of([0.4])
    found = pore_laws.plain([state], HALF)["penetration_depth"]
    of, row = found["of_state"][state.name], state.row
    # Eq. 9 with L_d = L, from the salt that the file names.
    salt = (
        found["salt_diffusivity_m2_s"] * found["salt_concentration_mol_m3"] * FARADAY
        / (1 - found["transference_number"])
    )  # fmt: skip
    effective = row["porosity"] / row["tortuosity_factor_z"]
    critical = effective * salt / (1e-6 * row["thickness_um"])
    assert of["critical_current_density_mA_cm2"] == pytest.approx(0.1 * critical, rel=1e-5)
    nominal = nominal_capacity_of(state, HALF)
    assert of["nominal_capacity_mAh_cm2"] == pytest.approx(0.1 * nominal, rel=1e-5)
    assert of["critical_rate_C"] == pytest.approx(critical / nominal, rel=1e-5)
    assert found["rates_C"] == [1.0, 2.0, 3.0, 5.0, 10.0, 20.0]
    share, depth = np.array(of["capacity_share"]), np.array(of["penetration_depth_um"])
    assert depth * found["rates_C"] == pytest.approx(depth[0], rel=1e-5)
    assert share == pytest.approx(np.minimum(1.0, depth / row["thickness_um"]), rel=1e-5)


def test_no_cell_no_estimate():
    found = pore_laws.plain(states_of([0.4]), Cell(kind="none"))["penetration_depth"]
    assert not found["estimated"] and "no cell is asked for" in found["reason"]


def test_page_draws_law_and_estimate_with_units(tmp_path):
    run = run_of(states_of([0.5, 0.42, 0.35, 0.28], scatter=0.02), tmp_path)
    (shown,) = bruggeman_plot(run)
    assert "Bruggeman's exponent over 4 states" in shown.caption and "95 %" in shown.caption
    assert shown in {heading: plots for heading, plots, _ in curves(run)}["Transport"]
    estimate = rate_estimate(run)
    assert estimate["columns"] == ["2.30", "2.67", "2.99", "3.31"]
    critical = [float(text) for text in estimate["table"][0][2]]
    # Less porous and thinner alike: pores win.
    assert critical == sorted(critical, reverse=True)
    assert "Estimate" in estimate["plot"].caption
    assert bruggeman_plot(Run(tmp_path)) == [] and rate_estimate(Run(tmp_path)) is None


def test_report_of_a_run_states_that_it_is_an_estimate(tmp_path):
    run = run_of(states_of([0.5, 0.42, 0.35, 0.28], scatter=0.02), tmp_path)
    names = list(run.rows[0])
    lines = [",".join(names)] + [",".join(str(row[name]) for name in names) for row in run.rows]
    (tmp_path / "summary.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "summary.json").write_text(json.dumps(run.summary))
    page = Page(write_report(tmp_path).read_text(encoding="utf-8"))
    text = " ".join("".join(page.text).split())
    assert "Capacity over rate, an estimate" in page.headings
    assert "it is no discharge curve" in text
    assert re.search(r"Critical current density ?/ mA cm⁻² ?\d", text)
    labels = [re.findall(r"<!-- (.*?) -->", svg) for svg in page.plots]
    assert any("Tortuosity factor τ² / –" in of and "Porosity / %" in of for of in labels)
    assert any("Current density / mA cm⁻²" in of for of in labels)
    assert read_run(tmp_path).summary["bruggeman"]["fitted"]
