"""The roll gap as a path: pressures and lengths of nips whose answer is known in closed form."""

import numpy as np
import pytest

from dem.calendering.nip import Readings, nip_of, side_load
from dem.calendering.rolls import Rolls
from tests.analytic_rolls import hardening_line_load, parabola_line_load, spring_line_load

UM, MM = 1e-6, 1e-3
BEFORE, GAP = 80 * UM, 60 * UM
STIFFNESS = 100e6 / (20 * UM)
"""Of a layer that carries 100 MPa in the gap [Pa/m]."""


def spring(thickness):
    return STIFFNESS * (BEFORE - thickness)


def pressed(states=50, law=spring):
    h = np.linspace(BEFORE, GAP, states)
    return Readings(h, law(h))


def gone_at_once():
    """The release of a layer that does not spring back."""
    return Readings(np.array([GAP, GAP]), np.array([spring(GAP), 0.0]))


@pytest.mark.parametrize("sides", [1, 2])
def test_thickness_along_the_nip_is_the_circle_of_one_roll_or_two(sides):
    rolls = Rolls(diameter=100 * MM, coated_sides=sides)
    x = np.linspace(0.0, 40 * MM, 9)
    circle = 50 * MM - np.sqrt((50 * MM) ** 2 - x**2)
    np.testing.assert_allclose(rolls.thickness(x, GAP), GAP + (2 / sides) * circle, rtol=1e-12)
    np.testing.assert_allclose(rolls.distance(rolls.thickness(x, GAP), GAP), x, rtol=1e-12)
    assert rolls.distance(0.9 * GAP, GAP) == 0.0


def test_lengths_of_contact_are_those_of_the_review_s_equation_2():
    rolls = Rolls(diameter=400 * MM, web_speed=0.25)
    release = Readings(np.array([GAP, 65 * UM]), np.array([spring(GAP), 0.0]))
    nip = nip_of(pressed(), release, rolls)
    # Eq. 2 is the parabola's: the circle's chord is shorter by (δ − g)/(8 r) of itself, 1.3e-5.
    assert nip.entry == pytest.approx(np.sqrt(200 * MM * 20 * UM), rel=2e-5)
    assert nip.exit == pytest.approx(np.sqrt(200 * MM * 5 * UM), rel=2e-5)
    assert nip.entry == pytest.approx(2 * MM, rel=2e-5)
    assert nip.residence_time == pytest.approx((nip.entry + nip.exit) / 0.25, rel=1e-12)
    assert nip.compaction == pytest.approx(1 - 65 / 80, rel=1e-12)


def test_two_coated_sides_lengthen_the_contact_by_the_root_of_two():
    one, two = (nip_of(pressed(), gone_at_once(), Rolls(coated_sides=n)) for n in (1, 2))
    # A roll of its own has to turn twice as far aside; exact but for the circle's parabola.
    assert two.entry == pytest.approx(np.sqrt(2) * one.entry, rel=1e-4)
    assert two.line_load == pytest.approx(np.sqrt(2) * one.line_load, rel=1e-4)


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("states", [2, 5, 50])
@pytest.mark.parametrize("radius", [2 * MM, 200 * MM])
def test_layer_of_springs_without_springback_presses_the_closed_form_s_load(radius, sides, states):
    rolls = Rolls(diameter=2 * radius, coated_sides=sides)
    nip = nip_of(pressed(states), gone_at_once(), rolls)
    exact = spring_line_load(STIFFNESS, BEFORE, GAP, radius, rolls.closing)
    # Linear in thickness is what the integral takes for exact, but for (x/r)²/300; the rest is what
    # the closed form loses between nearly equal terms.
    width = nip.entry / radius
    assert nip.load_in == pytest.approx(exact, rel=width**2 / 300 + 1e-10 / width**2)
    assert nip.load_out == 0.0 and nip.exit == 0.0
    assert nip.line_load == nip.load_in


def test_line_load_is_a_newton_a_millimetre_where_the_parabola_says_so():
    nip = nip_of(pressed(), gone_at_once(), Rolls(diameter=400 * MM))
    # 2/3 of 100 MPa over 2 mm: 133 N/mm; between circles up to (x/r)²/10 = 1e-5 off.
    assert nip.line_load / 1e3 == pytest.approx(133.33, rel=1e-4)
    by_parabola = parabola_line_load(STIFFNESS, BEFORE, GAP, 200 * MM, 2)
    assert by_parabola / 1e3 == pytest.approx(133.33, rel=1e-4)


def test_elastic_layer_presses_alike_on_either_side_of_the_gap():
    loading = pressed()
    back = Readings(loading.thickness[::-1], loading.pressure[::-1])
    nip = nip_of(loading, back, Rolls())
    assert nip.load_out == pytest.approx(nip.load_in, rel=1e-12)
    assert nip.exit == nip.entry
    np.testing.assert_array_equal(nip.position, -nip.position[::-1])
    np.testing.assert_array_equal(nip.pressure, nip.pressure[::-1])
    assert nip.compaction == 0.0


def test_load_of_a_hardening_layer_converges_with_the_square_of_the_path_s_steps():
    exact = hardening_line_load(STIFFNESS / (20 * UM), BEFORE, GAP, 200 * MM, 2.0)

    def off(states):
        load = nip_of(
            pressed(states, lambda h: STIFFNESS / (20 * UM) * (BEFORE - h) ** 2),
            gone_at_once(), Rolls(diameter=400 * MM),
        ).load_in  # fmt: skip
        return load / exact - 1

    # The circle is 1e-5 off the parabola of the closed form, less than the coarse paths' error.
    coarse, fine = off(11), off(21)
    assert coarse == pytest.approx(4 * fine, rel=0.05)
    assert abs(off(161)) < 1e-4


def test_waves_on_the_path_leave_the_line_load():
    rng = np.random.default_rng(2)
    h = np.geomspace(BEFORE, GAP, 288)
    waves = 1 + 0.1 * np.sin(np.arange(288) * 2 * np.pi / 7 + rng.uniform(0, 2 * np.pi))
    waved = nip_of(Readings(h, spring(h) * waves), gone_at_once(), Rolls())
    calm = nip_of(Readings(h, spring(h)), gone_at_once(), Rolls())
    # What does not cancel is the last step before the gap, √(1/288) of the way in, by 10 %.
    assert waved.line_load == pytest.approx(calm.line_load, rel=0.1 / np.sqrt(288) * 1.1)


def test_peak_before_the_gap_is_found_where_the_layer_softens():
    h = np.linspace(BEFORE, GAP, 400)
    softening = Readings(h, 1e8 * (1 - ((h - 63 * UM) / (17 * UM)) ** 2))
    nip = nip_of(softening, gone_at_once(), Rolls(diameter=400 * MM))
    # √(r (h − g)) at 3 µm above the gap, to half a step of the path, 0.025 µm.
    assert nip.peak_position == pytest.approx(-np.sqrt(200 * MM * 3 * UM), rel=0.005)
    assert nip.peak_pressure == pytest.approx(1e8, rel=1e-5)


def test_readings_that_go_back_and_forth_count_once():
    h = np.array([GAP, 62 * UM, 61 * UM, 62 * UM, BEFORE])
    there, straight = (side_load(Readings(a, spring(a)), GAP, Rolls()) for a in (h, h[[0, 1, 4]]))
    assert there == pytest.approx(straight, rel=1e-12)
