"""Neighbourhoods of a metal's grains: the springs of what no gradient fits, and their volume."""

import numpy as np
import pytest
from scipy.linalg import eigh

from dem.body import X, Y, Z, bodies
from dem.bonding.confinement import deform, hold, stiffness_bound, stored
from dem.bonding.rows import bond_rows
from tests.dem.assemblies import bonds_between, spheres

A, MODULUS, STRENGTH = 1.0, 90.0, 0.14
"""Width and area of the faces between the grains of a cubic lattice; of their bonds."""
OPEN = np.zeros(3)
SCATTERED = 1.0


def lattice(side, strength=STRENGTH, shifted=0.0):
    """Bond rows and bodies of side³ grains, each bonded to its neighbours by faces and edges, their
    places shifted at random."""
    place = np.array(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), float).reshape(3, -1).T
    place += shifted * np.random.default_rng(3).uniform(-1, 1, size=place.shape)
    apart = place[None] - place[:, None]
    near = (np.linalg.norm(apart, axis=2) < 1.5 * A) & np.triu(np.ones((side**3,) * 2, bool), 1)
    bonds = bonds_between(place, np.argwhere(near).tolist(), A)
    m = len(bonds.first)
    rows = bond_rows(
        bonds, side**3, np.zeros(m), True, np.ones(m, bool), np.full(m, MODULUS),
        np.full(m, strength),
    )  # fmt: skip
    return rows, bodies(spheres(place, 0.5))


def held(rows, body):
    """Stored energy and forces (n, 3) of springs and volume strains."""
    n, load = len(body), np.zeros((len(body), 6))
    deform(0, n, rows, body, OPEN)
    hold(0, n, rows, body, OPEN, load)
    return stored(rows), load[:, :3]


@pytest.mark.parametrize("strength", [STRENGTH, np.inf])
@pytest.mark.parametrize("size", [1e-4, SCATTERED])
def test_forces_are_the_gradient_of_what_is_stored_and_exert_no_torque(strength, size):
    rows, body = lattice(3, strength)
    body[:, X : Z + 1] += size * np.random.default_rng(1).normal(size=(27, 3))
    energy, force = held(rows, body)
    # At the larger size some neighbourhoods are turned inside out.
    assert energy > 0.0 and (rows.swelling.min() < -1.0) == (size == SCATTERED)
    step = 1e-5 * size
    for i, axis in ((0, X), (13, Y), (22, Z)):
        ends = []
        for sense in (1, -1):
            moved = body.copy()
            moved[i, axis] += sense * step
            ends.append(held(rows, moved)[0])
        # Central difference of a smooth energy.
        assert force[i, axis - X] == pytest.approx(-(ends[0] - ends[1]) / (2 * step), rel=1e-5)
    scale = np.abs(force).max()
    assert force.sum(axis=0) == pytest.approx(0.0, abs=1e-12 * scale)
    torque = np.cross(body[:, X : Z + 1], force).sum(axis=0)
    assert torque == pytest.approx(0.0, abs=1e-11 * scale)


def test_springs_bear_no_more_than_the_bonds_yield_at():
    found = []
    for strength in (STRENGTH, np.inf):
        rows, body = lattice(3, strength)
        rows.bulk[:] = 0.0
        body[13, X] += 0.9
        found.append(np.linalg.norm(held(rows, body)[1][13]))
    count = np.diff(rows.held_by)
    beside = rows.beside[rows.held_by[13] : rows.held_by[14]]
    # Half of what its own bonds bear, and of each neighbour's all on the one spring to it.
    most = 0.5 * (count[13] + np.sqrt(count[beside]).sum())
    assert found[0] < most * STRENGTH * A < 0.5 * found[1]


def test_volume_strain_stores_what_the_bonds_would():
    rows, body = lattice(3)
    body[:, X : Z + 1] *= 1.001
    n = np.linalg.norm(rows.beam[:, :3], axis=1)
    bonds = 0.5 * MODULUS * A * (n * 0.001**2).sum()
    # J − 1 is three strains but for their squares.
    assert held(rows, body)[0] == pytest.approx(bonds, rel=3e-3)


@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize("size", [1e-4, 0.1, SCATTERED])
def test_stiffness_bound_is_none_too_low_and_less_than_ten_times_too_high(side, size):
    rows, body = lattice(side)
    body[:, X : Z + 1] += size * np.random.default_rng(2).normal(size=(side**3, 3))
    held(rows, body)
    bound = np.diag(np.repeat(stiffness_bound(rows), 3))
    highest = eigh(springs_and_volume(rows), bound, eigvals_only=True)[-1]
    # A step is stable if no motion is stiffer than its bound; the estimate squares a sum of all.
    assert 0.1 < highest <= 1.0


def test_stiffness_is_what_the_forces_change_by():
    rows, body = lattice(3, np.inf)
    body[:, X : Z + 1] += 1e-4 * np.random.default_rng(2).normal(size=(27, 3))
    before = held(rows, body)[1]
    body[13, X] += 1e-6
    change = -(held(rows, body)[1] - before).ravel() / 1e-6
    # What cof F turns by counts with the volume strain, 1e-4.
    assert change == pytest.approx(springs_and_volume(rows)[:, 39], abs=1e-4 * change.max())


def springs_and_volume(rows):
    """Stiffness (3 n, 3 n) of springs that do not yield and of J, without the turning of cof F."""
    n = len(rows.swelling)
    volume, springs = np.zeros((n, 3 * n)), np.zeros((3 * n, 3 * n))
    for i in range(n):
        row = slice(rows.held_by[i], rows.held_by[i + 1])
        ways = np.eye(n)[rows.beside[row]] - np.eye(n)[i]
        cofactor = rows.push[i].reshape(3, 3) / (rows.bulk[i] * rows.swelling[i])
        volume[i] = (ways.T @ rows.face[row] @ cofactor.T).ravel()
        unfit = (np.eye(len(ways)) - rows.way[row] @ rows.fit[row].T) @ ways
        along = unfit.T @ (0.5 * rows.spring[row][:, None] * unfit)
        springs += np.kron(along, np.eye(3))
    return springs + volume.T @ (rows.bulk[:, None] * volume)


def test_grain_pushed_out_of_its_neighbourhood_is_drawn_back():
    rows, body = lattice(3)
    rows.spring[:] = 0.0
    # Through the middle of a face and on, until the lattice around a corner is inside out.
    body[0, X : Z + 1] += 2.5
    force = held(rows, body)[1][0]
    assert rows.swelling[0] < -1.0
    assert (force < 0.0).all()


def test_equal_volume_strain_moves_no_grain_inside():
    rows, body = lattice(5, shifted=0.05)
    assert rows.inside.sum() == 27
    turn, _ = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))
    turn *= np.linalg.det(turn)
    # Longer by 3 % along one axis, sheared and turned: J is the same around all.
    affine = turn @ np.array([[1.03, 0.2, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    body[:, X : Z + 1] = body[:, X : Z + 1] @ affine.T
    force = held(rows, body)[1]
    # The change of V between the grains inside, whose faces are solved to 1e-13, is all there is.
    assert rows.swelling[rows.inside] == pytest.approx(0.03, rel=1e-9)
    deep = rows.inside & (np.add.reduceat(rows.inside[rows.beside], rows.held_by[:-1]) > 17)
    assert deep.sum() >= 1
    load = np.linalg.norm(rows.push.reshape(-1, 3, 3), axis=(1, 2)) * A
    assert np.abs(force[deep]).max() < 1e-9 * load.max()
