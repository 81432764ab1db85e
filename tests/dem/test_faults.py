"""Every fault is found within 100 steps, and told in one sentence that names grain and remedy."""

import numpy as np
import pytest

from dem import faults, search_refusals
from dem.body import RADIUS, VX, WX, X, Z
from dem.bonds import no_bonds
from dem.box import Box
from dem.errors import InputError, Unstable
from dem.integrate import UNSTABLE
from dem.neighbours import sort_into_cells
from dem.simulation import Numerics, simulate
from dem.walls.enclosure import TOP
from tests.dem.assemblies import (
    UM,
    bonded_spheres,
    bonds_between,
    free_spheres,
    lattice_block,
    material,
    spheres,
)
from tests.dem.test_determinism import assert_same_bits

SIDE = 12 * UM
PERIODIC = Box(np.array([SIDE, SIDE]), True)
LONG = 100_000
"""Steps asked for in one call: far more than a fault may take to be found."""


def block(box=PERIODIC, **settings):
    """A bonded block of 216 grains, one particle each, between floor and plate."""
    position, pairs = lattice_block(6)
    return simulate(
        spheres(position, 0.7 * UM), bonds_between(position, pairs, UM**2), box,
        [material(friction=0.3, restitution=0.6)], 10 * UM, Numerics(**settings),
    )  # fmt: skip


def fault_of(sim, within=faults.LOOK, steps=LONG, **drive):
    """What `advance` says of a simulation that must blow up within so many steps."""
    before = sim.steps_done
    with pytest.raises(Unstable) as caught:
        sim.advance(steps, **drive)
    assert caught.value.sim is sim
    assert 0 <= sim.steps_done - before <= within
    assert f"step {sim.steps_done}" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("grain", [0, 77, 215])
@pytest.mark.parametrize("column", [X, Z, VX, VX + 2])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_position_or_velocity_that_is_no_number_is_found_before_a_step(grain, column, value):
    sim = block()
    sim.body[grain, column] = value
    told = fault_of(sim, within=0)
    assert f"grain {grain} (particle {grain})" in told and "expected" in told


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_spin_that_is_no_number_is_found(value):
    sim = block()
    sim.body[40, WX] = value
    assert "grain 40 (particle 40)" in fault_of(sim, within=0)


@pytest.mark.parametrize("radius", [0.0, -UM, np.nan])
def test_radius_that_is_none_is_found(radius):
    sim = block()
    sim.body[12, RADIUS] = radius
    assert "grain 12 (particle 12)" in fault_of(sim, within=0)


def test_grain_that_moves_by_half_its_radius_in_a_step_is_named():
    sim = block(damping=0.0)
    sim.body[100, VX] = 0.8 * sim.body[100, RADIUS] / sim.step
    told = fault_of(sim)
    assert "grain 100 (particle 100) moves" in told and "of a radius in a step" in told
    assert "step_factor" in told and "damping" in told


@pytest.mark.parametrize(("travel", "ends"), [(0.4, False), (0.7, True)])
def test_crumb_may_move_by_more_than_its_own_radius_but_not_by_that_of_the_others(travel, ends):
    radius = np.array([0.1, 0.7, 0.7, 0.7]) * UM
    place = np.array([[3, 3, 8], [2, 2, 2], [6, 6, 2], [9, 9, 2]]) * UM
    numerics = Numerics(damping=0.0)
    sim = simulate(spheres(place, radius), no_bonds(), PERIODIC, [material()], 10 * UM, numerics)
    sim.body[0, VX] = travel * radius.mean() / sim.step
    if ends:
        assert "grain 0 (particle 0) moves" in fault_of(sim, within=0)
    else:
        sim.advance(1)
        assert abs(sim.body[0, VX] * sim.step) > 2 * radius[0]


@pytest.mark.parametrize(
    ("direction", "wall"),
    [((0, 0, -1), "the floor z = 0 µm"), ((0, 0, 1), "the plate z = 10 µm"),
     ((-1, 0, 0), "the side plane x = 0 µm"), ((0, 1, 0), "the side plane y = 12 µm")],
)  # fmt: skip
def test_grain_behind_a_wall_is_named_with_the_wall(direction, wall):
    sim = block(Box(PERIODIC.length, periodic=False))
    # Set down two radii behind the wall, as a step too long would.
    direction = np.array(direction, float)
    far = np.array([SIDE, SIDE, 10 * UM]) * (direction > 0) + 1.4 * UM * direction
    sim.body[3, X : Z + 1] = np.where(direction != 0, far, sim.body[3, X : Z + 1])
    told = fault_of(sim)
    assert "grain 3 (particle 3) left the box" in told and wall in told


def test_grain_that_no_wall_stops_is_found_far_away():
    sim = simulate(
        spheres([[0, 0, 0], [0, 0, 5 * UM]]), no_bonds(), PERIODIC, [material()], None, Numerics()
    )
    sim.body[1, Z] = 2 * faults.FAR * SIDE
    assert "grain 1 (particle 1) left the box" in fault_of(sim)


def test_step_above_the_limit_of_a_bonded_block_is_refused_with_the_largest_one():
    position, pairs = lattice_block(4)
    with pytest.raises(InputError, match=r"grain \d+ \(particle \d+\).*no more than") as refused:
        bonded_spheres(position + 40 * UM, pairs, UM**2, step=1e-8)
    largest = float(str(refused.value).split("no more than ")[1].split()[0])
    # Three digits are told.
    assert bonded_spheres(position + 40 * UM, pairs, UM**2, step=0.99 * largest).step < largest
    with pytest.raises(InputError):
        bonded_spheres(position + 40 * UM, pairs, UM**2, step=1.01 * largest)


def test_step_that_contacts_outgrow_is_a_fault_of_the_run():
    apart = 50 * UM + np.array([[0.0, 0, 0], [2.1 * UM, 0, 0]])
    # Ten times the speed of sound in it: overlaps grow to a third of a radius.
    sim = free_spheres(apart, UM, 2.2e-10, material())
    sim.body[:, VX] = 3000.0, -3000.0
    told = fault_of(sim)
    assert "grain" in told and "expected" in told


def test_block_beyond_its_stability_limit_is_found_before_it_flies_apart():
    sim = bonded_spheres(*_lattice(), UM**2)
    sim.step *= 2.0
    sim.grains.velocity[:] = np.random.default_rng(1).normal(0, 1e-3, (len(sim.body), 3))
    told = fault_of(sim, within=2000)
    # Found while the motion is still one of this box, not of numbers near the largest.
    assert np.abs(sim.grains.position).max() < 1e-3
    assert "grain" in told and "step_factor" in told


def _lattice():
    position, pairs = lattice_block(4)
    return position + 40 * UM, pairs


@pytest.mark.parametrize(
    "servo", [(1e12, 1e-3, 1e9), (1e6, 1e6, 1e4)], ids=["gain", "force and limit"]
)
def test_servo_that_throws_the_plate_is_found(servo):
    assert "wall 1 moves by" in fault_of(block(), servo=servo)


def test_plate_driven_through_the_floor_is_found():
    sim = block()
    sim.body[:, Z] *= 1e-3
    sim.walls.centre[TOP, 2] = 1e-9
    sim.walls.work[:] = 0.0
    with pytest.raises(Unstable, match=r"passed|moves|behind"):
        sim.advance(LONG, plate_speed=-0.4 * UM / sim.step)
    assert sim.steps_done <= faults.LOOK


@pytest.mark.parametrize(
    ("drive", "told"),
    [({"rate": np.nan}, "strain rate"), ({"rate": 1e12}, "strain rate"),
     ({"plate_speed": np.nan}, "speed"), ({"servo": (-1.0, 1.0, 1.0)}, "gain"),
     ({"servo": (1.0, np.nan, 1.0)}, "force"), ({"servo": (1.0, 1.0, 0.0)}, "limit"),
     ({"steps": -1}, "steps")],
)  # fmt: skip
def test_drive_that_none_can_be_is_refused(drive, told):
    sim = block()
    with pytest.raises(InputError, match=told):
        sim.advance(**{"steps": 10, **drive})
    assert sim.steps_done == 0


def test_looks_change_no_bit(monkeypatch):
    def pressed():
        sim = block(damping=0.4, skin=0.1)
        sim.advance(350, rate=-1e-4 / sim.step)
        return sim

    looked = pressed()
    assert looked.steps_done > 3 * faults.LOOK
    monkeypatch.setattr(faults, "LOOK", 7)
    assert_same_bits(looked, pressed())
    monkeypatch.setattr(faults, "LOOK", 10**9)
    assert_same_bits(looked, pressed())


def test_run_steps_itself_stops_at_a_nan_that_others_follow(monkeypatch):
    """A force that is no number: what it does to a grain must not be forgotten at the next one."""
    stopped = []
    blown_up = faults.blown_up
    monkeypatch.setattr(faults, "blown_up", lambda sim: stopped.append(UNSTABLE) or blown_up(sim))
    sim = block()
    sim.load[100, 1] = np.nan
    assert "grain 100 (particle 100)" in fault_of(sim, within=1)
    assert stopped == [UNSTABLE]


def test_list_that_explodes_is_refused_before_it_is_filled():
    position = 40 * UM + np.random.default_rng(2).uniform(0, UM, (2000, 3))
    with pytest.raises(InputError, match=r"pairs of 2000 grains.*radii are up to 1e-06 m.*metres"):
        free_spheres(position, UM, None, material())


def test_collapse_during_a_run_is_a_fault_of_the_run():
    position = 5 * UM + np.random.default_rng(2).uniform(0, 90 * UM, (2000, 3))
    sim = free_spheres(position, 0.1 * UM, None, material())
    sim.size[:] = 50 * UM
    sim.calibrated_radius[:] = sim.full_radius[:] = 50 * UM
    with pytest.raises(Unstable, match=r"pairs of 2000 grains"):
        sim.refresh()


@pytest.mark.parametrize("radius", [np.nan, np.inf, -UM])
def test_rubble_that_cannot_grow_is_found_before_lists_are_built_of_it(radius):
    sim = block()
    sim.full_radius[9] = radius
    sim.bonds.state[:] = 1
    with pytest.raises(Unstable, match=r"grain 9 has a radius of .*full_radius"):
        sim.refresh()


def test_search_of_one_crowded_cell_is_refused_and_names_the_widest_grain():
    """A grain that is wide by a wrong unit makes one cell of the box: the search would not end."""
    body = np.zeros((200_000, 16))
    body[:, X : Z + 1] = np.random.default_rng(3).uniform(0, 1e-3, (len(body), 3))
    body[:, RADIUS] = UM
    body[17, RADIUS] = 1.0
    cells = sort_into_cells(body, body[:, RADIUS], np.zeros(3), 0.3 * UM)
    with pytest.raises(InputError, match=r"grain 17 is the widest .*metres"):
        search_refusals.refuse_search(body, body[:, RADIUS], cells.start)
    body[17, RADIUS] = UM
    cells = sort_into_cells(body, body[:, RADIUS], np.zeros(3), 0.3 * UM)
    search_refusals.refuse_search(body, body[:, RADIUS], cells.start)


@pytest.mark.parametrize("shape", ["far grain", "flat", "line", "wide and small"])
def test_degenerate_extents_list_what_all_pairs_give(shape):
    rng = np.random.default_rng(4)
    n = 400
    position, radius = rng.uniform(0, 20 * UM, (n, 3)) + 40 * UM, np.full(n, UM)
    box, height = Box(np.array([100.0, 100.0]) * UM, False), None
    if shape == "far grain":
        position[7] = 0.5, 0.5, 0.5
    elif shape == "flat":
        position[:, 2] = 50 * UM
    elif shape == "line":
        position[:, :2] = 50 * UM
        position[:, 2] = rng.uniform(0, 400 * UM, n)
    else:
        radius[0] = 100 * UM
        radius[1:] = rng.uniform(1.0, 2.0, n - 1) * UM
        position = rng.uniform(0, 250 * UM, (n, 3))
        box = Box(np.array([500.0, 500.0]) * UM, True)
    sim = simulate(spheres(position, radius), no_bonds(), box, [material()], height, Numerics())
    apart = np.linalg.norm(box.nearest(position[:, None] - position[None]), axis=2)
    close = apart < radius[:, None] + radius + 0.3 * radius.mean()
    expected = {tuple(pair) for pair in np.argwhere(np.triu(close, 1)).tolist()}
    listed = zip(sim.contacts.first.tolist(), sim.contacts.second.tolist(), strict=True)
    assert len(expected) > 100
    assert set(listed) == expected


def test_random_damage_ends_in_one_of_the_two_errors_or_in_nothing():
    """No hang, crash or other error, whatever stands in whichever array."""
    rng = np.random.default_rng(5)
    values = np.array([np.nan, np.inf, -np.inf, 0.0, -1.0, 1e-300, 1e300, 1e6, -1e-6, 7.0])
    found = 0
    for _ in range(150):
        sim = block()
        arrays = [
            sim.body,
            sim.load,
            sim.moment,
            sim.bonds.beam,
            sim.contacts.rest,
            sim.contacts.spring,
            sim.walls.centre,
            sim.walls.velocity,
            sim.full_radius,
        ]
        arrays = arrays if rng.random() < 0.5 else [sim.body]
        array = arrays[rng.integers(len(arrays))].reshape(-1)
        array[rng.integers(len(array))] = rng.choice(values)
        try:
            sim.advance(faults.LOOK)
        except (Unstable, InputError) as error:
            found += 1
            assert 20 < len(str(error)) < 500 and "\n" not in str(error)
    # Some values are harmless where they stand; most are not.
    assert found > 50
