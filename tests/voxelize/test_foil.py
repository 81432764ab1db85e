"""A foil of grains and its voxels: identity, hardness, the imprint that stays, its volume."""

from dataclasses import replace

import numpy as np
import pytest

from dem.errors import InputError
from dem.grains import ACTIVE, coating_mass
from dem.grains import COLLECTOR as FOIL
from electrochem.structure.collector import collector_face, face_height
from electrochem.structure.phase_fractions import phase_fractions
from tests import foils
from tests.foils import H
from voxelize.deposit.electrode import deposit
from voxelize.read.volume import read_volume
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, Volume
from voxelize.write.tiff import write_labels


@pytest.mark.parametrize("depth", [None, 2e-6])
def test_foil_of_grains_without_motion_is_the_foil_it_was(depth):
    d = foils.electrode(side=24, foil=8, radius=9, foil_depth=depth)
    layers = 8 if depth is None else 4
    assert d.floor == pytest.approx(-layers * H)
    back = deposit(d, d.grains, d.bonds, d.volume.thickness)
    assert np.array_equal(back.volume.labels, d.volume.labels)
    assert np.array_equal(back.grain, d.grain)
    assert (
        back.foil_volume_after
        == back.foil_volume_before
        == pytest.approx(d.grains.volume[d.grains.material == FOIL].sum())
    )
    for size in (0.5 * H, 1.2 * H):
        # Drawn in whole layers of any voxels, its face at z = 0.
        other = deposit(d, d.grains, d.bonds, d.volume.thickness, voxel_size=size)
        assert face_height(other.volume) == pytest.approx(0.0, abs=1e-12)
        assert other.foil_volume_change == pytest.approx(0.0, abs=1e-12)


def dented(foil=6, dent=2):
    """Bumps and dents of two layers; binder lies in the dents, a particle stands above."""
    labels = np.zeros((foil + 14, 24, 24), np.uint8)
    labels[:foil] = COLLECTOR
    labels[foil : foil + dent, :16] = COLLECTOR
    labels[foil : foil + dent, 16:] = CARBON_BINDER
    labels[foil + dent : foil + dent + 8, 4:20, 4:20] = ACTIVE_MATERIAL
    volume = Volume(labels, H, True, 14 * H, 0.5)
    # The thickness begins at the mean plane of the coated face.
    return replace(volume, thickness=(len(labels) - volume.collector_layers) * H)


@pytest.mark.parametrize("depth", [None, 1.8e-6])
def test_dented_foil_of_grains_without_motion_is_the_foil_it_was(depth):
    d = foils.divided(dented(), foil_grain_size=3 * H, foil_depth=depth)
    back = deposit(d, d.grains, d.bonds, d.volume.thickness)
    assert np.array_equal(back.volume.labels, d.volume.labels)


@pytest.mark.parametrize("change", [{"foil_grain_size": None}, {"foil_depth": 0.6e-6}])
def test_dents_of_rigid_foil_are_refused(change):
    with pytest.raises(InputError, match="its face is not flat"):
        foils.divided(dented(dent=4), **{"foil_grain_size": 3 * H, "foil_depth": None, **change})


def test_foil_is_no_part_of_the_coating_and_not_bonded_to_particles():
    d = foils.electrode(side=24, foil=8, radius=9)
    grains, bonds = d.grains, d.bonds
    foil = grains.material == FOIL
    assert grains.mass[foil].sum() == pytest.approx(2700 * 8 * 24 * 24 * H**3)
    assert coating_mass(grains) == pytest.approx(
        4760 * np.count_nonzero(d.volume.labels == ACTIVE_MATERIAL) * H**3
    )
    assert grains.position[foil, 2].max() < 0.0 < grains.position[~foil, 2].min()
    assert np.array_equal(grains.material[bonds.first], grains.material[bonds.second])
    # Faces that a foil of 8 layers shares inside: every one is a bond's.
    inner = foil[bonds.first]
    assert bonds.area[inner].sum() > 0.5 * np.count_nonzero(foil) * np.pi * (1e-6) ** 2


@pytest.fixture(scope="module")
def indented():
    """A rigid sphere pressed 0.8 µm into a foil and let go: state, depths [m] and forces [N]."""
    d, sim = foils.sphere_on_foil()
    ball = np.flatnonzero(sim.material == ACTIVE)[0]
    steps, depth = 4000, 1e-6
    speed = depth / (steps * sim.step)
    rows = []
    for sense in (-1.0,) * 20 + (1.0,) * 6:
        sim.advance(steps // 20, plate_speed=sense * speed)
        force = 0.5 * (sim.pressure + sim.bottom_pressure) * sim.box.area
        rows.append((sim.calibrated_radius[ball] - sim.grains.position[ball, 2], force))
    return d, sim, np.array(rows)


def test_sphere_meets_the_foils_hardness(indented):
    """Fully plastic contact bears 2.8 to 3 yield strengths (Tabor 1951); grains of a quarter of the
    circle's width flow less freely, on a thick foil as on this one."""
    depth, force = indented[2][:20].T
    pressure = force / (np.pi * depth * (20e-6 - depth))
    # From a circle of contact as wide as three grains on; fewer are no continuum.
    found = pressure[(depth > 0.4e-6)] / foils.YIELD
    assert len(found) >= 8
    assert found.min() > 2.8
    assert found.max() < 4.0


def test_imprint_stays_in_the_voxels_and_the_foil_keeps_its_volume(indented):
    d, sim, rows = indented
    assert rows[-1, 1] < 0.02 * rows[19, 1]
    back = deposit(d, sim.grains, sim.bond_state(), sim.height, voxel_size=H / 2)
    assert back.foil_volume_change == pytest.approx(0.0, abs=1e-9)
    volume = back.volume
    assert volume.collector_layers == 2 * d.volume.collector_layers
    height = face_height(volume)
    middle = volume.labels.shape[1] // 2
    # The sphere rests in its dent, as deep as it sank but for a voxel; far off the foil is flat.
    dent = height[middle - 2 : middle + 2, middle - 2 : middle + 2].mean()
    assert dent == pytest.approx(-rows[-1, 0], abs=H / 2)
    assert rows[-1, 0] > 0.5 * rows[19, 0]
    fine = deposit(d, sim.grains, sim.bond_state(), sim.height, voxel_size=H / 5).volume
    assert np.abs(face_height(fine)[0]).mean() < 0.2 * H
    face = collector_face(volume)
    # At least the cap below the face, 2 π R h; what piled up around it touches too.
    cap = 2 * np.pi * 10e-6 * rows[-1, 0] / volume.footprint
    assert cap < face.am_area < 2.0 * cap
    # Voids left in the foil would be pores under its face.
    for column in (volume.labels[:, j, i] for j in (9, middle) for i in (9, middle)):
        foil = np.flatnonzero(column == COLLECTOR)
        assert len(foil) == foil[-1] + 1


def test_dented_foil_ends_the_coating_at_its_face(tmp_path):
    """A spherical dent of the particle that lies in it, what it displaced as a step elsewhere."""
    side, foil, radius, sunk = 110, 16, 40.0, 8.0
    labels = np.zeros((foil + 80, side, side), np.uint8)
    labels[:foil] = COLLECTOR
    z, y, x = np.indices(labels.shape) + 0.5
    ball = (z - foil + sunk - radius) ** 2 + (y - 55) ** 2 + (x - 55) ** 2 < radius**2
    labels[ball] = ACTIVE_MATERIAL
    displaced = np.count_nonzero(ball[:foil])
    # Along one side, four layers high, away from the ball.
    rows, rest = divmod(displaced, 4 * side)
    labels[foil : foil + 4, :rows] = COLLECTOR
    labels[foil, rows, :rest] = COLLECTOR
    assert np.count_nonzero(labels == COLLECTOR) == foil * side**2
    volume = Volume(labels, H, True, 80 * H, 0.5)
    assert volume.collector_layers == foil
    share = phase_fractions(volume)
    room = 80 * side**2
    assert share[ACTIVE_MATERIAL] == pytest.approx(np.count_nonzero(ball) / room)
    assert volume.fraction(ACTIVE_MATERIAL) == pytest.approx(share[ACTIVE_MATERIAL])
    assert share[COLLECTOR] == pytest.approx(0.0, abs=1e-12)
    assert share.sum() == pytest.approx(1.0)
    face = collector_face(volume)
    # A cap of height s has the area 2 π R s; normals are smoothed over its rim, 9 % too much at
    # half the depth.
    assert face.am_area == pytest.approx(2 * np.pi * radius * sunk / side**2, rel=0.08)
    assert face.deepest == pytest.approx(sunk * H)
    # Written and read again it has the same plane.
    path = tmp_path / "dented.tif"
    write_labels(path, volume)
    again = read_volume(path)
    assert again.collector_layers == foil
    assert phase_fractions(replace(again, thickness=volume.thickness)) == pytest.approx(share)
