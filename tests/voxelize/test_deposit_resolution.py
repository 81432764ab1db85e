"""Other voxel sizes than the input's, and phase fractions of voxels."""

from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from dem.grains import ACTIVE
from tests.voxelize.moving import FOIL, H, decomposition, electrode, turned
from voxelize.deposit.electrode import deposit
from voxelize.deposit.fractions import phase_fractions
from voxelize.deposit.output import fitting_voxel_size
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE


@pytest.mark.parametrize("parts", [2, 3])
def test_without_motion_each_voxel_becomes_its_finer_ones(parts):
    d = electrode()
    back = deposit(d, d.grains, d.bonds, d.volume.thickness, voxel_size=H / parts)
    finer = np.kron(d.grain, np.ones((parts,) * 3, np.int32))
    assert np.array_equal(back.grain, finer)
    assert back.volume.voxel_size == pytest.approx(H / parts, rel=1e-12)
    assert back.volume.collector_layers == parts * FOIL


@pytest.mark.parametrize("size", [0.6 * H, 1.4 * H])
def test_volumes_are_kept_at_other_voxel_sizes(size):
    d = electrode()
    grains = d.grains._replace(position=d.grains.position * [1, 1, 0.9])
    size = fitting_voxel_size(d.volume, 32 * H / round(32 * H / size))
    back = deposit(d, grains, d.bonds, 0.9 * d.volume.thickness, voxel_size=size)
    # To a voxel of the result: some 1 500 of the coarser ones are active material.
    assert back.active_volume_after == pytest.approx(back.active_volume_before, abs=size**3)
    labels, weights = back.volume.labels, back.volume.layer_weights
    counted = ((labels == ACTIVE_MATERIAL).sum(axis=(1, 2)) * weights).sum() * size**3
    assert counted == pytest.approx(d.grains.volume[d.grains.material == ACTIVE].sum(), rel=2e-3)
    assert back.volume.footprint == pytest.approx(d.volume.footprint, rel=1e-12)


def test_voxel_sizes_that_do_not_fill_the_footprint_are_refused_with_the_nearest_that_do():
    volume = replace(electrode().volume, labels=np.zeros((10, 8, 12), np.uint8))
    # Sides of 8 and 12 voxels share 4: edges of 4 H over a whole number.
    assert fitting_voxel_size(volume, H / 2) == H / 2
    assert fitting_voxel_size(volume, 0.802 * H) == pytest.approx(0.8 * H)
    with pytest.raises(InputError, match=r"^voxels\.voxel_size: .* 400 and 320 nm"):
        fitting_voxel_size(volume, 0.9 * H)


def test_fractions_without_motion_are_the_labels():
    d = electrode(thickness=43.5 * H)
    volume = d.volume
    found = phase_fractions(d, d.grains, d.bonds, volume.thickness, voxel_size=H)
    weight = volume.layer_weights[:, None, None]
    for share, label in ((found.am, ACTIVE_MATERIAL), (found.cbd, CARBON_BINDER)):
        assert np.array_equal(share, ((volume.labels == label) * weight).astype(np.float32))


def test_fractions_keep_the_volumes_and_add_up_to_one():
    d = electrode()
    thickness = 0.85 * d.volume.thickness
    grains = d.grains._replace(position=d.grains.position * [1, 1, 0.85])
    found = phase_fractions(d, grains, d.bonds, thickness, voxel_size=H)
    back = deposit(d, grains, d.bonds, thickness)
    assert found.am.shape == back.volume.labels.shape
    weight = back.volume.layer_weights[:, None, None]
    weight[: back.volume.collector_layers] = 0.0
    # Shares are whole eighths, or those of a cut layer: exact in float32 but for that layer.
    assert found.am + found.cbd + found.pore == pytest.approx(
        np.broadcast_to(weight, found.am.shape), abs=1e-6
    )
    active = d.grains.volume[d.grains.material == ACTIVE].sum()
    assert found.am.sum(dtype=float) * H**3 == pytest.approx(active, abs=H**3 / 8)


def test_fractions_share_the_voxels_edges_at_sizes_that_are_moved_to_fit():
    grain = np.full((6, 64, 64), -1)
    grain[1:5, 3:61, 5:59] = 0
    d = decomposition(grain, [ACTIVE], [0])
    size = 64 * H / 64.4  # moved to H; half of it would fit 129 times
    found = phase_fractions(d, d.grains, d.bonds, d.volume.thickness, voxel_size=size)
    assert np.array_equal(found.am, (d.volume.labels == ACTIVE_MATERIAL).astype(np.float32))


def test_collector_above_its_full_layers_is_no_pore():
    d = electrode()
    labels = d.volume.labels.copy()
    bump = np.zeros(labels.shape, bool)
    bump[FOIL, :8, :8] = True
    bump &= labels == PORE
    labels[bump] = COLLECTOR
    d = replace(d, volume=replace(d.volume, labels=labels))
    found = phase_fractions(d, d.grains, d.bonds, d.volume.thickness, voxel_size=H)
    assert bump.any()
    assert np.array_equal(found.pore, (labels == PORE).astype(np.float32))


def test_fractions_halve_the_voxel_that_a_surface_halves():
    grain = np.full((12, 12, 12), -1)
    grain[3:9] = 0
    d = decomposition(grain, [ACTIVE], [0])
    grains = d.grains._replace(position=d.grains.position + np.array([0, 0, 0.5 * H]))
    am = phase_fractions(d, grains, d.bonds, d.volume.thickness, voxel_size=H).am
    assert am[FOIL:, 0, 0].tolist() == [0, 0, 0, 0.5, 1, 1, 1, 1, 1, 0.5, 0, 0]


def test_fractions_of_a_turned_body_are_those_of_its_turned_voxels():
    z, y, x = np.indices((24, 24, 24)) + 0.5 - 12
    ball = z**2 + y**2 + x**2 < 81
    d = decomposition(
        np.where(ball, (x > 0).astype(int), -1), [ACTIVE, ACTIVE], [0, 0], periodic=False
    )
    axis, angle = np.array([1.0, 2.0, 3.0]) / np.sqrt(14.0), 0.7
    grains = turned(d.grains, axis, angle, np.full(3, 12 * H))
    am = phase_fractions(d, grains, d.bonds, d.volume.thickness, voxel_size=H).am[FOIL:]
    # Rodrigues' formula, backwards: which voxel each eighth comes from.
    point = np.stack([(np.indices((48, 48, 48))[a] + 0.5) / 2 - 12 for a in (2, 1, 0)], axis=-1)
    cross, along = np.cross(axis, point), (point @ axis)[..., None]
    back = point * np.cos(angle) - cross * np.sin(angle) + axis * along * (1 - np.cos(angle))
    cell = np.floor(back + 12).astype(int)
    inside = ((cell >= 0) & (cell < 24)).all(axis=-1)
    cell = cell.clip(0, 23)
    eighth = ball[cell[..., 2], cell[..., 1], cell[..., 0]] & inside
    share = eighth.reshape(24, 2, 24, 2, 24, 2).mean(axis=(1, 3, 5))
    # Turned, it counts 4 eighths more than its own 24 896: these it gives up at its surface.
    assert np.abs(am - share).sum() <= 1.0
    assert am.sum() == ball.sum()
