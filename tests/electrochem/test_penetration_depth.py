"""The penetration depth model against closed forms and the cell model."""

from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.kinetics import FARADAY
from electrochem.porous_electrode import Resolution, Separator, discharge
from electrochem.transport.penetration_depth import (
    Salt,
    capacity_share,
    critical_current_density,
    penetration_depth,
    salt_of,
)
from tests.electrochem.cells import HALF, NYMAN, constant_electrolyte

SALT = Salt(diffusivity=3e-10, concentration=1000.0, transference_number=0.4)


def test_depth_of_straight_pores_is_that_of_a_linear_profile():
    # All of half a square metre of straight pore: flux D C₀/L_d is what (1 − t) I asks.
    depth = penetration_depth(50.0, 0.5, 1.0, SALT)
    assert 0.5 * 3e-10 * 1000.0 / depth == pytest.approx(0.6 * 50.0 / FARADAY)


def test_twice_the_tortuosity_is_a_quarter_of_the_depth():
    tortuosity = 2.0
    straight, tortuous = (penetration_depth(20.0, 0.3, t**2, SALT) for t in (1.0, tortuosity))
    assert straight / tortuous == pytest.approx(4.0)


def test_capacity_is_whole_up_to_the_critical_current_and_falls_as_its_inverse():
    layer = (80e-6, 0.3, 4.0, SALT)
    critical = critical_current_density(*layer)
    assert penetration_depth(critical, 0.3, 4.0, SALT) == pytest.approx(80e-6)
    currents = critical * np.array([0.1, 0.999, 1.0, 2.0, 5.0])
    expected = [1.0, 1.0, 1.0, 0.5, 0.2]
    assert capacity_share(currents, *layer) == pytest.approx(expected)


def test_closed_pores_let_nothing_in():
    assert capacity_share(1.0, 50e-6, 0.2, np.inf, SALT) == 0.0


def test_salt_falls_across_a_separator_as_the_cell_model_has_it():
    cell = replace(
        HALF,
        separator=Separator(thickness=25e-6, porosity=0.4, tortuosity_factor=2.5),
        electrolyte=constant_electrolyte(),
    )
    current = 10.0
    run = discharge(
        cell, current_density=current, resolution=Resolution(electrode=12, separator=10, radial=8)
    )
    depth = penetration_depth(current, 0.4, 2.5, salt_of(cell.electrolyte))
    # Concentrations from the lithium on, at the centres of the separator's ten volumes.
    within = run.curve.position < 25e-6
    slope = np.polyfit(run.curve.position[within], run.curve.salt[-1, 0][within], 1)[0]
    # Steady but for what the slowly moving reaction front of the electrode still changes.
    assert -slope == pytest.approx(1000.0 / depth, rel=2e-3)


def test_diffusivity_that_depends_on_concentration_counts_with_its_mean():
    salt = salt_of(NYMAN)
    # Nyman's polynomial of c [mol/l], integrated from 0 to 1.
    assert salt.diffusivity == pytest.approx((0.8794 / 3 - 3.972 / 2 + 4.862) * 1e-10)
    assert (salt.concentration, salt.transference_number) == (1000.0, 0.2594)


@pytest.mark.parametrize(
    "given, said",
    [
        ((10.0, 0.0, 3.0, SALT), "porosity is 0"),
        ((10.0, 0.3, 0.5, SALT), "τ² is 0.5"),
        ((0.0, 0.3, 3.0, SALT), "current density above 0"),
        ((10.0, 0.3, 3.0, Salt(3e-10, 1000.0, 1.0)), "transference number is 1"),
        ((10.0, 0.3, 3.0, Salt(0.0, 1000.0, 0.4)), "diffusivity"),
    ],
)
def test_refuses_what_cannot_be(given, said):
    with pytest.raises(InputError, match=said):
        penetration_depth(*given)
