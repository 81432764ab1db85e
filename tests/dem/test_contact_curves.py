"""Adhesive, plastic and damped contacts in plain Python: the points that their papers name."""

import numpy as np
import pytest

from dem.contact.cohesion.none import NoCohesion
from dem.contact.cohesion.sjkr import SJKR
from dem.contact.damping.restitution import Restitution
from dem.contact.damping.viscoelastic import Viscoelastic
from dem.contact.normal.hertz import Hertz
from dem.contact.normal.jkr import JKR
from dem.contact.normal.thornton_ning import ThorntonNing
from dem.contact.roles import push, reach, sticks, stored
from dem.contact.rolling.free import FreeRolling
from dem.contact.tangential.mindlin import Mindlin
from dem.materials import damping_of
from tests import analytic, analytic_dem
from tests.dem.one_contact import (
    DEEP,
    INVERSE_MASS,
    PAIR,
    RADIUS,
    Contact,
    contact_of,
    legs,
    work_of,
)

JKR_LAW = JKR(PAIR.young, PAIR.surface_energy)
JKR_ARGUMENTS = PAIR.young, RADIUS, PAIR.surface_energy
NING = ThorntonNing(PAIR.young, PAIR.yield_pressure)
NING_ARGUMENTS = PAIR.yield_pressure, PAIR.young, RADIUS


@pytest.mark.parametrize("times", [1.02, 1.5, 2.519842, 4.0, 20.0])
def test_jkr_follows_its_curve_from_the_neck_to_deep_contact(times):
    # 2.519842 = 16^(1/3): zero overlap.
    contact = times * analytic_dem.jkr_tear_off_radius(*JKR_ARGUMENTS)
    overlap = float(analytic_dem.jkr_overlap(contact, *JKR_ARGUMENTS))
    force, _, radius, memory, lost = push(JKR_LAW, overlap, RADIUS, 1.0)
    # The iteration ends at rounding, magnified by 1/0.02² next to the neck's end.
    assert radius == pytest.approx(contact, rel=1e-8, abs=0.0)
    expected = float(analytic_dem.jkr_force(contact, *JKR_ARGUMENTS))
    scale = analytic_dem.jkr_pull_off(RADIUS, PAIR.surface_energy)
    assert force == pytest.approx(expected, abs=1e-7 * max(scale, abs(expected)))
    assert (memory, lost) == (1.0, 0.0)
    # Stored: ∫ F dδ from the open contact, which the paper's curve starts at a = 0.
    expected = float(analytic_dem.jkr_work(contact, *JKR_ARGUMENTS))
    assert stored(JKR_LAW, overlap, RADIUS, 1.0) == pytest.approx(expected, rel=1e-6, abs=0.0)


def test_jkr_pulls_off_at_three_halves_and_tears_at_five_sixths_of_pi_w_r():
    end = reach(JKR_LAW, RADIUS)
    tear = analytic_dem.jkr_tear_off_radius(*JKR_ARGUMENTS)
    assert end == pytest.approx(
        float(analytic_dem.jkr_overlap(tear, *JKR_ARGUMENTS)), rel=1e-12, abs=0.0
    )
    unit = np.pi * PAIR.surface_energy * RADIUS
    forces = [push(JKR_LAW, x, RADIUS, 1.0)[0] for x in np.linspace(0.999 * end, DEEP, 4001)]
    # Under a load the contact holds up to the curve's lowest point, on 4000 points of a parabola.
    assert min(forces) == pytest.approx(-1.5 * unit, rel=1e-5, abs=0.0)
    # Held by its distance it reaches the neck's end: √1e-8 from there in the contact radius.
    last = push(JKR_LAW, (1 - 1e-8) * end, RADIUS, 1.0)[0]
    assert last == pytest.approx(-5 / 6 * unit, rel=2e-3, abs=0.0)
    force, _, _, memory, _ = push(JKR_LAW, 1.001 * end, RADIUS, 1.0)
    assert (force, memory) == (0.0, 0.0)
    assert not sticks(JKR_LAW, memory)
    # Once open it closes at zero overlap, no earlier.
    assert push(JKR_LAW, 0.001 * end, RADIUS, 0.0)[0] == 0.0
    touching = push(JKR_LAW, 0.0, RADIUS, 0.0)
    assert touching[0] == pytest.approx(-4 / 3 * unit, rel=1e-9, abs=0.0)


def test_jkr_loses_the_energy_of_snapping_on_and_off():
    classes = JKR, NoCohesion, Restitution, Mindlin, FreeRolling
    contact = contact_of(classes, PAIR._replace(damping=0.0))
    end = reach(JKR_LAW, RADIUS)
    rest, deep, out = (1e-6 * end, 0, 0, 0, 0), (DEEP, 0, 0, 0, 0), (1.01 * end, 0, 0, 0, 0)
    work, _ = work_of(contact, legs([rest, deep, out], 4000))
    expected = analytic_dem.jkr_lost_energy(*JKR_ARGUMENTS)
    assert contact.booked.sum() == pytest.approx(expected, rel=1e-3, abs=0.0)
    # The mean force of the steps that snap: two of 4000.
    assert work == pytest.approx(expected, rel=0.02, abs=0.0)


def test_sjkr_follows_its_curve_and_pulls_off_where_it_says():
    density = PAIR.cohesion_energy_density
    laws = (Hertz(PAIR.young), SJKR(density), Restitution(0.0), Mindlin(1e9, 0.0), FreeRolling(0.0))
    pull, where = analytic_dem.sjkr_pull_off(PAIR.young, RADIUS, density)
    for overlap in (0.1 * where, where, 3 * where, DEEP):
        force = Contact(laws).at(overlap)[0][2]
        expected = float(analytic_dem.sjkr_force(overlap, PAIR.young, RADIUS, density))
        assert force == pytest.approx(expected, rel=1e-9, abs=1e-12 * pull)
        energy = Contact(laws, memory=overlap).stored(overlap)
        expected = float(analytic_dem.sjkr_energy(overlap, PAIR.young, RADIUS, density))
        assert energy == pytest.approx(expected, rel=1e-9, abs=0.0)
    assert Contact(laws).at(where)[0][2] == pytest.approx(-pull, rel=1e-9, abs=0.0)


def test_thornton_ning_is_smooth_at_yield_and_continuous_on_unloading():
    at_yield = analytic_dem.yield_overlap(*NING_ARGUMENTS)
    force = push(NING, at_yield, RADIUS, 0.0)[0]
    assert force == pytest.approx(
        analytic.hertz_force(at_yield, PAIR.young, RADIUS), rel=1e-12, abs=0.0
    )
    h = 1e-4 * at_yield
    slopes = [(push(NING, at_yield + s * h, RADIUS, 0.0)[0] - force) / (s * h) for s in (-1.0, 1.0)]
    # Hertz's tangent at the yield pressure is π p_y R*, the plastic line's; 1e-4 by curvature.
    expected = np.pi * PAIR.yield_pressure * RADIUS
    assert slopes == pytest.approx([expected, expected], rel=1e-4, abs=0.0)
    for largest in (1.01 * at_yield, 3 * at_yield, 30 * at_yield):
        top, _, contact, memory, _ = push(NING, largest, RADIUS, 0.0)
        assert memory == largest
        below, _, beside, _, lost = push(NING, largest * (1 - 1e-12), RADIUS, memory)
        # The same force and the same contact, to the slope times 1e-12.
        assert below == pytest.approx(top, rel=1e-9, abs=0.0)
        assert beside == pytest.approx(contact, rel=1e-9, abs=0.0)
        assert contact == pytest.approx(np.sqrt(RADIUS * largest), rel=1e-9, abs=0.0)
        assert lost == 0.0


def restitution_of(laws, speed, steps=600):
    """Restitution of a head-on impact with a contact's laws, by leapfrog."""
    mass = 1.0 / INVERSE_MASS
    duration = analytic.hertz_contact_time(mass, speed, PAIR.young, RADIUS)
    dt = duration / steps
    contact, overlap, closing = Contact(laws), 0.0, speed
    for _ in range(4 * steps):
        overlap += dt * closing
        force = contact.at(overlap, (0.0, 0.0, -closing), dt=dt)[0][2]
        closing -= dt * force / mass
        if overlap < 0.0:
            return -closing / speed
    raise AssertionError("the contact does not open")


def laws_damped_by(damping):
    return Hertz(PAIR.young), NoCohesion(0.0), damping, Mindlin(1e9, 0.0), FreeRolling(0.0)


@pytest.mark.parametrize("restitution", [0.9, 0.6, 0.3])
def test_restitution_is_the_one_given_at_any_speed(restitution):
    laws = laws_damped_by(Restitution(damping_of(restitution)))
    found = [restitution_of(laws, speed) for speed in (1e-3, 0.1, 10.0)]
    # First order in the step, 1/600 of the contact; the law has no scale, so speeds agree closer.
    assert found == pytest.approx([restitution] * 3, abs=5e-3)
    assert max(found) - min(found) < 1e-6


def test_viscoelastic_restitution_falls_with_the_fifth_root_of_speed():
    laws = laws_damped_by(Viscoelastic(1.0))
    speeds = np.array([0.01, 0.1, 1.0])
    lost = 1 - np.array([restitution_of(laws, v) for v in speeds])
    assert (lost > 0.0).all() and (lost < 0.1).all()
    # 1 − e = C v^(1/5) + O(v^(2/5)) (Ramírez et al. 1999): the next term is `lost` itself.
    slopes = np.diff(np.log(lost)) / np.diff(np.log(speeds))
    assert slopes == pytest.approx([0.2, 0.2], abs=0.2 * lost.max())
