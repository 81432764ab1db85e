"""Voxels ride on their grains: nothing is lost, holes open only where bonds broke."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import label

from dem.bonds import BROKEN_TENSION, INTACT
from dem.errors import InputError
from dem.grains import ACTIVE, CBD
from tests.voxelize.moving import (
    FOIL,
    H,
    bar,
    broken,
    decomposition,
    electrode,
    quaternion,
    turned,
)
from voxelize.deposit.electrode import deposit
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK


@pytest.mark.parametrize("layers", [44.0, 43.4, 43.9999])
def test_no_motion_changes_no_voxel(layers):
    d = electrode(thickness=layers * H)
    result = deposit(d, d.grains, d.bonds, d.volume.thickness, mark_cracks=True)
    assert np.array_equal(result.volume.labels, d.volume.labels)
    assert np.array_equal(result.volume.particle, d.volume.particle)
    assert np.array_equal(result.grain, d.grain)
    assert result.volume.cbd_nanoporosity == d.volume.cbd_nanoporosity
    assert result.displaced_fraction == 0.0
    assert result.active_volume_after == result.active_volume_before


def test_no_motion_changes_no_voxel_though_all_bonds_are_broken():
    d = electrode()
    result = deposit(d, d.grains, broken(d.bonds), d.volume.thickness, mark_cracks=True)
    assert np.array_equal(result.volume.labels, d.volume.labels)


def test_shift_by_whole_voxels_is_exact():
    d = electrode()
    position = d.grains.position + np.array([3, -5, 2]) * H
    position[::3, 0] += 32 * H
    result = deposit(d, d.grains._replace(position=position), d.bonds, 46 * H)
    moved = np.roll(d.grain[FOIL:], (-5, 3), (1, 2))
    assert np.array_equal(result.grain[FOIL + 2 :], moved)
    assert (result.grain[: FOIL + 2] == -1).all()
    assert (result.volume.labels[:FOIL] == COLLECTOR).all()
    assert result.volume.labels.shape[0] == FOIL + 46


@pytest.mark.parametrize(("axis", "angle"), [((0, 0, 1), 0.5), ((1, 2, 3), 1.0), ((1, 1, 0), 0.05)])
def test_rotation_keeps_volume_and_shape(axis, angle):
    z, y, x = np.indices((40, 40, 40)) + 0.5
    ball = ((z - 20) / 10) ** 2 + ((y - 20) / 13) ** 2 + ((x - 20) / 16) ** 2 < 1
    d = decomposition(
        np.where(ball, (x > 20).astype(int), -1), [ACTIVE, ACTIVE], [0, 0], periodic=False
    )
    centre = np.array([20, 20, 20]) * H
    result = deposit(d, turned(d.grains, axis, angle, centre), d.bonds, d.volume.thickness)
    assert result.active_volume_after == pytest.approx(
        result.active_volume_before, rel=2e-3, abs=0.0
    )
    w, *v = quaternion(axis, -angle)
    arm = np.stack([x, y, z], axis=-1) - 20
    cross = np.cross(v, arm)
    back = arm + 2 * (w * cross + np.cross(v, cross))
    exact = (back[..., 0] / 16) ** 2 + (back[..., 1] / 13) ** 2 + (back[..., 2] / 10) ** 2 < 1
    found = result.volume.labels[FOIL:] == ACTIVE_MATERIAL
    # Whole voxels move the surface of 2 100 by a quarter voxel on average: 6 % of these 8 700.
    assert (found & exact).sum() / (found | exact).sum() > 0.935
    inner = (back[..., 0] / 14) ** 2 + (back[..., 1] / 11) ** 2 + (back[..., 2] / 8) ** 2 < 1
    assert found[inner].all()


def test_bonded_bar_stretched_opens_no_gap():
    d = bar()  # stretched by 3 %
    grains = d.grains._replace(position=d.grains.position + np.array([[0.0], [0.96]]) * [H, 0, 0])
    result = deposit(d, grains, d.bonds, d.volume.thickness)
    solid = result.volume.labels == ACTIVE_MATERIAL
    assert solid.sum() == (d.volume.labels == ACTIVE_MATERIAL).sum()
    along = solid.any(axis=(0, 1))
    first, last = np.flatnonzero(along)[[0, -1]]
    # Volume is kept, so that the longer bar loses voxels at its surface, but nowhere inside.
    core = solid[FOIL + 5 : FOIL + 10, 5:10, first + 1 : last]
    assert core.all()
    assert last - first + 1 == 33


@pytest.mark.parametrize("width", [1.0, 2.0, 3.4])
def test_broken_bar_opens_a_gap_of_the_imposed_width(width):
    d = bar()
    apart = np.array([[0.0], [width]]) * [H, 0, 0]
    grains = d.grains._replace(position=d.grains.position + apart)
    result = deposit(d, grains, broken(d.bonds), d.volume.thickness, mark_cracks=True)
    cracks = result.volume.labels == CRACK
    # Voxels are whole: the width is met to half a voxel, over the whole section of 7 × 7.
    assert cracks.sum() / 49 == pytest.approx(width, abs=0.5)
    assert cracks.any(axis=(0, 1)).sum() == round(width)
    assert (result.volume.labels == ACTIVE_MATERIAL).sum() == 2 * 16 * 49
    unmarked = deposit(d, grains, broken(d.bonds), d.volume.thickness)
    assert not (unmarked.volume.labels == CRACK).any()


def test_intact_neighbour_across_the_periodic_boundary_is_followed():
    grain = np.full((10, 10, 24), -1)
    grain[3:8, 3:8, 16:] = 0
    grain[3:8, 3:8, :8] = 1
    d = decomposition(grain, [ACTIVE, ACTIVE], [0, 0])
    position = d.grains.position + np.array([[0.0], [0.6]]) * [H, 0, 0]
    result = deposit(d, d.grains._replace(position=position), d.bonds, d.volume.thickness)
    core = np.roll((result.grain >= 0)[FOIL + 4 : FOIL + 7, 4:7], 8, axis=2)
    assert core[:, :, 1:16].all()


@pytest.mark.parametrize("strain", [0.1, 0.3])
@pytest.mark.parametrize("layers", [44.0, 43.4])
def test_compression_keeps_active_and_binder_volume(strain, layers):
    d = electrode(thickness=layers * H)
    position = d.grains.position * [1, 1, 1 - strain]
    thickness = (1 - strain) * d.volume.thickness
    result = deposit(d, d.grains._replace(position=position), d.bonds, thickness)
    labels, weights = result.volume.labels, result.volume.layer_weights
    counted = ((labels == ACTIVE_MATERIAL).sum(axis=(1, 2)) * weights).sum() * H**3
    assert result.active_volume_after == pytest.approx(counted, rel=1e-12, abs=0.0)
    # To a voxel of some 9 000: the promise is 0.1 %.
    assert counted == pytest.approx(result.active_volume_before, rel=2e-4, abs=0.0)
    domain = ((labels == CARBON_BINDER).sum(axis=(1, 2)) * weights).sum() * H**3
    solid = (1 - result.volume.cbd_nanoporosity) * domain
    assert solid == pytest.approx(result.cbd_solid_volume_before, rel=1e-3, abs=0.0)
    assert result.cbd_solid_volume_after == pytest.approx(solid, rel=1e-9, abs=0.0)
    assert domain <= result.cbd_domain_volume_before * (1 + 1e-12)
    assert (labels[:FOIL] == COLLECTOR).all()
    assert not (labels[FOIL:] == COLLECTOR).any()
    assert ((result.volume.particle >= 0) == (labels == ACTIVE_MATERIAL)).all()


def test_squeezed_binder_loses_nanoporosity_down_to_the_minimum():
    grain = np.full((24, 12, 12), -1)
    grain[:8] = 0
    grain[8:16] = 1
    grain[16:] = 2
    d = decomposition(grain, [ACTIVE, CBD, ACTIVE], [0, 1, 2])
    down = np.array([0.0, -1.0, -2.0])
    position = d.grains.position + np.outer(down, [0, 0, H])
    pressed = deposit(d, d.grains._replace(position=position), d.bonds, 22 * H)
    # Eight layers of domain at 0.5 become six: 1 − 0.5 · 8/6.
    assert pressed.volume.cbd_nanoporosity == pytest.approx(1 / 3)
    assert pressed.grain_nanoporosity[1] == pytest.approx(1 / 3)
    assert np.isnan(pressed.grain_nanoporosity[0])
    # All of the domain is one grain: its nanoporosity needs no field.
    assert pressed.volume.nanoporosity_field is None
    position = d.grains.position + np.outer(1.5 * down, [0, 0, H])
    # Room for five layers only, the minimum needs 5.88: the rest is squeezed beyond the plates.
    pressed = deposit(
        d, d.grains._replace(position=position), d.bonds, 23 * H, minimum_nanoporosity=0.32
    )
    assert pressed.volume.cbd_nanoporosity == pytest.approx(0.32, abs=0.01)
    assert pressed.cbd_solid_volume_after == pytest.approx(pressed.cbd_solid_volume_before, abs=0.0)


def test_nanoporosity_falls_only_where_the_domain_is_squeezed():
    grain = np.full((24, 12, 12), -1)
    grain[:8] = 0
    grain[8:16, :6] = 1
    grain[8:16, 6:] = 2
    grain[16:, 6:] = 3
    d = decomposition(grain, [ACTIVE, CBD, CBD, ACTIVE], [0, 1, 2, 3])
    down = np.array([0.0, 0.0, -1.0, -2.0])
    position = d.grains.position + np.outer(down, [0, 0, H])
    pressed = deposit(d, d.grains._replace(position=position), d.bonds, 24 * H).volume
    domain = pressed.labels == CARBON_BINDER
    field = pressed.nanoporosity_field
    assert np.isnan(field[~domain]).all()
    assert np.unique(field[:, :6][domain[:, :6]]) == pytest.approx([0.5])
    assert np.unique(field[:, 6:][domain[:, 6:]]) == pytest.approx([1 / 3])
    # The domain's solid: eight layers at 0.5.
    solid = (1.0 - field[domain].astype(float)).sum()
    assert solid == pytest.approx(0.5 * 8 * 12 * 12, rel=1e-6)
    mean = field[domain].astype(float).mean()
    assert pressed.cbd_nanoporosity == pytest.approx(mean, rel=1e-6)


def test_nothing_crosses_foil_plate_or_side():
    d = bar()
    position = d.grains.position + np.array([-12.0, 0.0, -7.0]) * H
    result = deposit(d, d.grains._replace(position=position), d.bonds, 13 * H)
    labels = result.volume.labels
    assert labels.shape == (FOIL + 13, 15, 48)
    assert (labels[:FOIL] == COLLECTOR).all()
    assert (labels == ACTIVE_MATERIAL).sum() == 2 * 16 * 49
    # Four voxels of the bar beyond the side, three layers of it in the foil.
    assert result.displaced_fraction > 0.4


def test_overlapping_particles_part_along_a_plane():
    grain = np.full((17, 17, 40), -1)
    grain[5:12, 5:12, 4:16] = 0
    grain[5:12, 5:12, 22:34] = 1
    d = decomposition(grain, [ACTIVE, ACTIVE], [0, 1], periodic=False)
    position = d.grains.position + np.array([[4.0], [-4.0]]) * [H, 0, 0]
    result = deposit(d, d.grains._replace(position=position), d.bonds, d.volume.thickness)
    section = result.grain[FOIL + 5 : FOIL + 12, 5:12]
    # They meet half-way at x = 19; neither has voxels in the other's half of the overlap.
    assert (section[:, :, 12:19] == 0).all()
    assert (section[:, :, 19:26] == 1).all()
    # Two voxels of overlap, a layer from each grain's end, are put beside.
    assert result.displaced_fraction == pytest.approx(2 / 24)
    assert (result.grain == 0).sum() == (result.grain == 1).sum() == 12 * 49


def test_fragments_of_a_cracked_particle_stay_whole_bodies():
    d = electrode()
    rng = np.random.default_rng(0)
    state = np.where(rng.random(len(d.bonds.first)) < 0.4, BROKEN_TENSION, INTACT)
    position = d.grains.position * [1, 1, 0.85]
    turn = np.array([quaternion(rng.normal(size=3), 0.1) for _ in position])
    grains = d.grains._replace(position=position, orientation=turn)
    bonds = d.bonds._replace(state=state.astype(np.uint8))
    result = deposit(d, grains, bonds, 0.85 * d.volume.thickness)
    assert result.active_volume_after == pytest.approx(
        result.active_volume_before, rel=1e-3, abs=0.0
    )
    for particle in np.unique(d.particle[d.particle >= 0]):
        before, after = (np.tile(p == particle, (1, 3, 3)) for p in
                         (d.particle, result.volume.particle))  # fmt: skip
        sizes = np.bincount(label(after, np.ones((3, 3, 3)))[0].ravel())[1:]
        assert after.sum() / 9 == pytest.approx(before.sum() / 9, abs=2)
        assert sizes.max() >= 0.4 * after.sum() / 9


def test_same_motion_gives_the_same_voxels():
    d = electrode()
    grains = d.grains._replace(position=d.grains.position * [1, 1, 0.8])
    one, other = (deposit(d, grains, d.bonds, 0.8 * d.volume.thickness) for _ in range(2))
    assert np.array_equal(one.grain, other.grain)


def test_coating_too_thin_for_its_solids_is_refused():
    d = electrode()
    with pytest.raises(InputError, match="too thin for the solids"):
        deposit(d, d.grains, d.bonds, 3 * H)
    with pytest.raises(InputError, match="minimum_nanoporosity"):
        deposit(d, d.grains, d.bonds, 44 * H, minimum_nanoporosity=1.0)


def test_volume_without_binder_or_collector():
    d = decomposition(np.where(np.indices((9, 9, 9))[0] > 3, 0, -1), [ACTIVE], [0], foil=0)
    volume = replace(d.volume, cbd_nanoporosity=0.47)
    d = replace(d, volume=volume)
    result = deposit(d, d.grains, d.bonds, d.volume.thickness)
    assert np.array_equal(result.volume.labels, d.volume.labels)
    assert result.volume.cbd_nanoporosity == 0.47
