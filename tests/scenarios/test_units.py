"""Quantities in a scenario: read to SI, written back to the same float, refused when unclear."""

import numpy as np
import pytest

from scenarios.runner.units import (
    KINDS,
    read_any,
    read_quantity,
    read_rate,
    write_percent,
    write_quantity,
    write_rate,
)


@pytest.mark.parametrize(
    ("text", "kind", "si"),
    [
        ("1.5 um", "length", 1.5e-6),
        ("1.5 µm", "length", 1.5e-6),
        ("398nm", "length", 3.98e-7),
        ("19.8 mg/cm^2", "areal mass", 0.198),
        ("198 g/m²", "areal mass", 0.198),
        ("2.3 g/cm^3", "density", 2300.0),
        ("400 MPa", "pressure", 4e8),
        ("4e-1 GPa", "pressure", 4e8),
        ("25 degC", "temperature", 298.15),
        ("3.42 mAh/cm^2", "areal capacity", 123120.0),
        ("1.15 mol/L", "concentration", 1150.0),
        ("30 %", "share", 0.3),
        (0.3, "share", 0.3),
        (1, "share", 1.0),
    ],
)
def test_quantity_becomes_the_nearest_float_in_si(text, kind, si):
    # Exactly equal: the conversion is decimal, so that the result is the literal's own float.
    assert read_quantity(text, KINDS[kind]) == si


@pytest.mark.parametrize(
    ("given", "kind", "why"),
    [
        (19.8, "areal mass", "no unit"),
        ("19.8", "areal mass", "no unit"),
        ("19.8 mg/cm^3", "areal mass", "it is a density"),
        ("19.8 mg", "areal mass", "dimension"),
        ("19.8 blub", "areal mass", "not a known unit"),
        ("19.8 um um", "areal mass", "dimension"),
        ("__import__('os') um", "length", "begin with a number"),
        ("3 __import__('os')", "length", "not a unit"),
        ("3 um +", "length", "not a unit"),
        ("um", "length", "begin with a number"),
        ("nan um", "length", "begin with a number"),
        ("1e999 um", "length", "finite"),
        (float("inf"), "share", "finite"),
        (True, "share", "not a quantity"),
        ("30 um", "share", "it is a length"),
        (["1 um"], "length", "not a quantity"),
    ],
)
def test_what_is_no_such_quantity_is_refused(given, kind, why):
    with pytest.raises(ValueError, match=why):
        read_quantity(given, KINDS[kind])


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.unit])
def test_written_quantity_reads_back_bit_for_bit(kind):
    rng = np.random.default_rng(1)
    example = read_quantity(kind.example, kind)
    for value in (example, *(example * rng.uniform(0.1, 10.0, 20))):
        assert read_quantity(write_quantity(float(value), kind), kind) == float(value)


def test_written_quantity_is_as_short_as_a_person_writes_it():
    assert write_quantity(1.5e-6, KINDS["length"]) == "1.5 um"
    assert write_quantity(298.15, KINDS["temperature"]) == "25 degC"
    assert write_quantity(1e11, KINDS["modulus"]) == "100 GPa"


def test_written_percentage_reads_back_bit_for_bit():
    for share in (0.3, 0.179, 1 / 3, *np.random.default_rng(2).uniform(0, 1, 20)):
        assert read_quantity(write_percent(float(share)), KINDS["share"]) == float(share)


def test_dimension_says_what_a_target_is():
    kinds = ("density", "length", "share", "pressure", "line load")
    assert read_any("3.0 g/cm^3", kinds) == ("density", 3000.0)
    assert read_any("55 um", kinds) == ("length", 5.5e-5)
    assert read_any("30 %", kinds) == ("share", 0.3)
    assert read_any("60 MPa", kinds) == ("pressure", 6e7)
    assert read_any("400 N/mm", kinds) == ("line load", 4e5)
    with pytest.raises(ValueError, match="no unit"):
        read_any("0.3", kinds)
    with pytest.raises(ValueError, match="no unit"):
        read_any(3.0, kinds)
    with pytest.raises(ValueError, match="voltage"):
        read_any("3 V", kinds)


def test_c_rates_read_as_engineers_write_them():
    assert [read_rate(rate) for rate in ("1C", "0.1 C", "C/10", 2, 0.5)] == [1, 0.1, 0.1, 2, 0.5]
    assert [read_rate(write_rate(rate)) for rate in (1.0, 0.1, 1 / 3)] == [1.0, 0.1, 1 / 3]
    for wrong in ("1D", "-1C", "0C", "0", 0, -1, "C/0", "fast", None, True):
        with pytest.raises(ValueError, match="C-rate"):
            read_rate(wrong)


def test_a_rate_without_its_c_is_shown_one_only_where_there_is_one():
    with pytest.raises(ValueError, match="2C is a C-rate"):
        read_rate("2")
    with pytest.raises(ValueError, match="above zero"):
        read_rate("0")
