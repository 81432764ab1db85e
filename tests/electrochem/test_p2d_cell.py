"""What a user sees: capacities and balance, how a discharge ends, and input that cannot be."""

import math
from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.homogenise import NotPercolatingError, positive_electrode, reacting_area
from electrochem.kinetics import FARADAY
from electrochem.materials import ACTIVE_MATERIALS, ELECTROLYTES, Constant, LithiumMetal
from electrochem.porous_electrode import (
    Cell,
    Resolution,
    Simulation,
    charge_at,
    discharge,
    matched_negative,
    nominal_capacity,
    rest,
    stoichiometry_window,
)
from electrochem.porous_electrode.endings import DEPLETED, LOWER_VOLTAGE, SATURATED
from tests.electrochem.cells import CHEN_AREA, FULL, HALF, NEGATIVE, POSITIVE, SEPARATOR

NMC622 = ACTIVE_MATERIALS["nmc622"]
GRAPHITE = ACTIVE_MATERIALS["graphite_chen2020"]
# S0's electrode at 3.0 g/cm³ in round numbers.
STRUCTURE = {
    "thickness": 66e-6,
    "porosity": 0.334,
    "tortuosity_factor": 3.5,
    "am_fraction": 0.61,
    "am_pore_area": 6e5,
    "am_cbd_area": 6e5,
    "cbd_nanoporosity": 0.5,
    "electronic_conductivity": 1.5,
    "particle_radius": 5e-6,
    "material": NMC622,
}


def nmc622_cell(np_ratio=None, **changes):
    positive = positive_electrode(**{**STRUCTURE, **changes})
    negative = LithiumMetal()
    if np_ratio is not None:
        negative = matched_negative(
            positive, GRAPHITE, np_ratio=np_ratio, lower_voltage=3.0, upper_voltage=4.3
        )
    electrolyte = ELECTROLYTES["lipf6_landesfeind2019"](1150.0)
    return Cell(negative, SEPARATOR, positive, electrolyte, lower_voltage=3.0, upper_voltage=4.3)


def test_window_of_the_lg_m50_cell_is_the_published_one():
    window = stoichiometry_window(FULL)
    # Chen 2020's limits as its parameter set in PyBaMM solves them, to that solver's 1e-6.
    assert window.negative_charged == pytest.approx(0.9106180466524104, abs=1e-6)
    assert window.negative_discharged == pytest.approx(0.02634579027064577, abs=1e-6)
    assert window.positive_charged == pytest.approx(0.2638452245913298, abs=1e-6)
    # 5 A h nominal; between these limits the parameter set holds 5.15.
    assert nominal_capacity(FULL) * CHEN_AREA == pytest.approx(5.153, abs=1e-3)


def test_given_stoichiometries_are_where_the_cell_starts():
    cell = replace(FULL, negative_stoichiometry=0.8, positive_stoichiometry=0.35)
    window = stoichiometry_window(cell)
    assert (window.negative_charged, window.positive_charged) == (0.8, 0.35)
    empty = cell.positive.material.potential(window.positive_discharged)
    empty -= cell.negative.material.potential(window.negative_discharged)
    assert empty == pytest.approx(cell.lower_voltage, abs=1e-9)


@pytest.mark.parametrize("np_ratio", [1.1, 1.25])
def test_matched_negative_holds_its_ratio(np_ratio):
    cell = nmc622_cell(np_ratio)
    window = stoichiometry_window(cell)
    room = (1.0 - window.negative_discharged) * cell.negative.lithium_capacity
    # Root finders at 1e-14 and a conversion back.
    assert room / window.lithium == pytest.approx(np_ratio, rel=1e-9)
    charged = cell.positive.material.potential(window.positive_charged)
    charged -= cell.negative.material.potential(window.negative_charged)
    assert charged == pytest.approx(cell.upper_voltage, abs=1e-9)
    assert window.positive_discharged == NMC622.discharged_stoichiometry


def test_half_cell_capacity_is_what_the_active_material_holds():
    cell = nmc622_cell()
    moved = NMC622.stoichiometry_at(3.0) - NMC622.stoichiometry_at(4.3)
    expected = moved * 38700.0 * 0.61 * 66e-6 * FARADAY / 3600.0
    assert nominal_capacity(cell) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("np_ratio", [None, 1.25], ids=["half", "full"])
def test_discharge_ends_on_the_voltage_limit(np_ratio):
    notes = []
    result = discharge(
        nmc622_cell(np_ratio), c_rate=1.0, progress=lambda share, note: notes.append(share)
    )
    assert result.end_reason == LOWER_VOLTAGE
    # The event is met to 1e-7 V, not by the step that passes it.
    assert result.voltage[-1] == pytest.approx(3.0, abs=1.1e-7)
    assert (result.voltage[:-1] > 3.0).all()
    assert (np.diff(result.time) > 0.0).all()
    assert result.c_rate == pytest.approx(1.0, rel=1e-12)
    # NMC622 at 1C in a 66 µm electrode: nearly all of it comes out.
    assert 0.85 < result.capacity[-1] / result.nominal_capacity < 1.0
    assert notes[-1] == 1.0


def test_faster_discharge_gives_less_at_a_lower_voltage():
    cell = nmc622_cell(1.25)
    runs = [discharge(cell, c_rate=rate) for rate in (0.2, 1.0, 3.0)]
    assert runs[0].capacity[-1] > runs[1].capacity[-1] > runs[2].capacity[-1]
    assert runs[0].voltage[0] > runs[1].voltage[0] > runs[2].voltage[0]


def test_dense_electrode_empties_its_electrolyte_and_says_so():
    """S0's densest state: the salt runs out at depth; the limit is met, and the note says why."""
    cell = nmc622_cell(1.25, porosity=0.113, tortuosity_factor=20.0, am_fraction=0.81)
    result = discharge(cell, c_rate=1.0)
    assert result.end_reason in (LOWER_VOLTAGE, DEPLETED)
    assert "electrolyte is depleted" in result.note
    assert result.curve.salt.min() > 0.0
    assert result.capacity[-1] < 0.6 * result.nominal_capacity
    assert result.lithium_error < 1e-10


def test_particles_that_cannot_take_the_current_end_the_discharge_at_once():
    material = replace(NMC622, diffusivity=Constant(1e-19))
    result = discharge(nmc622_cell(material=material), c_rate=1.0)
    assert result.end_reason == SATURATED
    assert len(result.time) == 1
    assert "cannot pass this current" in result.note


def test_a_start_that_newton_misses_at_once_is_reached_by_lesser_loads():
    """At −20 °C the surfaces of Mohtat's graphite pass its steps between stages at once at 3C."""
    sides = [ACTIVE_MATERIALS[name] for name in ("nmc532_mohtat2020", "graphite_mohtat2020")]
    positive = replace(POSITIVE, material=sides[0])
    negative = matched_negative(
        positive, sides[1], np_ratio=1.1, lower_voltage=2.8, upper_voltage=4.2
    )
    cell = replace(
        FULL, negative=negative, positive=positive, lower_voltage=2.8, temperature=253.15,
        electrolyte=ELECTROLYTES["lipf6_landesfeind2019"](1000.0),
    )  # fmt: skip
    near, nearer, run = (discharge(cell, c_rate=rate) for rate in (2.0, 2.5, 3.0))
    assert run.end_reason == LOWER_VOLTAGE
    assert run.note != "the particles cannot pass this current at all; the voltage given is at rest"
    # Half a C-rate costs 42 mV before and 42 mV now, but for the bend of kinetics and potential.
    expected = 2.0 * nearer.voltage[0] - near.voltage[0]
    assert run.voltage[0] == pytest.approx(expected, abs=5e-3)


def test_voltage_below_the_limit_at_once():
    result = discharge(replace(nmc622_cell(), contact_resistance=1.0), c_rate=1.0)
    assert result.end_reason == LOWER_VOLTAGE
    assert len(result.time) == 1
    assert "as soon as" in result.note


def test_window_is_that_of_the_cells_temperature():
    """An entropic coefficient moves the potential, and with it what the limits hold."""
    material = replace(
        POSITIVE.material, entropic_coefficient=-1e-3, diffusion_activation=0.0,
        exchange_activation=0.0,
    )  # fmt: skip
    electrolyte = replace(HALF.electrolyte, fixed_temperature=False)
    half = replace(
        HALF, positive=replace(POSITIVE, material=material), electrolyte=electrolyte,
        positive_stoichiometry=None, upper_voltage=4.2,
    )  # fmt: skip
    warm = stoichiometry_window(replace(half, temperature=308.15))
    shifted = stoichiometry_window(replace(half, upper_voltage=4.21))
    assert warm.positive_charged == pytest.approx(shifted.positive_charged, abs=1e-9)
    assert warm.positive_charged != stoichiometry_window(half).positive_charged


def test_cell_names_its_placeholders():
    assert nmc622_cell(1.25).placeholders == NMC622.placeholders
    assert len(NMC622.placeholders) >= 2


def test_cell_names_what_stands_as_at_25_degrees():
    """At 10 °C nothing tells how lithium metal's j0, NMC811's D_s and potential change."""
    electrolyte = ELECTROLYTES["lipf6_landesfeind2019"](1000.0)
    cell = replace(HALF, electrolyte=electrolyte, temperature=283.15)
    said = set(cell.placeholders) - set(replace(cell, temperature=298.15).placeholders)
    assert said == {*HALF.negative.held_at(283.15), *POSITIVE.material.held_at(283.15)}
    assert len(said) == 2


def test_curve_says_where_its_salt_left_what_was_measured():
    """At 3C salt gathers in the graphite beyond Nyman's 2 mol/L and is used up in the NMC."""
    mesh = Resolution(8, 4, 10)
    assert discharge(FULL, c_rate=0.5, resolution=mesh).warnings == ()
    run = discharge(FULL, c_rate=3.0, resolution=mesh)
    (warning,), curve = run.warnings, run.curve
    assert f"fell to {curve.salt.min() / 1000:.3g} and rose to {curve.salt.max() / 1000:.3g}" in (
        warning
    )


def test_contact_resistance_lowers_the_voltage_by_its_drop():
    plain = discharge(HALF, c_rate=1.0, resolution=Resolution(6, 3, 8))
    cell = replace(HALF, contact_resistance=1e-3)
    result = discharge(cell, c_rate=1.0, resolution=Resolution(6, 3, 8))
    drop = 1e-3 * result.current_density
    # Steps differ a little after the first point; both stay within the local tolerance of 1e-4.
    assert plain.voltage[0] - result.voltage[0] == pytest.approx(drop, rel=1e-9)
    later = np.interp(1800.0, plain.time, plain.voltage)
    later -= np.interp(1800.0, result.time, result.voltage)
    assert later == pytest.approx(drop, abs=5e-4)


def test_larger_surface_eases_the_reaction_but_holds_no_more():
    cell = nmc622_cell()
    wide = replace(cell, positive=replace(cell.positive, surface_area=2e6))
    assert nominal_capacity(wide) == nominal_capacity(cell)
    assert discharge(wide, c_rate=1.0).voltage[0] > discharge(cell, c_rate=1.0).voltage[0]


def test_same_discharge_gives_the_same_bits():
    first, second = (discharge(FULL, c_rate=2.0) for _ in range(2))
    np.testing.assert_array_equal(first.voltage, second.voltage)
    np.testing.assert_array_equal(first.time, second.time)


def test_covered_surface_counts_by_the_nanopores():
    assert reacting_area(6e5, 4e5, 0.5) == 8e5
    assert positive_electrode(**STRUCTURE).surface_area == 9e5


def test_homogenised_electrode_keeps_the_effective_diffusivity():
    electrode = positive_electrode(**STRUCTURE, conducting_porosity=0.2)
    assert electrode.porosity == 0.334
    assert electrode.porosity / electrode.tortuosity_factor == pytest.approx(
        0.2 / 3.5, rel=1e-14, abs=0.0
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tortuosity_factor": math.inf}, "pore space does not connect"),
        ({"electronic_conductivity": 0.0}, "solid does not connect"),
    ],
)
def test_structure_that_does_not_connect_is_refused_with_its_reason(change, reason):
    with pytest.raises(NotPercolatingError, match=reason):
        positive_electrode(**{**STRUCTURE, **change})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: replace(POSITIVE, thickness=0.0), "Electrode.thickness is 0"),
        (lambda: replace(POSITIVE, surface_area=math.nan), "Electrode.surface_area is nan"),
        (lambda: replace(POSITIVE, porosity=0.5), "together exceed 1"),
        (lambda: replace(POSITIVE, tortuosity_factor=0.5), "at least 1 was expected"),
        (lambda: replace(SEPARATOR, porosity=1.2), "Separator.porosity is 1.2"),
        (lambda: replace(FULL, lower_voltage=4.3), "is not below upper_voltage"),
        (lambda: replace(FULL, temperature=25.0), "temperature is 25 K; 200 to 400 K"),
        (lambda: replace(FULL, temperature=320.0), "holds at 298.15 K only"),
        (lambda: replace(FULL, contact_resistance=-1.0), "contact_resistance is -1 Ω m²"),
        (lambda: replace(FULL, contact_resistance=math.nan), "contact_resistance is nan Ω m²"),
        (lambda: replace(FULL, contact_resistance=math.inf), "touches its collector nowhere"),
        (lambda: replace(FULL, negative_stoichiometry=0.9), "both charged stoichiometries"),
        (lambda: replace(HALF, negative_stoichiometry=0.9), "no meaning for lithium metal"),
        (lambda: discharge(FULL), "either c_rate or current_density"),
        (lambda: discharge(FULL, c_rate=-1.0), "must exceed zero"),
        (lambda: replace(HALF, positive_stoichiometry=0.01), "positive_stoichiometry is 0.01"),
        (
            lambda: replace(FULL, negative_stoichiometry=1.1, positive_stoichiometry=0.3),
            "negative_stoichiometry is 1.1; the potential of graphite",
        ),
        (
            lambda: nominal_capacity(replace(FULL, negative=replace(NEGATIVE, thickness=20e-6))),
            "make the negative electrode larger",
        ),
        (
            lambda: nominal_capacity(
                replace(FULL, negative_stoichiometry=0.02, positive_stoichiometry=0.9)
            ),
            "already past 2.5 V",
        ),
        (lambda: nmc622_cell(0.9), "lithium plates"),
        (
            lambda: nominal_capacity(replace(FULL, positive=replace(POSITIVE, material=GRAPHITE))),
            "no discharged_stoichiometry",
        ),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize("np_ratio", [None, 1.25], ids=["half", "full"])
def test_cell_whose_material_fills_before_the_lower_limit_rests_empty(np_ratio):
    """Mohtat's fits end at x = 0 and 1 above 2.5 V; between, a cell is charged from there."""
    positive = replace(POSITIVE, material=ACTIVE_MATERIALS["nmc532_mohtat2020"])
    negative, given = LithiumMetal(), {"positive_stoichiometry": 0.3}
    if np_ratio is not None:
        negative = replace(NEGATIVE, material=ACTIVE_MATERIALS["graphite_mohtat2020"])
        given |= {"negative_stoichiometry": 0.85}
    cell = replace(FULL, negative=negative, positive=positive, lower_voltage=1.0, **given)
    window = stoichiometry_window(cell)
    empty = (window.negative_discharged, window.positive_discharged)
    simulation = Simulation(cell, stoichiometry=tuple(x for x in empty if x is not None))
    assert simulation.do(rest(1.0)) == "duration"
    # Within the half volt of the pole at the end of what the fit's own potential is.
    assert 1.0 < simulation.curve().voltage[-1] < 4.0
    assert simulation.do(charge_at(0.5, 4.1)) == "upper voltage limit"
    charged = simulation.curve().capacity[-1]
    assert -charged == pytest.approx(nominal_capacity(cell), rel=0.3)
