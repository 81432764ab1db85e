"""A bonded block has the Young's modulus and Poisson's ratio that its bonds promise."""

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve

from tests import analytic, analytic_beams
from tests.dem.assemblies import DENSITY, UM
from tests.dem.verification.bonded import (
    CENTRE,
    SHEAR,
    YOUNG,
    bond_energy,
    bonded_grains,
    stiffness_matrix,
)

SPACING = 1.0 * UM
STRAIN = 1e-5
GOLDEN = (1 + np.sqrt(5)) / 2
ICOSAHEDRON = np.array(
    [np.roll([0.0, a, b * GOLDEN], k) for k in range(3) for a in (-1, 1) for b in (-1, 1)]
) / np.hypot(1, GOLDEN)
"""Twelve directions whose fourth moments are isotropic."""


def star(directions, area):
    """One grain bonded to twelve neighbours."""
    position = CENTRE + SPACING * np.vstack(([0.0, 0.0, 0.0], directions))
    pairs = [(0, i + 1) for i in range(len(directions))]
    mass = np.full(len(position), analytic.sphere_mass(0.45 * SPACING, DENSITY))
    return bonded_grains(position, pairs, area, mass, step=1e-13, radius=0.3 * SPACING)


def affine_moduli(sim, volume):
    """C11, C12, C44 [Pa] from the energies of an affine motion; volume [m³] that the bonds fill."""

    def stiffness(strain):
        shift = (sim.grains.position - CENTRE) @ (STRAIN * np.array(strain))
        return 2 * bond_energy(sim, shift) / volume / STRAIN**2

    c11 = stiffness(np.diag([1.0, 0.0, 0.0]))
    both = stiffness(np.diag([1.0, 1.0, 0.0]))
    sheared = stiffness([[0.0, 0.5, 0.0], [0.5, 0.0, 0.0], [0.0, 0.0, 0.0]])
    return c11, 0.5 * both - c11, sheared


@pytest.mark.parametrize("bond_ratio", [0.3, 1.0])
def test_isotropic_bonds_give_the_affine_moduli(bond_ratio):
    radius, solid_fraction = SPACING / 2, 0.6
    area = np.pi * (bond_ratio * radius) ** 2
    sphere = 4 / 3 * np.pi * radius**3
    # Twelve bonds fill the volume of two grains of coordination 12, pores included.
    c11, c12, c44 = affine_moduli(star(ICOSAHEDRON, area), 2 * sphere / solid_fraction)
    young, poisson = analytic_beams.isotropic_block(bond_ratio, 12, solid_fraction, SHEAR / YOUNG)
    # Strains of 1e-5 leave the linear law by their own size, in energies as much.
    close = 5 * STRAIN
    assert c44 == pytest.approx(0.5 * (c11 - c12), rel=close)
    assert analytic_beams.young_along_cube_axis(c11, c12) == pytest.approx(
        (young * YOUNG, poisson), rel=close
    )


def lattice(cells):
    """Face-centred cubic cube: sites in half cells, (n, 3), places and bonded neighbours."""
    sites = np.stack(np.meshgrid(*[np.arange(2 * cells + 1)] * 3, indexing="ij"), -1)
    sites = sites.reshape(-1, 3)
    sites = sites[sites.sum(axis=1) % 2 == 0]
    position = CENTRE + (sites - cells) * SPACING / np.sqrt(2)
    apart = ((sites[:, None] - sites[None]) ** 2).sum(axis=2)
    return sites, position, list(zip(*np.nonzero(np.triu(apart == 2)), strict=True))


def stretched_block(cells, area):
    """Young's modulus [Pa] and lateral contraction of a cube pulled along z, free sideways."""
    sites, position, pairs = lattice(cells)
    n, top = len(sites), sites[:, 2] == 2 * cells
    mass = np.full(n, analytic.sphere_mass(0.45 * SPACING, DENSITY))
    sim = bonded_grains(position, pairs, area, mass, step=1e-13, radius=0.45 * SPACING)
    stiffness = stiffness_matrix(sim, sites, 1e-6 * SPACING, 1e-6)
    held = np.zeros((n, 6), bool)
    held[top | (sites[:, 2] == 0), 2] = True
    # Four more stop the rigid motions, at which the stiffness would be singular.
    axis = np.flatnonzero((sites[:, :2] == cells).all(axis=1))[0]
    beside = np.flatnonzero((sites == [2 * cells, cells, cells % 2]).all(axis=1))[0]
    held[axis, :2] = held[beside, 1] = True
    motion = np.zeros((n, 6))
    motion[:, 2] = position[:, 2] - CENTRE[2]
    free, fixed = ~held.ravel(), held.ravel()
    motion.ravel()[free] = spsolve(
        stiffness[free][:, free].tocsc(), -stiffness[free][:, fixed] @ motion.ravel()[fixed]
    )
    side = cells * np.sqrt(2) * SPACING
    pull = (stiffness @ motion.ravel()).reshape(n, 6)[top, 2].sum()
    middle = np.abs(sites[:, 2] - cells) <= 1
    walls = [motion[middle & (sites[:, 0] == x), 0].mean() for x in (0, 2 * cells)]
    return pull / side**2, (walls[0] - walls[1]) / side, stiffness


def test_bonded_lattice_deforms_affinely():
    area = 0.5 * UM**2
    normal, shear = YOUNG * area / SPACING, SHEAR * area / SPACING
    neighbours = [
        np.roll([0.0, a, b], k) / np.sqrt(2) for k in range(3) for a in (-1, 1) for b in (-1, 1)
    ]
    # A cell of side √2 spacings holds four grains; twelve bonds fill two grains' share.
    found = affine_moduli(star(np.array(neighbours), area), np.sqrt(2) * SPACING**3)
    expected = analytic_beams.face_centred_block(SPACING, normal, shear)
    assert found == pytest.approx(expected, rel=5 * STRAIN)


def test_modulus_of_a_bonded_block_converges_to_that_of_its_lattice():
    area = 0.5 * UM**2
    c11, c12, _ = analytic_beams.face_centred_block(
        SPACING, YOUNG * area / SPACING, SHEAR * area / SPACING
    )
    young, poisson = analytic_beams.young_along_cube_axis(c11, c12)
    modulus, contraction = {}, {}
    for cells in (2, 3, 4, 6):
        modulus[cells], contraction[cells], stiffness = stretched_block(cells, area)
        # A potential has a symmetric Hessian; central differences of 1e-6 round at 1e-10.
        assert abs(stiffness - stiffness.T).max() < 1e-9 * abs(stiffness).max()
    # The faces' layers count whole but own half a cell: an excess of first order in 1/cells …
    excess = {cells: value / young - 1 for cells, value in modulus.items()}
    assert 1.85 < excess[2] / excess[4] < excess[3] / excess[6] < 2.0
    # … which two sizes extrapolate away, but for the edges' second order, 0.25/cells².
    assert 2 * modulus[4] - modulus[2] == pytest.approx(young, rel=0.25 / 4**2)
    assert 2 * modulus[6] - modulus[3] == pytest.approx(young, rel=0.25 / 6**2)
    # The sides' bulge adds to the contraction, as 0.045/cells.
    assert poisson < contraction[6] < contraction[4] < poisson + 0.05 / 4
    assert contraction[6] < poisson + 0.05 / 6
