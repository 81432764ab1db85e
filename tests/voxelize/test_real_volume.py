"""Round trips of a real cathode's voxels through its grains: nothing is lost, nothing invented."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from dem.bonding.strength import BondStrength
from dem.bonds import BROKEN_TENSION, INTACT
from dem.errors import InputError
from dem.fragments import fragments
from dem.grains import ACTIVE, CBD
from tests.voxelize.test_deposit_motions import distances
from voxelize.deposit.electrode import deposit
from voxelize.divide.decompose import DecompositionSettings, SolidPhase, decompose
from voxelize.divide.quality import assess
from voxelize.generate.sizes import measured_percentile
from voxelize.read.volume import read_volume
from voxelize.split.watershed import split_particles
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, PORE

IMAGE = "nrel-nmc-calendered/nmc-1-cal_generatedCBD_bridge.tif"
GENERATED = "polaron-generated/electrode.tiff"
H = 398e-9
ACTIVE_DENSITY, CBD_DENSITY = 4760.0, 1935.0
SETTINGS = DecompositionSettings(grain_size=2.5e-6, cbd_grain_size=2.5e-6, single_grain_below=4e-6)
ACTIVE_PHASE = SolidPhase(ACTIVE_DENSITY, BondStrength(400e6, 400e6, 10.0))
BINDER_PHASE = SolidPhase(CBD_DENSITY, BondStrength(6.8e6, 3.9e6, 10.0))
CROP = ((90, 140), (40, 104), (130, 202))
SHIFT = np.array([3, -5, 2])
"""Voxels along x, y and z."""


def divided(folder, periodic, crop=CROP):
    """The crop with its particles and binder divided into grains."""
    labels = {"pore": 0, "active_material": 1, "cbd": 2}
    volume = replace(read_volume(folder / IMAGE, H, labels, crop=crop), periodic=periodic)
    return decompose(volume, SETTINGS, ACTIVE_PHASE, BINDER_PHASE, seed=1)


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


def test_uniform_compression_moves_no_voxel_by_more_than_a_layer(cathode):
    """An affine squeeze by a tenth, far rougher than the mechanics: overlaps are put beside."""
    grains, strain = cathode.grains, 0.1
    squeezed = grains._replace(position=grains.position * [1.0, 1.0, 1.0 - strain])
    assert (cathode.bonds.state == INTACT).all()
    back = deposit(cathode, squeezed, cathode.bonds, (1.0 - strain) * cathode.volume.thickness)
    assert back.displaced_fraction > 0.0
    assert_solids_are_kept(cathode, back)
    after, image = distances(cathode, back, strain)
    # Half a voxel and a layer between centres. Only what was put beside may lie farther off.
    assert (after > 1.5).mean() <= back.displaced_fraction
    assert (image > 1.5).mean() <= 1e-4


def assert_solids_are_kept(d, back):
    """To 0.1 %, the bound that the project states for every pressed electrode."""
    weights = back.volume.layer_weights[:, None, None]
    active = (weights * (back.volume.labels == ACTIVE_MATERIAL)).sum() * H**3
    binder = (weights * (back.volume.labels == CARBON_BINDER)).sum() * H**3
    before = (d.volume.labels == ACTIVE_MATERIAL).sum() * H**3
    assert active == pytest.approx(before, rel=1e-3, abs=0.0)
    solid = (d.volume.labels == CARBON_BINDER).sum() * H**3
    solid *= 1.0 - d.volume.cbd_nanoporosity
    assert binder * (1.0 - back.volume.cbd_nanoporosity) == pytest.approx(solid, rel=1e-3, abs=0.0)


def ridden(d, strain, torn_share):
    """Each particle keeps its form and rides on the squeeze of its centre; some bonds break."""
    material, bonds = d.grains.material, d.bonds
    inner = (material[bonds.first] == ACTIVE) & (material[bonds.second] == ACTIVE)
    torn = inner & (np.random.default_rng(0).random(len(inner)) < torn_share)
    bonds = bonds._replace(state=np.where(torn, BROKEN_TENSION, bonds.state).astype(np.uint8))
    _, of = np.unique(d.grains.particle, return_inverse=True)
    mass, height = d.grains.mass, d.grains.position[:, 2]
    middle = np.bincount(of, mass * height) / np.bincount(of, mass)
    ride = np.where(material == ACTIVE, middle[of], height)
    return d.grains._replace(position=d.grains.position - np.outer(strain * ride, [0, 0, 1])), bonds


def pieces(mask):
    return ndimage.label(mask)[1]


@pytest.mark.slow
@pytest.mark.parametrize("torn_share", [0.0, 0.1])
def test_cathode_squeezed_by_three_tenths_keeps_its_solids_and_its_particles(
    electrode_data, torn_share
):
    d = divided(electrode_data, periodic=False, crop=((60, 160), (40, 160), (130, 250)))
    grains, bonds = ridden(d, 0.3, torn_share)
    back = deposit(d, grains, bonds, 0.7 * d.volume.thickness)
    assert_solids_are_kept(d, back)
    # No cell is of two particles or of none: each has one grain, of its own phase.
    active = back.volume.labels == ACTIVE_MATERIAL
    assert np.array_equal(back.volume.particle >= 0, active)
    assert np.array_equal(back.volume.particle[active], grains.particle[back.grain[active]])
    fragment = fragments(grains, bonds)
    before = np.where(d.volume.labels == ACTIVE_MATERIAL, fragment[d.grain], -1)
    after = np.where(active, fragment[back.grain], -1)
    count = [np.bincount(each[each >= 0], minlength=len(fragment)) for each in (before, after)]
    # Every fragment's own volume, to the voxel that rounding carries on.
    assert np.abs(count[0] - count[1]).max() <= 1
    several = sum(
        pieces(after[where] == number) > pieces(before[was] == number)
        for number, (was, where) in enumerate(
            zip(ndimage.find_objects(before + 1), ndimage.find_objects(after + 1), strict=True)
        )
        if was is not None
    )
    # What others shut in completely lies apart; nothing else does.
    assert several <= round(back.detached_fraction * count[0].sum())
    assert back.detached_fraction < 1e-5


def test_generated_electrode_without_motion_changes_no_voxel(electrode_data):
    """A cube, so that the through-plane axis must be told; another labelling, narrow pores."""
    labels = {"pore": 0, "active_material": 85, "cbd": 170}
    with pytest.raises(InputError, match="cube"):
        read_volume(electrode_data / GENERATED, 390.6e-9, labels)
    crop = ((100, 130), (60, 100), (60, 108))
    volume = read_volume(electrode_data / GENERATED, 390.6e-9, labels, "zyx", crop)
    d = decompose(volume, SETTINGS, ACTIVE_PHASE, BINDER_PHASE, seed=1)
    back = deposit(d, d.grains, d.bonds, d.volume.thickness, mark_cracks=True)
    assert np.array_equal(back.volume.labels, volume.labels)
    assert np.array_equal(back.grain, d.grain)
    assert back.volume.cbd_nanoporosity == volume.cbd_nanoporosity


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
