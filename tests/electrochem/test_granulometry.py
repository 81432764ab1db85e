"""Local thickness against pores of known size."""

import edt
import numpy as np
import pytest

from electrochem.structure.dilation import reached
from electrochem.structure.granulometry import granulometry
from electrochem.structure.openings import Covers
from tests.analytic_pores import ball_volume
from tests.electrochem.pore_shapes import (
    VOXEL,
    ball,
    overlapping_spheres,
    rod,
    rolled,
    slit,
    solid,
    volume_of,
    with_pores,
)
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, PORE

# A ball's radius is a distance between centres of voxels: right to half a voxel either way.
ONE_VOXEL = 1.0 * VOXEL


@pytest.mark.parametrize("width", [2, 3, 6, 7])
def test_slit_has_its_width(width):
    labels = solid((8, 20, 8))
    labels[:, :width] = PORE
    for shift in (0, 15, 19):
        sizes = granulometry(volume_of(np.roll(labels, shift, axis=1), periodic=True))
        assert [sizes.d10, sizes.d50, sizes.d90] == pytest.approx(
            [width * VOXEL] * 3, abs=ONE_VOXEL
        )


def test_tilted_slit_has_its_width():
    sizes = granulometry(volume_of(with_pores((40, 40, 40), slit((40,) * 3, (3, 2, 1), 9.0))))
    assert sizes.d50 == pytest.approx(9.0 * VOXEL, abs=ONE_VOXEL)


@pytest.mark.parametrize("radius", [3.0, 6.0, 12.0])
def test_tubes_have_their_diameter_to_a_voxel_at_every_resolution(radius):
    rng = np.random.default_rng(7)
    n = 3 * int(radius)
    for centre in rng.random((4, 2)) * n:
        labels = solid((4, n, n))
        for turn in np.ndindex(3, 3):
            labels[rod(labels.shape, 0, centre + n * (np.array(turn) - 1), radius)] = PORE
        sizes = granulometry(volume_of(labels, periodic=True))
        assert sizes.d50 == pytest.approx(2 * radius * VOXEL, abs=ONE_VOXEL)


def test_balls_of_two_sizes_share_the_volume_as_they_fill_it():
    shape = (40, 40, 60)
    large = ball(shape, (20.2, 19.7, 20.1), 15.0)
    small = ball(shape, (20.0, 20.3, 47.6), 7.5)
    sizes = granulometry(volume_of(with_pores(shape, large, small)))
    between = np.interp(-22.0 * VOXEL, -sizes.diameter, sizes.at_least)
    share = ball_volume(15.0) / (ball_volume(15.0) + ball_volume(7.5))
    # A ball whose centre lies between those of voxels comes out up to √3 voxels narrow; the widest
    # one inside leaves 5 % uncovered.
    assert between == pytest.approx(share, abs=0.045)
    assert sizes.d90 == pytest.approx(30.0 * VOXEL, abs=1.75 * VOXEL)
    assert sizes.at_least[-1] == 1.0
    assert (np.diff(sizes.at_least) >= 0).all()


def test_sizes_do_not_depend_on_where_a_periodic_electrode_is_cut():
    volume = volume_of(overlapping_spheres((30, 36, 40), 60, 6.0, seed=3), periodic=True)
    whole = granulometry(volume)
    for shift in ((11, 0), (5, 23)):
        again = granulometry(rolled(volume, shift))
        # Distances are roots of whole numbers, found exactly wherever they lie.
        assert np.array_equal(again.at_least, whole.at_least)
        assert (again.d10, again.d50, again.d90) == (whole.d10, whole.d50, whole.d90)


def test_the_foil_is_a_wall_and_a_cut_is_a_mirror():
    labels = solid((12, 8, 8))
    labels[:2] = COLLECTOR
    labels[2:7] = PORE
    above_foil = granulometry(volume_of(labels, periodic=True, thickness=10))
    assert above_foil.d50 == pytest.approx(5 * VOXEL, abs=ONE_VOXEL)
    cut = granulometry(volume_of(labels[2:], periodic=True))
    assert cut.d50 == pytest.approx(10 * VOXEL, abs=ONE_VOXEL)


def test_cracks_belong_to_the_pores_and_any_phase_can_be_asked():
    labels = solid((10, 10, 20))
    labels[:, :, :3] = PORE
    labels[:, :, 3:6] = CRACK
    labels[:, :, 6:8] = CARBON_BINDER
    volume = volume_of(labels)
    assert granulometry(volume).d50 == pytest.approx(12 * VOXEL, abs=ONE_VOXEL)
    assert granulometry(volume, (CARBON_BINDER,)).d50 == pytest.approx(2 * VOXEL, abs=ONE_VOXEL)
    assert granulometry(volume, (ACTIVE_MATERIAL,)).d50 == pytest.approx(24 * VOXEL, abs=ONE_VOXEL)
    assert granulometry(volume, (COLLECTOR,)) is None


def test_a_cut_top_layer_weighs_less():
    labels = solid((10, 8, 8))
    labels[:8, :, :2] = PORE
    labels[8:] = PORE
    sizes = granulometry(volume_of(labels, periodic=True, thickness=9.25))
    # 1.25 layers of 64 voxels in the gap, which its mirror makes 4 high, 8 of 16 in the slit, into
    # which the widest balls above it dip by one.
    share = (1.25 * 64 + 16) / (1.25 * 64 + 8 * 16)
    got = np.interp(-3.5 * VOXEL, -sizes.diameter, sizes.at_least)
    assert got == pytest.approx(share, rel=1e-9)


def test_local_thickness_is_that_of_porespy():
    porespy = pytest.importorskip("porespy", reason="PoreSpy is not installed")
    porespy.settings.tqdm["disable"] = True
    pores = overlapping_spheres((40, 40, 44), 40, 9.0, seed=4) == PORE
    depth = edt.edt(pores)
    # PoreSpy takes whole radii alone.
    radius = np.arange(int(depth.max()), 0, -1)
    covers = Covers(
        pores.shape,
        2.0 * radius,
        lambda d: reached(depth >= d / 2, d / 2, False),
        lambda done: None,
    )
    own = np.append(0, radius)[covers.first]
    assert np.array_equal(own, porespy.filters.local_thickness(pores, method="dt"))
