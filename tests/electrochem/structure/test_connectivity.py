"""Shares that hang together with separator and collector, and shortest ways between the two."""

import itertools

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from dem.errors import InputError
from electrochem.structure.connectivity import connectivity
from electrochem.structure.path_lengths import path_lengths
from electrochem.structure.shortest_path import shortest_path
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, PORE, Volume

H = 0.3e-6


def volume_of(labels, periodic=False, thickness=None):
    labels = np.asarray(labels, np.uint8)
    return Volume(labels, H, periodic, (len(labels) if thickness is None else thickness) * H, 0.5)


def test_clusters_are_told_by_the_planes_that_they_reach():
    labels = np.full((8, 12, 12), ACTIVE_MATERIAL, np.uint8)
    labels[:, 1, 1] = PORE  # through: 8
    labels[3:, 4, 4] = PORE  # to the separator: 5
    labels[:3, 7, 7] = CRACK  # to the collector: 3
    labels[2:6, 9:11, 9] = PORE  # nowhere: 8
    found = connectivity(volume_of(labels)).pore
    assert found.percolating == pytest.approx(8 / 24)
    assert found.to_separator == pytest.approx(13 / 24)
    assert found.to_collector == pytest.approx(11 / 24)
    assert found.largest == pytest.approx(8 / 24)
    assert found.count == 4 and found.percolates


def test_binder_joins_over_the_seam_only_when_periodic():
    labels = np.zeros((6, 6, 6), np.uint8)
    labels[:3, 0, 2] = CARBON_BINDER
    labels[2:, 5, 2] = CARBON_BINDER
    labels[0, 3, 3] = ACTIVE_MATERIAL
    cut, joined = (connectivity(volume_of(labels, periodic)) for periodic in (False, True))
    assert not cut.cbd.percolates and cut.cbd.largest == pytest.approx(4 / 7)
    assert joined.cbd.percolating == 1.0 and joined.cbd.count == 1
    assert joined.am.to_separator == 0.0 and joined.am.to_collector == 1.0
    assert joined.pore_and_cbd.percolating == 1.0


def test_absent_phase_connects_nothing():
    found = connectivity(volume_of(np.full((4, 5, 5), ACTIVE_MATERIAL)))
    assert found.cbd == found.pore
    assert (found.cbd.percolating, found.cbd.count, found.solid.percolating) == (0.0, 0, 1.0)
    assert shortest_path(volume_of(np.full((4, 5, 5), ACTIVE_MATERIAL))).mean == np.inf


def test_straight_channels_are_as_long_as_the_layer_is_thick():
    labels = np.full((11, 8, 8), ACTIVE_MATERIAL, np.uint8)
    labels[0] = COLLECTOR
    labels[1:, 2:4, 5] = PORE
    found = shortest_path(volume_of(labels, thickness=9.3))
    # Ways are held in float32.
    assert found.shortest == pytest.approx(1.0, abs=1e-6)
    assert found.mean == pytest.approx(1.0, abs=1e-6)
    assert found.reached == 1.0
    assert found.tortuosity_profile == pytest.approx(np.ones(10), abs=1e-6)


def labyrinth(legs, width, length):
    """A channel of a voxel's width that goes to and fro in plane, `length` voxels a leg."""
    labels = np.full((legs * (width + 1) + 1, 3, length), ACTIVE_MATERIAL, np.uint8)
    for leg in range(legs):
        bottom = 1 + leg * (width + 1)
        labels[bottom : bottom + width, 1] = PORE
        labels[bottom - 1, 1, 0 if leg % 2 == 0 else length - 1] = PORE
    labels[-1, 1, 0 if legs % 2 == 0 else length - 1] = PORE
    return labels


def test_labyrinth_has_its_shortest_way():
    legs, length = 5, 12
    labels = labyrinth(legs, 1, length)
    thickness = len(labels)
    # Each leg: out of the wall and into the next one over the corners of a voxel, √2 each.
    leg = (length - 3) + 2 * np.sqrt(2)
    expected = legs * leg + 1.0
    found = shortest_path(volume_of(labels))
    assert found.shortest * thickness == pytest.approx(expected, abs=2e-3)
    assert found.mean == found.shortest
    # The other way round it is the same.
    upside_down = shortest_path(volume_of(labels[::-1].copy()))
    assert upside_down.shortest == pytest.approx(found.shortest, abs=1e-5)


def around_a_wall(n, periodic=False):
    """A wall half-way up that leaves a slit at one side; the straight way around its edge."""
    labels = np.full((n, 3, n), PORE, np.uint8)
    labels[n // 2 - n // 16 : n // 2 + n // 16, :, : n - n // 8] = ACTIVE_MATERIAL
    return volume_of(labels, periodic)


def test_ways_around_a_corner_converge_to_the_straight_line():
    errors = []
    for n in (32, 64):
        found = shortest_path(around_a_wall(n))
        # From the separator straight down to the wall's edge, along it, and on to each place.
        x = np.arange(n) + 0.5
        upper, lower = n / 2 - n // 16, n / 2 - n // 16
        sideways = np.maximum(n - n // 8 - x, 0.0)
        exact = upper + n // 16 * 2 + np.hypot(lower, sideways)
        errors.append(found.mean * n - exact.mean())
    # First order: an error of a voxel or so, whatever the resolution (h log h at the edge).
    assert all(0.0 < error < 1.0 for error in errors)


def test_slanted_channel_is_measured_along_its_slant():
    # Slope 1 : 2, wide enough for upwind differences; steps of 26 neighbours alone give +8 %.
    n, width = 60, 8
    z, x = np.indices((n, 2 * n))
    offset = x - z / 2.0
    inside = (offset >= 10) & (offset < 10 + width)
    labels = np.where(inside, PORE, ACTIVE_MATERIAL)[:, None, :].repeat(3, axis=1)
    found = shortest_path(volume_of(labels))
    # The shortest way from plane to plane leans from one corner of the channel to the other.
    sideways = (n - 1) / 2 - (width - 1)
    exact = np.hypot(n - 1, sideways) + 1
    # First order: 1 to 2 % for a channel of 8 voxels, always on the long side.
    assert exact < found.shortest * n < 1.02 * exact


def test_shortest_ways_go_over_the_seam_and_do_not_change_with_rolling():
    rng = np.random.default_rng(5)
    coarse = rng.random((12, 10, 9)) < 0.55
    labels = np.where(coarse, PORE, CARBON_BINDER)
    whole = shortest_path(volume_of(labels, periodic=True))
    rolled = shortest_path(volume_of(np.roll(labels, (3, 5), (1, 2)), periodic=True))
    closed = shortest_path(volume_of(labels))
    # Lengths settle to 1e-5 voxels a step, in an order that rolling changes.
    assert rolled.mean == pytest.approx(whole.mean, abs=1e-4)
    assert rolled.shortest == pytest.approx(whole.shortest, abs=1e-4)
    assert whole.mean < closed.mean


def test_ways_settle_where_their_lengths_round():
    # Ways of 700 voxels are rounded to 6e-5: more than the least gain that counts.
    rng = np.random.default_rng(8)
    labels = np.where(rng.random((700, 8, 8)) < 0.7, PORE, ACTIVE_MATERIAL)
    found = shortest_path(volume_of(labels, periodic=True))
    assert 1.0 < found.shortest <= found.mean < 1.2


def test_unknown_phase_is_refused():
    with pytest.raises(InputError, match='phase is "void"'):
        shortest_path(around_a_wall(16), "void")


def graph_lengths(phase):
    """Shortest ways by Dijkstra's method over 26 neighbours that faces join within their block."""
    number = np.full(np.add(phase.shape, 2), -1)
    number[1:-1, 1:-1, 1:-1][phase] = np.arange(phase.sum())

    def at(offset):
        inner = [slice(1 + o, n + 1 + o) for o, n in zip(offset, phase.shape, strict=True)]
        return number[tuple(inner)]

    first, second, step = [number[1, 1:-1, 1:-1][phase[0]]], [], [np.full(phase[0].sum(), 0.5)]
    second.append(np.full(len(first[0]), phase.sum()))
    for offset in itertools.product((-1, 0, 1), repeat=3):
        axes = [axis for axis in range(3) if offset[axis]]
        joined = np.zeros(phase.shape, bool)
        for order in itertools.permutations(axes):
            way = np.ones(phase.shape, bool)
            for count in range(len(order) + 1):
                way &= at([o if axis in order[:count] else 0 for axis, o in enumerate(offset)]) >= 0
            joined |= way
        first.append(at((0, 0, 0))[joined])
        second.append(at(offset)[joined])
        step.append(np.full(joined.sum(), np.sqrt(len(axes))))
    ends = np.concatenate(first), np.concatenate(second)
    graph = coo_array((np.concatenate(step), ends), shape=(phase.sum() + 1,) * 2).tocsr()
    length = np.full(phase.shape, np.inf)
    length[phase] = dijkstra(graph, directed=False, indices=phase.sum())[:-1]
    return length


def test_lengths_are_at_most_those_of_a_graph_and_not_shorter_than_it_can_be_wrong():
    rng = np.random.default_rng(6)
    smooth = gaussian_filter(rng.normal(size=(40, 30, 30)), 2.0)
    phase = smooth > np.quantile(smooth, 0.55)
    ours = path_lengths(phase, np.r_[0.5, np.ones(39)], periodic=False)
    graph = graph_lengths(phase)
    assert np.array_equal(np.isfinite(ours), np.isfinite(graph))
    ours, graph = ours[np.isfinite(ours)], graph[np.isfinite(graph)]
    assert (ours <= graph + 1e-3).all()
    # Steps in 26 directions are up to √(1 + (√2−1)² + (√3−√2)²) = 1.128 times the straight way;
    # where two ways meet, upwind differences fall short by up to 0.3 voxels.
    assert (1.128 * (ours + 0.3) >= graph).all()
    assert (graph / ours).max() > 1.04
