"""Orders of convergence in space and time, and agreement with an independent code."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from electrochem.porous_electrode import Resolution, discharge
from electrochem.porous_electrode.steps import (
    Record,
    backward_difference,
    error_share,
    predict,
)
from tests.electrochem.cells import CHEN_AREA, FULL, HALF
from tests.electrochem.marching import march

CHARGED = [0.9, 0.27]
CURRENT = 48.0


def points_of(function, times):
    """A record of one number that follows a function of time."""
    times = np.array(times)
    return Record(times, function(times)[:, None], np.zeros_like(times))


def test_difference_is_exact_for_parabolas_at_uneven_steps():
    record, history = points_of(lambda t: 2.0 - t + 0.5 * t**2, [1.4, 2.6, 3.0]), np.empty(1)
    lead = backward_difference(record, 2, 3.7, 2, history)
    slope = lead * (2.0 - 3.7 + 0.5 * 3.7**2) + history[0]
    assert slope == pytest.approx(-1.0 + 3.7, rel=1e-12)


@pytest.mark.parametrize("order", [1, 2])
def test_error_estimate_is_the_local_error_of_the_next_power(order):
    """For y = t^(order + 1) the estimate from the prediction is exact, at uneven steps too."""
    power, time = order + 1, 4.0
    record, history = points_of(lambda t: t**power, [1.4, 2.6, 3.0]), np.empty(1)
    lead = backward_difference(record, 2, time, order, history)
    solved = (power * time**order - history[0]) / lead
    predicted = np.empty(1)
    predict(record, 2, order + 1, time, predicted)
    share = error_share(record, 2, time, order)
    assert share * (solved - predicted[0]) == pytest.approx(solved - time**power, rel=1e-9)


def test_voltage_error_falls_as_step_squared():
    """Uneven steps (1 : 2) of variable-step BDF2, refined together, against much finer ones."""
    # A smooth stretch: the same fine start for all, then steps of the refined size.
    start = np.geomspace(1e-3, 200.0, 120)

    def voltage(count):
        widths = np.tile([1.0, 2.0], count)
        times = start[-1] + 1500.0 * np.cumsum(widths) / widths.sum()
        times = np.concatenate([start, times])
        at = march(FULL, Resolution(6, 3, 8), CURRENT, times, CHARGED)
        return at.voltage[[-1, -1 - count]]

    fine = voltage(512)
    errors = [np.abs(voltage(count) - fine) for count in (32, 64, 128)]
    orders = np.log2([errors[0] / errors[1], errors[1] / errors[2]])
    # Order two; a reference of four times finer steps makes the last pair seem 0.1 better.
    assert (orders > 1.8).all()
    assert (orders < 2.4).all()


@pytest.mark.parametrize("cell", [FULL, HALF], ids=["full", "half"])
def test_voltage_error_falls_as_volume_squared(cell):
    """All three grids refined together, the same time steps for each."""
    times = np.concatenate([np.geomspace(0.1, 60.0, 30), np.linspace(100.0, 1800.0, 40)])

    def voltage(count):
        charged = CHARGED[-len(cell.electrodes) :]
        return march(cell, Resolution(count, count, count), CURRENT, times, charged).voltage[-20::6]

    fine = voltage(80)
    errors = [np.sqrt(np.mean((voltage(count) - fine) ** 2)) for count in (5, 10, 20)]
    orders = np.log2([errors[0] / errors[1], errors[1] / errors[2]])
    # Order two; against a grid only four times finer the last pair seems 0.1 better.
    assert (orders > 1.75).all()
    assert (orders < 2.4).all()


@pytest.mark.parametrize(
    ("cell", "curve"),
    [(FULL, "full_Chen2020_xfine_1C.csv"), (HALF, "halfchen_xfine_1C.csv")],
    ids=["full", "half"],
)
def test_discharge_matches_pybamm_on_a_fine_mesh(cell, curve, electrode_data):
    """Our default mesh against PyBaMM's DFN with 120 points everywhere, 1C."""
    path = electrode_data.parent / "reference-curves" / curve
    if not path.is_file():
        pytest.skip(f"no reference curve at {path}")
    time, voltage, capacity = np.loadtxt(path, delimiter=",", skiprows=1).T
    result = discharge(cell, current_density=5.0 / CHEN_AREA)
    inside = (time > 0.01 * time[-1]) & (time < 0.97 * time[-1])
    ours = CubicSpline(result.time, result.voltage)(time[inside])
    # Measured 0.20 mV (full) and 0.12 mV (half); 0.15 and 0.06 of it are the reference's own mesh.
    assert np.sqrt(np.mean((ours - voltage[inside]) ** 2)) < 0.4e-3
    assert result.capacity[-1] * CHEN_AREA == pytest.approx(capacity[-1], rel=5e-4)


def test_tolerance_bounds_the_error_of_time_steps():
    """The curve at the default tolerance against one a hundred times tighter."""
    resolution = Resolution(8, 4, 10)
    cell = replace(FULL, lower_voltage=3.0)
    tight = discharge(cell, c_rate=1.0, resolution=resolution, tolerance=1e-6)
    result = discharge(cell, c_rate=1.0, resolution=resolution)
    exact = CubicSpline(tight.time, tight.voltage)(result.time[1:-1])
    error = np.abs(result.voltage[1:-1] - exact)
    # Local errors of 1e-4 V at most, which the stiff equations forget from step to step.
    assert error.max() < 5e-4
    assert result.time[-1] == pytest.approx(tight.time[-1], rel=1e-4)
    assert result.curve.steps < tight.curve.steps / 2
