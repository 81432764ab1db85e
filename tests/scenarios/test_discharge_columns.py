"""A cell in three dimensions as ParaView sees it: every column at its place in the plane."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLRectilinearGridReader

from electrochem.porous_electrode import Resolution, discharge
from scenarios.runner.discharging.profiles import profiles_of
from scenarios.runner.discharging.series import FIELDS, write_profiles
from tests.electrochem.cells import FULL

COLUMNS = (3, 2)


@pytest.fixture(scope="module")
def run():
    """Pores that narrow along y, a solid that conducts worse along x."""
    y, x = np.indices(COLUMNS)
    positive = replace(
        FULL.positive, porosity=(0.33 - 0.07 * y)[None], tortuosity_factor=(1.8 + 1.5 * y)[None],
        electronic_conductivity=(0.2 - 0.15 * x)[None], footprint=(60e-6, 40e-6),
    )  # fmt: skip
    return discharge(replace(FULL, positive=positive), c_rate=2.0, resolution=Resolution(6, 3, 6))


def fields_of(path):
    """(x, y, z) coordinates and (n, ny, nx) cell arrays of a file."""
    reader = vtkXMLRectilinearGridReader()
    reader.SetFileName(str(path))
    reader.Update()
    data = reader.GetOutput()
    places = [data.GetXCoordinates(), data.GetYCoordinates(), data.GetZCoordinates()]
    cells = data.GetCellData()
    shape = [count - 1 for count in data.GetDimensions()][::-1]
    arrays = {
        cells.GetArrayName(i): vtk_to_numpy(cells.GetArray(i)).reshape(shape)
        for i in range(cells.GetNumberOfArrays())
    }
    return [vtk_to_numpy(place) for place in places], arrays


def test_columns_stand_at_their_place(run, tmp_path):
    profiles = profiles_of(run.curve)
    at = profiles.index
    write_profiles(tmp_path, "1C", profiles, run.voltage[at], run.capacity[at])
    entries = list(ElementTree.parse(tmp_path / "1C.pvd").getroot().iter("DataSet"))
    told = [float(entry.get("timestep")) for entry in entries]
    np.testing.assert_allclose(told, run.time[at], rtol=1e-5)  # six digits
    (x, y, z), arrays = fields_of(tmp_path / entries[5].get("file"))
    np.testing.assert_allclose(x, [0.0, 20.0, 40.0])
    np.testing.assert_allclose(y, [0.0, 20.0, 40.0, 60.0])
    thickness = sum(layer.thickness for layer in (FULL.negative, FULL.separator, FULL.positive))
    assert z[-1] == pytest.approx(1e6 * thickness, rel=1e-12)
    assert set(arrays) == {"layer", *FIELDS}
    salt = arrays["salt_concentration_mol_m3"]
    assert salt.shape == (15, *COLUMNS)
    for column, (row, place) in enumerate(np.ndindex(*COLUMNS)):
        np.testing.assert_array_equal(salt[:, row, place], run.curve.salt[at[5], column])
    assert (arrays["layer"][:6] == 0).all() and (arrays["layer"][9:] == 2).all()
    # Narrow pores run lower in salt beside the collector, and a poor solid stands higher.
    assert (np.diff(salt[-1], axis=0) < 0.0).all()
    reacted = arrays["reaction_current_A_m3"]
    assert np.isnan(reacted[6:9]).all()
    # All columns together pass the current, which leaves the negative and enters the positive.
    current = (reacted[:6] * np.diff(z)[:6, None, None]).sum(axis=0).mean() * 1e-6
    assert current == pytest.approx(run.current_density, rel=1e-9)


def test_means_over_the_plane_are_the_profiles(run):
    profiles = profiles_of(run.curve)
    columns = profiles.columns
    for field in ("salt", "electrolyte_potential", "solid_potential", "reaction", "mean"):
        # Every column holds as much lithium and takes as much of the plane.
        expected = getattr(profiles, field)
        np.testing.assert_allclose(
            getattr(columns, field).mean(axis=(2, 3)), expected, rtol=1e-12, atol=1e-12
        )


def test_a_cell_that_is_even_in_the_plane_has_no_columns():
    even = discharge(FULL, c_rate=2.0, resolution=Resolution(6, 3, 6))
    assert profiles_of(even.curve).columns is None
