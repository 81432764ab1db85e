"""Richardson's extrapolation: known limits, honest uncertainty, samples that give none."""

import numpy as np
import pytest

from electrochem.transport.effective import effective_conductivity
from electrochem.transport.ionic import pore_transport
from electrochem.transport.partial_volumes import effective_conductivity_of_shares
from electrochem.transport.phase_shares import fractions_of
from electrochem.transport.richardson import every, richardson
from tests.analytic_transport import in_series, simple_cubic_spheres
from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR, PORE, Volume

PORES = [1.0, 0.0, 0.0, 0.0, 0.0]


def volume_of(labels, layers=None, periodic=True):
    layers = len(labels) if layers is None else layers
    return Volume(np.asarray(labels, np.uint8), 1e-6, periodic, layers * 1e-6, 0.5)


def array_of_spheres(fraction, cells):
    at = (np.arange(cells) + 0.5) / cells - 0.5
    radius = np.cbrt(0.75 * fraction / np.pi)
    inside = at[:, None, None] ** 2 + at[:, None] ** 2 + at**2 < radius**2
    return volume_of(np.where(inside, ACTIVE_MATERIAL, PORE))


def whole(volume):
    return effective_conductivity(volume, PORES, 1e-6).value


def of_shares(parts):
    return effective_conductivity_of_shares(parts, PORES, 1e-6).value


def test_finds_the_limit_of_an_error_of_first_order_to_the_digit():
    cells = 48
    at = volume_of(np.zeros((cells,) * 3))
    found = richardson(at, lambda of: 2.0 - 3.0 / len(of.labels))
    assert found.value == pytest.approx(2.0, rel=1e-12)
    assert found.order == pytest.approx(1.0)
    assert found.note == "" and found.spread == 0.0


def test_cuts_the_staircase_of_sphere_arrays_within_its_uncertainty():
    fraction = 0.5
    exact = simple_cubic_spheres(fraction, 0.0)
    stairs = richardson(array_of_spheres(fraction, 48), whole)
    assert abs(stairs.value - exact) < 0.5 * abs(stairs.fine - exact)
    assert abs(stairs.value - exact) < 2.0 * stairs.uncertainty
    parts = richardson(fractions_of(array_of_spheres(fraction, 144), 3), of_shares)
    # Asked for: a fifth of the staircase. Shares counted on 2³ points give 1/4.6 at 0.5.
    assert abs(parts.value - exact) < 0.2 * abs(stairs.fine - exact)
    assert abs(parts.value - exact) < 2.0 * parts.uncertainty


def test_laminates_are_exact_at_any_resolution():
    labels = np.zeros((32, 16, 16))
    labels[8:12], labels[20:28] = ACTIVE_MATERIAL, 2
    bulk = [1.0, 0.01, 0.2, 0.0, 0.0]
    found = richardson(volume_of(labels), lambda of: effective_conductivity(of, bulk, 1e-9).value)
    exact = in_series([1.0, 0.01, 0.2], [20, 4, 8])
    # Single precision of the conductances.
    assert found.value == pytest.approx(exact, rel=1e-6)
    assert found.uncertainty < 1e-6 * exact


def test_says_so_where_twice_the_voxel_size_does_not_percolate():
    labels = np.ones((24, 24, 24))
    for k in range(24):
        # A slanted channel two voxels high: every second voxel of it meets the next over an edge.
        labels[k, [k, (k + 1) % 24], 10:12] = PORE
    found = richardson(volume_of(labels), whole)
    assert "does not percolate" in found.note
    assert found.value == found.fine > 0.0 and np.isnan(found.uncertainty)
    labels[12] = ACTIVE_MATERIAL
    closed = richardson(volume_of(labels), whole)
    assert closed.value == 0.0 and "nothing conducts" in closed.note
    small = richardson(volume_of(np.zeros((24, 24, 8))), whole)
    assert "fewer than" in small.note and small.value == pytest.approx(1.0)


@pytest.mark.parametrize("first", [(0, 0, 0), (1, 1, 0), (1, 0, 1)])
@pytest.mark.parametrize("foil", [0, 1, 2, 3])
def test_every_second_voxel_keeps_the_coating_and_its_cut_top_layer(foil, first):
    generator = np.random.default_rng(2)
    labels = np.zeros((foil + 15, 13, 12))
    labels[foil:] = generator.choice([0, 1], size=(15, 13, 12))
    labels[:foil] = COLLECTOR
    volume = volume_of(labels, layers=14.3)
    coarse = every(volume, 2, first)
    assert coarse.collector_layers == -(-foil // 2)
    assert coarse.layer_weights[coarse.coating].sum() == pytest.approx(14.3 / 2)
    # Every layer lies where it was.
    for k in range(7):
        below = volume.labels[foil + 2 * k + first[0], first[1] :: 2, first[2] :: 2]
        assert (coarse.labels[coarse.collector_layers + k] == below).all()


def test_odd_periodic_volumes_with_a_cut_top_extrapolate():
    labels = array_of_spheres(0.3, 49).labels
    found = richardson(
        volume_of(labels, layers=48.4), lambda of: pore_transport(of, 1e-5).effective_diffusivity
    )
    exact = simple_cubic_spheres(0.3, 0.0)
    # The cell is cut 1.2 % short of its upper plane.
    assert found.value == pytest.approx(exact, rel=0.01)
    assert found.fine < found.value
