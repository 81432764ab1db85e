"""Effective conductivity: closed forms, an independent solver, convergence and determinism."""

import numpy as np
import pytest
from scipy.sparse import coo_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from dem.errors import InputError
from dem.jit import use_threads
from electrochem.transport import multigrid
from electrochem.transport.effective import effective_conductivity
from electrochem.transport.electronic import electronic_conductivity
from electrochem.transport.ionic import pore_transport
from tests.analytic_transport import (
    in_parallel,
    in_series,
    maxwell_insulating_spheres,
    simple_cubic_insulating_spheres,
)
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, PORE, Volume

VOXEL = 0.4e-6
SINGLE = 1e-7
"""Conductances are kept in single precision, each right to 6e-8."""


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


def test_layers_conduct_as_series_and_parallel():
    labels = np.empty((9, 6, 4), np.uint8)
    labels[:4], labels[4:6], labels[6:] = PORE, CARBON_BINDER, CRACK
    bulk = [1.0, 0.0, 0.01, 0.0, 3.0]
    series = effective_conductivity(volume_of(labels), bulk, tolerance=1e-12)
    # Half-cell ends make the discrete equations exact here.
    assert series.value == pytest.approx(in_series([1.0, 0.01, 3.0], [4, 2, 3]), rel=SINGLE)
    upright = np.moveaxis(labels, 0, 1)
    parallel = effective_conductivity(volume_of(upright), bulk, tolerance=1e-12)
    expected = in_parallel([1.0, 0.01, 3.0], [4 / 9, 2 / 9, 3 / 9])
    assert parallel.value == pytest.approx(expected, rel=SINGLE)


@pytest.mark.parametrize("cut", [1.0, 0.6, 1e-3])
def test_cut_top_layer_resists_with_its_own_height(cut):
    labels = np.zeros((8, 3, 4), np.uint8)
    labels[:2] = COLLECTOR
    labels[6:] = CARBON_BINDER
    volume = volume_of(labels, layers=5 + cut)
    got = effective_conductivity(volume, [1.0, 0, 0.1, 0, 0], tolerance=1e-12)
    # Four layers of pore, one whole and one cut of binder; the collector is left out.
    assert got.value == pytest.approx(in_series([1.0, 0.1], [4, 1 + cut]), rel=SINGLE)


def test_layers_above_the_upper_plane_do_not_count():
    generator = np.random.default_rng(5)
    labels = generator.choice([0, 1], size=(10, 8, 8), p=[0.6, 0.4])
    taller = np.concatenate([labels, np.zeros((4, 8, 8), int)])
    short = effective_conductivity(volume_of(labels), CASES["pores"], tolerance=1e-10)
    cut = effective_conductivity(volume_of(taller, layers=10), CASES["pores"], tolerance=1e-10)
    assert cut.value == short.value > 0.0


@pytest.mark.parametrize("seed", range(60))
def test_error_estimate_bounds_the_error_of_small_volumes(seed):
    """Few iterations see little of the spectrum; the estimate still holds."""
    random = np.random.default_rng(seed)
    labels = random.choice([0, 1, 2], size=random.integers(3, 12, 3), p=[0.5, 0.25, 0.25])
    exact = effective_conductivity(volume_of(labels), CASES["pores and binder"], 1e-11).value
    for tolerance in (5e-2, 1e-3):
        got = effective_conductivity(volume_of(labels), CASES["pores and binder"], tolerance)
        # What the Ritz values of so few iterations overlook: seen up to 1.3 times beyond.
        assert got.value - exact <= 1.5 * got.error_estimate * exact + 1e-9 * exact


@pytest.mark.parametrize("contrast", [1e8, 1e13])
def test_contrasts_beyond_rounding_are_refused_and_never_wrong(contrast):
    random = np.random.default_rng(1)
    labels = np.where(random.random((24, 24, 24)) < 0.2, CARBON_BINDER, ACTIVE_MATERIAL)
    table = [0, 1.0, contrast, 0, 0]
    try:
        got = effective_conductivity(volume_of(labels, periodic=True), table, 1e-4).value
    except ArithmeticError as error:
        assert contrast > 1e9 and "contrast below 1e9" in str(error)
        return
    # Islands of a perfect conductor: what a contrast of ten thousand gives, to its inverse.
    expected = effective_conductivity(volume_of(labels, True), [0, 1, 1e4, 0, 0], 1e-8).value
    assert got == pytest.approx(expected, rel=2e-3)


def test_peaks_that_a_plate_rests_on_do_not_choke_the_electrons():
    labels = np.full((12, 8, 8), ACTIVE_MATERIAL, np.uint8)
    peaked = np.concatenate([labels, np.full((3, 8, 8), PORE, np.uint8)])
    peaked[12:, 3, 3] = ACTIVE_MATERIAL
    # The body is one material: its own conductivity, to the solver's tolerance.
    assert electronic_conductivity(volume_of(peaked), 0.05, 1.0).value == pytest.approx(
        0.05, rel=1e-4
    )


def sphere_array(n, fraction):
    radius = n * (3 * fraction / (4 * np.pi)) ** (1 / 3)
    z, y, x = np.meshgrid(*[np.arange(n) - (n - 1) / 2] * 3, indexing="ij")
    return np.where(z**2 + y**2 + x**2 < radius**2, ACTIVE_MATERIAL, PORE)


def test_sphere_array_approaches_the_series_with_the_first_order():
    expected = simple_cubic_insulating_spheres(0.3)
    assert expected == pytest.approx(maxwell_insulating_spheres(0.3), rel=0.01)
    errors = []
    for n in (16, 32, 64):
        labels = sphere_array(n, 0.3)
        got = effective_conductivity(volume_of(labels), CASES["pores"], tolerance=1e-6)
        errors.append(abs(got.value / expected - 1))
    # The staircase errs by −2.2 % at 32 and −1.2 % at 64 cells: first order, up to its scatter.
    assert errors[1] < 0.03
    assert errors[2] < 0.015
    assert errors[0] > 1.5 * errors[1] > 2.25 * errors[2]


def test_periodic_sides_join_what_no_flux_sides_part():
    # A staircase that leaves through one side and comes back through the other.
    labels = np.full((8, 1, 8), ACTIVE_MATERIAL)
    for k in range(8):
        labels[k, 0, [(k + 4) % 8, (k + 5) % 8]] = PORE
    closed = effective_conductivity(volume_of(labels), CASES["pores"])
    around = effective_conductivity(volume_of(labels, periodic=True), CASES["pores"])
    assert (closed.value, closed.percolates, closed.iterations) == (0.0, False, 0)
    assert around.percolates and around.value > 0.0
    # Where the pattern stands in the period cannot matter; only summation order differs.
    rolled = volume_of(np.roll(labels, 3, axis=2), periodic=True)
    again = effective_conductivity(rolled, CASES["pores"], tolerance=1e-10)
    exact = effective_conductivity(volume_of(labels, True), CASES["pores"], tolerance=1e-10)
    assert again.value == pytest.approx(exact.value, rel=1e-9)


@pytest.fixture(scope="module")
def packing():
    """Overlapping spheres with binder at their necks, 40 voxels wide."""
    generator = np.random.default_rng(11)
    n = 40
    centres, radii = generator.random((60, 3)) * n, generator.uniform(4, 7, 60)
    grid = np.stack(np.meshgrid(*[np.arange(n) + 0.5] * 3, indexing="ij"), axis=-1)
    gaps = []
    for centre, radius in zip(centres, radii, strict=True):
        away = grid - centre
        away[..., 1:] -= n * np.round(away[..., 1:] / n)
        gaps.append(np.sqrt((away**2).sum(axis=-1)) - radius)
    nearest = np.sort(np.stack(gaps), axis=0)
    labels = np.where(nearest[0] < 0, ACTIVE_MATERIAL, PORE)
    labels[(nearest[0] >= 0) & (nearest[0] + nearest[1] < 2.5)] = CARBON_BINDER
    return volume_of(labels, periodic=True)


@pytest.mark.parametrize("tolerance", [1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("case", CASES)
def test_error_estimate_bounds_the_error(packing, case, tolerance):
    exact = effective_conductivity(packing, CASES[case], tolerance=1e-11).value
    got = effective_conductivity(packing, CASES[case], tolerance=tolerance)
    # The dissipation of a trial field is above the minimum; rounding of the two solves 1e-10.
    assert -1e-10 < got.value / exact - 1 < got.error_estimate + 1e-10
    assert got.error_estimate <= tolerance


def test_same_bits_on_one_thread_and_two(packing, monkeypatch):
    # No graph is too small to be shared out here.
    monkeypatch.setattr(multigrid, "SMALL", 0)
    values = []
    try:
        for threads in (1, 2):
            use_threads(threads)
            values.append(electronic_conductivity(packing, 0.05, 1.0, tolerance=1e-8).value)
    finally:
        use_threads(None)
    assert values[0] == values[1] > 0.0


def test_unit_of_the_conductivities_carries_over(packing):
    one = electronic_conductivity(packing, 0.05, 1.0)
    tiny = electronic_conductivity(packing, 0.05e-200, 1e-200)
    assert tiny.value == pytest.approx(1e-200 * one.value, rel=SINGLE, abs=0.0)


def test_tortuosity_factor_of_straight_and_mixed_pores():
    labels = np.full((6, 4, 4), ACTIVE_MATERIAL)
    labels[:, :2], labels[:, 2] = PORE, CARBON_BINDER
    got = pore_transport(volume_of(labels, nanoporosity=0.49), tolerance=1e-12)
    # Columns in parallel: binder with porosity 0.49 and D = 0.49^1.5 = 0.343 of the bulk's.
    assert got.conducting_porosity == pytest.approx(0.5 + 0.25 * 0.49, rel=1e-12, abs=0.0)
    assert got.effective_diffusivity == pytest.approx(0.5 + 0.25 * 0.343, rel=SINGLE)
    assert got.tortuosity_factor == pytest.approx(0.6225 / 0.58575, rel=SINGLE)


def test_pores_that_do_not_percolate_have_an_infinite_tortuosity_factor():
    labels = np.zeros((6, 4, 4), np.uint8)
    labels[3] = ACTIVE_MATERIAL
    got = pore_transport(volume_of(labels))
    assert got.effective_diffusivity == 0.0
    assert got.tortuosity_factor == float("inf")


@pytest.mark.parametrize("shape", [(1, 1, 1), (6, 4, 4), (2, 1, 9)])
def test_nothing_that_conducts_conducts_nothing(shape):
    got = effective_conductivity(volume_of(np.full(shape, ACTIVE_MATERIAL)), CASES["pores"])
    assert (got.value, got.iterations, got.percolates) == (0.0, 0, False)


def test_dense_binder_conducts_no_ions():
    labels = np.zeros((6, 4, 4), np.uint8)
    labels[3] = CARBON_BINDER
    assert pore_transport(volume_of(labels, nanoporosity=0.0)).tortuosity_factor == float("inf")
    assert pore_transport(volume_of(labels, nanoporosity=0.1)).tortuosity_factor < 20.0


def test_progress_runs_from_zero_to_one(packing):
    seen = []
    effective_conductivity(packing, CASES["pores"], progress=lambda f, note: seen.append(f))
    assert seen == sorted(seen)
    assert 0.0 <= seen[0] < seen[-1] == 1.0


@pytest.mark.parametrize("bad", [[1, -1, 0, 0, 0], [1, np.nan, 0, 0, 0], [1, np.inf, 0, 0, 0]])
def test_impossible_conductivity_is_refused(bad):
    with pytest.raises(InputError, match="conductivity of active material"):
        effective_conductivity(volume_of(np.zeros((3, 3, 3))), bad)


def test_volume_without_a_coating_is_refused():
    with pytest.raises(InputError, match="no coating"):
        pore_transport(volume_of(np.full((3, 3, 3), COLLECTOR), layers=0))
