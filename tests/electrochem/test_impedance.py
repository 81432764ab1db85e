"""Impedance spectra against the transmission line with diffusion in spheres."""

from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.kinetics import FARADAY, GAS_CONSTANT
from electrochem.porous_electrode.impedance import impedance
from tests.analytic_cell import sphere_impedance, transmission_line
from tests.electrochem.cells import FULL, HALF, POSITIVE, constant_electrolyte

FREQUENCY = np.array([1e-4, 1e-2, 0.1, 1.0, 100.0, 1e4])


@pytest.mark.parametrize("double_layer", [0.0, 0.2])
@pytest.mark.parametrize("surface", [1.0, 1.6])
def test_spectrum_is_the_transmission_lines(double_layer, surface):
    """With t₊ = 1 the salt stays even, and every volume has the same interface."""
    electrolyte = constant_electrolyte(conductivity=0.2, diffusivity=1e-6, t_plus=1.0)
    positive = replace(POSITIVE, surface_area=surface * POSITIVE.surface_area)
    cell = replace(HALF, electrolyte=electrolyte, positive=positive)
    x, material = 0.5, positive.material
    found = impedance(cell, FREQUENCY, (x,), double_layer=double_layer)
    thermal = GAS_CONSTANT * 298.15 / FARADAY
    j0 = 3.42e-6 * 63104.0 * np.sqrt(1000.0 * x * (1.0 - x))
    slope = material.open_circuit_potential(np.array([x]))[1][0]
    radius, diffusivity = positive.particle_radius, 4e-15
    influx = positive.surface_area * radius / (3.0 * positive.active_fraction * FARADAY)
    diffusion = -slope * influx * radius / (diffusivity * 63104.0)
    local = thermal / j0 + diffusion * sphere_impedance(FREQUENCY, radius, diffusivity)
    admittance = 1.0 / local + 2j * np.pi * FREQUENCY * double_layer
    pores = 0.2 * positive.porosity / positive.tortuosity_factor
    expected = transmission_line(
        positive.thickness, pores, positive.electronic_conductivity,
        positive.surface_area * admittance,
    )  # fmt: skip
    separator = cell.separator
    expected += separator.thickness * separator.tortuosity_factor / (0.2 * separator.porosity)
    expected += thermal / (FARADAY * 3.5e-8 * 76900.0**0.7 * 1000.0**0.3)
    # 100 volumes and shells that grow by a fifth: second order, a thousandth each.
    np.testing.assert_allclose(found, expected, rtol=2e-3)


def test_slow_limit_is_the_resistance_of_the_time_domain():
    """A symmetric pair of electrodes: its spectrum at low frequency against its resistance."""
    fast = impedance(FULL, [1e5], (0.5, 0.5))[0]
    slow = impedance(FULL, [1e-3], (0.5, 0.5))[0]
    assert fast.real < slow.real
    assert abs(fast.imag) < 1e-3 * fast.real  # no double layer: nothing is left to store charge
    assert slow.imag < 0.0


def test_frequency_must_be_above_zero():
    with pytest.raises(InputError, match="above zero"):
        impedance(FULL, [0.0], (0.5, 0.5))


@pytest.mark.parametrize("frequency", [1e12, 1e300])
def test_frequency_too_high_for_any_shell_is_refused(frequency):
    with pytest.raises(InputError, match="lower frequencies"):
        impedance(FULL, [1.0, frequency], (0.5, 0.5))


def test_ten_gigahertz_give_a_resistance():
    found = impedance(FULL, [1e10], (0.5, 0.5))
    assert np.isfinite(found).all()
    assert found.real > 0.0
