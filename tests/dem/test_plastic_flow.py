"""Contacts and bonds that flow: the load they keep to, what stays, and the work it took."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from dem.bonds import BROKEN_STRAIN, INTACT
from dem.observe import energies, stored_energies
from tests import analytic, analytic_dem
from tests.dem.assemblies import (
    DENSITY,
    POISSON,
    UM,
    YOUNG,
    bonded_spheres,
    free_spheres,
    material,
    moved,
)

CENTRE = np.full(3, 50 * UM)
AXIS = np.array([2.0, -1.0, 2.0]) / 3
ASIDE = np.array([1.0, 2.0, 0.0]) / np.sqrt(5)

# --- Contacts: Thornton & Ning's law ------------------------------------------------------------

YIELD_PRESSURE, OVERLAP = 1e9, 0.02 * UM


def law_of(walled):
    """p_y, E* and R* of a contact between two spheres, or of one with a plane."""
    if walled:
        return YIELD_PRESSURE, analytic.contact_modulus(YOUNG, POISSON), UM
    return YIELD_PRESSURE, analytic.contact_modulus(YOUNG, POISSON, YOUNG, POISSON), UM / 2


class Press:
    """Two spheres, or one and the collector, pushed together step by step."""

    def __init__(self, walled):
        made_of = material(contact_yield_pressure=YIELD_PRESSURE)
        second = CENTRE + 2 * UM * AXIS
        position = [[50 * UM, 50 * UM, UM]] if walled else [CENTRE, second]
        self.sim = free_spheres(position, UM, 1e-12, made_of, overlaps_rest=False)
        self.along = np.array([0.0, 0.0, 1.0]) if walled else AXIS
        self.overlap = 0.0

    def to(self, overlap):
        """The force that parts them [N] at an overlap [m]."""
        n = len(self.sim.body)
        shift = np.zeros((n, 3))
        shift[-1] = (self.overlap - overlap) * self.along
        self.sim, self.overlap = moved(self.sim, shift), overlap
        return float(self.sim.load[-1, :3] @ self.along)


@pytest.mark.parametrize("walled", [False, True], ids=["pair", "plane"])
def test_contact_yields_and_unloads_along_its_closed_forms(walled):
    law, press = law_of(walled), Press(walled)
    at_yield = analytic_dem.yield_overlap(*law)
    top = float(analytic_dem.plastic_force(OVERLAP, *law))
    # Rounding of 50 µm against 0.4 nm and more.
    close = {"rel": 1e-4, "abs": 0.0}
    assert press.to(0.9 * at_yield) == pytest.approx(
        analytic.hertz_force(0.9 * at_yield, *law[1:]), **close
    )
    assert energies(press.sim).plastic == 0.0
    for overlap in (3 * at_yield, 0.5 * OVERLAP, OVERLAP):
        expected = float(analytic_dem.plastic_force(overlap, *law))
        assert press.to(overlap) == pytest.approx(expected, **close)
        assert expected < 0.8 * analytic.hertz_force(overlap, *law[1:])
    # The overlap that stays is δ_m (1 − R*/R_p).
    flat = law[2] * analytic.hertz_force(OVERLAP, *law[1:]) / top
    stays = OVERLAP * (1 - law[2] / flat)
    for share in (0.7, 0.3, 0.9, 0.5, 1.0):
        # Out, in again, and back to the top: one curve, on which nothing flows.
        overlap = stays + share * (OVERLAP - stays)
        expected = float(analytic_dem.unloading_force(overlap, OVERLAP, *law))
        assert expected == pytest.approx(share**1.5 * top, rel=1e-9, abs=0.0)
        assert press.to(overlap) == pytest.approx(expected, abs=1e-4 * top)
    assert press.to(stays * 1.02) > 0.0
    assert press.to(stays * 0.98) == 0.0
    assert stored_energies(press.sim) == (0.0, 0.0, 0.0)
    # Loaded further than before it goes on along the first curve.
    expected = float(analytic_dem.plastic_force(1.5 * OVERLAP, *law))
    assert press.to(1.5 * OVERLAP) == pytest.approx(expected, **close)


@pytest.mark.parametrize("walled", [False, True], ids=["pair", "plane"])
def test_plastic_work_is_the_area_between_loading_and_unloading(walled):
    law, press = law_of(walled), Press(walled)
    press.to(OVERLAP)

    def area(force):
        return quad(force, 0.0, OVERLAP, epsabs=0.0, points=[analytic_dem.yield_overlap(*law)])[0]

    given = area(lambda x: float(analytic_dem.plastic_force(x, *law)))
    back = area(lambda x: float(analytic_dem.unloading_force(x, OVERLAP, *law)))
    # Rounding of 50 µm against 20 nm, and the quadrature's own 1e-8.
    assert stored_energies(press.sim)[0] == pytest.approx(back, rel=1e-5, abs=0.0)
    assert energies(press.sim).plastic == pytest.approx(given - back, rel=1e-5, abs=0.0)
    taken = energies(press.sim).plastic
    for overlap in (0.5 * OVERLAP, OVERLAP):
        press.to(overlap)
        # A rounding beyond the former peak may flow, no more.
        assert energies(press.sim).plastic == pytest.approx(taken, rel=1e-6, abs=0.0)


def test_impact_faster_than_yield_rebounds_with_thorntons_restitution():
    young, radius = law_of(False)[1:]
    mass = analytic.sphere_mass(UM, DENSITY) / 2
    speed = 10 * analytic_dem.yield_speed(YIELD_PRESSURE, young, radius, mass)
    duration = analytic.hertz_contact_time(mass, speed, young, radius)
    made_of = material(contact_yield_pressure=YIELD_PRESSURE)
    sim = free_spheres([CENTRE, CENTRE + 2.000001 * UM * AXIS], UM, duration / 1000, made_of)
    sim.grains.velocity[1] = -speed * AXIS
    sim.advance(3000)
    apart = float((sim.grains.velocity[1] - sim.grains.velocity[0]) @ AXIS)
    expected = analytic_dem.plastic_restitution(speed, YIELD_PRESSURE, young, radius, mass)
    assert expected < 0.7
    # First order in the step, a thousandth of the contact, as without yielding.
    assert apart / speed == pytest.approx(expected, abs=3e-3)
    lost = 0.5 * mass * speed**2 * (1 - expected**2)
    assert energies(sim).plastic == pytest.approx(lost, rel=0.01, abs=0.0)


# --- Bonds: each load has the fully plastic limit of a circular section ---------------------------

LENGTH, AREA = 2.0 * UM, 1.5 * UM**2
# Stresses of a millionth of the modulus: strains so small that geometry is linear to CLOSE.
STRENGTH, CLOSE = 1e-6 * YOUNG, 2e-5
SHEAR = analytic.shear_modulus(YOUNG, POISSON)
BEND, TWIST = analytic.circular_section(AREA)
CUBE = (AREA / np.pi) ** 1.5
FORCE, TORQUE = slice(0, 3), slice(3, 6)

MODES = {
    # name: stiffness, limit, motion of the second grain, turn of its end, load on the first
    "tension": (YOUNG * AREA / LENGTH, STRENGTH * AREA, AXIS, 0 * AXIS, FORCE),
    "compression": (YOUNG * AREA / LENGTH, STRENGTH * AREA, -AXIS, 0 * AXIS, FORCE),
    "shear": (SHEAR * AREA / LENGTH, STRENGTH * AREA / np.sqrt(3), ASIDE, 0 * AXIS, FORCE),
    "bending": (YOUNG * BEND / LENGTH, 4 / 3 * STRENGTH * CUBE, 0 * AXIS, ASIDE, TORQUE),
    "twist": (
        SHEAR * TWIST / LENGTH, 2 * np.pi / 3 * STRENGTH / np.sqrt(3) * CUBE, 0 * AXIS, AXIS,
        TORQUE,
    ),
}  # fmt: skip


class Beam:
    """A bonded pair of which one elongation, shear, bend or twist is driven."""

    def __init__(self, mode, process_time=0.0, **changes):
        self.stiffness, self.limit, self.shift, self.turn, self.part = MODES[mode]
        self.direction = self.shift + self.turn
        # Perpendicular to the axis, or along it: no load in one mode causes another.
        assert abs(ASIDE @ AXIS) < 1e-15
        made_of = material(**{"bond_yield_strength": STRENGTH, **changes})
        self.sim = bonded_spheres([CENTRE, CENTRE + LENGTH * AXIS], [(0, 1)], AREA, made_of)
        self.sim.numerics = replace(self.sim.numerics, process_time=process_time)

    def by(self, amount):
        """The load against a further elongation [m] or turn [rad]."""
        zero = np.zeros(3)
        self.sim = moved(
            self.sim,
            np.array([zero, amount * self.shift]),
            0.5 * amount * np.array([-self.turn, self.turn]),
        )
        return float(self.sim.load[0, self.part] @ self.direction)


@pytest.mark.parametrize("mode", MODES)
def test_bond_yields_at_its_limit_and_unloads_elastically(mode):
    beam = Beam(mode)
    give = beam.limit / beam.stiffness
    assert beam.by(0.999 * give) == pytest.approx(0.999 * beam.limit, rel=CLOSE, abs=0.0)
    elastic = 0.5 * beam.limit * give
    assert energies(beam.sim).plastic < 1e-6 * elastic
    beam.by(0.001 * give)
    steps = 20
    for _ in range(steps):
        assert beam.by(2 * give / steps) == pytest.approx(beam.limit, rel=CLOSE, abs=0.0)
    # The limit times the flow of two yield points, and what each sudden step goes beyond it.
    work = 2 * give * beam.limit + 0.5 * beam.stiffness * (2 * give) ** 2 / steps
    assert energies(beam.sim).plastic == pytest.approx(work, rel=1e-4, abs=0.0)
    assert stored_energies(beam.sim)[2] == pytest.approx(elastic, rel=1e-4, abs=0.0)
    # Back by one yield point: no load, though twice that is left for good; then yield backwards.
    assert abs(beam.by(-give)) < 10 * CLOSE * beam.limit
    assert beam.by(-0.5 * give) == pytest.approx(-0.5 * beam.limit, rel=10 * CLOSE, abs=0.0)
    assert beam.by(-give) == pytest.approx(-beam.limit, rel=CLOSE, abs=0.0)
    assert beam.sim.bonds.state[0] == INTACT


@pytest.mark.parametrize(
    ("mode", "counts"),
    # Von Mises' equivalent of a shear; pressing, bending and twisting leave the bond whole.
    [("tension", 1.0), ("shear", 1 / np.sqrt(3)), ("compression", 0), ("bending", 0), ("twist", 0)],
)
def test_bond_breaks_at_its_failure_strain(mode, counts):
    failure = 1e-6
    beam = Beam(mode, bond_failure_strain=failure)
    beam.by(beam.limit / beam.stiffness)
    if counts == 0.0:
        beam.by(10 * failure * LENGTH if beam.part is FORCE else 10 * failure * LENGTH / UM)
        assert beam.sim.bonds.state[0] == INTACT
        return
    flow = failure * LENGTH / counts
    for _ in range(10):
        beam.by(0.099 * flow)
        assert beam.sim.bonds.state[0] == INTACT
    taken = energies(beam.sim).plastic
    stored = stored_energies(beam.sim)[2]
    beam.by(0.02 * flow)
    assert beam.sim.bonds.state[0] == BROKEN_STRAIN
    assert np.abs(beam.sim.load).max() == 0.0
    # What it still stored is lost with it, and the flow of the last step is booked as the others.
    assert beam.sim.bonds.released[0] == pytest.approx(stored, rel=1e-3, abs=0.0)
    assert energies(beam.sim).broken_bonds == beam.sim.bonds.released[0]
    assert taken < energies(beam.sim).plastic < 1.05 * taken


@pytest.mark.parametrize("mode", MODES)
def test_load_of_a_held_bond_relaxes_as_maxwells_element(mode):
    rate, time = 0.3, 0.5
    beam = Beam(mode, process_time=time, bond_yield_strength=np.inf, bond_relaxation=rate)
    amount = 0.5 * beam.limit / beam.stiffness
    beam.by(amount)
    start = beam.stiffness * amount
    per_step = 1 / (1 + rate * time)
    # `moved` makes two steps of one second each: so many implicit steps of the relaxation.
    for steps in (4, 6, 8):
        assert beam.by(0.0) == pytest.approx(start * per_step**steps, rel=10 * CLOSE, abs=0.0)
        kept = 0.5 * start * amount * per_step ** (2 * steps)
        assert stored_energies(beam.sim)[2] == pytest.approx(kept, rel=1e-3, abs=0.0)
        flowed = 0.5 * start * amount - kept
        assert energies(beam.sim).plastic == pytest.approx(flowed, rel=1e-3, abs=0.0)
    assert beam.sim.bonds.state[0] == INTACT


def test_nothing_relaxes_when_no_process_time_passes():
    beam = Beam("tension", bond_yield_strength=np.inf, bond_relaxation=0.3)
    load = beam.by(0.5 * beam.limit / beam.stiffness)
    for _ in range(5):
        # Rewriting the rest vector each step costs a rounding of it.
        assert beam.by(0.0) == pytest.approx(load, rel=1e-8, abs=0.0)
