"""Motions with an exact image: quarter turns about every axis, uniform compression."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from dem.grains import ACTIVE, CBD
from tests.voxelize.moving import FOIL, H, decomposition, electrode, turned
from voxelize.deposit.electrode import deposit
from voxelize.volume import CARBON_BINDER

QUARTER_TURNS = {
    # Axis (x, y, z), the plane (of z, y, x) in which voxels turn, and how often as numpy does.
    "x": ([1, 0, 0], (0, 1), -1),
    "y": ([0, 1, 0], (0, 2), 1),
    "z": ([0, 0, 1], (1, 2), -1),
}


@pytest.mark.parametrize("about", ["voxel centre", "voxel corner"])
@pytest.mark.parametrize("axis", QUARTER_TURNS)
def test_quarter_turn_returns_the_turned_voxels(axis, about):
    """A particle of two grains and binder on it, unlike along each axis."""
    grain = np.full((21, 21, 21), -1)
    grain[8:13, 5:9, 9:13] = 0
    grain[8:13, 9:15, 9:12] = 1
    grain[6:8, 7:14, 9:14] = 2
    d = decomposition(grain, [ACTIVE, ACTIVE, CBD], [0, 0, 1], periodic=False)
    direction, plane, times = QUARTER_TURNS[axis]
    # About a corner the picture is one voxel off the one about the central voxel's centre.
    offset = 10.5 if about == "voxel centre" else 10.0
    back = deposit(
        d, turned(d.grains, direction, np.pi / 2, np.full(3, offset * H)), d.bonds, 21 * H
    )
    expected = np.rot90(grain, times, axes=plane)
    if about == "voxel corner":
        # Of the two axes that change places, the one turned to point down.
        expected = np.roll(expected, -1, plane[1] if times < 0 else plane[0])
    assert np.array_equal(back.grain[FOIL:], expected)
    assert back.volume.cbd_nanoporosity == d.volume.cbd_nanoporosity
    assert (back.volume.labels[FOIL:] == CARBON_BINDER).sum() == (grain == 2).sum()


def distances(decomposition, back, strain):
    """Of each active voxel after compression from the affine image of the nearest one of its
    particle before, and of each image from the nearest voxel after [voxels], between centres."""
    squeeze = np.array([1.0 - strain, 1.0, 1.0])
    volume = decomposition.volume
    _, ny, nx = volume.labels.shape
    images = [(0, 0)]
    if volume.periodic:
        images = [(j * ny, i * nx) for j in (-1, 0, 1) for i in (-1, 0, 1)]
    found = [[], []]
    for particle in np.unique(decomposition.particle[decomposition.particle >= 0]):
        before = np.argwhere(decomposition.particle == particle) + 0.5
        after = np.argwhere(back.volume.particle == particle) + 0.5
        before[:, 0] -= volume.collector_layers
        after[:, 0] -= back.volume.collector_layers
        before *= squeeze
        for n, (one, other) in enumerate(((after, before), (before, after))):
            around = np.concatenate([other + np.array([0, j, i]) for j, i in images])
            found[n].append(cKDTree(around).query(one)[0])
    return [np.concatenate(each) for each in found]


@pytest.mark.parametrize("strain", [0.05, 0.1])
def test_uniform_compression_moves_no_voxel_by_more_than_a_layer(strain):
    d = electrode()
    grains = d.grains._replace(position=d.grains.position * [1, 1, 1 - strain])
    back = deposit(d, grains, d.bonds, (1 - strain) * d.volume.thickness)
    assert back.displaced_fraction == 0.0
    after, image = distances(d, back, strain)
    # Centres half a voxel apart share a face's place: that and a layer.
    assert after.max() <= 1.5
    assert image.max() <= 0.5 + 1e-9
