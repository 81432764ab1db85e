"""Columns in the plane: equal to one where they are alike, resistors in parallel where not."""

from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.kinetics import FARADAY, GAS_CONSTANT
from electrochem.materials import Constant
from electrochem.porous_electrode import Resolution, discharge, newton, plane
from electrochem.porous_electrode.hierarchy import build_levels
from electrochem.porous_electrode.overpotentials import overpotentials
from electrochem.porous_electrode.start import model_of, rest_state, uniform_reaction
from tests.analytic_cell import porous_electrode_resistance
from tests.electrochem.cells import FULL, HALF, POSITIVE, constant_electrolyte

COARSE = Resolution(6, 3, 6)
LINEAR = replace(POSITIVE.material, diffusivity=Constant(1e-6))


def resistance(cell):
    """From the first voltages of two small currents [Ω m²]."""
    low, high = (
        discharge(cell, current_density=current, resolution=Resolution(30, 4, 6)).voltage[0]
        for current in (0.05, 0.1)
    )
    return (low - high) / 0.05


def closed_form(positive, separator):
    """Separator, metal and Newman and Tobias' electrode one behind the other [Ω m²]."""
    x = HALF.positive_stoichiometry
    j0 = 3.42e-6 * 63104.0 * np.sqrt(1000.0 * x * (1.0 - x))
    metal = FARADAY * 3.5e-8 * 76900.0**0.7 * 1000.0**0.3
    return (
        porous_electrode_resistance(
            positive.thickness, 0.2 * positive.porosity / positive.tortuosity_factor,
            positive.electronic_conductivity, positive.surface_area * j0, 298.15,
        )
        + separator.thickness * separator.tortuosity_factor / (0.2 * separator.porosity)
        + GAS_CONSTANT * 298.15 / (FARADAY * metal)
    )  # fmt: skip


@pytest.mark.parametrize("cell", [FULL, HALF], ids=["full", "half"])
def test_even_columns_are_the_one_dimensional_cell(cell):
    even = np.full((1, 3, 2), cell.positive.porosity)
    plane = replace(cell.positive, porosity=even, footprint=(30e-6, 20e-6))
    one = discharge(cell, c_rate=1.0, resolution=COARSE)
    three = discharge(replace(cell, positive=plane), c_rate=1.0, resolution=COARSE)
    # GMRES stops at 1e-4 of each update, and the updates at 1e-5: steps differ by rounding alone.
    np.testing.assert_allclose(three.time, one.time, rtol=1e-6)
    np.testing.assert_allclose(three.voltage, one.voltage, atol=1e-7)
    assert three.lithium_error < 1e-10
    spread = np.ptp(three.curve.salt, axis=1)
    assert spread.max() < 1e-4


@pytest.mark.parametrize("axis", [0, 1])
def test_columns_far_apart_conduct_in_parallel(axis):
    """The ohmic limit of an electrode graded in the plane: conductances add up."""
    electrolyte = constant_electrolyte(conductivity=0.2, diffusivity=1e-3)
    good = replace(POSITIVE, material=LINEAR, electronic_conductivity=5.0)
    poor = replace(
        good, electronic_conductivity=0.02, porosity=0.2, tortuosity_factor=4.0, surface_area=1e5
    )
    shape = (1, 2, 1) if axis == 0 else (1, 1, 2)
    names = ("electronic_conductivity", "porosity", "tortuosity_factor", "surface_area")
    both = {n: np.array([getattr(good, n), getattr(poor, n)]).reshape(shape) for n in names}
    graded = replace(good, **both, footprint=(1.0, 1.0))  # a metre: no way from one to the other
    cell = replace(HALF, electrolyte=electrolyte, positive=graded)
    parts = [closed_form(one, HALF.separator) for one in (good, poor)]
    expected = 2.0 / sum(1.0 / part for part in parts)
    # 30 volumes, second order; the poor one's reaction gathers within a tenth of them.
    assert resistance(cell) == pytest.approx(expected, rel=2e-3)


def test_a_column_without_contact_leaves_its_current_to_the_other():
    """Far apart, the one that touches its collector carries all; through a solid plane it helps."""
    electrolyte = constant_electrolyte(conductivity=0.2, diffusivity=1e-3)
    electrode = replace(POSITIVE, material=LINEAR, electronic_conductivity=5.0)
    graded = replace(electrode, porosity=np.full((1, 2, 1), POSITIVE.porosity), footprint=(1, 1))
    contact = np.array([[2e-3], [np.inf]])
    cell = replace(HALF, electrolyte=electrolyte, positive=graded, contact_resistance=contact)
    inside = closed_form(electrode, HALF.separator)
    # 30 volumes, second order.
    assert resistance(cell) == pytest.approx(2.0 * (inside + 2e-3), rel=2e-3)
    near = replace(cell, positive=replace(graded, footprint=(1e-6, 1e-6)))
    # A micrometre apart the plane is even but for the contact, half of which is missing.
    assert resistance(near) == pytest.approx(inside + 2.0 * 2e-3, rel=1e-3)
    run = discharge(cell, current_density=0.1, resolution=COARSE)
    parts = overpotentials(run.curve, contact)
    np.testing.assert_allclose(parts.sum(), run.voltage, atol=1e-8)
    # Twice the mean current density through half of the plane.
    np.testing.assert_allclose(parts.contact[1:], -2.0 * 0.1 * 2e-3, rtol=1e-6)


def test_columns_near_each_other_help_one_another():
    """With fingers thinner than the electrode is thick the plane evens out what graded columns
    keep apart; the resistance falls, but never below that of the mean properties."""
    electrolyte = constant_electrolyte(conductivity=0.2, diffusivity=1e-3)
    local = np.where(np.arange(4) % 2, 0.02, 0.4).reshape(1, 4, 1)
    found = []
    for size in (1.0, 40e-6, 1e-6):
        graded = replace(
            POSITIVE, material=LINEAR, electronic_conductivity=local, footprint=(size, size)
        )
        found.append(resistance(replace(HALF, electrolyte=electrolyte, positive=graded)))
    mean = replace(POSITIVE, material=LINEAR, electronic_conductivity=0.21)
    least = resistance(replace(HALF, electrolyte=electrolyte, positive=mean))
    assert found[0] > 1.02 * found[1] > found[1] > found[2]
    # A micrometre apart the potential is even in the plane: the mean conductivity.
    assert found[2] == pytest.approx(least, rel=1e-3)


def test_profile_over_thickness_counts_from_the_collector():
    """A slow reaction is even; the solid's loss then is ∫ i²/σ dz over I, i = I z/L."""
    electrolyte = constant_electrolyte(conductivity=1e4, diffusivity=1e-3)
    flat = replace(LINEAR, exchange_current_density=POSITIVE.material.exchange_current_density)
    profile = np.array([0.05, 1.0])  # poor beside the collector, where all the current flows
    thickness = POSITIVE.thickness
    values = []
    for local in (profile, profile[::-1]):
        graded = replace(POSITIVE, material=flat, electronic_conductivity=local, surface_area=1e3)
        values.append(resistance(replace(HALF, electrolyte=electrolyte, positive=graded)))
    # ∫ z² dz over the half beside the collector is 7/24, over the other 1/24.
    step = thickness * (7.0 - 1.0) / 24.0 * (1.0 / 0.05 - 1.0 / 1.0)
    # The reaction is even to a thousandth: the slow surface has 25 times the solid's resistance.
    assert values[0] - values[1] == pytest.approx(step, rel=1e-2)


def test_lithium_is_conserved_and_order_does_not_matter():
    random = np.random.default_rng(1)
    porosity = random.uniform(0.15, 0.33, (3, 3, 4))
    graded = replace(
        FULL.positive, porosity=porosity, tortuosity_factor=porosity**-0.5,
        footprint=(30e-6, 40e-6),
    )  # fmt: skip
    turned = replace(
        graded, porosity=porosity[:, ::-1, ::-1], tortuosity_factor=porosity[:, ::-1, ::-1] ** -0.5
    )
    first, second = (
        discharge(replace(FULL, positive=p), c_rate=2.0, resolution=COARSE)
        for p in (graded, turned)
    )
    assert first.lithium_error < 1e-10
    assert first.end_reason == second.end_reason == "lower voltage limit"
    # Columns are smoothed in another order: to the tolerance of the updates.
    assert second.capacity[-1] == pytest.approx(first.capacity[-1], rel=1e-5)


def linearised():
    """A graded cell's balances at a current, all levels factored, ready for GMRES."""
    porosity = np.random.default_rng(2).uniform(0.15, 0.33, (3, 3, 4))
    graded = replace(
        FULL.positive, porosity=porosity, tortuosity_factor=porosity**-0.5,
        footprint=(30e-6, 40e-6),
    )  # fmt: skip
    model, layout = model_of(replace(FULL, positive=graded), COARSE)
    rest = rest_state(FULL, model, layout, (0.8, 0.4))
    state = uniform_reaction(model, layout, rest, 50.0)
    assert newton.assemble(model, state, 0.1, -0.1 * rest, False)
    build_levels(model.hierarchy, model.system)
    return model, state


def solved(model, tolerance):
    """What `solve_coupled` answers for a current to be raised by 50 A/m², and its residual's share.

    It runs as Python on compiled parts, so that its limits can be set.
    """
    hierarchy, system, change = model.hierarchy, model.system, model.change
    product, work = np.zeros_like(change), np.zeros_like(model.work)
    found = plane.solve_coupled.py_func(hierarchy, system, 1.0, 0.0, 50.0, tolerance, change)
    plane._apply(hierarchy, system, 1.0, 0.0, change, product, work)
    wanted = np.append(system.right[: hierarchy.start[1]].ravel(), 50.0)
    return found, np.linalg.norm(wanted - product) / np.linalg.norm(wanted)


def test_a_solve_that_met_its_tolerance_in_the_last_restart_is_taken(monkeypatch):
    model, _ = linearised()
    monkeypatch.setattr(plane, "RESTARTS", 1)
    found, residual = solved(model, 1e-8)
    assert 0 < found <= plane.BASIS
    assert residual <= 1e-8


def test_a_solve_that_missed_its_tolerance_ends_newtons_method(monkeypatch):
    model, state = linearised()
    monkeypatch.setattr(plane, "RESTARTS", 1)
    monkeypatch.setattr(plane, "BASIS", 2)
    found, residual = solved(model, 1e-8)
    assert found == -1
    assert residual > 1e-8
    # Compiled, from balances that have no solution: no update may be taken from it.
    model.system.right[0, 0, 0] = np.nan
    assert not newton.solve_linear(model, 1.0, 0.0, 50.0)
    monkeypatch.setattr(newton, "solve_linear", lambda *_: False)
    before = state.copy()
    assert newton.converge.py_func(model, state, 0.1, -0.1 * state, False, 0, 50.0) == -1
    np.testing.assert_array_equal(state, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"porosity": np.full((2, 2, 2), 0.3)}, "footprint is due"),
        ({"porosity": np.full((2, 2), 0.3)}, r"are \(n,\) or \(n, ny, nx\)"),
        (
            {"porosity": np.full(2, 0.3), "active_fraction": np.full(3, 0.6)},
            "have different shapes",
        ),
        ({"porosity": np.array([0.3, 0.0])}, "porosity is 0; a finite value above zero"),
        (
            {"plane_conductivity": np.ones((2, 1, 1)), "footprint": (1.0, 1.0)},
            "plane_conductivity has the shape",
        ),
    ],
)
def test_local_properties_that_cannot_be_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        replace(POSITIVE, **change)
