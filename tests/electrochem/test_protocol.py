"""Protocols: limits met by event, holds, rests, powers, tables and cycles; sizes, films, splits."""

from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.kinetics import current_density, insertion_exchange, overpotential
from electrochem.materials import ELECTROLYTES, Constant
from electrochem.porous_electrode import (
    Resolution,
    Simulation,
    Step,
    charge_at,
    cycle,
    discharge,
    discharge_at,
    hold,
    nominal_capacity,
    rest,
)
from electrochem.porous_electrode.overpotentials import overpotentials
from tests.electrochem.cells import FULL, HALF, POSITIVE, constant_electrolyte

COARSE = Resolution(8, 4, 10)


def simulate(cell, steps, **more):
    return Simulation(cell, resolution=COARSE, **more).run(steps)


def test_cycle_meets_every_limit_and_returns_the_lithium():
    curve = simulate(FULL, cycle(1.0, 2.5, 4.2, until_c_rate=0.01))
    reasons = [segment.end_reason for segment in curve.segments]
    assert reasons == [
        "lower voltage limit", "duration", "upper voltage limit", "current limit", "duration",
    ]  # fmt: skip
    ends = [segment.last for segment in curve.segments]
    nominal = nominal_capacity(FULL)
    assert curve.voltage[ends[0]] == pytest.approx(2.5, abs=1e-7)
    assert curve.voltage[ends[2]] == pytest.approx(4.2, abs=1e-7)
    held = slice(curve.segments[3].first, ends[3] + 1)
    np.testing.assert_allclose(curve.voltage[held], 4.2, atol=1e-9)
    assert curve.current_density[ends[3]] == pytest.approx(-0.01 * nominal, rel=1e-6)
    assert curve.time[ends[1]] - curve.time[ends[0]] == pytest.approx(600.0, rel=1e-12)
    assert curve.current_density[ends[1]] == pytest.approx(0.0, abs=1e-9)
    assert curve.lithium_error < 1e-10
    # All but what the last C/100 would still have moved came back, and it took more energy.
    assert abs(curve.capacity[-1]) < 0.01 * nominal
    assert curve.energy[ends[0]] < -(curve.energy[-1] - curve.energy[ends[0]])


def test_charge_passed_is_the_integral_of_the_current():
    """While a voltage is held; the time steps' own error is left."""
    curve = simulate(FULL, [discharge_at(1.0, 3.4), hold(3.4, 0.02)], tolerance=1e-6)
    at = slice(curve.segments[1].first, curve.segments[1].last + 1)
    time, current = curve.time[at], curve.current_density[at]
    integral = np.sum(0.5 * (current[1:] + current[:-1]) * np.diff(time)) / 3600.0
    passed = curve.capacity[at][-1] - curve.capacity[at][0]
    assert passed == pytest.approx(integral, rel=1e-4)


def test_rest_relaxes_to_the_equilibrium_of_the_mean():
    curve = simulate(FULL, [Step(c_rate=1.0, duration=1800.0), rest(40 * 3600.0)])
    parts = overpotentials(curve)
    assert abs(curve.voltage[-1] - parts.equilibrium[-1]) < 2e-5
    # Along graphite's flat stretches lithium still creeps from volume to volume.
    assert np.ptp(curve.salt[-1]) < 0.5


def test_held_power_is_held():
    curve = simulate(FULL, [Step("power", 200.0, lower_voltage=2.5)])
    np.testing.assert_allclose(curve.voltage * curve.current_density, 200.0, rtol=1e-8)
    assert curve.end_reason == "lower voltage limit"
    assert curve.current_density[-1] > curve.current_density[0]


def test_table_of_currents_is_followed_and_its_kinks_are_met():
    times, values = (0.0, 100.0, 101.0, 400.0), (20.0, 20.0, -10.0, -10.0)
    curve = simulate(FULL, [Step(times=times, values=values, duration=500.0)])
    np.testing.assert_allclose(
        curve.current_density, np.interp(curve.time, times, values), atol=1e-8
    )
    assert {100.0, 101.0, 400.0, 500.0} <= set(curve.time)
    moved = 20.0 * 100.0 + 5.0 - 10.0 * 399.0
    # BDF2 takes the ramp of one second in steps of the table's own.
    assert curve.capacity[-1] * 3600.0 == pytest.approx(moved, rel=1e-4)


def test_charge_is_the_discharge_backwards_when_slow():
    down = simulate(FULL, [discharge_at(0.01, 3.0)])
    up = simulate(FULL, [discharge_at(0.01, 3.0), charge_at(0.01, 4.1)])
    begin = up.segments[1].first
    back = np.interp(-up.capacity[begin:][::-1], -down.capacity[::-1], down.voltage[::-1])
    inside = slice(5, -5)
    # Twice the overpotential of C/100.
    assert np.abs(up.voltage[begin:][::-1] - back)[inside].max() < 0.02


@pytest.mark.parametrize("cell", [FULL, HALF], ids=["full", "half"])
def test_parts_of_the_voltage_sum_to_it(cell):
    positive = replace(cell.positive, film_resistance=2e-3)
    cell = replace(cell, positive=positive, contact_resistance=1e-3)
    curve = simulate(cell, [discharge_at(2.0, cell.lower_voltage), rest(100.0)])
    parts = overpotentials(curve, cell.contact_resistance)
    # What remains is Newton's tolerance on the potentials.
    np.testing.assert_allclose(parts.sum(), curve.voltage, atol=1e-8)
    loaded = slice(1, curve.segments[0].last + 1)
    current = curve.current_density[loaded]
    np.testing.assert_allclose(parts.contact[loaded], -current * 1e-3, rtol=1e-9)
    for name in ("kinetic_positive", "film", "diffusion_positive", "electrolyte_ohmic",
                 "solid_ohmic"):  # fmt: skip
        assert (getattr(parts, name)[loaded] < 0.0).all(), name


def test_parts_are_those_of_the_closed_forms():
    """Even reaction, no gradients: kinetics, film and the solid's loss I L/(3σ) by hand."""
    material = replace(POSITIVE.material, diffusivity=Constant(1e-6))
    positive = replace(
        POSITIVE, material=material, electronic_conductivity=50.0, surface_area=1e4,
        film_resistance=3e-3,
    )  # fmt: skip
    cell = replace(HALF, positive=positive, electrolyte=constant_electrolyte(1e4, 1e-3, t_plus=0.4))
    curve = simulate(cell, [Step(value=10.0, duration=1.0)])
    parts = overpotentials(curve)
    j = 10.0 / (1e4 * positive.thickness)
    x = cell.positive_stoichiometry
    j0 = 3.42e-6 * 63104.0 * np.sqrt(1000.0 * x * (1.0 - x))
    assert parts.kinetic_positive[0] == pytest.approx(overpotential(-j, j0, 298.15)[0], rel=1e-4)
    assert parts.film[0] == pytest.approx(-3e-3 * j, rel=1e-9)
    # Eight volumes hold the parabola of the loss to 1/(4 n²).
    expected = -10.0 * positive.thickness / (3.0 * 50.0)
    assert parts.solid_ohmic[0] == pytest.approx(expected, rel=1e-2)


def thick(times):
    """A full cell whose salt runs out: both electrodes so many times as thick."""
    layers = {
        side: replace(getattr(FULL, side), thickness=times * getattr(FULL, side).thickness)
        for side in ("negative", "positive")
    }
    return replace(FULL, **layers, electrolyte=ELECTROLYTES["lipf6_landesfeind2019"](1000.0))


@pytest.mark.parametrize(("cell", "rate"), [(thick(2.0), 2.0), (thick(3.0), 1.0), (FULL, 20.0)])
def test_cell_whose_salt_ran_out_rests_and_goes_on(cell, rate):
    curve = simulate(cell, [Step(c_rate=rate, lower_voltage=2.5)])
    simulation = Simulation(cell, resolution=COARSE)
    simulation.do(Step(c_rate=rate, lower_voltage=2.5))
    assert simulation.do(rest(600.0)) == "duration"
    assert simulation.do(charge_at(0.1, 4.2)) == "upper voltage limit"
    after = simulation.curve()
    assert after.time[curve.time.size - 1] == curve.time[-1]
    # Lifted to a ten-thousandth where it was gone, and taken off the rest: the sum stays.
    assert after.lithium_error < 1e-10


def test_charge_that_empties_the_salt_at_the_metal_ends_for_that():
    cell = replace(HALF, separator=replace(HALF.separator, thickness=500e-6), upper_voltage=5.5)
    simulation = Simulation(cell, resolution=COARSE, stoichiometry=(0.9,), nominal=50.0)
    assert simulation.do(Step(c_rate=-2.0, upper_voltage=5.5)) == "electrolyte depleted"


def test_parts_of_the_voltage_stay_small_where_the_current_turns():
    curve = simulate(FULL, [Step(times=(0.0, 1200.0), values=(50.0, -50.0), duration=1200.0)])
    parts = overpotentials(curve)
    np.testing.assert_allclose(parts.sum(), curve.voltage, atol=1e-8)
    # No loss of this cell is beyond that of its full current.
    for name in ("uneven", "diffusion_positive", "kinetic_positive", "electrolyte_concentration"):
        assert np.abs(getattr(parts, name)).max() < 0.3, name


@pytest.mark.parametrize("transfer", [0.3, 0.5, 0.8])
def test_overpotential_inverts_butler_volmer(transfer):
    eta = np.array([-0.4, -0.05, -1e-6, 1e-6, 0.05, 0.4])
    j = current_density(eta, 2.0, 310.0, transfer)
    found, by_j, by_j0 = overpotential(j, np.full(6, 2.0), 310.0, transfer)
    np.testing.assert_allclose(found, eta, rtol=1e-11)
    step = 1e-6
    above = current_density(eta + step, 2.0, 310.0, transfer)
    below = current_density(eta - step, 2.0, 310.0, transfer)
    # Central differences: the third derivative over the step squared, 1e-9 at most.
    np.testing.assert_allclose(by_j, 2.0 * step / (above - below), rtol=1e-6)
    np.testing.assert_allclose(by_j0, -j / 2.0 * by_j, rtol=1e-12)


def test_asymmetric_kinetics_move_the_first_voltage_as_by_hand():
    exchange = insertion_exchange(3.42e-6, 63104.0, anodic_transfer=0.3)
    material = replace(
        POSITIVE.material, diffusivity=Constant(1e-6), exchange_current_density=exchange
    )
    positive = replace(POSITIVE, material=material, electronic_conductivity=1e6, surface_area=1e4)
    cell = replace(HALF, positive=positive, electrolyte=constant_electrolyte(1e6, 1e-3))
    curve = simulate(cell, [Step(value=30.0, duration=1.0)])
    x = cell.positive_stoichiometry
    j0 = exchange(1000.0, np.array([x]))[0]
    j = -30.0 / (1e4 * positive.thickness)
    expected = overpotential(j, j0, 298.15, 0.3)[0][0]
    assert overpotentials(curve).kinetic_positive[0] == pytest.approx(expected, rel=1e-6)


def test_one_size_given_twice_is_one_size():
    twice = replace(
        POSITIVE, particle_radius=(POSITIVE.particle_radius,) * 2, radius_shares=(0.25, 0.75)
    )
    one = discharge(HALF, c_rate=1.0, resolution=COARSE)
    two = discharge(replace(HALF, positive=twice), c_rate=1.0, resolution=COARSE)
    np.testing.assert_allclose(two.voltage, one.voltage, atol=1e-9)


def test_small_particles_run_ahead_of_large_ones():
    """Each fills by its own surface over volume; diffusion holds the large one back."""
    sizes = replace(POSITIVE, particle_radius=(2e-6, 8e-6), radius_shares=(0.3, 0.7))
    cell = replace(HALF, positive=sizes)
    assert nominal_capacity(cell) == nominal_capacity(HALF)
    result = discharge(cell, c_rate=1.0, resolution=COARSE)
    middle = result.time.size // 2
    small, large = result.curve.mean[middle, ::2], result.curve.mean[middle, 1::2]
    assert (small > large + 0.05).all()
    assert result.lithium_error < 1e-10


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Step(value=1.0), "it would never end"),
        (lambda: Step(value=1.0, c_rate=1.0, duration=1.0), "either value, c_rate"),
        (lambda: Step("voltage", c_rate=1.0, duration=1.0), "goes with the mode current"),
        (lambda: Step("charge", 1.0, duration=1.0), "one of current, voltage, power"),
        (lambda: Step(times=(0.0, 0.0), values=(1.0, 2.0), duration=1.0), "must rise"),
        (lambda: Step(value=1.0, lower_voltage=4.0, upper_voltage=3.0), "is not below"),
        (lambda: Step(value=np.nan, duration=1.0), "finite value"),
        (lambda: Step(value=1.0, duration=0.0), "above zero"),
        (lambda: Step(value=0.0, lower_voltage=2.0), "it would never end"),
        (lambda: Step(value=1.0, least_current=1.0), "it would never end"),
        (lambda: Step(times=(), values=(), duration=1.0), "is empty"),
        (lambda: Step(value="5", duration=1.0), "numbers were expected"),
        (lambda: Step(value=1.0, lower_voltage=np.nan), "finite value"),
        (lambda: Resolution(electrode=0), "whole numbers from 1 on"),
        (lambda: Resolution(outermost=0.1), "at most 1/20"),
        (lambda: replace(FULL, contact_resistance=np.ones(3)), "contact_resistance has the shape"),
        (
            lambda: replace(POSITIVE, particle_radius=(1e-6, 2e-6), radius_shares=(0.5, 0.6)),
            "summing to 1",
        ),
        (lambda: replace(POSITIVE, film_resistance=-1.0), "film_resistance is negative"),
    ],
)
def test_steps_that_cannot_be_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
