"""Transport through a domain whose nanoporosity varies from voxel to voxel."""

from dataclasses import replace

import numpy as np
import pytest

from electrochem.structure.phase_fractions import porosity, porosity_profile
from electrochem.transport.ionic import pore_transport
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE, Volume

H = 1e-7


def volume_with(labels, field):
    domain = labels == CARBON_BINDER
    field = np.where(domain, field, np.nan).astype(np.float32)
    collector = int((labels == COLLECTOR).all(axis=(1, 2)).sum())
    mean = float(field[domain].astype(float).mean())
    return Volume(labels, H, True, (len(labels) - collector) * H, mean, nanoporosity_field=field)


def test_layers_of_two_nanoporosities_conduct_in_series():
    labels = np.full((6, 4, 4), CARBON_BINDER, np.uint8)
    field = np.full(labels.shape, 0.49, np.float32)
    field[3:] = 0.25
    got = pore_transport(volume_with(labels, field), tolerance=1e-10)
    # Exact but for the float32 of the field.
    assert got.effective_diffusivity == pytest.approx(2.0 / (1 / 0.343 + 1 / 0.125), rel=1e-6)
    assert got.conducting_porosity == pytest.approx(0.37, rel=1e-6)


def test_columns_of_two_nanoporosities_conduct_in_parallel():
    labels = np.full((6, 4, 4), CARBON_BINDER, np.uint8)
    labels[:, 2:] = PORE
    field = np.full(labels.shape, 0.49, np.float32)
    field[:, 0] = 0.0
    got = pore_transport(volume_with(labels, field), tolerance=1e-10)
    # A quarter of the columns has lost all its nanopores and conducts nothing.
    assert got.effective_diffusivity == pytest.approx(0.5 + 0.25 * 0.343, rel=1e-6)


def test_an_even_field_is_the_mean():
    labels = np.random.default_rng(2).choice([0, 1, 2], (12, 10, 10), p=[0.4, 0.3, 0.3])
    labels = labels.astype(np.uint8)
    even = volume_with(labels, 0.5)
    with_field = pore_transport(even, tolerance=1e-9)
    without = pore_transport(replace(even, nanoporosity_field=None), tolerance=1e-9)
    assert with_field.effective_diffusivity == pytest.approx(
        without.effective_diffusivity, rel=1e-7
    )


def test_layers_of_many_nanoporosities_conduct_in_series():
    labels = np.full((200, 2, 2), CARBON_BINDER, np.uint8)
    level = np.linspace(0.15, 0.5, 200)
    volume = volume_with(labels, level[:, None, None])
    got = pore_transport(volume, tolerance=1e-10).effective_diffusivity
    # Each layer has its own diffusivity: exact but for the float32 of field and conductances.
    assert got == pytest.approx(1.0 / (1.0 / level**1.5).mean(), rel=1e-6)


def test_profile_of_the_porosity_sums_to_the_whole():
    random = np.random.default_rng(4)
    labels = random.choice([0, 1, 2], (9, 6, 6)).astype(np.uint8)
    labels[0] = COLLECTOR
    volume = volume_with(labels, random.uniform(0.2, 0.6, labels.shape))
    profile = porosity_profile(volume)
    assert profile.mean() == pytest.approx(porosity(volume), rel=1e-6)
    layer = labels[1]
    share = (layer == PORE).sum() + np.nansum(volume.nanoporosity_field[1])
    assert profile[0] == pytest.approx(share / layer.size, rel=1e-6)
    assert (labels == ACTIVE_MATERIAL).any()
