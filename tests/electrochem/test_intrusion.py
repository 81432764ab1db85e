"""Mercury intrusion against throats, bodies and cut-off pores of known size."""

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.structure.flood import entries
from electrochem.structure.granulometry import granulometry
from electrochem.structure.intrusion import (
    CONTACT_ANGLE,
    SURFACE_TENSION,
    intrusion,
    washburn_pressure,
)
from electrochem.structure.mercury import mercury_porosities
from electrochem.structure.percolation import clusters
from electrochem.structure.porosities import porosities
from tests.analytic_pores import ball_volume, capillary_pressure
from tests.electrochem.pore_shapes import (
    VOXEL,
    ball,
    overlapping_spheres,
    rod,
    rolled,
    solid,
    volume_of,
    with_pores,
)
from voxelize.volume import CARBON_BINDER, COLLECTOR, PORE

# A throat's radius is a distance between centres of voxels: where its axis runs between them it
# comes out up to √2 voxels narrow.
A_VOXEL = 1.5 * VOXEL


def ink_bottle(neck=3.0, body=9.5, neck_length=14, shape=(36, 26, 26)):
    """A round body below a narrow neck that leads to the upper surface."""
    middle = (shape[1] / 2 + 0.2, shape[2] / 2 - 0.3)
    centre = (shape[0] - neck_length - body, *middle)
    throat = rod(shape, 0, middle, neck).copy()
    throat[: int(centre[0])] = False
    return with_pores(shape, ball(shape, centre, body), throat)


def test_washburn_pressure_is_the_capillary_pressure():
    diameter = np.array([3.7e-9, 0.1e-6, 13e-6])
    expected = capillary_pressure(diameter, SURFACE_TENSION, CONTACT_ANGLE)
    assert washburn_pressure(diameter) == pytest.approx(expected, rel=1e-12)
    # The pressures and pore sizes of a porosimeter's data sheet: 400 MPa for 3.7 nm.
    assert washburn_pressure(3.7e-9) == pytest.approx(400e6, rel=0.01)


def test_tubes_fill_at_the_pressure_of_their_diameter_and_empty_again():
    shape = (20, 24, 44)
    wide, narrow = rod(shape, 0, (12.1, 11.8), 8.0), rod(shape, 0, (12.0, 33.2), 4.0)
    got = intrusion(volume_of(with_pores(shape, wide, narrow)))
    # Between the two diameters the wide one is full, the narrow one empty.
    share = np.count_nonzero(wide) / wide.size
    at = np.interp(-12.0 * VOXEL, -got.diameter, got.intruded)
    assert at == pytest.approx(share, rel=0.05)  # the staircase of its wall fills later
    assert got.throat_d50 == pytest.approx(16.0 * VOXEL, abs=A_VOXEL)
    assert got.intruded[-1] == pytest.approx((np.count_nonzero(wide | narrow)) / wide.size)
    assert got.entrapped_share == pytest.approx(0.0, abs=1e-12)
    assert got.remaining[-1] == 0.0
    assert got.closed == got.below_voxel == 0.0


def test_ink_bottle_fills_through_its_neck_and_keeps_its_body():
    labels = ink_bottle()
    got, sizes = intrusion(volume_of(labels)), granulometry(volume_of(labels))
    assert got.throat_d50 == pytest.approx(6.0 * VOXEL, abs=A_VOXEL)
    assert sizes.d50 == pytest.approx(19.0 * VOXEL, abs=A_VOXEL)
    body = ball_volume(9.5) / np.count_nonzero(labels == PORE)
    # Mercury leaves the neck first; the piece of the neck that the ball covers stays: under 2 %.
    assert got.entrapped_share == pytest.approx(body, abs=0.02)
    assert got.remaining[-1] == pytest.approx(got.intruded[-1] * got.entrapped_share)


def test_bottle_that_stands_on_its_neck_keeps_nothing():
    got = intrusion(volume_of(ink_bottle()[::-1]))
    assert got.closed > 0.0  # its body ends below the surface
    opened = ink_bottle()[::-1][:-13]  # cut through the middle of the body
    got = intrusion(volume_of(opened))
    # Nothing is wider inside than the way out.
    assert got.entrapped_share == pytest.approx(0.0, abs=1e-3)
    assert got.throat_d50 > 14.0 * VOXEL


@pytest.mark.parametrize("radius", [3.0, 6.0, 12.0])
def test_throat_is_right_to_a_voxel_at_every_resolution(radius):
    # A slanted tube, of which no row of voxels follows the axis.
    n = int(5 * radius)
    z, y, x = np.meshgrid(*(np.arange(n) + 0.5 for _ in range(3)), indexing="ij", sparse=True)
    along = np.array([0.9, 0.35, 0.26])
    along /= np.linalg.norm(along)
    place = [z - n / 2, y - n / 2, x - n / 2]
    reach = sum(p * a for p, a in zip(place, along, strict=True))
    tube = sum(p**2 for p in place) - reach**2 < radius**2
    got = intrusion(volume_of(with_pores((n, n, n), tube)))
    assert got.throat_d50 == pytest.approx(2 * radius * VOXEL, abs=A_VOXEL)


def test_sides_let_in_what_the_top_does_not():
    shape = (24, 24, 24)
    labels = with_pores(shape, rod(shape, 1, (12.0, 12.0), 5.0))
    for periodic in (False, True):
        volume = volume_of(labels, periodic)
        top, sides = intrusion(volume), intrusion(volume, inlet="all")
        pores = np.count_nonzero(labels == PORE) / labels.size
        assert top.intruded[-1] == 0.0
        assert top.closed == pytest.approx(pores)
        assert np.isnan(top.throat_d50)
        assert sides.intruded[-1] == pytest.approx(pores)
        assert sides.throat_d50 == pytest.approx(10.0 * VOXEL, abs=A_VOXEL)


def test_large_pore_behind_narrow_ways_shows_from_the_sides_only():
    shape = (30, 30, 30)
    cave = rod(shape, 1, (10.0, 15.0), 7.0)
    neck = rod(shape, 0, (15.0, 15.0), 3.5).copy()
    neck[:10] = False
    volume = volume_of(with_pores(shape, cave, neck))
    assert intrusion(volume).throat_d50 == pytest.approx(7.0 * VOXEL, abs=A_VOXEL)
    assert intrusion(volume, "all").throat_d50 == pytest.approx(14.0 * VOXEL, abs=A_VOXEL)


def test_pores_behind_the_binder_domain_open_below_the_voxel_size():
    labels = solid((20, 10, 10))
    labels[:2] = COLLECTOR
    labels[2:8] = PORE
    labels[8:11] = CARBON_BINDER
    labels[11:20] = PORE
    labels[4, 4, 4] = 1
    got = intrusion(volume_of(labels, periodic=True, thickness=18, nanoporosity=0.4))
    assert got.behind_binder == pytest.approx(599 / 1800)
    assert got.below_voxel == pytest.approx(599 / 1800 + 0.4 * 3 / 18)
    assert got.intruded[-1] == pytest.approx(9 / 18)
    assert got.closed == pytest.approx(0.0, abs=1e-15)
    whole = 0.5 + 599 / 1800 + 0.4 / 6
    assert got.below_voxel_share == pytest.approx((599 / 1800 + 0.4 / 6) / whole)
    tight = intrusion(volume_of(labels, periodic=True, thickness=18, nanoporosity=0.0))
    assert tight.closed == pytest.approx(599 / 1800)
    assert tight.below_voxel == 0.0


def test_curve_does_not_depend_on_where_a_periodic_electrode_is_cut():
    volume = volume_of(overlapping_spheres((28, 32, 36), 65, 6.0, seed=5), periodic=True)
    whole, again = intrusion(volume), intrusion(rolled(volume, (13, 20)))
    assert np.array_equal(again.intruded, whole.intruded)
    assert np.array_equal(again.remaining, whole.remaining)
    assert again.throat_d50 == whole.throat_d50
    assert 0.0 < whole.entrapped_share < 1.0


def test_throats_are_no_wider_than_bodies():
    volume = volume_of(overlapping_spheres((28, 32, 36), 65, 6.0, seed=5), periodic=True)
    assert intrusion(volume).throat_d50 < granulometry(volume).d50


def test_mercury_porosities_with_the_densities_of_pycnometer_and_crystal():
    labels = solid((25, 10, 10))
    labels[5:7, 2:4, 2:4] = PORE  # a closed void of 8 voxels
    labels[15:20] = CARBON_BINDER
    labels[20:25] = PORE
    volume = volume_of(labels, periodic=True, nanoporosity=0.5)
    got = mercury_porosities(volume, intrusion(volume), am_density=4760.0, cbd_solid_density=1935.0)
    am, solid_binder, voids = 1492 / 2500, 0.1, 8 / 2500
    mass = 4760 * am + 1935 * solid_binder
    mercury = 0.2 + 0.1
    assert got.crystal_density == pytest.approx(mass / (am + solid_binder))
    assert got.skeletal_density == pytest.approx(mass / (am + solid_binder + voids))
    assert got.total == pytest.approx(1 - am - solid_binder)
    # Eq. 3 with each density; mercury and helium reach the same here.
    assert got.crystal == pytest.approx(mercury / (mercury + am + solid_binder))
    assert got.skeletal == pytest.approx(mercury)
    assert got.apparent == pytest.approx(mercury)
    assert got.closed == pytest.approx(voids / (am + solid_binder + voids))
    seen = mercury_porosities(volume, intrusion(volume), 4760.0, 1935.0, below_voxel=False)
    assert seen.apparent == pytest.approx(0.2)
    assert seen.skeletal == pytest.approx(0.2 / (0.2 + 0.7))
    # Voids of its own make active material of 4.61 g/cm³ out of crystal of 4.76.
    voided = mercury_porosities(volume, intrusion(volume), 4610.0, 1935.0, 4760.0)
    assert voided.closed == pytest.approx(
        1 - (4610 / 4760 * am + solid_binder) / (am + solid_binder + voids)
    )


def test_what_is_filled_before_the_measurement_is_outside():
    labels = with_pores(
        (30, 60, 60), rod((30, 60, 60), 0, (20, 20), 16), rod((30, 60, 60), 0, (48, 48), 5)
    )
    volume = volume_of(labels)
    got = mercury_porosities(volume, intrusion(volume), 4760.0, 1935.0, filling_diameter=20 * VOXEL)
    narrow = np.pi * 25 / 3600
    outside = np.pi * 256 / 3600
    # Tubes of 5 and 16 voxels' radius have their volume to 2 %, less the staircase of the wide one.
    assert got.apparent == pytest.approx(narrow / (1 - outside), rel=0.25)
    assert got.bulk_density == pytest.approx(
        4760.0 * (1 - outside - narrow) / (1 - outside), rel=0.02
    )


def test_helium_finds_what_another_count_of_closed_pores_does():
    labels = overlapping_spheres((24, 30, 30), 75, 6.0, seed=12)
    labels[:, :, 10:13][labels[:, :, 10:13] == PORE] = CARBON_BINDER
    volume = volume_of(labels, periodic=True, nanoporosity=0.3)
    got = mercury_porosities(volume, intrusion(volume), 4760.0, 1935.0)
    count = porosities(volume)
    assert got.skeletal_density == pytest.approx(count.helium_density(4760.0, 1935.0), rel=1e-12)
    assert got.crystal_density == pytest.approx(count.crystal_density(4760.0, 1935.0), rel=1e-12)
    assert got.closed == pytest.approx(count.with_nanopores.closed_share_of_solids, rel=1e-9)
    assert got.closed > 0.0


def test_wetting_liquids_and_other_inlets_are_refused():
    volume = volume_of(ink_bottle())
    with pytest.raises(InputError, match='inlet is "bottom"'):
        intrusion(volume, inlet="bottom")
    with pytest.raises(InputError, match="contact angle is 80°"):
        intrusion(volume, contact_angle=np.deg2rad(80.0))
    with pytest.raises(InputError, match="surface_tension is 0 N/m"):
        intrusion(volume, surface_tension=0.0)


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("over_corners_to", [0, 2])
def test_flood_joins_what_clusters_join(periodic, over_corners_to):
    rng = np.random.default_rng(8)
    level = rng.integers(0, 5, (9, 8, 7)).astype(np.uint8)
    entry = entries(level, over_corners_to, periodic)
    found = np.zeros(level.shape, bool)
    for now in range(1, 5):
        phase = found | ((level > 0) & (level <= now))
        number = clusters(phase, periodic, over_corners=now <= over_corners_to)
        found |= np.isin(number, np.unique(number[-1][number[-1] > 0]))
        assert np.array_equal((entry > 0) & (entry <= now), found)
