"""Steps that begin right after strong loads, and limits that count by the current's direction."""

import numpy as np
import pytest

from electrochem.porous_electrode import Resolution, Simulation, Step, rest
from tests.electrochem.cells import FULL, HALF

COARSE = Resolution(8, 4, 10)
A_MICROSECOND = rest(1e-6)
AFTER = {
    "discharge": Step(c_rate=0.5, duration=1.0),
    "charge": Step(c_rate=-0.5, duration=1.0),
    "rest": rest(1.0),
    "low voltage": Step("voltage", 3.4, duration=1.0),
    "high voltage": Step("voltage", 4.1, duration=1.0),
    "power out": Step("power", 300.0, duration=1.0),
    "power in": Step("power", -50.0, duration=1.0),
    "powers from zero": Step("power", times=(0.0, 1.0), values=(0.0, 50.0), duration=1.0),
}
STRONG = {
    "discharge": Step(c_rate=4.0, duration=5.0),
    "charge": Step(c_rate=-3.0, duration=5.0),
    "power": Step("power", 1000.0, duration=5.0),
    "voltage": Step("voltage", 3.0, duration=5.0),
}


@pytest.mark.parametrize("cell", [FULL, HALF], ids=["full", "half"])
@pytest.mark.parametrize("strong", STRONG)
def test_every_step_begins_after_a_strong_load_as_after_a_pause(cell, strong):
    """A microsecond's rest between moves no lithium to speak of, so it changes nothing."""
    loaded = Simulation(cell, resolution=COARSE)
    loaded.do(Step(c_rate=1.0, duration=600.0))
    assert loaded.do(STRONG[strong]) == "duration"
    for name, step in AFTER.items():
        ends = []
        for pause in ([], [A_MICROSECOND]):
            after = Simulation(cell, resolution=COARSE)
            after.state, after._current = loaded.state.copy(), loaded._current
            reasons = [after.do(each) for each in (*pause, step)]
            assert set(reasons) == {"duration"}, name
            ends.append((after.curve().voltage[-1], after.curve().current_density[-1]))
        # Two ways of time steps, each with an error of 1e-4.
        np.testing.assert_allclose(ends[0], ends[1], rtol=2e-3, atol=1e-3, err_msg=name)


@pytest.mark.parametrize("power", [8000.0, 40000.0, 1e7])
def test_power_beyond_what_the_cell_gives_ends_the_step_alone(power):
    curve = Simulation(FULL, resolution=COARSE).run(
        [Step("power", power, lower_voltage=2.5), rest(10.0), Step("power", 100.0, duration=1.0)]
    )
    reasons = [segment.end_reason for segment in curve.segments]
    assert reasons == ["lower voltage limit", "duration", "duration"]


def test_power_without_a_voltage_limit_ends_where_more_current_gives_no_more():
    simulation = Simulation(FULL, resolution=COARSE)
    assert (
        simulation.do(Step("power", 20000.0, duration=5.0)) == "more power than the cell can give"
    )
    assert simulation.do(rest(1.0)) == "duration"


def test_charged_cell_follows_a_table_that_begins_at_rest():
    """Its limits stand at its own voltage; only a charge may pass the upper one."""
    limits = {"lower_voltage": 2.5, "upper_voltage": 4.2}
    for mode, load in (("current", 20.0), ("power", 80.0)):
        simulation = Simulation(FULL, resolution=COARSE)
        table = Step(mode, times=(0.0, 200.0), values=(0.0, load), duration=200.0, **limits)
        assert simulation.do(table) == "duration"
        assert simulation.do(Step("current", 0.0, duration=60.0, **limits)) == "duration"
        assert simulation.do(Step(mode, -load / 20.0, duration=9000.0, **limits)) == (
            "upper voltage limit"
        )
        curve = simulation.curve()
        assert curve.voltage[-1] == pytest.approx(4.2, abs=1e-7)
        assert curve.time[-1] > 300.0


@pytest.mark.parametrize("rate", [4.0, 6.0, 8.0])
def test_cell_goes_on_right_after_its_salt_ran_out(rate):
    steps = [rest(60.0), *(Step(c_rate=c, duration=60.0) for c in (-0.1, 0.1))]
    steps += [Step("voltage", 4.0, duration=60.0), Step("power", -20.0, duration=60.0)]
    emptied = Simulation(FULL)
    assert emptied.do(Step(c_rate=rate, lower_voltage=0.5)) == "electrolyte depleted"
    for step in steps:
        after = Simulation(FULL)
        after.state, after._current = emptied.state.copy(), emptied._current
        after.start = after.state.copy()
        assert after.do(step) == "duration", step
        # What is lifted where salt was gone is taken off the rest.
        assert after.curve().lithium_error < 1e-10


def test_energy_is_the_voltage_over_the_charge():
    """Held, a voltage gives V Q however long its steps are."""
    curve = Simulation(FULL, resolution=COARSE).run(
        [Step(c_rate=1.0, duration=1200.0), Step("voltage", 4.1, least_c_rate=0.01)]
    )
    held = curve.segments[1]
    charge = curve.capacity[held.last] - curve.capacity[held.first]
    energy = curve.energy[held.last] - curve.energy[held.first]
    assert energy == pytest.approx(4.1 * charge, rel=1e-9)
