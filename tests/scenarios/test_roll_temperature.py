"""Warm rolls soften the binder by its table, and the resolved scenario tells by how much."""

import tomllib

import numpy as np
import pytest

from dem.errors import InputError
from scenarios.runner.load import load, resolved_text
from scenarios.runner.prepare import bond_strength
from scenarios.runner.roll_temperature import factors, warm_binder

TABLE = (
    'materials.cbd.temperature_table=[{temperature="20 degC", modulus_factor=1.1, '
    'yield_factor=1.2}, {temperature="120 degC", modulus_factor=0.1, yield_factor=0.4}]'
)


def rolled_at(temperature, *settings):
    """The quickstart between rolls of a temperature."""
    return load("quickstart", [f'calendering.roll_temperature="{temperature}"', *settings])


# Rounding of a few products.
EXACT = {"rel": 1e-12, "abs": 0.0}


@pytest.mark.parametrize(
    ("temperature", "modulus", "strength"),
    # On the table's straight line, and the same temperature in another unit.
    [("20 degC", 1.1, 1.2), ("45 degC", 0.85, 1.0), ("393.15 K", 0.1, 0.4)],
)
def test_factors_lie_on_the_straight_lines_of_the_table(temperature, modulus, strength):
    assert factors(rolled_at(temperature, TABLE)) == pytest.approx((modulus, strength), **EXACT)


def test_warm_binder_is_softer_and_weaker_and_else_the_same():
    scenario = rolled_at(
        "70 degC", TABLE, 'materials.cbd.bond_tensile_strength="5 MPa"',
        'materials.cbd.bond_cohesion="3 MPa"',
    )  # fmt: skip
    cold, warm = scenario.materials.cbd.model_dump(), warm_binder(scenario).model_dump()
    # Half way along: 0.6 and 0.8.
    for name in ("young_modulus", "bond_modulus"):
        assert warm.pop(name) == pytest.approx(0.6 * cold.pop(name), **EXACT)
    for name in ("contact_yield_pressure", "bond_yield_strength"):
        assert warm.pop(name) == pytest.approx(0.8 * cold.pop(name), **EXACT)
    strength = bond_strength(warm_binder(scenario))
    assert (strength.tensile, strength.cohesion) == pytest.approx((4e6, 2.4e6), **EXACT)
    for name in ("bond_tensile_strength", "bond_cohesion"):
        del warm[name], cold[name]
    assert warm == cold


def test_at_room_temperature_the_binder_is_the_one_given():
    scenario = load("quickstart")
    assert scenario.calendering.roll_temperature == 298.15
    assert warm_binder(scenario) == scenario.materials.cbd


def test_start_values_are_those_of_the_solid_by_gibson_and_ashby():
    cbd = load("quickstart").materials.cbd
    solid = 1.0 - cbd.nanoporosity
    # Song 2025, table 3: 1.05 GPa and 19.36 MPa; written in two or three digits.
    assert cbd.bond_modulus == cbd.young_modulus == pytest.approx(1.05e9 * solid**2, rel=0.01)
    assert cbd.bond_yield_strength == pytest.approx(19.36e6 * solid**1.5, rel=0.01)
    assert cbd.contact_yield_pressure == pytest.approx(2 * cbd.bond_yield_strength, **EXACT)


def test_resolved_scenario_tells_the_warm_values_and_reads_back_the_same(tmp_path):
    scenario = rolled_at("90 degC")
    text = resolved_text(scenario, {})
    comments = [line for line in text.splitlines() if line.startswith("#")]
    # Half way between the defaults at 80 and 100 °C: 0.45 of 0.26 GPa and of 6.8 MPa.
    assert "#   bond_modulus = 0.117 GPa" in comments
    assert "#   bond_yield_strength = 3.06 MPa" in comments
    (tmp_path / "again.toml").write_text(text)
    # Not scaled twice: the keys are those given, the comments are no keys.
    again = load(str(tmp_path / "again.toml"))
    assert again.materials == scenario.materials
    assert again.calendering == scenario.calendering
    assert "bond_modulus" in tomllib.loads(text)["materials"]["cbd"]
    assert "as pressed" in text
    assert "as pressed" not in resolved_text(load("quickstart"), {})


def test_default_table_falls_and_stays_above_nothing():
    table = load("quickstart").materials.cbd.temperature_table
    for name in ("modulus_factor", "yield_factor"):
        falling = np.array([getattr(row, name) for row in table])
        assert falling[0] == 1.0
        assert (np.diff(falling) < 0.0).all()
        assert falling[-1] > 0.0


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("calendering.roll_temperature=90", ["roll_temperature", "got 90", "25 degC"]),
        ('calendering.roll_temperature="90 MPa"', ["it is a pressure", "25 degC"]),
        ('calendering.roll_temperature="150 degC"', ["150 degC", "25 degC to 120 degC"]),
        ('calendering.roll_temperature="20 degC"', ["20 degC", "25 degC to 120 degC"]),
        ("materials.cbd.temperature_table=[]", ["temperature_table", "at least 1 entry"]),
        (
            TABLE.replace('"20 degC"', '"130 degC"'),
            ["temperature_table[1].temperature", "120 degC", "130 degC", "rising"],
        ),
        (TABLE.replace('"20 degC"', "20"), ["temperature_table[0].temperature", "no unit"]),
        (TABLE.replace("1.1", "0"), ["temperature_table[0].modulus_factor", "above 0"]),
    ],
)
def test_what_is_no_temperature_or_table_is_refused(setting, expected):
    with pytest.raises(InputError) as refused:
        load("quickstart", [setting])
    message = str(refused.value)
    assert message.startswith("--set: ")
    assert all(part in message for part in expected)
