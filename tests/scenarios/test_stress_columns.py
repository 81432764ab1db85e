"""Active material loaded beyond its strength: the tables, profiles and voxels of a run agree."""

import json

import h5py
import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

from dem.calender import unloaded_state
from scenarios.runner import stresses
from tests.dem.assemblies import UM, bonds_between, lattice_block, spheres

COLUMNS = [f"{run}am_volume_above_{limit}MPa" for run in ("", "breaking_") for limit in (100, 150)]


def arrays_of(path, reader, data):
    reader.SetFileName(str(path))
    reader.Update()
    arrays = getattr(reader.GetOutput(), data)()
    return {
        arrays.GetArrayName(i): vtk_to_numpy(arrays.GetArray(i))
        for i in range(arrays.GetNumberOfArrays())
    }


@pytest.fixture(scope="module")
def rows(small_run):
    return json.loads((small_run / "summary.json").read_text())["states"]


def test_volume_above_a_stress_rises_with_density_and_falls_with_the_stress(rows, small_run):
    assert [rows[0][name] for name in COLUMNS] == [0.0] * 4
    for row in rows[1:]:
        assert 1.0 >= row[COLUMNS[0]] >= row[COLUMNS[1]] and row[COLUMNS[2]] >= row[COLUMNS[3]]
    assert rows[2][COLUMNS[0]] > rows[1][COLUMNS[0]] > 0.0
    assert rows[2]["companion_pressure_MPa"] > rows[2]["peak_pressure_MPa"]
    told = json.loads((small_run / "summary.json").read_text())["companion"]
    assert told["pressed"] and "ended" not in told
    with h5py.File(small_run / "run.h5") as file:
        readings = {name: item[()] for name, item in file["companion"].items()}
    # The last reading is the last state's.
    assert readings["density_g_cm3"][-1] == pytest.approx(told["density_g_cm3"], rel=1e-5)
    assert readings["am_volume_above_100MPa"][-1] == pytest.approx(rows[2][COLUMNS[0]], rel=1e-5)


@pytest.mark.parametrize("name", ["2.60", "2.90"])
def test_voxels_grains_profiles_and_columns_hold_one_stress(small_run, rows, name):
    row = next(row for row in rows if row["state"] == name)
    image = arrays_of(small_run / f"volume/{name}.vti", vtkXMLImageDataReader(), "GetCellData")
    grains = arrays_of(small_run / f"particles/{name}.vtp", vtkXMLPolyDataReader(), "GetPointData")
    grain, solid = image["grain_id"], image["grain_id"] >= 0
    for array in ("von_mises_MPa", "unbroken_von_mises_MPa"):
        assert np.array_equal(image[array][solid], grains[array][grain[solid]])
        assert np.isnan(image[array][~solid]).all()
    active = image["label"] == 1
    with h5py.File(small_run / "run.h5") as file:
        state = {key: item[()] for key, item in file[f"states/{name}"].items() if "prof" in key}
    weight = np.ones(len(state["profile_z_um"]))
    voxel = state["profile_z_um"][1] - state["profile_z_um"][0]
    weight[-1] = row["thickness_um"] / voxel - len(weight) + 1
    held = weight * state["profile_am_fraction"]
    for prefix, array in (("", "unbroken_von_mises_MPa"), ("breaking_", "von_mises_MPa")):
        for limit in (100, 150):
            column = row[f"{prefix}am_volume_above_{limit}MPa"]
            profile = state[f"profile_{prefix}am_above_{limit}MPa"]
            # Fragments keep their volume to a voxel, grains in them exchange some at their faces.
            assert (image[array][active] > limit).mean() == pytest.approx(column, abs=0.01)
            assert (np.nan_to_num(profile) * held).sum() / held.sum() == pytest.approx(
                column, abs=0.01
            )


def test_without_a_companion_its_columns_are_blank_and_say_why():
    position, pairs = lattice_block(2)
    grains = spheres(position, particle=np.zeros(8, int))
    state = unloaded_state(grains, bonds_between(position, pairs, UM**2), 3 * UM)
    stress = stresses.stress_of(state, None, None)
    row = stresses.stress_row(stress, state)
    assert [row[name] for name in COLUMNS] == [None, None, 0.0, 0.0]
    assert row["companion_pressure_MPa"] is None
    assert "mechanics.companion is off" in stresses.plain(None, asked=False)["reason"]
