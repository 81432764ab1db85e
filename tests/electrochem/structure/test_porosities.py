"""Porosities and densities of coatings whose pores and solids are counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.structure.phase_fractions import porosity
from electrochem.structure.porosities import porosities
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK, PORE, Volume

H = 0.5e-6


def block_with_cavities(periodic=True):
    """10 layers of 12 × 12 on two of foil: solid up to the sixth, and there three cavities."""
    labels = np.full((12, 12, 12), PORE, np.uint8)
    labels[:2] = COLLECTOR
    labels[2:8] = ACTIVE_MATERIAL
    labels[3:6, 2:5, 2:5] = PORE  # 27 voxels, shut in
    labels[3:8, 8, 8] = PORE  # 5 voxels, a shaft with a way out
    labels[4:6, 6, 0:2] = PORE  # 4 voxels at a side
    return Volume(labels, H, periodic, 10 * H, 0.5)


def test_cavities_are_told_apart_by_their_way_out():
    found = porosities(block_with_cavities(periodic=False)).without_nanopores
    voxels = 10 * 144
    assert found.closed == pytest.approx(27 / voxels, rel=1e-12)
    assert found.cut == pytest.approx(4 / voxels, rel=1e-12)
    assert found.accessible == pytest.approx((4 * 144 + 5) / voxels, rel=1e-12)
    assert found.total == pytest.approx((4 * 144 + 36) / voxels, rel=1e-12)
    assert found.closed_share_of_solids == pytest.approx(27 / (6 * 144 - 36 + 27), rel=1e-12)
    # The side of a periodic volume cuts nothing: what lies there is shut in.
    shut = porosities(block_with_cavities()).without_nanopores
    assert shut.cut == 0.0
    assert shut.closed == pytest.approx(31 / voxels, rel=1e-12)


@pytest.mark.parametrize("periodic", [True, False])
def test_parts_and_profiles_add_up_to_the_total(periodic):
    rng = np.random.default_rng(2)
    labels = rng.choice([PORE, ACTIVE_MATERIAL, CARBON_BINDER], (14, 9, 10), p=[0.3, 0.5, 0.2])
    labels = np.concatenate([np.full((1, 9, 10), COLLECTOR), labels]).astype(np.uint8)
    volume = Volume(labels, H, periodic, 13.4 * H, 0.45)
    found = porosities(volume)
    assert found.with_nanopores.total == pytest.approx(porosity(volume), rel=1e-12)
    weights = volume.layer_weights[volume.coating]
    for of in (found.with_nanopores, found.without_nanopores):
        assert of.accessible + of.cut + of.closed == pytest.approx(of.total, rel=1e-12)
        for name in ("total", "accessible", "cut", "closed"):
            profile = getattr(of, f"{name}_profile")
            assert weights @ profile / weights.sum() == pytest.approx(getattr(of, name), rel=1e-12)
    assert found.height[-1] == pytest.approx(13.2 * H, rel=1e-12)


def test_gas_passes_through_nanopores_where_they_count():
    labels = np.full((6, 8, 8), ACTIVE_MATERIAL, np.uint8)
    labels[1:3, 3:5, 3:5] = PORE  # a cavity that only the domain joins to the surface
    labels[3:, 3:5, 3:5] = CARBON_BINDER
    volume = Volume(labels, H, True, 6 * H, 0.4)
    found = porosities(volume)
    assert found.with_nanopores.closed == 0.0
    assert found.with_nanopores.accessible == pytest.approx((8 + 12 * 0.4) / 384, rel=1e-12)
    assert found.without_nanopores.closed == pytest.approx(8 / 384, rel=1e-12)
    # A plug of domain squeezed free of pores is tight.
    field = np.where(labels == CARBON_BINDER, np.float32(0.4), np.float32(np.nan))
    field[5, 3:5, 3:5] = 0.0
    plugged = porosities(replace(volume, cbd_nanoporosity=0.8 / 3, nanoporosity_field=field))
    assert plugged.with_nanopores.closed == pytest.approx((8 + 8 * 0.4) / 384, rel=1e-6)
    assert plugged.cbd_volume == pytest.approx((12 - 8 * 0.4) / 384, rel=1e-6)


def test_gauge_rests_on_the_highest_points():
    labels = np.full((10, 10, 10), PORE, np.uint8)
    labels[:5] = ACTIVE_MATERIAL
    labels[5:8, 4, 4] = ACTIVE_MATERIAL
    volume = Volume(labels, H, True, 10 * H, 0.5)
    found = porosities(volume)
    assert found.gauge_thickness == pytest.approx(8 * H, rel=1e-12)
    assert found.without_nanopores.gauge == pytest.approx(1 - 503 / 800, rel=1e-12)
    # Below the surface itself there are no pores at all.
    assert found.without_nanopores.mean_surface == pytest.approx(0.0, abs=1e-12)
    flat = porosities(volume, touched=0.01)
    assert flat.gauge_thickness == pytest.approx(5 * H, rel=1e-12)


def test_helium_density_falls_short_of_the_crystals_by_the_closed_pores():
    volume = block_with_cavities()
    found = porosities(volume)
    solids, closed, voxels = 6 * 144 - 36, 31, 1440
    assert found.crystal_density(4760.0, 1935.0) == pytest.approx(4760.0, rel=1e-12)
    assert found.bulk_density(4760.0, 1935.0) == pytest.approx(4760.0 * solids / voxels, rel=1e-12)
    helium = found.helium_density(4760.0, 1935.0)
    assert helium == pytest.approx(4760.0 * solids / (solids + closed), rel=1e-12)
    # Beuse et al.: with the skeletal density eq. 1 gives the accessible porosity.
    accessible = 1.0 - found.bulk_density(4760.0, 1935.0) / helium
    assert accessible == pytest.approx(found.with_nanopores.accessible, rel=1e-12)


def test_published_recipe_has_its_crystal_density():
    # Beuse et al., table 1: 88.54 and 11.46 % of the solids at 4.76 and 1.935 g/cm³ give 4.436.
    labels = np.full((100, 10, 10), ACTIVE_MATERIAL, np.uint8)
    labels.reshape(-1)[: 2 * 1146] = CARBON_BINDER
    # 2292 voxels of domain, half of it pores, are 1146 of solid beside 8854: 1 146 voxels less.
    labels.reshape(-1)[2292 + 8854 :] = PORE
    labels = np.concatenate([labels, np.full((14, 10, 10), PORE, np.uint8)])
    labels.reshape(-1)[2292 : 2292 + 8854] = ACTIVE_MATERIAL
    found = porosities(Volume(labels, H, True, len(labels) * H, 0.5))
    assert found.crystal_density(4760.0, 1935.0) == pytest.approx(4436.0, abs=0.6)


def test_cracks_count_as_pores_and_rolling_changes_nothing():
    volume = block_with_cavities()
    cracked = volume.labels.copy()
    cracked[3:8, 8, 8] = CRACK
    rolled = np.roll(cracked, (5, 9), (1, 2))
    plain = porosities(volume).with_nanopores
    for labels in (cracked, rolled):
        found = porosities(replace(volume, labels=labels)).with_nanopores
        assert (found.closed, found.accessible) == (plain.closed, plain.accessible)


def test_coating_without_solids_and_gauge_beyond_all_are_refused():
    empty = Volume(np.zeros((4, 4, 4), np.uint8), H, True, 4 * H, 0.5)
    with pytest.raises(InputError, match="no solids"):
        porosities(empty)
    with pytest.raises(InputError, match="touched is 1"):
        porosities(block_with_cavities(), touched=1.0)
