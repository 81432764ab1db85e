"""The porous electrode's equations against conservation laws and closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from electrochem.kinetics import FARADAY, GAS_CONSTANT
from electrochem.materials import ELECTROLYTES, Constant
from electrochem.porous_electrode import Resolution, discharge, nominal_capacity
from electrochem.porous_electrode.curve import summarise
from electrochem.porous_electrode.newton import _update, assemble, current_of, solve_linear
from tests.analytic_cell import (
    concentration_step,
    porous_electrode_resistance,
    sphere_surface_rise,
    symmetric_overpotential,
)
from tests.electrochem.cells import (
    FULL,
    HALF,
    POSITIVE,
    constant_electrolyte,
    with_variable_diffusivity,
)
from tests.electrochem.marching import march

LANDESFEIND = ELECTROLYTES["lipf6_landesfeind2019"](1000.0)


@pytest.mark.parametrize("cell", [FULL, HALF], ids=["full", "half"])
@pytest.mark.parametrize("frozen", [False, True])
def test_newton_update_solves_the_linearised_equations(cell, frozen):
    """Newton converges quadratically from a state nearby only if every derivative is exact."""
    electrodes = {
        "positive": replace(with_variable_diffusivity(cell.positive), film_resistance=1e-3),
        "electrolyte": LANDESFEIND,
    }
    if not cell.is_half:
        electrodes["negative"] = with_variable_diffusivity(cell.negative)
    cell = replace(cell, **electrodes)
    window = [0.7, 0.4][-len(cell.electrodes) :]
    at = march(cell, Resolution(5, 3, 6), 60.0, [20.0, 60.0, 110.0], window)
    random = np.random.default_rng(3)
    state = at.record.state[-1] * (1.0 + 1e-3 * random.uniform(-1.0, 1.0, at.layout.size))
    lead, history = 0.0 if frozen else 0.02, np.zeros(at.layout.size)
    if not frozen:
        history = -lead * at.record.state[-2]
    # The exact solution of this step, then the errors of single updates from further and nearer.
    exact = state.copy()
    for _ in range(8):
        one_update(at.model, exact, lead, history, frozen, 70.0)
    errors = []
    for distance in (1e-2, 1e-3):
        moved = exact + distance * (state - exact) / np.abs(state - exact).max()
        one_update(at.model, moved, lead, history, frozen, 70.0)
        c, *others = at.layout.parts(np.abs(moved - exact))
        errors.append(max(c.max() / 1000.0, *(part.max() / 10.0 for part in others[:2])))
    # A tenth of the distance leaves a hundredth of the error; rounding of potentials is 1e-13.
    assert errors[1] <= 0.02 * errors[0] + 1e-12


def one_update(model, state, lead, history, frozen, current):
    """A single Newton update in place."""
    assert assemble(model, state, lead, history, frozen)
    assert solve_linear(model, 1.0, 0.0, current - current_of(model, state))
    _update(model, state, frozen)


@pytest.mark.parametrize("cell", [FULL, HALF], ids=["full", "half"])
@pytest.mark.parametrize("surface", [1.0, 1.7])
def test_discharge_conserves_lithium_and_charge(cell, surface):
    """Also where the reacting surface is not the spheres' own 3 ε_s/R."""
    positive = replace(cell.positive, surface_area=surface * cell.positive.surface_area)
    cell = replace(cell, positive=positive, electrolyte=LANDESFEIND)
    result = discharge(cell, c_rate=2.0)
    assert result.end_reason == "lower voltage limit"
    # Sums over some 1000 numbers in double precision.
    assert result.lithium_error < 1e-11
    width = cell.positive.thickness / 20
    reaction = result.curve.reaction
    passed = reaction[:, -20:].sum(axis=1) * positive.surface_area * width
    np.testing.assert_allclose(passed, -result.current_density, rtol=1e-10)
    if not cell.is_half:
        width = cell.negative.thickness / 20
        passed = reaction[:, :20].sum(axis=1) * cell.negative.surface_area * width
        np.testing.assert_allclose(passed, result.current_density, rtol=1e-10)


def test_slow_discharge_follows_the_equilibrium_voltage():
    capacity = nominal_capacity(FULL)
    lithium = capacity * 3600.0 / FARADAY
    gaps = []
    for rate in (1e-2, 1e-3):
        result = discharge(FULL, c_rate=rate)
        share = result.capacity / capacity
        inside = (share > 0.02) & (share < 0.98)
        share, voltage = share[inside], result.voltage[inside]
        p = 0.2638452245913298 + share * lithium / POSITIVE.lithium_capacity
        n = 0.9106180466524104 - share * lithium / FULL.negative.lithium_capacity
        equilibrium = (
            POSITIVE.material.open_circuit_potential(p)[0]
            - FULL.negative.material.open_circuit_potential(n)[0]
        )
        gaps.append(np.abs(voltage - equilibrium).max())
        assert result.capacity[-1] <= capacity
    # Overpotentials are linear in a small current; local errors of 1e-4 V blur the ratio of ten.
    assert gaps[1] < 1e-3
    assert gaps[1] < 0.2 * gaps[0]
    # What is left in the cell at C/1000 sits behind an overpotential of well under 1 mV.
    assert result.capacity[-1] == pytest.approx(capacity, rel=1e-3)


def test_first_voltage_is_equilibrium_less_both_overpotentials():
    """With easy transport the reaction is even and Butler–Volmer can be inverted by hand."""
    material = replace(POSITIVE.material, diffusivity=Constant(1e-6))
    positive = replace(POSITIVE, material=material, electronic_conductivity=1e6, surface_area=5e5)
    cell = replace(
        HALF,
        positive=positive,
        electrolyte=constant_electrolyte(1e6, 1e-3),
        contact_resistance=2e-3,
    )
    current, x = 30.0, cell.positive_stoichiometry
    result = discharge(cell, current_density=current)
    j0 = 3.42e-6 * 63104.0 * np.sqrt(1000.0 * x * (1.0 - x))
    metal = FARADAY * 3.5e-8 * 76900.0**0.7 * 1000.0**0.3
    expected = (
        POSITIVE.material.potential(x)
        - symmetric_overpotential(current / (5e5 * positive.thickness), j0, 298.15)
        - symmetric_overpotential(current, metal, 298.15)
        - current * 2e-3
    )
    # Left over: 2.3e-6 V of END_POLE, ohmic drops of some 1e-9 V.
    assert result.voltage[0] == pytest.approx(expected, abs=4e-6)


def test_separator_carries_salt_and_current_as_in_closed_form():
    """Once the salt is steady: Δc = I(1−t₊)L/(F D_eff), and its potential drop."""
    conductivity, diffusivity, t_plus, factor, current = 0.8, 3e-10, 0.3, 1.5, 20.0
    cell = replace(
        HALF,
        electrolyte=constant_electrolyte(conductivity, diffusivity, t_plus, factor),
        separator=replace(HALF.separator, thickness=50e-6),
    )
    # The salt relaxes in some 100 s; after 1500 s the slow drift of the reaction is left.
    times = np.concatenate([np.geomspace(0.01, 50.0, 30), np.linspace(60.0, 1500.0, 73)])
    at = march(cell, Resolution(10, 16, 8), current, times, [0.27])
    c, phi, _, _, _, j, _ = at.parts(-1)
    c, phi = c[0], phi[0]
    share = cell.separator.porosity / cell.separator.tortuosity_factor
    between = cell.separator.thickness * 15.0 / 16.0  # from first to last centre
    step = concentration_step(current, between, t_plus, share * diffusivity)
    assert c[0] - c[15] == pytest.approx(step, rel=1e-3)
    drop = current * between / (share * conductivity)
    strength = 2.0 * GAS_CONSTANT * 298.15 / FARADAY * (1.0 - t_plus) * factor
    # The current through the separator is exact; the logarithm of c is the solver's own.
    assert phi[0] - phi[15] == pytest.approx(drop + strength * np.log(c[0] / c[15]), rel=1e-9)
    # In the electrode the current left in the electrolyte is what has not yet reacted.
    left = current + np.cumsum(at.model.particles.area * j)[:-1]
    pore = cell.positive.porosity / cell.positive.tortuosity_factor
    steps = concentration_step(left, cell.positive.thickness / 10.0, t_plus, pore * diffusivity)
    np.testing.assert_allclose(-np.diff(c[16:]), steps, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("surface", [1.0, 0.6])
def test_sphere_fills_as_under_constant_flux(surface):
    """One volume through the electrode makes the flux constant; the closed form is Crank's.

    The sphere's flux is set by the current per active volume, whatever the reacting surface is.
    """
    positive = replace(POSITIVE, surface_area=surface * POSITIVE.surface_area)
    cell = replace(HALF, positive=positive)
    current, radius, diffusivity = 10.0, POSITIVE.particle_radius, 4e-15
    per_sphere = current / (FARADAY * POSITIVE.thickness * 3.0 * POSITIVE.active_fraction / radius)
    scale = per_sphere * radius / (diffusivity * 63104.0)
    times = np.concatenate([np.geomspace(0.01, 100.0, 100), np.linspace(120.0, 8000.0, 200)])
    at = march(cell, Resolution(1, 2, 40), current, times, [0.27])
    surface, mean = np.empty((2, len(times) + 1, 1))
    summarise(at.model, at.record.state, surface, mean)
    surface = surface[1:, 0]
    rise = sphere_surface_rise(diffusivity * times / radius**2)
    late = times > 30.0
    # 40 shells resolve the layer √(Dt) ≥ 0.07 R with some ten of them: 0.5 %.
    np.testing.assert_allclose(surface[late] - 0.27, scale * rise[late], rtol=5e-3)
    # A steady flux makes a parabola, which the shells hold exactly; time steps leave the rest.
    assert surface[-1] - 0.27 == pytest.approx(scale * rise[-1], rel=2e-5)


def test_slow_discharge_ends_when_the_surfaces_are_full():
    """Chen's potential never falls to 3 V: the cell ends at surface 1, N R/(5 D) above the mean."""
    current = 5.0
    result = discharge(HALF, current_density=current)
    per_sphere = current * POSITIVE.particle_radius / (
        3.0 * POSITIVE.active_fraction * POSITIVE.thickness * FARADAY
    )  # fmt: skip
    lag = per_sphere * POSITIVE.particle_radius / (5.0 * 4e-15 * 63104.0)
    moved = (1.0 - lag - HALF.positive_stoichiometry) * POSITIVE.lithium_capacity
    # The reaction is not quite even over the electrode, second order in a small spread.
    assert result.capacity[-1] == pytest.approx(moved * FARADAY / 3600.0, rel=1e-4)


@pytest.mark.parametrize("solid", [0.02, 0.4, 50.0])
def test_resistance_is_that_of_a_porous_electrode_with_linear_kinetics(solid):
    """The first voltage at a small current against Newman and Tobias' closed form."""
    material = replace(POSITIVE.material, diffusivity=Constant(1e-6))
    positive = replace(POSITIVE, material=material, electronic_conductivity=solid)
    electrolyte = constant_electrolyte(conductivity=0.2, diffusivity=1e-3)
    cell = replace(HALF, positive=positive, electrolyte=electrolyte)
    x = cell.positive_stoichiometry
    low, high = (
        discharge(cell, current_density=current, resolution=Resolution(40, 4, 8)).voltage[0]
        for current in (0.05, 0.1)
    )
    j0 = 3.42e-6 * 63104.0 * np.sqrt(1000.0 * x * (1.0 - x))
    pores = 0.2 * positive.porosity / positive.tortuosity_factor
    separator = cell.separator
    expected = porous_electrode_resistance(
        positive.thickness, pores, solid, positive.surface_area * j0, 298.15
    ) + separator.thickness * separator.tortuosity_factor / (0.2 * separator.porosity)
    metal = FARADAY * 3.5e-8 * 76900.0**0.7 * 1000.0**0.3
    expected += GAS_CONSTANT * 298.15 / (FARADAY * metal)
    measured = (low - high) / 0.05
    # 40 volumes: second order, 1e-3 where the reaction gathers within a tenth of the electrode.
    assert measured == pytest.approx(expected, rel=1e-3)
