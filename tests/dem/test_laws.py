"""What every contact law of the registry must keep to, alone and in every combination.

A law added to the registry is tested here without being named.
"""

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from dem.contact.laws import COHESION, DAMPING, NORMAL, ROLLING, TANGENTIAL
from dem.contact.roles import (
    attraction,
    bound,
    drag,
    grip,
    push,
    reach,
    remembers,
    roll,
    rolls,
    slide,
    spring,
    stored,
    widest,
)
from tests.dem.one_contact import (
    DEEP,
    PAIR,
    RADIUS,
    contact_of,
    every_combination,
    every_law,
    legs,
    work_of,
)

ELASTIC = PAIR._replace(
    friction=1e6, damping=0.0, viscosity=0.0, yield_pressure=np.inf,
    surface_energy=0.0,
)  # fmt: skip
"""Contacts that never slip and neither flow, stick nor damp; they roll by small angles only."""


def loaded(law, largest=DEEP):
    """Memory of a contact that was pressed to an overlap."""
    return push(law, largest, RADIUS, 0.0)[3]


def lowest(law, memory):
    """Overlap [m] at which a contact that was pressed opens."""
    low = reach(law, RADIUS)
    return low if push(law, 0.5 * low, RADIUS, memory)[2] > 0.0 and low < 0.0 else 0.0


@every_law(NORMAL)
def test_normal_force_is_the_slope_of_the_stored_energy(law_class):
    law = law_class.of_pair(PAIR)
    # On the way out, and of an elastic contact on the way in, nothing flows: F = dE/dδ.
    memory = loaded(law)
    low = lowest(law, memory)
    largest = push(law, DEEP, RADIUS, memory)[0]
    for share in np.linspace(0.02, 0.98, 49):
        overlap, h = low + share * (DEEP - low), 1e-5 * DEEP
        force, _, _, after, lost = push(law, overlap, RADIUS, memory)
        assert (after, lost) == (memory, 0.0)
        slope = stored(law, overlap + h, RADIUS, memory) - stored(law, overlap - h, RADIUS, memory)
        # Truncation (1e-5/0.02)² of the branch's curvature, rounding 1e-16/1e-5.
        assert slope / (2 * h) == pytest.approx(force, abs=1e-6 * largest)


@every_law(NORMAL)
def test_normal_work_is_stored_or_lost_along_first_loading(law_class):
    law = law_class.of_pair(PAIR)
    memory, work, lost, force, taken = 0.0, 0.0, 0.0, None, 4000
    for overlap in np.linspace(0.0, DEEP, taken + 1):
        new, _, _, memory, gone = push(law, overlap, RADIUS, memory)
        work += 0.5 * (new + force) * DEEP / taken if force is not None else 0.0
        force, lost = new, lost + gone
    assert lost >= 0.0
    kept = stored(law, DEEP, RADIUS, memory) + lost
    # The trapezoids of δ^1.5 err by less than 1/4000².
    assert work == pytest.approx(kept, rel=1e-6, abs=0.0)


@every_law(NORMAL)
def test_normal_force_is_continuous_while_it_touches(law_class):
    law = law_class.of_pair(PAIR)
    for leaving in (False, True):
        memory = loaded(law) if leaving else push(law, 0.0, RADIUS, 0.0)[3]
        low = lowest(law, memory) if leaving else 0.0
        jumps = []
        for parts in (500, 1000, 2000):
            path = low + (DEEP - low) * np.linspace(1e-9, 1.0, parts + 1)
            at, forces = memory, []
            for overlap in path[::-1] if leaving else path:
                force, _, _, at, _ = push(law, overlap, RADIUS, at)
                forces.append(force)
            jumps.append(np.abs(np.diff(forces)).max())
        # A jump would stay; an infinite slope at the end of a neck still falls as √½.
        assert jumps[1] < 0.75 * jumps[0] and jumps[2] < 0.75 * jumps[1]


@every_law(NORMAL)
def test_normal_stiffness_belongs_to_the_contact_radius_and_bounds_the_slope(law_class):
    """S = 2 E* a: what the stable step, damping and tangential springs rely on."""
    law = law_class.of_pair(PAIR)
    memory = loaded(law)
    low = lowest(law, memory)
    for overlap in low + (DEEP - low) * np.linspace(0.05, 0.99, 30):
        for past in (memory, loaded(law, overlap)):
            _, stiffness, contact, _, _ = push(law, overlap, RADIUS, past)
            assert stiffness == pytest.approx(2 * law.young * contact, rel=1e-14, abs=0.0)
            h = 1e-6 * DEEP
            rise = push(law, overlap + h, RADIUS, past)[0] - push(law, overlap, RADIUS, past)[0]
            # One-sided differences over a curved branch: 1e-6/0.05 and less.
            assert overlap < 0.0 or rise / h <= stiffness * (1 + 1e-4)


@every_law(NORMAL)
def test_widest_contact_bounds_all_that_may_come_at_smaller_overlaps(law_class):
    law = law_class.of_pair(PAIR)
    for past in (0.0, loaded(law, 0.2 * DEEP), loaded(law)):
        for overlap in np.array([-0.5, 0.0, 0.1, 1.0]) * DEEP:
            bound_there = widest(law, overlap, RADIUS, past)
            # Not so wide that steps would be wasted: no wider than a fully pressed contact.
            assert bound_there <= push(law, DEEP, RADIUS, loaded(law))[2] * (1 + 1e-12)
            for share in (0.0, 0.3, 1.0):
                contact = push(law, max(share * overlap, 0.0), RADIUS, past)[2]
                assert overlap < 0.0 or contact <= bound_there * (1 + 1e-12)


@every_law(COHESION)
def test_attraction_is_minus_the_slope_of_its_energy(law_class):
    law = law_class.of_pair(PAIR)
    for overlap in (-DEEP, 0.3 * DEEP, DEEP):
        h = 1e-4 * DEEP
        slope = (bound(law, overlap + h, RADIUS) - bound(law, overlap - h, RADIUS)) / (2 * h)
        # Exact for a parabola but for rounding.
        assert attraction(law, overlap, RADIUS) == pytest.approx(-slope, rel=1e-9, abs=0.0)
        assert attraction(law, overlap, RADIUS) >= 0.0 >= bound(law, overlap, RADIUS)


@every_law(DAMPING)
def test_damping_only_takes_energy(law_class):
    law = law_class.of_pair(PAIR)
    assert drag(law, 0.0, 0.0, 1e-15) == 0.0
    assert drag(law, 1e5, 1e-7, 1e-15) > 0.0


@every_law(TANGENTIAL)
def test_tangential_limit_is_coulombs(law_class):
    law = law_class.of_pair(PAIR)
    assert spring(law, 0.0, 0.0) == 0.0
    assert spring(law, 1e4, 1e-7) > 0.0
    # Also of a contact that pulls.
    for force in (0.0, 3e-5, -3e-5):
        assert slide(law, force) == pytest.approx(PAIR.friction * abs(force), rel=1e-14, abs=0.0)


@every_law(ROLLING)
def test_rolling_moment_opposes_the_turn_and_keeps_its_limit(law_class):
    law = law_class.of_pair(PAIR)
    force, limit = 2e-5, PAIR.rolling_friction * RADIUS * 2e-5
    moment = (0.0, 0.0, 0.0)
    for _ in range(200):
        moment = roll(law, moment, (3e-4, -4e-4, 0.0), force, 2e4, RADIUS)
        assert np.linalg.norm(moment) <= limit * (1 + 1e-12)
    if rolls(law):
        # Long past its limit it stands against the turn with all of it.
        assert moment == pytest.approx((-0.6 * limit, 0.8 * limit, 0.0), rel=1e-12, abs=0.0)
    else:
        assert moment == (0.0, 0.0, 0.0)


def random_state(classes, rng):
    """A contact with a history, and where it goes in the next step."""
    contact = contact_of(classes)
    law = contact.laws[0]
    largest = rng.uniform(0.1, 1.0) * DEEP
    if remembers(law):
        contact.memory = loaded(law, largest)
    overlap = contact.opens + rng.uniform(0.1, 1.2) * largest
    normal = rng.normal(size=3)
    motion = {
        "overlap": overlap,
        "normal": normal / np.linalg.norm(normal),
        "velocity": rng.normal(size=3),
        "turn": 1e-3 * rng.normal(size=3),
        "twirl": rng.normal() * 1e5,
    }
    contact.tangential = 1e-6 * rng.normal(size=3)
    contact.stiffness = 10 ** rng.uniform(2, 5)
    contact.moment = 1e-12 * rng.normal(size=3)
    return contact, motion


def outcome(contact, motion, change=lambda vector: vector, twirl=1.0):
    """What a step gives when every vector of it is changed first: force, moment, numbers."""
    history = {k: tuple(change(getattr(contact, k))) for k in ("tangential", "moment")}
    other = type(contact)(
        contact.laws, stiffness=contact.stiffness, memory=contact.memory, **history
    )
    vectors = {k: tuple(change(motion[k])) for k in ("normal", "velocity", "turn")}
    force, moment = other.at(motion["overlap"], twirl=twirl * motion["twirl"], **vectors)
    return force, moment, np.array([other.stiffness, other.memory, *other.booked])


@every_combination
def test_turning_everything_turns_force_and_moment(classes):
    rng = np.random.default_rng(1)
    for _ in range(10):
        contact, motion = random_state(classes, rng)
        force, moment, numbers = outcome(contact, motion)
        turn = Rotation.random(random_state=rng)
        turned_force, turned_moment, same = outcome(contact, motion, turn.apply)
        # Rounding of some ten operations.
        assert turned_force == pytest.approx(turn.apply(force), abs=1e-12 * np.abs(force).max())
        close = 1e-12 * np.abs(moment).max()
        assert turned_moment == pytest.approx(turn.apply(moment), abs=close)
        assert same == pytest.approx(numbers, rel=1e-9, abs=1e-12 * np.abs(numbers[2:]).max())


@every_combination
def test_swapping_the_bodies_reverses_force_and_moment(classes):
    rng = np.random.default_rng(2)
    for _ in range(10):
        contact, motion = random_state(classes, rng)
        force, moment, numbers = outcome(contact, motion)
        back, back_moment, same = outcome(contact, motion, np.negative, twirl=-1.0)
        # Only signs change: not a bit.
        assert np.array_equal(back, -force)
        assert np.array_equal(back_moment, -moment)
        assert np.array_equal(same, numbers)


@every_combination
def test_slightest_touch_and_rest_are_finite(classes):
    for overlap in (0.0, 5e-324, 1e-200, 1e-22):
        contact = contact_of(classes)
        for velocity in ((0.0, 0.0, 0.0), (1.0, 0.0, -1.0), (0.0, 0.0, 0.0)):
            force, moment = contact.at(overlap, velocity, turn=(velocity[0], 0.0, 0.0))
            assert np.isfinite([*force, *moment, *contact.booked, contact.stiffness]).all()
        assert np.isfinite(contact.stored(overlap))


@every_combination
def test_friction_keeps_its_limit_and_reaches_it(classes):
    rng = np.random.default_rng(3)
    contact, reached = contact_of(classes), 0
    for _ in range(200):
        overlap = rng.uniform(0.2, 1.0) * DEEP
        velocity = 10 ** rng.uniform(-3, 1) * rng.normal(size=3) * (1.0, 1.0, 0.0)
        former = contact.memory
        contact.at(overlap, tuple(velocity))
        pressing = push(contact.laws[0], overlap, RADIUS, former)[0]
        limit = PAIR.friction * abs(pressing + grip(contact.laws[0], RADIUS))
        held = np.linalg.norm(contact.tangential)
        assert held <= limit * (1 + 1e-12)
        reached += held > limit * (1 - 1e-12)
    assert 20 < reached < 200


@every_combination
def test_springs_are_scaled_down_on_unloading_and_kept_on_loading(classes):
    contact = contact_of(classes, ELASTIC)
    contact.at(DEEP)
    contact.at(DEEP, (1e-3 * DEEP / 1e-9, 0.0, 0.0), turn=(1e-4, 0.0, 0.0))
    held, stiffness = np.array(contact.tangential), contact.stiffness
    moment = np.array(contact.moment)
    contact.at(0.4 * DEEP)
    share = contact.stiffness / stiffness
    assert 0.0 < share < 0.7
    # Elongation and turn stay, the forces fall with the stiffness: to rounding.
    assert contact.tangential == pytest.approx(tuple(share * held), rel=1e-12, abs=0.0)
    if np.any(moment) and np.any(contact.moment):
        assert contact.moment == pytest.approx(tuple(share * moment), rel=1e-12, abs=0.0)
    less = contact.tangential
    contact.at(0.9 * DEEP)
    assert contact.tangential == pytest.approx(less, rel=1e-12, abs=0.0)


@every_combination
def test_elastic_springs_give_back_what_they_took(classes):
    """A closed slip and a closed turn below the limits, at one overlap."""
    slip, angle = 1e-3 * DEEP, 1e-4
    path = legs(
        [(DEEP, 0, 0, 0, 0), (DEEP, slip, 0, angle, 0), (DEEP, slip, slip, angle, angle),
         (DEEP, 0, 0, 0, 0)], 40,
    )  # fmt: skip
    contact = contact_of(classes, ELASTIC)
    contact.at(DEEP)
    resists = contact.at(DEEP, turn=(angle, 0.0, 0.0))[1].any()
    if resists and not contact.at(DEEP)[1].any():
        # A moment without an elastic part gives nothing back.
        path[:, 3:] = 0.0
    contact = contact_of(classes, ELASTIC)
    work, size = work_of(contact, path)
    assert size > 0.0
    # Linear springs and mean forces: exact but for rounding.
    assert abs(work) < 1e-9 * size


def cycles(sizes):
    """Closed paths from open to open: normal, tangential and rolling motion in either order."""
    for far in sizes:
        s, a = far * DEEP, 10 * far * DEEP / RADIUS
        rest, high, low = (DEEP, 0, 0, 0, 0), (DEEP, s, 0, a, 0), (0.3 * DEEP, s, 0, a, 0)
        back, aside = (0.3 * DEEP, 0, 0, 0, 0), (0.6 * DEEP, s, s, a, a)
        opened = (-0.5 * DEEP, 0, 0, 0, 0)
        yield [opened, rest, high, low, back, opened]
        yield [opened, back, low, high, rest, opened]
        yield [opened, rest, high, low, high, low, back, opened]
        yield [opened, back, low, aside, back, rest, high, opened]


@pytest.mark.parametrize("pair", [PAIR, ELASTIC], ids=["slipping and flowing", "elastic"])
@every_combination
def test_no_closed_cycle_gains_energy_and_what_it_takes_is_booked(classes, pair):
    for corners in cycles((2e-3, 2e-2, 0.3)):
        contact = contact_of(classes, pair)
        # Slow: rates of motion count for nothing beside the springs.
        work, size = work_of(contact, legs(corners, 60), dt=1e-6)
        # Sums over 60 steps a leg: first order, two steps of sixty.
        assert work > -0.03 * size
        assert contact.booked.sum() == pytest.approx(work, abs=0.05 * size)
        assert (contact.booked >= -0.01 * size).all()


@every_combination
def test_springs_loaded_deep_and_unloaded_shallow_gain_nothing(classes):
    """The cycle that gains most where a spring keeps its force while its stiffness falls."""
    slip, angle, low = 1e-3 * DEEP, 1e-4, 0.3 * DEEP
    for shift, turn in ((slip, 0.0), (0.0, angle)):
        contact = contact_of(classes, ELASTIC)
        contact.at(DEEP)
        loading = [(DEEP, 0, 0, 0, 0), (DEEP, shift, 0, turn, 0)]
        given, _ = work_of(contact, legs(loading, 60))
        work_of(contact, legs([(DEEP, 0, 0, 0, 0), (low, 0, 0, 0, 0)], 60))
        returning = [(low, 0, 0, 0, 0), (low, -shift, 0, -turn, 0)]
        returned, _ = work_of(contact, legs(returning, 60))
        # Sixty steps a leg leave a rounding alone, as the springs are linear on both.
        assert given + returned >= -1e-9 * given
        assert given > 0.0 or (shift == 0.0 and not contact.at(DEEP, turn=(angle, 0, 0))[1].any())


def test_laws_give_the_same_with_the_jit_off():
    """In a process of its own, as Numba reads the setting when it is imported."""
    program = (
        "from tests.dem.one_contact import _NAMES, _REGISTRIES, contact_of, DEEP\n"
        "for names in _NAMES:\n"
        "    contact = contact_of([r[n] for r, n in zip(_REGISTRIES, names)])\n"
        "    contact.at(DEEP)\n"
        "    print(*contact.at(0.7 * DEEP, (1.0, 2.0, 3.0), (1e-3, 0.0, 0.0))[0])\n"
    )
    found = []
    for off in ("0", "1"):
        env = {**os.environ, "NUMBA_DISABLE_JIT": off}
        done = subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        found.append(np.array(done.stdout.split(), float))
    # Compiled and interpreted powers and roots may round differently.
    assert len(found[0]) > 100
    assert found[1] == pytest.approx(found[0], rel=1e-12, abs=0.0)
