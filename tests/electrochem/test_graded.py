"""Volumes measured part by part, against what is put into them and against the whole."""

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.graded import Conductivities, graded_electrode, local_properties
from electrochem.homogenise import NotPercolatingError
from electrochem.materials import ACTIVE_MATERIALS
from electrochem.structure.phase_fractions import phase_fractions, porosity
from electrochem.structure.surface_area import surface_areas
from electrochem.transport.ionic import pore_transport
from voxelize.volume import ACTIVE_MATERIAL, Volume

SOLIDS = Conductivities(active_material=2.0, binder_domain=100.0)


def volume_of(labels):
    return Volume(labels, 0.5e-6, False, len(labels) * 0.5e-6, 0.0)


def channels(shares):
    """Slabs of straight channels along z, of so much pore each; solids between them."""
    labels = np.full((8 * len(shares), 20, 20), ACTIVE_MATERIAL, np.uint8)
    for number, share in enumerate(shares):
        labels[8 * number : 8 * number + 8, :, : round(20 * share)] = 0
    return volume_of(labels)


def test_straight_channels_conduct_as_their_share():
    local = local_properties(channels([0.4, 0.4]), (2, 1, 1), SOLIDS)
    np.testing.assert_allclose(local.porosity.ravel(), 0.4)
    np.testing.assert_allclose(local.am_fraction.ravel(), 0.6)
    # Straight through, parts and whole are the same: nothing to scale.
    np.testing.assert_allclose(local.diffusivity[0].ravel(), 0.4, rtol=1e-6)
    np.testing.assert_allclose(local.conductivity[0].ravel(), 1.2, rtol=1e-6)
    electrode = graded_electrode(local, ACTIVE_MATERIALS["nmc622"], 5e-6)
    np.testing.assert_allclose(electrode.local("tortuosity_factor"), 1.0, rtol=1e-6)
    assert electrode.parts == 2


def test_parts_together_are_the_whole():
    volume = channels([0.3, 0.5, 0.6])
    local = local_properties(volume, (3, 1, 1), SOLIDS)
    np.testing.assert_allclose(local.porosity.ravel(), [0.3, 0.5, 0.6])
    assert local.am_fraction.mean() == pytest.approx(phase_fractions(volume)[ACTIVE_MATERIAL])
    assert local.am_pore.mean() == pytest.approx(surface_areas(volume).am_pore, rel=1e-12)
    series = 3.0 / np.sum(1.0 / local.diffusivity[0].ravel())
    whole = pore_transport(volume).effective_diffusivity
    assert series == pytest.approx(whole, rel=2e-4)
    # Lines of flow must gather between slabs: planes of one potential would ease their way.
    assert local.scales["diffusivity_z"] < 0.999


def test_parts_hold_the_pores_and_the_active_material_of_a_cut_and_uneven_whole():
    """The plane cuts the top layer, where peaks stand; 25 layers do not share out among three."""
    labels = channels([0.3, 0.5, 0.6]).labels
    peaks = np.zeros((1, 20, 20), np.uint8)
    peaks[0, :4, :4] = ACTIVE_MATERIAL
    labels = np.concatenate([labels, peaks])
    volume = Volume(labels, 0.5e-6, False, 24.2 * 0.5e-6, 0.0)
    local = local_properties(volume, (3, 1, 1), SOLIDS)
    assert local.scales["am_fraction"] > 1.01
    fractions = phase_fractions(volume)
    assert local.am_fraction.mean() == pytest.approx(fractions[ACTIVE_MATERIAL], rel=1e-12)
    assert local.porosity.mean() == pytest.approx(porosity(volume), rel=1e-12)
    assert (local.porosity + local.am_fraction <= 1.0 + 1e-12).all()


def test_columns_find_what_lies_in_them():
    """Two halves of the plane: many thin channels in one, few in the other."""
    labels = np.full((16, 24, 24), ACTIVE_MATERIAL, np.uint8)
    labels[:, :12, ::2] = 0
    labels[:, 12:, ::4] = 0
    labels[:, ::6, :] = 0  # ways across
    labels[::4] = np.where(np.arange(24) % 3 == 1, ACTIVE_MATERIAL, 0)[None, :, None]
    local = local_properties(volume_of(labels), (1, 2, 2), SOLIDS)
    assert local.porosity.shape == (1, 2, 2)
    assert (local.porosity[0, 0] > local.porosity[0, 1]).all()
    assert (local.diffusivity[0, 0, 0] > local.diffusivity[0, 0, 1]).all()
    electrode = graded_electrode(local, ACTIVE_MATERIALS["nmc622"], 5e-6)
    assert electrode.columns == (2, 2)
    assert electrode.footprint == (12e-6, 12e-6)
    assert electrode.plane_conductivity.shape == (2, 1, 2, 2)


def test_part_that_does_not_connect_is_named():
    labels = channels([0.4, 0.4]).labels.copy()
    labels[12] = ACTIVE_MATERIAL
    with pytest.raises(NotPercolatingError, match=r"part \(1, 0, 0\) of \(2, 1, 1\) lets no ions"):
        local_properties(volume_of(labels), (2, 1, 1), SOLIDS)


def test_parts_too_thin_are_refused():
    with pytest.raises(InputError, match="4 or more to an edge"):
        local_properties(channels([0.4]), (3, 1, 1), SOLIDS)
