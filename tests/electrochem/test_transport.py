"""Effective conductivity: closed forms, an independent solver, convergence and determinism."""

import numpy as np
import pytest
from scipy.sparse import coo_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from dem.errors import InputError
from dem.jit import use_threads
from electrochem.transport.effective import (
    effective_conductivity,
    electronic_conductivity,
    pore_transport,
)
from tests.analytic_transport import (
    in_parallel,
    in_series,
    maxwell_insulating_spheres,
    simple_cubic_insulating_spheres,
)
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, PORE, Volume

VOXEL = 0.4e-6


def volume_of(labels, periodic=False, layers=None, nanoporosity=0.5):
    """A volume whose coating is `layers` voxels thick (all of them unless told)."""
    labels = np.asarray(labels, np.uint8)
    layers = len(labels) if layers is None else layers
    return Volume(labels, VOXEL, periodic, layers * VOXEL, nanoporosity)


def sparse_reference(volume, conductivity):
    """The same finite volumes assembled face by face and solved directly."""
    weights = volume.layer_weights
    labels, heights = volume.labels[weights > 0], weights[weights > 0]
    k = np.asarray(conductivity, float)[labels]
    number = np.arange(k.size).reshape(k.shape)
    rows, columns, values = [], [], []
    diagonal, source = np.zeros(k.size), np.zeros(k.size)

    def join(a, b, g):
        for one, two in ((a, b), (b, a)):
            rows.append(one)
            columns.append(two)
            values.append(-g)
            np.add.at(diagonal, one, g)

    with np.errstate(divide="ignore", invalid="ignore"):
        for axis in range(3):
            periodic = axis > 0 and volume.periodic and k.shape[axis] > 1
            n = k.shape[axis]
            here = np.arange(n if periodic else n - 1)
            there = (here + 1) % n
            ka, kb = k.take(here, axis), k.take(there, axis)
            height = heights[:, None, None]
            if axis == 0:
                g = 1 / (height[:-1] / (2 * ka) + height[1:] / (2 * kb))
            else:
                g = height * 2 * ka * kb / (ka + kb)
            join(
                number.take(here, axis).ravel(),
                number.take(there, axis).ravel(),
                np.nan_to_num(g).ravel(),
            )
    inflow, outflow = (2 * k[end].ravel() / heights[end] for end in (0, -1))
    diagonal[number[0].ravel()] += inflow
    diagonal[number[-1].ravel()] += outflow
    source[number[0].ravel()] = inflow
    faces = coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))))
    matrix = (faces + diags_array(diagonal)).tocsc()
    # A cluster that hangs on no electrode leaves the matrix singular; it carries no flow.
    matrix.eliminate_zeros()
    _, cluster = connected_components(matrix)
    hangs = np.isin(cluster, cluster[(k > 0).ravel() & np.isin(number, number[[0, -1]]).ravel()])
    kept = np.flatnonzero(hangs & (k > 0).ravel())
    if len(kept) == 0:
        return 0.0
    potential = np.zeros(k.size)
    potential[kept] = splu(matrix[kept][:, kept]).solve(source[kept])
    # The dissipation: its error is the square of the potential's, unlike that of the inflow.
    step = potential[faces.row] - potential[faces.col]
    ends = inflow @ (1 - potential[number[0].ravel()]) ** 2
    ends += outflow @ potential[number[-1].ravel()] ** 2
    flow = ends - 0.5 * (faces.data * step**2).sum()
    return flow * heights.sum() / (k.shape[1] * k.shape[2])


CASES = {
    "pores": [1, 0, 0, 0, 1],
    "pores and binder": [1, 0, 0.35, 0, 1],
    "contrast a thousand": [0, 1e-3, 1, 0, 0],
    "contrast a million": [0, 1e-6, 1, 0, 0],
}


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("shape", [(12, 12, 12), (9, 7, 11), (5, 1, 13), (1, 6, 6), (17, 2, 3)])
@pytest.mark.parametrize("case", CASES)
def test_agrees_with_a_direct_solve(case, shape, periodic):
    generator = np.random.default_rng(sum(shape) + 7 * periodic)
    labels = generator.choice([0, 1, 2, 4], size=shape, p=[0.5, 0.25, 0.2, 0.05])
    volume = volume_of(labels, periodic, layers=len(labels) - 0.3)
    expected = sparse_reference(volume, CASES[case])
    got = effective_conductivity(volume, CASES[case], tolerance=1e-9)
    # Tolerance asked for: 1e-9 of an estimate; rounding at a contrast of a million: 1e-8.
    assert got.value == pytest.approx(expected, rel=1e-6, abs=1e-12)
    assert got.percolates == (expected > 1e-12)
