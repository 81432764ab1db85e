"""Parameter sets: published values, slopes, and what is only a placeholder."""

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.kinetics import FARADAY, current_density, overpotential
from electrochem.materials import ACTIVE_MATERIALS, ELECTROLYTES, LithiumMetal, nmc622

TEMPERATURE = 298.15


def central(function, x, step):
    return (function(x + step) - function(x - step)) / (2.0 * step)


@pytest.mark.parametrize("name", ACTIVE_MATERIALS)
def test_material_slopes_match_differences(name):
    material = ACTIVE_MATERIALS[name]
    x, c = np.linspace(0.06, 0.97, 60), np.full(60, 900.0)
    # Differences over 1e-6 of order-one functions leave some 1e-9 of truncation and rounding.
    for law in (material.open_circuit_potential, material.diffusivity):
        slope = central(lambda at, law=law: law(at)[0], x, 1e-6)
        np.testing.assert_allclose(law(x)[1], slope, rtol=1e-5, atol=1e-7)
    j0, by_c, by_x = material.exchange_current_density(c, x)
    slope = central(lambda at: material.exchange_current_density(at, x)[0], c, 1e-3)
    np.testing.assert_allclose(by_c, slope, rtol=1e-6)
    slope = central(lambda at: material.exchange_current_density(c, at)[0], x, 1e-6)
    np.testing.assert_allclose(by_x, slope, rtol=1e-6, atol=1e-6 * j0.max())


@pytest.mark.parametrize("name", ACTIVE_MATERIALS)
def test_potential_falls_with_lithium_and_inverts(name):
    material = ACTIVE_MATERIALS[name]
    x = np.linspace(0.06, 0.99, 40)
    potential, slope = material.open_circuit_potential(x)
    assert (slope < 0.0).all()
    # The root is asked to 1e-14 in x.
    back = [material.stoichiometry_at(value) for value in potential]
    np.testing.assert_allclose(back, x, atol=1e-11)
    with pytest.raises(InputError, match=r"has no open-circuit potential of 9\.000 V"):
        material.stoichiometry_at(9.0)


@pytest.mark.parametrize("name", ELECTROLYTES)
def test_electrolyte_slopes_match_differences(name):
    electrolyte = ELECTROLYTES[name](1000.0)
    c = np.linspace(50.0, 2500.0, 50)
    for law in (
        electrolyte.conductivity,
        electrolyte.diffusivity,
        electrolyte.transference_number,
        electrolyte.thermodynamic_factor,
    ):
        value, slope = law(c, TEMPERATURE)
        difference = central(lambda at, law=law: law(at, TEMPERATURE)[0], c, 1e-2)
        # Rounding of the value over a step of 0.01 mol/m³.
        floor = 1e-12 * np.abs(value).max()
        np.testing.assert_allclose(slope, difference, rtol=1e-6, atol=floor)


def test_electrolyte_values_of_landesfeind_at_one_molar():
    electrolyte = ELECTROLYTES["lipf6_landesfeind2019"](1000.0)
    at = np.array([1000.0])
    # Half a unit of the last printed digit.
    assert electrolyte.conductivity(at, TEMPERATURE)[0] == pytest.approx(0.913, abs=5e-4)
    assert electrolyte.diffusivity(at, TEMPERATURE)[0] == pytest.approx(2.89e-10, abs=5e-13)
    assert electrolyte.transference_number(at, TEMPERATURE)[0] == pytest.approx(0.221, abs=5e-4)
    assert electrolyte.thermodynamic_factor(at, TEMPERATURE)[0] == pytest.approx(2.18, abs=5e-3)


def test_nmc622_potential_is_that_of_its_sites():
    potential = np.linspace(2.2, 5.0, 3001)
    filled, _ = nmc622.occupancy(potential)
    # Quartic error of 2 mV cubic segments.
    np.testing.assert_allclose(nmc622.open_circuit_potential(filled)[0], potential, atol=1e-7)
    x = np.linspace(0.20, 0.985, 100)
    explicit = (
        4.63451 - 4.56359 * x + 10.556 * x**2 - 10.7214 * x**3 + 3.81503 * x**4
        - 0.0801993 * np.exp(51.7564 * (x - 1.0)) - 0.14103 * np.tanh(6.60552 * (x - 0.403539))
    )  # fmt: skip
    # An explicit fit of the same curve, stated good to 3 mV.
    np.testing.assert_allclose(nmc622.open_circuit_potential(x)[0], explicit, atol=3.1e-3)


def test_nmc622_counts_lithium_by_occupancy():
    material = nmc622.MATERIAL
    moved = material.stoichiometry_at(3.0) - material.stoichiometry_at(4.3)
    # Absolute content x = 0.958 − 0.811 (1 − occupancy) on the crystal's 47 664 mol/m³; the
    # occupancy's own maximum is rounded to three digits.
    absolute = 0.811 * moved * 47664.0
    assert moved * material.maximum_concentration == pytest.approx(absolute, rel=2e-3)
    # Per mass of 4760 kg/m³ that must be what NMC622 is known to give at 4.3 V, 170–195 mAh/g.
    milliamp_hours_per_gram = moved * material.maximum_concentration * FARADAY / 3600.0 / 4760.0
    assert 170.0 < milliamp_hours_per_gram < 195.0


def test_values_without_a_source_are_marked():
    said = " ".join(ACTIVE_MATERIALS["nmc622"].placeholders)
    assert "exchange current" in said
    assert "bulk conductivity" in said
    assert all(material.source for material in ACTIVE_MATERIALS.values())


def test_overpotential_inverts_butler_volmer():
    eta = np.linspace(-0.4, 0.4, 41)
    j = current_density(eta, 3.0, TEMPERATURE)
    value, by_j, by_j0 = overpotential(j, np.full_like(j, 3.0), TEMPERATURE)
    np.testing.assert_allclose(value, eta, atol=1e-14)
    slope = central(lambda at: overpotential(at, 3.0, TEMPERATURE)[0], j, 1e-4)
    np.testing.assert_allclose(by_j, slope, rtol=1e-6)
    slope = central(lambda at: overpotential(j, at, TEMPERATURE)[0], 3.0, 1e-4)
    np.testing.assert_allclose(by_j0, slope, rtol=1e-6, atol=1e-12)


def test_lithium_metal_exchange_current():
    # F 3.5e-8 · 76900^0.7 · 1000^0.3 by hand: 70.5 A/m².
    assert LithiumMetal().exchange_current_density(1000.0) == pytest.approx(70.5, abs=0.1)
