"""Force chains of columns built by hand and of a random packing that is pressed."""

import numpy as np
import pytest

from dem.bonds import no_bonds
from dem.box import Box
from dem.force_chains import FEWEST, force_chains, members
from dem.settle import separate
from dem.simulation import Numerics, simulate
from dem.skeleton import particle_centres, skeleton
from dem.stress import grain_stress
from tests.dem.assemblies import UM, material, moved, spheres

UP, ASIDE = np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.0])


def pressed(count, along=UP, by=1.0):
    return np.tile(-by * np.outer(along, along), (count, 1, 1))


def links(*pairs):
    first, second = np.array(pairs).T
    return first, second


def test_column_is_one_chain_and_what_stands_beside_it_is_none():
    side = 12.0 * UM
    # Six spheres from plate to plate, each overlapping the next by 2 %, and four that touch none.
    column = np.column_stack((np.full(6, 4.0), np.full(6, 4.0), 0.99 + 1.98 * np.arange(6))) * UM
    loose = np.array([[9.0, 9.0, z] for z in (2.0, 5.0, 8.0)] + [[9.0, 4.0, 6.0]]) * UM
    sim = moved(simulate(
        spheres(np.concatenate((column, loose)), UM), no_bonds(), Box(np.array([side, side]), True),
        [material()], 11.88 * UM, Numerics(step=1e-12), overlaps_rest=False,
    ))  # fmt: skip
    found = skeleton(sim, grain_stress(sim))
    assert found.chain.tolist() == [0] * 6 + [-1] * 4
    assert found.neighbours.tolist() == [1, 2, 2, 2, 2, 1, 0, 0, 0, 0]
    assert found.contacts.tolist() == found.neighbours.tolist()
    assert found.fabric == pytest.approx(np.diag([0, 0, 1]), abs=1e-12)


def test_columns_side_by_side_are_two_chains():
    stress = np.concatenate((pressed(6), np.zeros((6, 3, 3))))
    upwards = [(0, 1), (1, 2), (3, 4), (4, 5)]
    sideways = [(0, 3), (1, 4), (2, 5)]
    branch = np.array([UP] * 4 + [ASIDE] * 3)
    chain = force_chains(stress, *links(*upwards, *sideways), branch)
    assert chain.tolist() == [0, 0, 0, 1, 1, 1] + [-1] * 6
    assert [m.tolist() for m in members(chain)] == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(("degrees", "linked"), [(44.0, True), (46.0, False)])
def test_chain_bends_by_45_degrees_at_most(degrees, linked):
    angle = np.radians(degrees)
    lean = np.cos(angle) * UP + np.sin(angle) * ASIDE
    stress = np.concatenate((pressed(3), np.zeros((3, 3, 3))))
    chain = force_chains(stress, *links((0, 1), (1, 2)), np.array([UP, lean]))
    assert (chain[:3] == 0).all() == linked


def test_two_bodies_are_no_chain_nor_are_pulled_ones():
    stress = np.concatenate((pressed(2), np.zeros((2, 3, 3))))
    assert (force_chains(stress, *links((0, 1)), UP[None]) == -1).all()
    stress = np.concatenate((-pressed(4), np.zeros((4, 3, 3))))
    none = force_chains(stress, *links((0, 1), (1, 2), (2, 3)), np.array([UP] * 3))
    assert (none == -1).all() and members(none) == []
    assert len(force_chains(np.zeros((0, 3, 3)), *np.zeros((2, 0), int), np.zeros((0, 3)))) == 0


@pytest.fixture(scope="module")
def packing():
    """300 spheres of two sizes at 55 % by volume, pressed by 15 % along z."""
    rng = np.random.default_rng(5)
    radius = rng.choice([0.8, 1.2], 300) * UM
    side = float(4 / 3 * np.pi * (radius**3).sum() / 0.55) ** (1 / 3)
    box = Box(np.array([side, side]), True)
    start = rng.random((300, 3)) * side
    position = separate(start, radius, box, side)
    sim = simulate(
        spheres(position, radius), no_bonds(), box, [material(friction=0.3)], side, Numerics()
    )
    sim.advance(1500, rate=np.log(0.85) / 1500 / sim.step)
    sim.advance(1500)
    return sim


def test_chains_of_a_pressed_packing_stand_along_the_load(packing):
    sim = packing
    found = skeleton(sim, grain_stress(sim))
    chain = found.chain
    sizes = np.array([len(m) for m in members(chain)])
    assert (sizes >= FEWEST).all() and len(sizes) >= 3
    i, j = sim.contacts.first, sim.contacts.second
    inside = (chain[i] == chain[j]) & (chain[i] >= 0) & (sim.contacts.force != 0).any(axis=1)
    apart = sim.box.nearest(sim.grains.position[j] - sim.grains.position[i])[inside]
    upright = ((apart[:, 2] ** 2) / (apart**2).sum(axis=1)).mean()
    # Uniaxial pressing: contacts inside chains are clearly steeper than all contacts.
    assert upright > found.fabric[2, 2] + 0.05
    # Peters et al. find about half of all particles above the mean, and fewer in chains.
    assert 0.1 < (chain >= 0).mean() < 0.5


def test_chains_turn_with_the_frame(packing):
    sim = packing
    stress = grain_stress(sim)
    i, j = sim.contacts.first, sim.contacts.second
    rows = (sim.contacts.force != 0).any(axis=1)
    i, j = i[rows], j[rows]
    branch = sim.box.nearest(sim.grains.position[j] - sim.grains.position[i])
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    turned = force_chains(turn @ stress @ turn.T, i, j, branch @ turn.T)
    assert (turned == force_chains(stress, i, j, branch)).all()
    assert (turned >= 0).any()


def test_centre_of_a_particle_across_a_periodic_side_is_its_own():
    box = Box(np.array([10.0, 10.0]) * UM, True)
    grains = spheres(np.array([[9.5, 5, 5], [0.5, 5, 5], [5, 5, 3]]) * UM, UM)
    centre = particle_centres(grains, np.arange(3), np.array([0, 0, 1]), box)
    expected = np.array([[10, 5, 5], [5, 5, 3]]) * UM
    # Rounding of micrometres.
    assert np.abs(box.nearest(centre - expected)).max() < 1e-12 * UM
