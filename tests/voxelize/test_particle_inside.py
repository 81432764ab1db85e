"""Closed voids inside particles count as porosity, and no pore leads to them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import label

from voxelize.generate.electrode import generate
from voxelize.generate.recipe import Recipe
from voxelize.generate.sizes import SizeMode
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, PORE

VOID_FRACTION = 1 - 4.61 / 4.76
RECIPE = Recipe(
    active_fraction=0.95,
    carbon_fraction=0.02,
    binder_fraction=0.03,
    active_density=4760.0,
    carbon_density=2250.0,
    binder_density=1770.0,
    coated_density=2484.0,
    loading=0.07,
    footprint=(20e-6, 20e-6),
    voxel_size=0.4e-6,
    foil_thickness=0.4e-6,
    modes=(SizeMode(8e-6, 0.2, 1.0),),
    void_fraction=VOID_FRACTION,
)


@pytest.fixture(scope="module")
def electrode():
    return generate(RECIPE, seed=2)


def closed_pores(electrode):
    """Pore voxels that no path of faces joins to the top: three boxes side by side each way."""
    pore = np.tile(electrode.labels[1:] == PORE, (1, 3, 3))
    number = label(pore)[0]
    _, ny, nx = electrode.labels.shape
    inner = number[:, ny : 2 * ny, nx : 2 * nx]
    open_ = np.isin(inner, np.unique(number[-1][number[-1] > 0]))
    return (inner > 0) & ~open_


def test_voids_make_the_skeletal_density(electrode):
    closed = closed_pores(electrode)
    active = electrode.labels[1:] == ACTIVE_MATERIAL
    # The binder shuts some small pores too; voids alone lie among active voxels on all sides.
    number, count = label(np.tile(closed, (1, 3, 3)))
    _, ny, nx = electrode.labels.shape
    wide = np.tile(electrode.labels[1:], (1, 3, 3))
    shut = np.zeros(count + 1, bool)
    for axis in range(3):
        for step in (1, -1):
            beside = np.roll(wide, step, axis)
            shut[number[(number > 0) & (beside == CARBON_BINDER)]] = True
    voids = (closed & ~shut[number[:, ny : 2 * ny, nx : 2 * nx]]).sum()
    # A void voxel more or less in 3 300; pores that touching particles shut count as well.
    assert voids / (voids + active.sum()) == pytest.approx(VOID_FRACTION, rel=0.03)


def test_porosity_with_voids_is_one_minus_density_over_crystal_density(electrode):
    porosity = electrode.fraction(PORE) + 0.5 * electrode.fraction(CARBON_BINDER)
    # Phases are counted to half a voxel of some 170 000.
    assert porosity == pytest.approx(1 - 2484.0 / RECIPE.crystal_density, abs=1e-5)
    active = 2484.0 * 0.95 / 4760.0
    assert electrode.fraction(ACTIVE_MATERIAL) == pytest.approx(active, rel=1e-5)


def test_no_void_leads_out_of_its_particle(electrode):
    solid_twin = generate_without_voids()
    void = (electrode.labels == PORE) & (solid_twin.labels == ACTIVE_MATERIAL)
    assert void.sum() > 1000
    ids = solid_twin.particle
    at = np.argwhere(void)
    assert at[:, 0].max() < len(ids) - 1
    for dz in (-1, 0, 1):
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                z, y, x = (at + np.array([dz, dy, dx])).T
                around = ids[z, y % ids.shape[1], x % ids.shape[2]]
                assert (around == ids[tuple(at.T)]).all()


def generate_without_voids():
    """The same particles without voids: denser by their share, all else alike."""
    filled = 1 / (1 - VOID_FRACTION)
    twin = replace(RECIPE, active_density=4760.0 / filled, void_fraction=0.0)
    return generate(twin, seed=2)
