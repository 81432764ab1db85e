"""Voxels merged and resampled: volumes are kept, films survive, straight bodies stay straight."""

import numpy as np
import pytest
from scipy.ndimage import label

from dem.errors import InputError
from tests.voxelize.read.stacks import H
from voxelize.read.resample import RULES, resampled
from voxelize.read.volume import read_volume
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE

UNIT = (1.0, 1.0, 1.0)


def shares(labels):
    return np.array([(labels == phase).mean() for phase in range(4)])


def largest_piece(mask):
    """Share of a phase that hangs together through faces."""
    pieces = np.bincount(label(mask)[0].ravel())
    return pieces[1:].max() / pieces[1:].sum()


def film(n, thickness, normal):
    """Active material under pore with a binder film of some voxels between, on a tilted plane."""
    normal = np.array(normal) / np.linalg.norm(normal)
    height = np.tensordot(normal, np.indices((n, n, n)) + 0.5 - n / 2, axes=1)
    return np.where(height < 0, ACTIVE_MATERIAL, np.where(height < thickness, CARBON_BINDER, PORE))


def shell(n, thickness):
    """A sphere of active material with a binder shell of some voxels."""
    distance = np.linalg.norm(np.indices((n, n, n)) + 0.5 - n / 2, axis=0) - 0.3 * n
    body = np.where(distance < thickness, CARBON_BINDER, PORE)
    return np.where(distance < 0, ACTIVE_MATERIAL, body)


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_film_of_one_voxel_survives_as_a_net_of_its_own_volume(factor):
    labels = film(72, 1.0, (1, 0, 0)).astype(np.uint8)
    kept = resampled(labels, UNIT, float(factor), "keep_shares")
    # A phase may be owed or have half a block too much.
    assert shares(kept) == pytest.approx(shares(labels), rel=0.0, abs=1.01 / kept.size)
    # A film of volume 1/factor of its layer: what is more than the net hangs on it or beside it.
    assert largest_piece(kept == CARBON_BINDER) > 0.98
    layer = (kept == CARBON_BINDER).any(axis=(1, 2))
    assert layer.sum() == 1
    lost = resampled(labels, UNIT, float(factor), "majority")
    assert not (lost == CARBON_BINDER).any()


@pytest.mark.parametrize("factor", [2, 3])
def test_curved_film_keeps_its_volume_and_mostly_hangs_together(factor):
    labels = shell(72, 1.5).astype(np.uint8)
    kept = resampled(labels, UNIT, float(factor), "keep_shares")
    # Some blocks of each phase wait for a tile that has room for them.
    assert shares(kept) == pytest.approx(shares(labels), rel=0.0, abs=12 / kept.size)
    majority = resampled(labels, UNIT, float(factor), "majority")
    assert largest_piece(kept == CARBON_BINDER) > 0.8
    assert largest_piece(majority == CARBON_BINDER) < 0.2


@pytest.mark.parametrize("normal", [(0.5, 0.3, 0.8), (1, 1, 1), (0, 1, 2)])
@pytest.mark.parametrize("factor", [2, 3])
def test_tilted_film_keeps_its_volume(normal, factor):
    labels = film(60, 1.5, normal).astype(np.uint8)
    kept = resampled(labels, UNIT, float(factor), "keep_shares")
    assert shares(kept) == pytest.approx(shares(labels), rel=0.0, abs=12 / kept.size)


@pytest.mark.parametrize("rule", RULES)
def test_blocks_of_one_phase_stay_what_they_are(rule):
    coarse = np.random.default_rng(0).integers(0, 3, (6, 7, 8)).astype(np.uint8)
    coarse[0] = COLLECTOR
    fine = coarse.repeat(3, axis=0).repeat(3, axis=1).repeat(3, axis=2)
    assert np.array_equal(resampled(fine, UNIT, 3.0, rule), coarse)


def test_every_phase_keeps_its_share_of_a_random_volume():
    # Every block is mixed: the hardest case for keeping shares.
    labels = np.random.default_rng(1).choice(3, (36, 36, 36), p=[0.45, 0.5, 0.05]).astype(np.uint8)
    kept = resampled(labels, UNIT, 3.0, "keep_shares")
    assert shares(kept) == pytest.approx(shares(labels), rel=0.0, abs=2 / kept.size)
    majority = resampled(labels, UNIT, 3.0, "majority")
    assert shares(majority)[CARBON_BINDER] < 0.01 * shares(labels)[CARBON_BINDER]


@pytest.mark.parametrize("rule", RULES)
def test_flat_collector_stays_flat(rule):
    labels = np.random.default_rng(2).integers(0, 3, (20, 12, 12)).astype(np.uint8)
    labels[:5] = COLLECTOR
    # 5 layers of 1 under layers of 3: a third of the second one is not collector.
    out = resampled(labels, UNIT, 3.0, rule)
    assert (out[:2] == COLLECTOR).all() and not (out[2:] == COLLECTOR).any()


@pytest.mark.parametrize("edge", [32.5, 37.2, 50.0])
def test_stretched_voxels_become_cubes_of_the_same_body(edge):
    # Pixels of 37.2 nm, slices of 32.5 nm: a sphere of 1.1 µm must come out round.
    sizes = (32.5, 37.2, 37.2)
    shape = (96, 84, 84)
    centre = [n * size / 2 for n, size in zip(shape, sizes, strict=True)]
    place = [(np.arange(n) + 0.5) * size for n, size in zip(shape, sizes, strict=True)]
    distance2 = sum(
        (x - c).reshape([-1 if a == axis else 1 for a in range(3)]) ** 2
        for axis, (x, c) in enumerate(zip(place, centre, strict=True))
    )
    labels = (distance2 < 1100.0**2).astype(np.uint8)
    out = resampled(labels, sizes, edge, "keep_shares")
    for n, size, new in zip(shape, sizes, out.shape, strict=True):
        assert abs(n * size - new * edge) <= 0.5 * edge
    volume = out.sum() * edge**3
    # The staircase of a sphere some 30 voxels in radius: a per mille.
    assert volume == pytest.approx(4 / 3 * np.pi * 1100.0**3, rel=5e-3)
    widths = [np.ptp(np.flatnonzero(out.any(axis=tuple({0, 1, 2} - {a})))) * edge for a in range(3)]
    assert np.ptp(widths) <= 2 * edge


def test_stretched_file_is_read_as_cubes_of_its_finest_edge(tmp_path):
    labels = np.random.default_rng(4).integers(0, 3, (30, 20, 21)).astype(np.uint8)
    np.save(tmp_path / "a.npy", labels)
    size = (32.5e-9, 37.2e-9, 37.2e-9)
    volume = read_volume(tmp_path / "a.npy", size)
    assert volume.voxel_size == 32.5e-9
    assert volume.labels.shape == (30, 23, 24)
    # Each voxel is the one of the file under its centre.
    j = ((np.arange(23) + 0.5) * 32.5 / 37.2).astype(int)
    assert np.array_equal(volume.labels[:, :, 0], labels[:, j, 0])
    coarser = read_volume(tmp_path / "a.npy", size, resample_to=50e-9)
    assert coarser.voxel_size == 50e-9
    assert coarser.labels.shape == (20, 15, 16)


def test_coarsening_reads_the_axes_of_the_ordered_volume(tmp_path):
    labels = np.random.default_rng(5).integers(0, 3, (12, 8, 4)).astype(np.uint8)
    np.save(tmp_path / "a.npy", labels)
    np.save(tmp_path / "b.npy", np.ascontiguousarray(labels.transpose(2, 1, 0)))
    one = read_volume(tmp_path / "a.npy", H, coarsening=2)
    other = read_volume(tmp_path / "b.npy", H, axis_order="xyz", coarsening=2)
    assert np.array_equal(one.labels, other.labels)
    assert one.voxel_size == 2 * H
    with pytest.raises(InputError, match="coarsening_rule is 'mode', expected one of keep_shares"):
        read_volume(tmp_path / "a.npy", H, coarsening=2, coarsening_rule="mode")
