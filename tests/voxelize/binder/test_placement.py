"""Amounts, solid, surfaces and sides of the placed domain, by every method."""

from dataclasses import replace

import numba
import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from dem.errors import InputError
from voxelize.binder.place import METHODS, binder_solid_volume, place_binder, without_binder
from voxelize.volume import (
    ACTIVE_MATERIAL,
    CARBON_BINDER,
    COLLECTOR,
    CRACK,
    PORE,
    Volume,
)

H = 0.2e-6


def bed(periodic=True, collector=2, top=0.37):
    """Spheres between collector and an upper plane that cuts the last layer."""
    random = np.random.default_rng(5)
    n = 36
    labels = np.zeros((n, n, n), np.uint8)
    particle = np.full(labels.shape, -1, np.int32)
    k, j, i = np.ogrid[:n, :n, :n]
    for number, (z, y, x) in enumerate(random.random((24, 3)) * n):
        dy, dx = np.abs(j - y), np.abs(i - x)
        if periodic:
            dy, dx = np.minimum(dy, n - dy), np.minimum(dx, n - dx)
        inside = (k - z) ** 2 + dy**2 + dx**2 < 64.0
        labels[inside], particle[inside] = ACTIVE_MATERIAL, number
    labels[:collector], particle[:collector] = COLLECTOR, -1
    return Volume(labels, H, periodic, (n - collector - 1 + top) * H, 0.5, particle)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_fraction_is_met_to_half_a_voxel_and_only_pores_are_filled(method, periodic):
    volume = bed(periodic)
    placed = place_binder(volume, domain_fraction=0.08, method=method)
    coating = volume.layer_weights.sum() * volume.labels[0].size
    assert placed.fraction(CARBON_BINDER) == pytest.approx(0.08, abs=0.5 / coating + 1e-12)
    changed = placed.labels != volume.labels
    assert (volume.labels[changed] == PORE).all()
    assert (placed.labels[changed] == CARBON_BINDER).all()
    assert not changed[volume.layer_weights == 0.0].any()
    assert placed.particle is volume.particle
    assert placed.cbd_nanoporosity == 0.5 and placed.nanoporosity_field is None


@pytest.mark.parametrize("method", METHODS)
def test_solid_survives_being_put_back(method):
    before = place_binder(bed(), domain_fraction=0.07, method="random")
    solid = binder_solid_volume(before)
    after = place_binder(without_binder(before), solid_volume=solid, method=method)
    # The last voxel may be more or less than is due: nanoporosity takes up the difference.
    assert binder_solid_volume(after) == pytest.approx(solid, rel=1e-12)
    assert after.cbd_nanoporosity == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_domain_grows_in_steps_on_what_is_there(method):
    volume = bed()
    for fraction in (0.02, 0.04, 0.06):
        grown = place_binder(volume, domain_fraction=fraction, method=method)
        assert (grown.labels[volume.labels == CARBON_BINDER] == CARBON_BINDER).all()
        volume = grown
    assert volume.fraction(CARBON_BINDER) == pytest.approx(0.06, abs=2e-5)


@pytest.mark.parametrize("method", METHODS)
def test_same_seed_gives_the_same_bits_on_any_number_of_threads(method):
    volume, threads = bed(), numba.get_num_threads()
    once = place_binder(volume, domain_fraction=0.08, method=method, seed=3)
    try:
        numba.set_num_threads(1)
        again = place_binder(volume, domain_fraction=0.08, method=method, seed=3)
    finally:
        numba.set_num_threads(threads)
    assert (once.labels == again.labels).all()
    if method == "random":
        other = place_binder(volume, domain_fraction=0.08, method=method, seed=4)
        assert (once.labels != other.labels).any()


def test_short_room_lowers_the_nanoporosity_and_keeps_the_solid():
    volume = bed()
    weights = volume.layer_weights
    room = float(weights @ (volume.labels == PORE).sum(axis=(1, 2))) * H**3
    placed = place_binder(volume, solid_volume=0.7 * room, method="contacts", nanoporosity=0.5)
    assert not (placed.labels[weights > 0] == PORE).any()
    assert placed.cbd_nanoporosity == pytest.approx(0.3, abs=1e-9)
    with pytest.raises(InputError, match=r"solid_volume: .* expected at most .* 0\.35"):
        place_binder(volume, solid_volume=0.7 * room, minimum_nanoporosity=0.35)


@pytest.mark.parametrize("periodic", [True, False])
def test_film_is_even_on_active_material_and_collector(periodic):
    volume = bed(periodic)
    film = place_binder(volume, domain_fraction=0.1, method="film")
    solid = np.isin(volume.labels, (ACTIVE_MATERIAL, COLLECTOR))
    images = np.pad(solid, ((0, 0), (18, 18), (18, 18)), mode="wrap" if periodic else "symmetric")
    distance = distance_transform_edt(~images)[:, 18:-18, 18:-18]
    inside = volume.layer_weights > 0.0
    covered = distance[inside][(film.labels == CARBON_BINDER)[inside]]
    free = distance[inside][(film.labels == PORE)[inside]]
    assert covered.max() <= free.min()
    on_collector = film.labels[volume.collector_layers] == CARBON_BINDER
    assert on_collector[volume.labels[volume.collector_layers] == PORE].any()


def test_bridges_continue_across_periodic_sides():
    # The structure moved by half a box must be filled alike.
    volume = bed()
    moved = replace(volume, labels=np.roll(volume.labels, 18, axis=(1, 2)), particle=None)
    one = place_binder(volume, domain_fraction=0.08, method="contacts")
    other = place_binder(moved, domain_fraction=0.08, method="contacts")
    differ = np.roll(one.labels, 18, axis=(1, 2)) != other.labels
    # Cells of equal score at the last voxel are drawn by lot.
    assert differ.mean() < 1e-3


def test_random_growth_prefers_no_face_at_zero_angle():
    # On a plate with half its area domain already, new cells sit on both alike.
    labels = np.zeros((12, 200, 200), np.uint8)
    labels[:2] = COLLECTOR
    labels[2] = ACTIVE_MATERIAL
    labels[2, :, 100:] = CARBON_BINDER
    volume = Volume(labels, H, True, 10 * H, 0.5)
    coating = 10 * labels[0].size
    share = {}
    for degrees in (0.0, 90.0):
        placed = place_binder(
            volume,
            domain_fraction=(20_000 + 500) / coating,
            method="random",
            contact_angle=np.radians(degrees),
        )
        new = (placed.labels == CARBON_BINDER) & (labels == PORE)
        share[degrees] = new[:, :, :100].sum() / new.sum()
    # Of 500 draws: ± 0.05 is 2.2 standard deviations; at 90° a wall's face counts half.
    assert share[0.0] == pytest.approx(1 / 2, abs=0.05)
    assert share[90.0] == pytest.approx(1 / 3, abs=0.05)


def test_opened_cracks_stay_pores():
    volume = bed()
    labels = volume.labels.copy()
    labels[10:20][labels[10:20] == PORE] = CRACK
    cracked = replace(volume, labels=labels)
    for method in METHODS:
        placed = place_binder(cracked, domain_fraction=0.08, method=method)
        assert (placed.labels[labels == CRACK] == CRACK).all()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "expected one of the two"),
        ({"domain_fraction": 0.1, "solid_volume": 1e-18}, "expected one of the two"),
        ({"domain_fraction": 0.99}, "which fills every pore"),
        ({"domain_fraction": -0.1}, "expected at least"),
        ({"domain_fraction": 0.1, "method": "paint"}, "expected one of random, contacts, film"),
        ({"domain_fraction": 0.1, "contact_angle": 1.6}, "expected 0 … 90°"),
        ({"domain_fraction": 0.1, "nanoporosity": 1.0}, "expected 0 … below 1"),
    ],
)
def test_what_cannot_be_placed_is_refused(arguments, text):
    with pytest.raises(InputError, match=text):
        place_binder(bed(), **arguments)


def test_binder_without_a_solid_to_grow_on_is_refused():
    empty = Volume(np.zeros((8, 8, 8), np.uint8), H, True, 8 * H, 0.5)
    with pytest.raises(InputError, match="grows on solids"):
        place_binder(empty, domain_fraction=0.1, method="random")
