"""Neighbourhoods of a metal's grains: the springs of what no gradient fits, and their volume."""

import numpy as np
import pytest

from dem.body import X, Y, Z, bodies
from dem.bonding.confinement import deform, hold
from dem.bonding.rows import bond_rows
from tests.dem.assemblies import bonds_between, spheres

A, MODULUS, STRENGTH = 1.0, 90.0, 0.14
"""Width and area of the faces between the grains of a cubic lattice; of their bonds."""
OPEN = np.zeros(3)


def lattice(side, strength=STRENGTH):
    """Bond rows and bodies of side³ grains, each bonded to its neighbours by faces and edges."""
    place = np.array(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), float).reshape(3, -1).T
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
    """Stored energy and forces (n, 3) of the springs."""
    n, load = len(body), np.zeros((len(body), 6))
    deform(0, n, rows, body, OPEN)
    return hold(0, n, rows, body, OPEN, load), load[:, :3]


@pytest.mark.parametrize("strength", [STRENGTH, np.inf])
@pytest.mark.parametrize("size", [1e-4, 0.3])
def test_springs_are_the_gradient_of_what_they_store_and_exert_no_torque(strength, size):
    rows, body = lattice(3, strength)
    body[:, X : Z + 1] += size * np.random.default_rng(1).normal(size=(27, 3))
    stored, force = held(rows, body)
    assert stored > 0.0
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
        body[13, X] += 0.9
        found.append(np.linalg.norm(held(rows, body)[1][13]))
    count = np.diff(rows.held_by)
    beside = rows.beside[rows.held_by[13] : rows.held_by[14]]
    # Half of what its own bonds bear, and of each neighbour's all on the one spring to it.
    most = 0.5 * (count[13] + np.sqrt(count[beside]).sum())
    assert found[0] < most * STRENGTH * A < 0.5 * found[1]


@pytest.mark.parametrize(
    ("stretch", "counts"),
    [(1.05, 0.05), (0.92, -0.08), (1.2, 0.05), (0.8, -0.05), (1.4, 0.0), (-1.0, 0.0)],
)
def test_volume_strain_counts_less_beyond_what_a_metal_does(stretch, counts):
    rows, body = lattice(3)
    body[:, Z] *= stretch
    deform(0, 27, rows, body, OPEN)
    assert rows.gradient[:, 8] == pytest.approx(stretch)
    assert rows.swelling == pytest.approx(counts, abs=1e-12)
