"""Round trips of a real cathode's voxels through its grains: nothing is lost, nothing invented."""

from dataclasses import replace

import numpy as np
import pytest

from dem.bonding.strength import BondStrength
from dem.bonds import INTACT
from dem.grains import ACTIVE, CBD
from voxelize.deposit.electrode import deposit
from voxelize.divide.decompose import DecompositionSettings, SolidPhase, decompose
from voxelize.divide.quality import assess
from voxelize.generate.sizes import measured_percentile
from voxelize.read.volume import read_volume
from voxelize.split.watershed import split_particles
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, PORE

IMAGE = "nrel-nmc-calendered/nmc-1-cal_generatedCBD_bridge.tif"
H = 398e-9
ACTIVE_DENSITY, CBD_DENSITY = 4760.0, 1935.0
CROP = ((90, 140), (40, 104), (130, 202))
SHIFT = np.array([3, -5, 2])
"""Voxels along x, y and z."""


def divided(folder, periodic):
    """The crop with its particles and binder divided into grains."""
    labels = {"pore": 0, "active_material": 1, "cbd": 2}
    volume = read_volume(folder / IMAGE, H, labels, crop=CROP)
    settings = DecompositionSettings(
        grain_size=2.5e-6, cbd_grain_size=2.5e-6, single_grain_below=4e-6
    )
    active = SolidPhase(ACTIVE_DENSITY, BondStrength(400e6, 400e6, 10.0))
    cbd = SolidPhase(CBD_DENSITY, BondStrength(6.8e6, 3.9e6, 10.0))
    return decompose(replace(volume, periodic=periodic), settings, active, cbd, seed=1)


@pytest.fixture(scope="module")
def cathode(electrode_data):
    """Between symmetry planes, as a crop of a larger electrode is pressed."""
    return divided(electrode_data, periodic=False)


@pytest.fixture(scope="module")
def wrapped(electrode_data):
    """The same voxels with sides that wrap around, so that all of it may move in plane."""
    return divided(electrode_data, periodic=True)


def lifted(decomposition, voxels):
    grains = decomposition.grains
    return grains._replace(position=grains.position + np.asarray(voxels) * H)


def test_every_solid_voxel_has_a_grain_of_its_own_phase(cathode):
    labels, grain = cathode.volume.labels, cathode.grain
    assert np.array_equal(grain >= 0, labels != PORE)
    for label, material in ((ACTIVE_MATERIAL, ACTIVE), (CARBON_BINDER, CBD)):
        assert (cathode.grains.material[grain[labels == label]] == material).all()
    assert np.array_equal(cathode.particle >= 0, labels == ACTIVE_MATERIAL)
    # Grains are renumbered regions: each holds the volume of its own voxels, to rounding.
    count = np.bincount(grain[grain >= 0], minlength=len(cathode.grains.radius))
    assert cathode.grains.volume == pytest.approx(count * H**3, rel=1e-12, abs=0.0)


def test_grains_have_the_mass_of_the_phases(cathode):
    labels = cathode.volume.labels
    solid = 1.0 - cathode.volume.cbd_nanoporosity
    mass = (labels == ACTIVE_MATERIAL).sum() * ACTIVE_DENSITY
    mass += (labels == CARBON_BINDER).sum() * solid * CBD_DENSITY
    # The same sum in another order: rounding only.
    assert cathode.grains.mass.sum() == pytest.approx(mass * H**3, rel=1e-12, abs=0.0)


@pytest.mark.parametrize("sides", ["cathode", "wrapped"])
def test_bonds_hold_every_particle_together(sides, request):
    d = request.getfixturevalue(sides)
    found = assess(d)
    assert found.disconnected_particles == 0
    assert found.grains_per_particle_least >= 27
    assert found.unbreakable_volume_fraction < 0.05
    # A pressed electrode's thickness is off by the bias, a few hundredths of a particle: 0.15 of a
    # grain is a twentieth of one. A misfit under 1.5 voxels is under a third of a grain.
    assert abs(found.contact_gap_bias) < 0.15
    assert found.surface_misfit_mean_voxels < 1.5


@pytest.mark.parametrize("sides", ["cathode", "wrapped"])
def test_no_motion_changes_no_voxel(sides, request):
    d = request.getfixturevalue(sides)
    back = deposit(d, d.grains, d.bonds, d.volume.thickness, mark_cracks=True)
    assert (back.volume.labels != d.volume.labels).sum() == 0
    assert np.array_equal(back.grain, d.grain)
    assert np.array_equal(back.volume.particle, d.volume.particle)
    assert back.volume.cbd_nanoporosity == d.volume.cbd_nanoporosity
    assert back.displaced_fraction == 0.0


def test_lifting_by_whole_layers_moves_every_voxel_exactly(cathode):
    layers = SHIFT[2]
    back = deposit(
        cathode,
        lifted(cathode, [0, 0, layers]),
        cathode.bonds,
        cathode.volume.thickness + layers * H,
    )
    assert (back.volume.labels[layers:] != cathode.volume.labels).sum() == 0
    assert (back.volume.labels[:layers] == PORE).all()
    assert np.array_equal(back.grain[layers:], cathode.grain)


def test_shift_by_whole_voxels_moves_every_voxel_exactly(wrapped):
    x, y, z = SHIFT
    back = deposit(wrapped, lifted(wrapped, SHIFT), wrapped.bonds, wrapped.volume.thickness + z * H)
    moved = np.roll(wrapped.volume.labels, (y, x), (1, 2))
    assert (back.volume.labels[z:] != moved).sum() == 0
    assert (back.volume.labels[:z] == PORE).all()
    assert np.array_equal(back.grain[z:], np.roll(wrapped.grain, (y, x), (1, 2)))


def test_flattened_cathode_keeps_its_solids(cathode):
    """An affine squeeze by a tenth, far rougher than the mechanics: overlaps are put beside."""
    grains, strain = cathode.grains, 0.9
    squeezed = grains._replace(position=grains.position * [1.0, 1.0, strain])
    assert (cathode.bonds.state == INTACT).all()
    back = deposit(cathode, squeezed, cathode.bonds, strain * cathode.volume.thickness)
    assert back.displaced_fraction > 0.0
    weights = back.volume.layer_weights[:, None, None]
    active = (weights * (back.volume.labels == ACTIVE_MATERIAL)).sum() * H**3
    binder = (weights * (back.volume.labels == CARBON_BINDER)).sum() * H**3
    # The bound that the project states for every pressed electrode.
    before = (cathode.volume.labels == ACTIVE_MATERIAL).sum() * H**3
    assert active == pytest.approx(before, rel=1e-3, abs=0.0)
    solid = (cathode.volume.labels == CARBON_BINDER).sum() * H**3
    solid *= 1.0 - cathode.volume.cbd_nanoporosity
    assert binder * (1.0 - back.volume.cbd_nanoporosity) == pytest.approx(solid, rel=1e-3, abs=0.0)


@pytest.mark.slow
def test_particles_of_the_whole_cathode_are_as_large_as_published(electrode_data):
    labels = {"pore": 0, "active_material": 1, "cbd": 2}
    volume = read_volume(electrode_data / IMAGE, H, labels)
    particle = split_particles(volume.labels == ACTIVE_MATERIAL, H)
    voxels = np.bincount(particle[particle >= 0])
    assert len(voxels) == 2054  # as docs/splitting.md says
    diameter = np.cbrt(6 / np.pi * voxels) * H
    # Published to 0.1 µm.
    found = [measured_percentile(diameter, share) for share in (0.1, 0.5, 0.9)]
    assert found == pytest.approx([7.0e-6, 10.3e-6, 14.3e-6], abs=0.1e-6)
