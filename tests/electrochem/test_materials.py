"""Parameter sets: published values, slopes, and what is only a placeholder."""

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.kinetics import FARADAY, current_density, overpotential
from electrochem.materials import (
    ACTIVE_MATERIALS,
    ELECTROLYTES,
    NEGATIVE_MATERIALS,
    POSITIVE_MATERIALS,
    LithiumMetal,
    nmc622,
)
from scenarios.runner.schema.cell import Cell as CellSection

TEMPERATURE = 298.15
GAS_CONSTANT = 8.314462618  # [J/mol/K]


def within(material, low, high, count):
    """Stoichiometries from low to high as far as the material's potential is known."""
    first, last = material.stoichiometry_range
    return np.linspace(max(low, first + 0.01), min(high, last - 0.01), count)


def central(function, x, step):
    return (function(x + step) - function(x - step)) / (2.0 * step)


@pytest.mark.parametrize("name", ACTIVE_MATERIALS)
def test_material_slopes_match_differences(name):
    material = ACTIVE_MATERIALS[name]
    x, c = within(material, 0.06, 0.97, 60), np.full(60, 900.0)
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
    x = within(material, 0.06, 0.99, 40)
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
    c = np.linspace(50.0, 2500.0, 50)  # [mol/m³]
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


@pytest.mark.parametrize("kelvin", [253.15, 333.15])
def test_properties_stay_finite_wherever_salt_may_gather(kelvin):
    """From −20 to 60 °C up to 8 mol/L, where Valøen's electrolyte would be a glass."""
    c = np.linspace(1.0, 8000.0, 4000)
    for name in ("lipf6_landesfeind2019", "lipf6_valoen2005"):
        electrolyte = ELECTROLYTES[name](1000.0)
        for law in (electrolyte.conductivity, electrolyte.diffusivity):
            value, slope = law(c, kelvin)
            assert (value > 0.0).all()
            assert np.isfinite(slope).all()
            # One and the same curve: what the slope sums up to is what the values gain.
            gained = np.sum(0.5 * (slope[1:] + slope[:-1]) * np.diff(c))
            assert gained == pytest.approx(value[-1] - value[0], abs=1e-3 * value.max())


@pytest.mark.parametrize("celsius", [-30.0, -20.0, -10.0, 0.0, 25.0, 60.0])
def test_conductivity_of_valoen_falls_beyond_its_maximum(celsius):
    """The fit is a square: past its root, or its least value, it would rise to 18 S/m."""
    c = np.linspace(10.0, 8000.0, 2000)
    conductivity = ELECTROLYTES["lipf6_valoen2005"](1000.0).conductivity
    value, slope = conductivity(c, 273.15 + celsius)
    beyond = np.argmax(np.diff(value) < 0.0)
    assert (np.diff(value[beyond:]) <= 0.0).all()
    assert (slope[beyond + 1 :] <= 0.0).all()
    # Where the fit stands by itself it is left: its own polynomial at 1 mol/L.
    kelvin = 273.15 + celsius
    root = -10.5 + 0.0740 * kelvin - 6.96e-5 * kelvin**2 + 0.668 - 0.0178 * kelvin
    root += 2.80e-5 * kelvin**2 + 0.494 - 8.86e-4 * kelvin
    np.testing.assert_allclose(conductivity(1000.0, kelvin)[0], 0.1 * root**2, rtol=1e-12)


def test_electrolyte_values_of_landesfeind_at_one_molar():
    electrolyte = ELECTROLYTES["lipf6_landesfeind2019"](1000.0)
    at = np.array([1000.0])
    # Half a unit of the last printed digit.
    assert electrolyte.conductivity(at, TEMPERATURE)[0] == pytest.approx(0.913, abs=5e-4)
    assert electrolyte.diffusivity(at, TEMPERATURE)[0] == pytest.approx(2.89e-10, abs=5e-13)
    assert electrolyte.transference_number(at, TEMPERATURE)[0] == pytest.approx(0.221, abs=5e-4)
    assert electrolyte.thermodynamic_factor(at, TEMPERATURE)[0] == pytest.approx(2.18, abs=5e-3)


def test_electrolyte_values_of_valoen_at_294_kelvin():
    electrolyte = ELECTROLYTES["lipf6_valoen2005"](1000.0)
    one, kelvin = np.array([1000.0]), 294.0
    # By hand from the printed coefficients, at 1 mol/L.
    root = -10.5 + 0.0740 * 294 - 6.96e-5 * 294**2 + 0.668 - 0.0178 * 294 + 2.8e-5 * 294**2
    root += 0.494 - 8.86e-4 * 294
    assert electrolyte.conductivity(one, kelvin)[0] == pytest.approx(0.1 * root**2, rel=1e-12)
    assert electrolyte.conductivity(one, kelvin)[0] == pytest.approx(1.11, abs=0.01)
    assert electrolyte.diffusivity(one, kelvin)[0] == pytest.approx(2.83e-10, rel=5e-3)
    assert electrolyte.transference_number(one, kelvin)[0] == 0.38
    factor = electrolyte.thermodynamic_factor(one, kelvin)[0]
    assert (1.0 - 0.38) * factor == pytest.approx(0.601 - 0.24 + 0.982, rel=1e-12)


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
    assert "open-circuit potential" in " ".join(ACTIVE_MATERIALS["nmc711_song2025"].placeholders)
    assert all(material.source for material in ACTIVE_MATERIALS.values())
    assert all(make(1000.0).source for make in ELECTROLYTES.values())


def test_a_scenario_may_name_every_set():
    for key, sets in (
        ("active_material", POSITIVE_MATERIALS),
        ("negative_material", NEGATIVE_MATERIALS),
        ("electrolyte", ELECTROLYTES),
    ):
        assert set(CellSection.model_fields[key].annotation.__args__) == set(sets)


# Mohtat's fits worked out by hand at x = 0.5: tanh's arguments and exp's exponents in the fits'
# own order, to the digits printed here.
MOHTAT = [
    ("graphite_mohtat2020", 0.5, 0.063 - 0.0120 - 0.0118 - 0.0035 - 0.0095 - 0.0067005 + 0.08),
    ("nmc532_mohtat2020", 0.5, 4.3452 - 0.8259 + 0.405625 - 0.2605375 + 0.2196625 - 0.06926875),
]


@pytest.mark.parametrize(("name", "x", "potential"), MOHTAT)
def test_potentials_of_mohtat(name, x, potential):
    # Left out are terms below 1e-8 V.
    assert ACTIVE_MATERIALS[name].potential(x) == pytest.approx(potential, abs=2e-7)


@pytest.mark.parametrize(
    ("name", "concentration", "rate_constant", "diffusivity"),
    [
        ("graphite_chen2020", 33133.0, 6.48e-7, 3.3e-14),
        ("nmc811_chen2020", 63104.0, 3.42e-6, 4e-15),
        ("graphite_mohtat2020", 28746.0, 1.061e-6, 5e-15),
        ("nmc532_mohtat2020", 35380.0, 4.824e-6, 8e-15),
    ],
)
def test_exchange_current_of_newmans_form(name, concentration, rate_constant, diffusivity):
    material = ACTIVE_MATERIALS[name]
    x, c = np.array([0.3]), np.array([1200.0])
    j0, _, _ = material.exchange_current_density(c, x)
    filled = 0.3 * concentration
    expected = rate_constant * np.sqrt(1200.0 * filled * (concentration - filled))
    np.testing.assert_allclose(j0, expected, rtol=1e-12)
    np.testing.assert_array_equal(material.diffusivity(x)[0], diffusivity)


def test_nmc711_follows_single_particles():
    """Song 2025: j0 = 26 A/m² and D_s = 3e-14 m²/s at x = 0.1, whatever the electrolyte."""
    material = ACTIVE_MATERIALS["nmc711_song2025"]
    x = np.array([0.1, 0.6])
    for salt in (1.0, 2000.0):
        j0, by_salt, _ = material.exchange_current_density(np.full(2, salt), x)
        np.testing.assert_allclose(j0, [26.0, 26.0 * np.exp(-7.0 * 0.25)], rtol=1e-12)
        np.testing.assert_array_equal(by_salt, 0.0)
    expected = [3e-14, 3e-14 * np.exp(-6.0 * 0.5**5)]
    np.testing.assert_allclose(material.diffusivity(x)[0], expected, rtol=1e-12)
    # Between its limits of lithiation, 0.242 to 0.91, 4.77 g/cm³ hold the 183.5 mAh/g of Table 2,
    # 0.5 % more than the rounded limits say.
    held = (0.91 - 0.242) * material.maximum_concentration * FARADAY / 3600.0 / 4770.0
    assert held == pytest.approx(183.5, rel=6e-3)
    # Its stand-in potential meets that window's charged end, 4.3 V, within 0.01 of lithium.
    assert material.stoichiometry_at(4.3) == pytest.approx(0.242, abs=0.01)


@pytest.mark.parametrize(
    ("name", "file", "rms"),
    [
        # What Chen's fits leave of their own measured curves: 2.9 and 5.0 mV rms, and 0.1 V on
        # the empty graphite's steep end, left out here; a wrong digit leaves more.
        ("graphite_chen2020", "graphite_LGM50_ocp_Chen2020.csv", 3.5e-3),
        ("nmc811_chen2020", "nmc_LGM50_ocp_Chen2020.csv", 5.5e-3),
    ],
)
def test_potential_fits_what_was_measured(electrode_data, name, file, rms):
    path = electrode_data / "ocp" / file
    if not path.is_file():
        pytest.skip(f"no measured potentials at {path}")
    x, measured = np.loadtxt(path, delimiter=",", comments="#").T
    inside = (x > 0.05) & (x < 0.95)
    fitted, _ = ACTIVE_MATERIALS[name].open_circuit_potential(x[inside])
    assert np.sqrt(np.mean((fitted - measured[inside]) ** 2)) < rms


@pytest.mark.parametrize(
    ("name", "diffusion", "exchange"),
    [
        ("graphite_chen2020", 0.0, 35000.0),
        ("nmc811_chen2020", 0.0, 17800.0),
        ("graphite_mohtat2020", 42770.0, 37480.0),
        ("nmc532_mohtat2020", 18550.0, 39570.0),
    ],
)
def test_temperature_acts_by_arrhenius(name, diffusion, exchange):
    cold = ACTIVE_MATERIALS[name]
    warm = cold.at_temperature(318.15)
    x, c = np.array([0.4]), np.array([1000.0])
    kelvins = 1.0 / 298.15 - 1.0 / 318.15
    ratio = warm.diffusivity(x)[0] / cold.diffusivity(x)[0]
    np.testing.assert_allclose(ratio, np.exp(diffusion / GAS_CONSTANT * kelvins), rtol=1e-12)
    ratio = warm.exchange_current_density(c, x)[0] / cold.exchange_current_density(c, x)[0]
    np.testing.assert_allclose(ratio, np.exp(exchange / GAS_CONSTANT * kelvins), rtol=1e-12)


def test_entropy_shifts_the_potential_and_its_slope():
    material = ACTIVE_MATERIALS["graphite_mohtat2020"].at_temperature(308.15)
    x = np.linspace(0.1, 0.9, 30)
    value, slope = material.open_circuit_potential(x)
    still, _ = ACTIVE_MATERIALS["graphite_mohtat2020"].open_circuit_potential(x)
    powers = 1e-3 * np.array([0.28, -1.56, -8.92, 57.21, -110.7, 90.71, -27.14])
    np.testing.assert_allclose(value - still, 10.0 * np.polyval(powers[::-1], x), atol=1e-14)
    difference = central(lambda at: material.open_circuit_potential(at)[0], x, 1e-6)
    np.testing.assert_allclose(slope, difference, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["nmc622", "nmc711_song2025"])
def test_set_without_activation_energies_holds_at_25_degrees(name):
    with pytest.raises(InputError, match="gives no activation energies"):
        ACTIVE_MATERIALS[name].at_temperature(310.0)


@pytest.mark.parametrize("name", ACTIVE_MATERIALS)
def test_what_no_source_follows_over_temperature_is_said(name):
    material = ACTIVE_MATERIALS[name]
    for held, energy in (
        ("diffusivity", material.diffusion_activation),
        ("exchange current density", material.exchange_activation),
    ):
        assert (held in material.held) == (energy in (None, 0.0))
    entropy = material.entropic_coefficient
    assert ("open-circuit potential" in material.held) == (not callable(entropy))
    assert material.held_at(TEMPERATURE) == ()
    notes = material.held_at(298.65)
    assert len(notes) == (1 if material.held else 0)
    assert all(held in notes[0] and "298.65 K" in notes[0] for held in material.held)


def test_lithium_metal_has_no_activation_energy_and_says_so():
    assert LithiumMetal().held_at(TEMPERATURE) == ()
    (note,) = LithiumMetal().held_at(273.15)
    assert "exchange current density" in note
    assert "273.15 K" in note


def test_electrolyte_names_the_range_that_was_left():
    nyman = ELECTROLYTES["lipf6_nyman2008"](1000.0)
    # 0.2 to 2 mol/L; a twentieth of the range, 0.09 mol/L, counts as a little.
    assert nyman.beyond(120.0, 2080.0) == ()
    (note,) = nyman.beyond(120.0, 2100.0)
    assert "Nyman 2008" in note
    assert "0.2 to 2 mol/L" in note
    assert "rose to 2.1 mol/L" in note
    assert "fell" not in note
    (note,) = nyman.beyond(50.0, 3000.0)
    assert "fell to 0.05 and rose to 3 mol/L" in note
    landesfeind = ELECTROLYTES["lipf6_landesfeind2019"](1000.0)
    assert landesfeind.held_at(263.15) == landesfeind.held_at(TEMPERATURE) == ()
    (note,) = landesfeind.held_at(253.15)
    assert "is known, as others say, from 263.15 to 323.15 K" in note
    assert "253.15 K" in note


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
