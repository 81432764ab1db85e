"""Nanopores drawn as voxels: porosity, chord length and openness."""

import numpy as np
import pytest
from scipy.ndimage import label

from dem.errors import InputError
from voxelize.binder.nanopores import resolve_nanopores
from voxelize.volume import CARBON_BINDER, COLLECTOR, PORE, Volume

H = 37.2e-9


def block(n=96, nanoporosity=0.502, field=None):
    labels = np.full((n, n, n), CARBON_BINDER, np.uint8)
    labels[:2] = COLLECTOR
    return Volume(labels, H, True, (n - 2) * H, nanoporosity, nanoporosity_field=field)


def test_porosity_is_met_to_half_a_voxel():
    volume = block()
    fine = resolve_nanopores(volume, 100e-9)
    cells = 94 * 96 * 96
    assert np.count_nonzero(fine.labels == PORE) == pytest.approx(0.502 * cells, abs=0.5)
    assert fine.cbd_nanoporosity == 0.0
    assert (fine.labels[:2] == COLLECTOR).all()


@pytest.mark.parametrize(("pore_size", "nanoporosity"), [(100e-9, 0.502), (200e-9, 0.3)])
def test_mean_chord_is_the_pore_size(pore_size, nanoporosity):
    pore = resolve_nanopores(block(nanoporosity=nanoporosity), pore_size).labels[2:] == PORE
    # Chords along y and x of a periodic box: pore voxels over the pores' ends.
    ends = sum(int((pore & ~np.roll(pore, 1, axis)).sum()) for axis in (1, 2))
    chord = 2.0 * np.count_nonzero(pore) / ends * H
    # Some 3·10⁴ chords and more: their mean scatters by well under 2 %.
    assert chord == pytest.approx(pore_size, rel=0.02)


def test_half_porous_domain_has_one_open_pore_space():
    # A level set at half the volume is bicontinuous: its channels are open.
    pore = resolve_nanopores(block(), 200e-9).labels[2:] == PORE
    number, _ = label(pore)
    assert np.bincount(number[pore]).max() > 0.95 * np.count_nonzero(pore)


def test_squeezed_places_get_fewer_pores():
    field = np.full((96, 96, 96), 0.6, np.float32)
    field[:, :, 48:] = 0.2
    fine = resolve_nanopores(block(nanoporosity=0.4, field=field), 100e-9)
    pore = fine.labels[2:] == PORE
    # A half holds 433 000 voxels of some 20 a pore: ± 0.01 is more than twice its scatter.
    assert pore[:, :, :48].mean() == pytest.approx(0.6, abs=0.01)
    assert pore[:, :, 48:].mean() == pytest.approx(0.2, abs=0.01)


def test_pores_finer_than_two_voxels_are_refused():
    with pytest.raises(InputError, match=r"pore_size: 60 nm is 1\.6 voxels"):
        resolve_nanopores(block(8), 60e-9)
