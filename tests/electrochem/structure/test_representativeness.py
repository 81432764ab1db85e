"""Spread between parts of a volume, and its size in grains."""

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.structure import representativeness as rev
from electrochem.structure.phase_fractions import porosity
from electrochem.structure.representativeness import representativeness
from electrochem.structure.surface_area import surface_areas
from tests.electrochem.structure.bodies import centres
from voxelize.volume import ACTIVE_MATERIAL, PORE, Volume

H = 0.5e-6
POROSITY = {"porosity": porosity}


def volume_of(solid, periodic=True):
    labels = np.where(solid, ACTIVE_MATERIAL, PORE).astype(np.uint8)
    return Volume(labels, H, periodic, len(labels) * H, 0.5)


def spheres(radius, pitch, count):
    """A simple cubic array of count² × 1 spheres."""
    n = pitch * count
    z, y, x = centres((pitch, n, n))
    squared = ((y % pitch) - pitch / 2) ** 2 + ((x % pitch) - pitch / 2) ** 2 + (z - pitch / 2) ** 2
    return volume_of(squared < radius**2)


def test_spheres_are_their_own_grains():
    volume = spheres(9, 24, 4)
    found = representativeness(volume, splits=(2, 4), figures=POROSITY)
    # 6 V/S of a sphere is its diameter; areas from labels are 1 to 2 % high.
    assert found.grain_size == pytest.approx(18 * H, rel=0.025)
    length = np.cbrt(24.0 * 96 * 96) * H
    assert found.index == pytest.approx(length / found.grain_size, rel=1e-12)
    assert found.edge == pytest.approx([48 * H, 24 * H])
    # Whole periods are alike.
    for spread in found.spread["porosity"]:
        assert spread.deviation == pytest.approx(0.0, abs=1e-12)
        assert spread.parts == pytest.approx(np.full(len(spread.parts), spread.whole))


def test_spread_of_independent_voxels_falls_as_the_root_of_their_number():
    rng = np.random.default_rng(11)
    found = representativeness(
        volume_of(rng.random((40, 96, 96)) < 0.6), splits=(2, 4, 8), figures=POROSITY
    )
    for spread, edge in zip(found.spread["porosity"], found.edge, strict=True):
        voxels = 40 * (edge / H) ** 2
        expected = np.sqrt(0.6 * 0.4 / voxels)
        # The deviation of n samples is itself uncertain by 1/√(2(n−1)): 3 of these.
        margin = 3 / np.sqrt(2 * (len(spread.parts) - 1))
        assert spread.deviation == pytest.approx(expected, rel=margin)
        whole = np.sqrt(0.6 * 0.4 / (40 * 96 * 96)) / 0.4
        assert spread.relative_error == pytest.approx(whole, rel=margin)


def test_parts_are_measured_with_what_the_caller_asks():
    labels = np.zeros((10, 40, 40), bool)
    labels[:, :20] = True
    found = representativeness(
        volume_of(labels), splits=(2,), figures={"y": lambda part: float(part.labels[0].sum())}
    )
    assert found.spread["y"][0].parts.tolist() == [400.0, 400.0, 0.0, 0.0]


def test_surfaces_of_the_whole_are_found_once(monkeypatch):
    measured = []

    def counted(volume):
        measured.append(volume.labels.shape[1])
        return surface_areas(volume)

    monkeypatch.setattr(rev, "surface_areas", counted)
    found = representativeness(volume_of(np.random.default_rng(2).random((10, 20, 20)) < 0.5), (2,))
    assert sorted(measured) == [10, 10, 10, 10, 20]
    assert found.spread["am_pore_area_m2_m3"][0].whole > 0.0


def test_parts_too_small_are_refused():
    with pytest.raises(InputError, match=r"splits is \(6,\); expected whole numbers from 2 to 5"):
        representativeness(volume_of(np.ones((10, 40, 40), bool)), splits=(6,))
    with pytest.raises(InputError, match="no active material"):
        representativeness(volume_of(np.zeros((10, 40, 40), bool)))
    with pytest.raises(InputError, match="no surface"):
        representativeness(volume_of(np.ones((10, 40, 40), bool)), splits=(2,))
