"""Apertures of broken bonds: far below a voxel in the data, and the same gap in fine voxels."""

import numpy as np
import pytest

from dem.grains import ACTIVE
from tests.voxelize.moving import H, bar, broken, quaternion
from tests.voxelize.moving import decomposition as divided
from voxelize.deposit.electrode import deposit
from voxelize.deposit.openings import aperture_by_area, crack_openings
from voxelize.volume import CRACK


def opened(decomposition, shift, turn=(1.0, 0.0, 0.0, 0.0)):
    """The bar's second half moved (x, y, z) [voxels] and turned about its own centre."""
    grains = decomposition.grains
    position, orientation = grains.position.copy(), grains.orientation.copy()
    position[1] += np.asarray(shift) * H
    orientation[1] = turn
    return grains._replace(position=position, orientation=orientation)


@pytest.mark.parametrize("width", [0.01, 0.37, 3.0])
def test_aperture_is_the_distance_that_the_halves_moved_apart(width):
    d = bar()
    openings = crack_openings(d, opened(d, [width, 0, 0]), broken(d.bonds))
    # Exact but for rounding of positions.
    assert openings.aperture == pytest.approx([width * H], rel=1e-9)
    assert openings.volume == pytest.approx([width * H * 49 * H**2], rel=1e-9, abs=0.0)


def test_sliding_and_closing_open_nothing():
    d = bar()
    for shift in ([0, 2.0, -1.0], [-0.4, 0, 0]):
        openings = crack_openings(d, opened(d, shift), broken(d.bonds))
        # Sliding leaves rounding of the positions, 1e-16 of a length of 1e-5 m.
        assert openings.aperture == pytest.approx([0.0], abs=1e-9 * H)


def test_intact_bonds_are_no_cracks():
    d = bar()
    openings = crack_openings(d, opened(d, [1.0, 0, 0]), d.bonds)
    assert len(openings.bond) == 0
    assert aperture_by_area(openings, 0.5) == 0.0


def test_a_hinge_opens_a_wedge():
    d = bar()  # a face of 7 × 7 whose edge stays closed
    angle = 0.1
    # Turned about the lower edge of the shared face: the half's centre swings around it.
    arm = np.array([8.0, 0.0, 3.5])
    c, s = np.cos(angle), np.sin(angle)
    swung = np.array([c * arm[0] + s * arm[2], 0.0, -s * arm[0] + c * arm[2]])
    grains = opened(d, swung - arm, quaternion([0, 1, 0], angle))
    openings = crack_openings(d, grains, broken(d.bonds))
    # Sides of a wedge open by 2 sin(φ/2) times the distance from the hinge, along the bisector.
    mean = 2 * np.sin(angle / 2) * 3.5
    assert openings.aperture == pytest.approx([mean * H], rel=1e-3)


def test_a_grain_pulled_out_of_a_cup_opens_its_mouth():
    """Its walls, four fifths of the face, slide: pulled out by a voxel it leaves 5 × 5 × 1."""
    cup = np.full((14, 13, 13), -1)
    cup[1:8, 2:11, 2:11] = 0
    cup[3:10, 4:9, 4:9] = 1
    d = divided(cup, [ACTIVE, ACTIVE], [0, 0], periodic=False)
    openings = crack_openings(d, opened(d, [0, 0, 1.0]), broken(d.bonds))
    assert openings.volume == pytest.approx([25 * H**3], rel=1e-9, abs=0.0)
    assert openings.aperture == pytest.approx([H], rel=1e-9, abs=0.0)


def test_a_cap_of_a_ball_opens_by_what_its_rim_encloses():
    """Lifted off by w, a curved face leaves w times the disc that its rim encloses, whole."""
    z, y, x = np.indices((24, 24, 24)) + 0.5
    ball = np.where(z**2 + (y - 12) ** 2 + (x - 12) ** 2 < 81, 0, 1)
    d = divided(ball, [ACTIVE, ACTIVE], [0, 0], periodic=False)
    openings = crack_openings(d, opened(d, [0, 0, 0.3]), broken(d.bonds))
    disc = int((ball[0] == 0).sum())
    # The voxel faces of a half ball make √3 of that area.
    assert openings.aperture == pytest.approx([0.3 * H], rel=1e-9, abs=0.0)
    assert openings.volume == pytest.approx([0.3 * disc * H**3], rel=1e-9, abs=0.0)


def test_a_grain_inside_another_opens_nothing():
    """A face closed upon itself has no normal: what opens on one side closes on the other."""
    shell = np.zeros((9, 9, 9), int)
    shell[3:6, 3:6, 3:6] = 1
    d = divided(shell, [ACTIVE, ACTIVE], [0, 0], periodic=False)
    openings = crack_openings(d, opened(d, [0.2, 0, 0.1]), broken(d.bonds))
    assert openings.volume == pytest.approx([0.0], abs=1e-9 * H**3)
    assert openings.aperture == pytest.approx([0.0], abs=1e-9 * H)


def test_volume_of_the_data_is_that_of_the_crack_voxels():
    d = bar()
    width = 1.3
    bonds = broken(d.bonds)._replace(area=np.array([49 * H**2]))
    grains = opened(d, [width, 0, 0])
    openings = crack_openings(d, grains, bonds)
    fine = deposit(d, grains, bonds, d.volume.thickness, voxel_size=H / 4, mark_cracks=True).volume
    labelled = (fine.labels == CRACK).sum() * fine.voxel_size**3
    # A gap of 5.2 fine voxels is 5 or 6 whole ones.
    assert labelled == pytest.approx(openings.volume.sum(), abs=0.5 * 49 * H**3 / 4)


def test_apertures_are_distributed_by_area():
    d = bar()
    openings = crack_openings(d, opened(d, [0.5, 0, 0]), broken(d.bonds))
    four = type(openings)(
        np.arange(4), np.array([1.0, 1.0, 1.0, 5.0]), np.array([4.0, 2.0, 3.0, 1.0]), np.ones(4)
    )
    assert [aperture_by_area(four, share) for share in (0.5, 0.7, 1.0)] == [1.0, 2.0, 4.0]
    assert aperture_by_area(openings, 0.5) == pytest.approx(0.5 * H)
