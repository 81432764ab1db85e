"""The pore network of a lattice of balls and rods, and what is written of it."""

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

from dem.errors import InputError
from electrochem.structure.network import pore_network
from electrochem.structure.network_file import write_network
from tests.analytic_pores import ball_with_arms, lattice_bonds
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

SPACING, BALL, ROD = 20, 7.0, 2.6
LAYERS, ROWS, COLUMNS = 3, 3, 4


def lattice(periodic=True):
    """Balls on a cubic lattice, rods between neighbours, in plane across the sides too."""
    shape = (LAYERS * SPACING, ROWS * SPACING, COLUMNS * SPACING)
    middle = [(np.arange(n) + 0.5) * SPACING + 0.2 for n in (LAYERS, ROWS, COLUMNS)]
    pores = [ball(shape, (z, y, x), BALL) for z in middle[0] for y in middle[1] for x in middle[2]]
    pores += [rod(shape, 1, (z, x), ROD) for z in middle[0] for x in middle[2]]
    pores += [rod(shape, 2, (z, y), ROD) for z in middle[0] for y in middle[1]]
    upright = [rod(shape, 0, (y, x), ROD).copy() for y in middle[1] for x in middle[2]]
    for pore in upright:
        pore[: SPACING // 2] = pore[-SPACING // 2 :] = False
    return volume_of(with_pores(shape, *pores, *upright), periodic)


def sites(network):
    """Indices x, y, z of the lattice's sites at which pores lie."""
    return np.floor(network.position / VOXEL / SPACING).astype(int)


@pytest.fixture(scope="module")
def network():
    return pore_network(lattice())


def test_lattice_has_its_pores_places_and_coordination(network):
    assert len(network.volume) == LAYERS * ROWS * COLUMNS
    # In plane four neighbours, above and below one less at either plane.
    inner = ROWS * COLUMNS
    assert network.coordination.tolist() == [5] * inner + [6] * inner + [5] * inner
    x, y, z = sites(network).T
    assert np.array_equal(z, np.repeat(np.arange(LAYERS), inner))
    assert len(set(zip(x, y, z, strict=True))) == len(x)
    # Arms are shared out to a voxel or so; in the outer layers one is missing.
    off = network.position / VOXEL - (sites(network) + 0.5) * SPACING - 0.2
    assert np.abs(off).max() < 1.0


def test_lattice_has_its_radii(network):
    arms = network.coordination
    volume = np.array([ball_with_arms(BALL, ROD, SPACING, k) for k in arms]) * VOXEL**3
    # Digital balls have their volume to 2 %; a rod's flat ridge goes to either of its balls.
    assert network.volume == pytest.approx(volume, rel=0.06)
    assert network.equivalent_radius == pytest.approx(np.cbrt(0.75 / np.pi * volume), rel=0.02)
    assert network.inscribed_radius == pytest.approx(np.full(len(arms), BALL * VOXEL), abs=VOXEL)
    assert network.throat_radius == pytest.approx(
        np.full(len(network.first), ROD * VOXEL), abs=VOXEL
    )


def test_lattice_has_its_connectivity_matrix(network):
    bonds = lattice_bonds(LAYERS, ROWS, COLUMNS)
    count = LAYERS * ROWS * COLUMNS
    x, y, z = sites(network).T
    site = (z * ROWS + y) * COLUMNS + x
    found = np.sort(np.stack((site[network.first], site[network.second]), axis=1), axis=1)
    assert {tuple(ends) for ends in found.tolist()} == {tuple(bond) for bond in bonds.tolist()}
    assert len(found) == len(bonds)
    matrix = network.connectivity.toarray()
    assert np.array_equal(matrix, matrix.T)
    assert matrix.sum() == 2 * len(bonds)
    number = np.argsort(site)
    offset = (number[bonds[:, 1]] - number[bonds[:, 0]]) / (count - 1)
    both = np.concatenate((offset, -offset))
    assert network.band_width == pytest.approx(np.std(both), rel=1e-12)


def test_cut_sides_join_nothing():
    network = pore_network(lattice(periodic=False))
    corner = network.coordination[0]
    assert corner == 3
    assert network.period is None


def test_finer_voxels_find_the_same_network(network):
    coarse = lattice()
    labels = coarse.labels.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    fine = pore_network(
        type(coarse)(labels, VOXEL / 2, True, coarse.thickness, coarse.cbd_nanoporosity)
    )
    assert np.array_equal(fine.coordination, network.coordination)
    assert fine.volume == pytest.approx(network.volume, rel=0.01)


def test_network_does_not_depend_on_where_a_periodic_electrode_is_cut():
    volume = volume_of(overlapping_spheres((36, 40, 44), 110, 6.0, seed=9), periodic=True)
    whole, again = pore_network(volume), pore_network(rolled(volume, (21, 9)))
    assert np.sort(again.volume) == pytest.approx(np.sort(whole.volume), rel=1e-12)
    assert np.array_equal(np.sort(again.coordination), np.sort(whole.coordination))
    assert again.band_width == pytest.approx(whole.band_width, rel=1e-9)


def test_pores_fill_the_pore_space():
    volume = volume_of(overlapping_spheres((36, 40, 44), 110, 6.0, seed=9), True, thickness=35.4)
    network = pore_network(volume)
    pores = volume.fraction(0) * volume.footprint * volume.thickness
    assert network.volume.sum() == pytest.approx(pores, rel=1e-9)


def test_balls_and_sticks_are_written_in_micrometres(tmp_path, network):
    write_network(tmp_path / "pores.vtp", network, field={"band_width": network.band_width})
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(tmp_path / "pores.vtp"))
    reader.Update()
    data = reader.GetOutput()
    count, throats = len(network.volume), len(network.first)
    assert (data.GetNumberOfVerts(), data.GetNumberOfLines()) == (count, throats)
    points = data.GetPointData()
    arrays = {
        points.GetArrayName(i): vtk_to_numpy(points.GetArray(i))
        for i in range(points.GetNumberOfArrays())
    }
    place = vtk_to_numpy(data.GetPoints().GetData())
    real = arrays["image"] == 0
    assert real.sum() == count
    assert place[real] == pytest.approx(network.position * 1e6, rel=1e-6)
    assert arrays["radius_um"][real] == pytest.approx(network.equivalent_radius * 1e6, rel=1e-6)
    assert np.array_equal(arrays["coordination"], network.coordination[arrays["pore_id"]])
    lines = vtk_to_numpy(data.GetLines().GetConnectivityArray()).reshape(-1, 2)
    # Each stick spans one spacing, those across the sides too: to an image of the pore.
    length = np.linalg.norm(np.diff(place[lines], axis=1)[:, 0], axis=1)
    assert length == pytest.approx(np.full(throats, SPACING * VOXEL * 1e6), rel=0.03)
    radius = vtk_to_numpy(data.GetCellData().GetArray("throat_radius_um"))
    assert (radius[:count] == 0.0).all()
    assert radius[count:] == pytest.approx(network.throat_radius * 1e6, rel=1e-6)
    assert data.GetFieldData().GetArray("band_width").GetValue(0) == network.band_width


def test_settings_out_of_range_are_refused():
    with pytest.raises(InputError, match="neck is 1"):
        pore_network(volume_of(solid((4, 4, 4))), neck=1.0)
    with pytest.raises(InputError, match="smoothing is -1"):
        pore_network(volume_of(solid((4, 4, 4))), smoothing=-1.0)
    assert pore_network(volume_of(solid((4, 4, 4)))) is None


def test_closed_specks_of_the_voxels_are_no_pores():
    labels = solid((20, 20, 20))
    labels[4:6, 4:6, 4:6] = 0
    labels[12:14, 12:14, 12] = 0
    network = pore_network(volume_of(labels))
    assert network.volume == pytest.approx([8 * VOXEL**3])
    assert network.coordination.tolist() == [0]
    assert network.band_width == 0.0
