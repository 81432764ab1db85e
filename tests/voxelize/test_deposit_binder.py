"""The binder's nanoporosity: by voxel where the input has it, and squeezed by motion alone."""

from dataclasses import replace

import numpy as np
import pytest

from dem.bonding.strength import BondStrength
from dem.errors import InputError
from dem.grains import ACTIVE, CBD
from tests.voxelize.moving import FOIL, H, decomposition, electrode, turned
from voxelize.deposit.electrode import deposit
from voxelize.divide.decompose import DecompositionSettings, SolidPhase, decompose
from voxelize.volume import CARBON_BINDER


def with_field(d, seed=0):
    """With a nanoporosity of its own in each voxel of the binder."""
    is_binder = d.volume.labels == CARBON_BINDER
    field = np.full(d.volume.labels.shape, np.nan, np.float32)
    field[is_binder] = np.random.default_rng(seed).uniform(0.2, 0.8, is_binder.sum())
    weight = np.broadcast_to(d.volume.layer_weights[:, None, None], field.shape)[is_binder]
    mean = np.average(field[is_binder].astype(float), weights=weight)
    volume = replace(d.volume, nanoporosity_field=field, cbd_nanoporosity=float(mean))
    return replace(d, volume=volume)


def solid_volume(volume):
    """Of the binder's voxels [m³], each with its own nanoporosity, a cut top layer weighted."""
    solid = np.where(
        volume.labels == CARBON_BINDER, 1.0 - volume.nanoporosity_field.astype(float), 0
    )
    return float((solid.sum(axis=(1, 2)) * volume.layer_weights).sum() * volume.voxel_size**3)


@pytest.mark.parametrize("layers", [44.0, 43.4])
def test_no_motion_returns_the_very_field(layers):
    d = with_field(electrode(thickness=layers * H))
    back = deposit(d, d.grains, d.bonds, d.volume.thickness)
    assert np.array_equal(back.volume.nanoporosity_field, d.volume.nanoporosity_field, True)
    assert back.volume.cbd_nanoporosity == pytest.approx(d.volume.cbd_nanoporosity, rel=1e-12)


def test_field_rides_with_its_voxels():
    d = with_field(electrode())
    position = d.grains.position + np.array([3, -5, 2]) * H
    position[::3, 0] += 32 * H
    back = deposit(d, d.grains._replace(position=position), d.bonds, 46 * H)
    moved = np.roll(d.volume.nanoporosity_field[FOIL:], (-5, 3), (1, 2))
    assert np.array_equal(back.volume.nanoporosity_field[FOIL + 2 :], moved, True)
    finer = deposit(d, d.grains, d.bonds, d.volume.thickness, voxel_size=H / 2).volume
    eighths = np.kron(d.volume.nanoporosity_field, np.ones((2, 2, 2), np.float32))
    assert np.array_equal(finer.nanoporosity_field, eighths, True)


def test_field_turns_with_its_grain():
    grain = np.full((21, 21, 21), -1)
    grain[8:13, 3:9, 9:13] = 0
    grain[8:13, 9:15, 9:12] = 1
    d = with_field(decomposition(grain, [CBD, CBD], [0, 1], periodic=False))
    grains = turned(d.grains, [0, 0, 1], np.pi / 2, np.array([10.5, 10.5, 0]) * H)
    field = deposit(d, grains, d.bonds, d.volume.thickness).volume.nanoporosity_field
    expected = np.rot90(d.volume.nanoporosity_field, -1, axes=(1, 2))
    assert np.array_equal(field, expected, True)


@pytest.mark.parametrize("size", [H, 0.8 * H])
def test_solid_of_every_voxel_is_kept_when_pressed(size):
    d = with_field(electrode())
    grains = d.grains._replace(position=d.grains.position * [1, 1, 0.8])
    back = deposit(d, grains, d.bonds, 0.8 * d.volume.thickness, voxel_size=size)
    before = solid_volume(d.volume)
    assert back.cbd_solid_volume_before == pytest.approx(before, rel=1e-9, abs=0.0)
    # Values are float32.
    assert solid_volume(back.volume) == pytest.approx(before, rel=1e-6, abs=0.0)
    domain = back.volume.labels == CARBON_BINDER
    field = back.volume.nanoporosity_field
    assert np.array_equal(np.isnan(field), ~domain)
    assert field[domain].min() >= 0.0
    assert field[domain].max() < 1.0
    mean = 1.0 - before / back.cbd_domain_volume_after
    assert back.volume.cbd_nanoporosity == pytest.approx(mean, rel=1e-9)


def test_squeezed_domain_loses_the_same_share_of_each_pore():
    grain = np.full((24, 12, 12), -1)
    grain[:8] = 0
    grain[8:16] = 1
    grain[16:] = 2
    d = decomposition(grain, [ACTIVE, CBD, ACTIVE], [0, 1, 2])
    field = np.where(d.volume.labels == CARBON_BINDER, 0.4, np.nan).astype(np.float32)
    field[:, :, :6] *= 1.5
    d = replace(d, volume=replace(d.volume, nanoporosity_field=field))
    down = np.outer([0.0, -1.0, -2.0], [0, 0, H])
    back = deposit(d, d.grains._replace(position=d.grains.position + down), d.bonds, 22 * H)
    # Half of eight layers is solid, and half of that pores in the six that are left: 1/3 for 1/2.
    found = back.volume.nanoporosity_field[FOIL + 10, 5]
    assert found == pytest.approx(np.repeat([0.6, 0.4], 6) * 2 / 3, rel=1e-6)


def test_binder_grains_weigh_the_solid_of_their_voxels():
    """Two cubes of binder beside one of active material, of a nanoporosity each."""
    labels = np.zeros((30, 20, 20), np.uint8)
    labels[2:14, 2:14, 2:14] = 1
    labels[16:26, 2:12, 2:12] = CARBON_BINDER
    field = np.where(labels == CARBON_BINDER, 0.3, np.nan).astype(np.float32)
    field[21:] += np.float32(0.5)
    d = electrode()
    volume = replace(
        d.volume, labels=labels, thickness=30 * H, particle=None, nanoporosity_field=field
    )
    phase = SolidPhase(2000.0, BondStrength(1e8, 1e8, 10.0))
    settings = DecompositionSettings(grain_size=4 * H, cbd_grain_size=4 * H)
    found = decompose(volume, settings, phase, phase, seed=1)
    is_binder = found.grains.material == CBD
    solid = 1.0 - field[labels == CARBON_BINDER].astype(float)
    assert found.grains.mass[is_binder].sum() == pytest.approx(
        2000.0 * solid.sum() * H**3, rel=1e-12
    )
    density = found.grains.mass[is_binder] / found.grains.volume[is_binder]
    upper = found.grains.position[is_binder, 2] > 21 * H
    # Grains across the middle of the block lie between.
    assert density[upper].min() < 2000 * 0.21 < 2000 * 0.69 < density[~upper].max()
    for wrong, text in ((np.nan, "nan"), (1.0, "1"), (-0.1, "-0.1")):
        field[20, 5, 5] = wrong
        with pytest.raises(InputError, match=f"nanoporosity_field is {text} in a voxel"):
            decompose(volume, settings, phase, phase, seed=1)
    with pytest.raises(InputError, match="nanoporosity_field has the shape"):
        decompose(replace(volume, nanoporosity_field=field[1:]), settings, phase, phase, seed=1)


@pytest.mark.parametrize("shift", [0.0, 0.3])
@pytest.mark.parametrize("ratio", [0.75, 1.6])
def test_thin_binder_is_not_squeezed_by_other_voxels(ratio, shift):
    """Films 1.3 voxels thick, from 0.4 to 0.3 µm or from 0.25 to 0.4 µm: cells' centres that miss
    a film are no squeezing."""
    d = electrode()
    grains = d.grains._replace(position=d.grains.position + shift * np.array([H, -H, H]))
    back = deposit(d, grains, d.bonds, d.volume.thickness + H, voxel_size=ratio * H)
    # Of 16 films of 40 and more cells each may be off by one; half of that in the mean.
    assert back.volume.cbd_nanoporosity == pytest.approx(0.5, abs=0.5 * 0.5 / 40)
    assert back.cbd_domain_volume_after == pytest.approx(back.cbd_domain_volume_before, rel=0.0125)
    assert back.cbd_solid_volume_after == pytest.approx(back.cbd_solid_volume_before, rel=1e-12)


@pytest.mark.parametrize("ratio", [0.75, 1.0, 1.5])
def test_squeezed_binder_is_squeezed_as_much_in_other_voxels(ratio):
    grain = np.full((24, 12, 12), -1)
    grain[:8] = 0
    grain[8:16] = 1
    grain[16:] = 2
    d = decomposition(grain, [ACTIVE, CBD, ACTIVE], [0, 1, 2])
    down = np.outer([0.0, -1.0, -2.0], [0, 0, H])
    grains = d.grains._replace(position=d.grains.position + down)
    back = deposit(d, grains, d.bonds, 24 * H, voxel_size=ratio * H)
    # 8 layers at 1/2 in 6; a layer of cells is half gained or lost where faces meet no cell's.
    error = 0.5 * 8 / (6 - 0.5 * ratio) - 0.5 * 8 / 6 if ratio != 1.0 else 1e-9
    assert back.volume.cbd_nanoporosity == pytest.approx(1 / 3, abs=error)
