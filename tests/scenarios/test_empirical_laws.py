"""The empirical laws of a run: what is fitted, in which units, and what is said of the rest."""

import json
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from dem.calendering.passes import Passes
from dem.calendering.targets import Sample
from dem.grains import ACTIVE, CBD
from scenarios.runner import empirical_laws
from scenarios.runner.page.laws import fitted_laws
from scenarios.runner.results import Run, read_run
from scenarios.runner.states import StateFigures

START, CRYSTAL = 2300.0, 4.5


def run_of(densities):
    """A run whose releases follow q = 300 (ρ − ρ₀)^1.5 in N/mm and g/cm³."""
    samples = [
        Sample(index, density, 1e8, 300e3 * ((density - START) / 1e3) ** 1.5)
        for index, density in enumerate([START, *densities])
    ]
    path = SimpleNamespace(
        material=np.array([ACTIVE, CBD]), mass=np.array([2.0, 1.0]), box=SimpleNamespace(area=10.0)
    )
    pressing = SimpleNamespace(samples=samples, start_density=START, path=path)
    row = {"crystal_density_g_cm3": CRYSTAL}
    figures = StateFigures("as_coated", row, {}, {}, {}, np.zeros((1, 1)))
    return SimpleNamespace(pressing=pressing, figures=[figures])


def test_laws_are_fitted_to_every_release_in_the_units_of_the_tables():
    densities = np.linspace(2400.0, 3300.0, 10)
    found = empirical_laws.plain(empirical_laws.laws_of(run_of(densities)))
    json.dumps(found, allow_nan=False)
    fourth = found["equation_4"]
    # Beyond 2300/0.75 = 3067 kg/m³ the power law is not asked for: seven of ten remain.
    assert fourth["pairs"] == 7
    assert fourth["A"]["value"] == pytest.approx(300.0, rel=1e-5)
    assert fourth["B"]["value"] == pytest.approx(1.5, rel=1e-5)
    assert found["pairs"]["density_g_cm3"] == pytest.approx(densities / 1e3)
    assert found["pairs"]["porosity_by_density"] == pytest.approx(1 - densities / 4500, rel=1e-5)
    assert found["porosity_before"] == pytest.approx(1 - 2.3 / 4.5, rel=1e-5)
    fifth, eighth = found["equation_5"], found["equation_8"]
    assert fifth["pairs"] == 10 and fifth["misfit"] < 0.01
    assert eighth["p"]["value"] == pytest.approx(
        fifth["epsilon_min"]["value"] / found["porosity_before"], rel=1e-5
    )
    assert fifth["gamma"] == eighth["gamma"]
    for parameter in (fourth["A"], fourth["B"], fifth["gamma"], fifth["epsilon_min"]):
        assert parameter["low"] <= parameter["value"] <= parameter["high"]
    # 2 kg over 10 m² are 20 mg/cm² of active material.
    assert found["equation_6"]["active_loading_mg_cm2"] == pytest.approx(20.0)
    assert "roll temperatures" in found["equation_6"]["reason"]


def test_too_few_releases_and_several_passes_are_said_not_fitted():
    found = empirical_laws.plain(empirical_laws.laws_of(run_of([2500.0, 2600.0])))
    assert found["equation_4"] == {
        "most_compaction": 0.25,
        "fitted": False,
        "reason": "2 pairs compacted by no more than 0.25; a fit takes at least 4",
    }
    assert not found["equation_5"]["fitted"] and not found["equation_8"]["fitted"]
    passes = SimpleNamespace(pressing=Passes(None, None))
    assert "several" in empirical_laws.plain(empirical_laws.laws_of(passes))["reason"]
    nothing = SimpleNamespace(pressing=SimpleNamespace(samples=[]))
    assert empirical_laws.laws_of(nothing) == "nothing was pressed"


def test_report_draws_the_laws_with_their_bands_and_parameters(tmp_path):
    laws = empirical_laws.laws_of(run_of(np.linspace(2400.0, 3000.0, 7)))
    with h5py.File(tmp_path / "run.h5", "w") as file:
        empirical_laws.write(file, laws)
        curve = file["empirical_laws/equation_4"]
        np.testing.assert_allclose(
            curve["value"], 300 * (curve["density_g_cm3"][()] - 2.3) ** 1.5, rtol=1e-4
        )
        assert (curve["low"][()] <= curve["high"][()]).all()
    run = read_run(tmp_path)
    run.summary = {"empirical_laws": empirical_laws.plain(laws)}
    first, second = fitted_laws(run)
    assert "A = 300 (300 … 300)" in first.caption and "7 releases" in first.caption
    assert "γ =" in second.caption
    assert fitted_laws(Run(tmp_path)) == []
