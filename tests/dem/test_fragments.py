"""Fragments, cracked particles and crack faces of assemblies counted by hand."""

import numpy as np
import pytest

from dem.bonds import BROKEN_SHEAR, BROKEN_STRAIN, BROKEN_TENSION, INTACT
from dem.fragments import (
    crack_faces,
    crack_figures,
    cracked_particles,
    diameter_by_volume,
    fragment_volumes,
    fragments,
)
from dem.grains import ACTIVE, CBD
from tests.dem.assemblies import UM, bonds_between, spheres


def two_particles():
    """A chain of 0-1-2-3, a pair 4-5, and two binder grains 6-7 bonded to each other and to both.

    Grain 3 holds 4 % of the chain's mass.
    """
    x = np.arange(8.0)[:, None] * np.array([1.0, 0.0, 0.0]) * UM
    grains = spheres(x, 0.5 * UM, particle=np.array([9, 9, 9, 9, 2, 2, 5, 5]))
    grains.material[6:] = CBD
    grains.volume[:4] = np.array([0.32, 0.32, 0.32, 0.04]) * UM**3
    grains.mass[:4] = 4000 * grains.volume[:4]
    pairs = [(0, 1), (1, 2), (2, 3), (4, 5), (3, 6), (4, 7), (6, 7)]
    return grains, bonds_between(x, pairs, 2.0 * UM**2)


def break_pair(bonds, first, second, state=BROKEN_TENSION):
    bonds.state[(bonds.first == first) & (bonds.second == second)] = state


def groups(fragment):
    return {tuple(np.flatnonzero(fragment == f).tolist()) for f in np.unique(fragment)}


def test_intact_particles_are_one_fragment_each():
    grains, bonds = two_particles()
    # Binder bridges both particles but is part of neither.
    assert groups(fragments(grains, bonds)) == {(0, 1, 2, 3), (4, 5), (6, 7)}
    assert fragments(grains, bonds).dtype == np.int32
    assert not cracked_particles(grains, bonds).any()


def test_chip_below_five_per_cent_cracks_no_particle():
    grains, bonds = two_particles()
    break_pair(bonds, 2, 3)
    assert groups(fragments(grains, bonds)) == {(0, 1, 2), (3,), (4, 5), (6, 7)}
    assert not cracked_particles(grains, bonds).any()


def test_particle_split_in_two_is_cracked():
    grains, bonds = two_particles()
    break_pair(bonds, 1, 2, BROKEN_SHEAR)
    assert groups(fragments(grains, bonds)) == {(0, 1), (2, 3), (4, 5), (6, 7)}
    assert cracked_particles(grains, bonds).tolist() == [True] * 4 + [False] * 4


def test_broken_binder_cracks_no_particle():
    grains, bonds = two_particles()
    break_pair(bonds, 6, 7)
    break_pair(bonds, 3, 6)
    assert not cracked_particles(grains, bonds).any()
    assert crack_figures(grains, bonds, 1e-15)["broken_bond_fraction"] == 0.0


def test_crack_figures_count_particles_volumes_bonds_and_faces():
    grains, bonds = two_particles()
    break_pair(bonds, 1, 2)
    break_pair(bonds, 6, 7)
    figures = crack_figures(grains, bonds, electrode_volume=100 * UM**3)
    active = grains.volume[grains.material == ACTIVE]
    assert figures["broken_bond_fraction"] == pytest.approx(1 / 4)
    assert figures["cracked_particle_fraction"] == pytest.approx(1 / 2)
    assert figures["cracked_volume_fraction"] == pytest.approx(active[:4].sum() / active.sum())
    # One face of 2 µm² in 100 µm³, counted once.
    assert figures["crack_area_m2_m3"] == pytest.approx(2e4)
    assert (bonds.state != INTACT).sum() == 2


def test_binder_alone_has_no_cracks():
    grains, bonds = two_particles()
    grains.material[:] = CBD
    assert not cracked_particles(grains, bonds).any()


def test_sizes_of_fragments_are_those_of_their_grains():
    grains, bonds = two_particles()
    whole = fragment_volumes(grains, fragments(grains, bonds))
    assert np.sort(whole) == pytest.approx([1.0 * UM**3, 2 * np.pi / 6 * UM**3], abs=0)
    break_pair(bonds, 1, 2)
    pieces = fragment_volumes(grains, fragments(grains, bonds))
    # Binder is no fragment of a particle.
    assert np.sort(pieces) == pytest.approx(
        np.array([0.36, 0.64, np.pi / 3]) * UM**3, rel=1e-12, abs=0
    )


def test_median_diameter_weighs_by_volume():
    volume = np.pi / 6 * np.array([1.0, 1.0, 1.0, 2.0, 3.0]) ** 3
    # The largest holds 27 of 38 parts: three of five pieces are small, but D50 is 3.
    assert diameter_by_volume(volume, 0.5) == pytest.approx(3.0, rel=1e-12)
    assert diameter_by_volume(volume, 0.25) == pytest.approx(2.0, rel=1e-12)
    assert diameter_by_volume(volume, 0.05) == pytest.approx(1.0, rel=1e-12)


def test_crack_faces_tell_their_mode_and_whether_they_part_fragments():
    grains, _ = two_particles()
    # A ring holds together where one of its bonds breaks, a pair does not.
    ring = bonds_between(grains.position, [(0, 1), (1, 2), (0, 2), (4, 5), (3, 6)], 2 * UM**2)
    break_pair(ring, 0, 1)
    break_pair(ring, 4, 5, BROKEN_SHEAR)
    break_pair(ring, 3, 6, BROKEN_STRAIN)
    faces = crack_faces(grains, ring, fragments(grains, ring))
    assert faces.bond.tolist() == [0, 4]
    assert faces.mode.tolist() == [BROKEN_TENSION, BROKEN_SHEAR]
    assert faces.particle.tolist() == [9, 2]
    assert faces.parts.tolist() == [False, True]
    assert faces.area == pytest.approx([2 * UM**2] * 2, abs=0)
