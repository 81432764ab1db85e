"""The same bits on one and two threads, and whether a run is made in one go or in two."""

import numba
import numpy as np
import pytest

from dem import chunks
from dem.box import Box
from dem.jit import threads_for
from dem.observe import energies
from dem.simulation import Numerics, simulate
from tests.dem.assemblies import UM, bonds_between, lattice_block, material, spheres


def pressed_block(steps):
    """A bonded block in a periodic box, pressed until bonds break and grains rub.

    Large enough for several chunks, and for two threads to be worth their while.
    """
    position, pairs = lattice_block(13)
    # Every third neighbour is left unbonded, to touch and rub.
    pairs = [pair for k, pair in enumerate(pairs) if k % 3]
    bonds = bonds_between(position, pairs, UM**2, strength=150e6, cohesion=200e6)
    made_of = material(friction=0.3, restitution=0.6, bond_internal_friction=0.3)
    side = 20.0 * UM
    sim = simulate(
        spheres(position, 0.72 * UM), bonds, Box(np.array([side, side]), True), [made_of],
        float(position[:, 2].max()) + 0.7 * UM, Numerics(skin=0.1), wall_friction=0.2,
        full_radius=np.full(len(position), 0.8 * UM),
    )  # fmt: skip
    for count in steps:
        sim.advance(count, rate=-0.08 / 300 / sim.step)
    return sim


def arrays(sim):
    parts = {name: value for name, value in vars(sim).items() if isinstance(value, np.ndarray)}
    for name in ("bonds", "contacts", "walls", "wall_rows", "chunks"):
        state = getattr(sim, name)
        parts.update({f"{name}.{field}": getattr(state, field) for field in state._fields})
    # Working space, not state: what a lane without a pair holds depends on the past.
    working = ("chunks.scratch", "chunks.rows")
    return {name: array for name, array in parts.items() if name not in working}


def assert_same_bits(one, other):
    theirs = arrays(other)
    for name, values in arrays(one).items():
        assert values.tobytes() == theirs[name].tobytes(), name


@pytest.fixture(scope="module")
def in_one_go():
    sim = pressed_block([300])
    # The test means something only if everything is at work.
    assert (sim.bonds.state != 0).sum() > 20
    assert energies(sim).friction > 0.0
    assert sim.contacts.spring[:, 3].max() > 0.0
    assert sim.pressure > 0.0
    assert len(sim.chunks.farthest) > 2 and len(sim.chunks.rim) > 100
    return sim


def test_same_bits_in_two_calls(in_one_go):
    assert_same_bits(in_one_go, pressed_block([100, 200]))


def test_same_bits_on_one_and_two_threads(in_one_go):
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one core only: nothing to compare")
    alone = numba.get_num_threads()
    assert alone == 1
    numba.set_num_threads(2)
    try:
        with threads_for(len(in_one_go.contacts.second) + len(in_one_go.body)):
            assert numba.get_num_threads() == 2
        together = pressed_block([300])
    finally:
        numba.set_num_threads(alone)
    assert_same_bits(in_one_go, together)


def test_loads_do_not_depend_on_the_chunks(in_one_go, monkeypatch):
    shared, whole = in_one_go.copy(), in_one_go.copy()
    monkeypatch.setattr(chunks, "_ENOUGH_CHUNKS", 1)
    monkeypatch.setattr(chunks, "_CACHED_GRAINS", 10**9)
    whole.load[:] = whole.net_load
    whole.chunks = chunks.chunks_of(len(whole.body), len(whole.walls.centre))
    for sim in (shared, whole):
        sim.refresh()
        sim.advance(1)
    assert len(whole.chunks.farthest) == 1 and len(whole.chunks.rim) == 0
    scale = np.abs(shared.net_load).max(axis=0)
    # Sums in another order: each differs by the rounding of some ten terms.
    assert (np.abs(shared.net_load - whole.net_load) < 1e-12 * scale).all()


def test_new_list_leaves_the_load_of_every_grain_as_it_was(in_one_go):
    sim = in_one_go.copy()
    for _ in range(3):
        sim.advance(1, rate=-1e-5 / sim.step)
        before = sim.net_load
        sim.refresh()
        # The rim's share is taken up a step early, in the same order: not a bit differs.
        assert np.array_equal(sim.net_load, before)
    # What grains exert on each other cancels: the net load is that of the two plates, which is
    # small beside the sum of sizes; rounding of some thousand terms.
    plates = sim.walls.load[:, :3].sum(axis=0)
    sizes = np.abs(before[:, :3]).sum()
    assert before[:, :3].sum(axis=0) == pytest.approx(-plates, abs=1e-12 * sizes)
    assert np.abs(before[:, :3]).max() > 1e-6 * sizes


def test_copy_is_independent(in_one_go):
    before = {name: values.copy() for name, values in arrays(in_one_go).items()}
    in_one_go.copy().advance(20, rate=-1e-4 / in_one_go.step)
    for name, values in arrays(in_one_go).items():
        assert np.array_equal(values, before[name]), name
