"""What a run leaves of its breaks, fragments and load-bearing skeleton."""

import json

import h5py
import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

from dem.bonds import BROKEN_STRAIN
from scenarios.runner.load import load
from scenarios.runner.prepare import bond_strength

STATES = ["as_coated", "2.60", "2.90"]


@pytest.fixture(scope="module")
def observed(small_run):
    return json.loads((small_run / "summary.json").read_text())["observed"]


def bond_arrays(folder, name):
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(folder / f"bonds/{name}.vtp"))
    reader.Update()
    arrays = reader.GetOutput().GetCellData()
    return {n: vtk_to_numpy(arrays.GetArray(n)) for n in ("state", "break_step", "released_pJ")}


@pytest.mark.parametrize("name", STATES)
def test_every_broken_bond_is_on_record(small_run, name):
    bonds = bond_arrays(small_run, name)
    with h5py.File(small_run / "run.h5") as file:
        breaks = {key: item[()] for key, item in file[f"states/{name}/breaks"].items()}
    assert np.array_equal(np.sort(breaks["bond"]), np.flatnonzero(bonds["state"]))
    assert np.array_equal(breaks["mode"], bonds["state"][breaks["bond"]])
    assert np.array_equal(breaks["step"], bonds["break_step"][breaks["bond"]])
    assert (np.diff(breaks["step"]) >= 0).all()
    assert ((bonds["break_step"] >= 0) == (bonds["state"] > 0)).all()
    # Single precision of the series.
    assert 1e12 * breaks["energy_J"] == pytest.approx(
        bonds["released_pJ"][breaks["bond"]], rel=1e-6
    )
    assert ((breaks["place_m"][:, :2] >= 0) & (breaks["place_m"][:, :2] <= 11e-6)).all()


def test_breaks_stand_at_the_density_that_the_path_had(small_run):
    with h5py.File(small_run / "run.h5") as file:
        early, late = (
            {key: item[()] for key, item in file[f"states/{name}/breaks"].items()}
            for name in STATES[1:]
        )
        path = file["path/density_g_cm3"][()]
    density = late["density_g_cm3"]
    known = np.isfinite(density)
    assert known.mean() > 0.5 and (late["mode"] == BROKEN_STRAIN).any()
    assert (np.diff(density[known]) >= 0).all()
    assert path[0] <= density[known][0] and density[known][-1] <= path.max()
    # Both states branch off one path: what broke on the way to the first broke for the second.
    shared = np.isfinite(early["density_g_cm3"])
    assert set(early["bond"][shared]) <= set(late["bond"])


def test_tensors_of_the_peak_load_are_what_they_must_be(small_run, observed):
    with h5py.File(small_run / "run.h5") as file:
        assert "peak_load" not in file["states/as_coated"]
        for name in STATES[1:]:
            group = file[f"states/{name}/peak_load"]
            for tensor in ("fabric", "bond_fabric"):
                fabric = group[tensor][()]
                assert np.trace(fabric) == pytest.approx(1.0, rel=1e-12)
                assert np.array_equal(fabric, fabric.T)
            stress = group["stress_MPa"][()]
            assert observed[name]["layer_stress_MPa"] == pytest.approx(
                np.float64([[float(f"{x:.6g}") for x in row] for row in stress])
            )
            # Pressing is uniaxial between sides that do not give.
            assert stress[2, 2] < stress[0, 0] < 0.0 and stress[2, 2] < stress[1, 1] < 0.0


def test_layer_carries_what_the_plates_press(small_run, observed):
    summary = json.loads((small_run / "summary.json").read_text())
    for row in summary["states"][1:]:
        carried = -observed[row["state"]]["layer_stress_MPa"][2][2]
        # Pressed at I = 0.05, the grains' inertia holds up to a tenth of the load.
        assert carried == pytest.approx(row["peak_pressure_MPa"], rel=0.15)


def test_fragments_are_counted_and_sized(small_run, observed):
    rows = json.loads((small_run / "summary.json").read_text())["states"]
    for name, row in zip(STATES, rows, strict=True):
        figures = observed[name]
        sizes = [figures[f"fragment_d{share}_um"] for share in (10, 50, 90)]
        assert sizes == sorted(sizes)
        with h5py.File(small_run / "run.h5") as file:
            volume = file[f"states/{name}/fragments/volume_um3"][()]
            faces = file[f"states/{name}/crack_faces/area_um2"][()]
        assert len(volume) == figures["fragment_count"]
        electrode = 11.0**2 * row["thickness_um"]
        assert volume.sum() / electrode == pytest.approx(row["am_fraction"], rel=1e-3)
        assert 1e6 * faces.sum() / electrode == pytest.approx(row["crack_area_m2_m3"], rel=1e-5)
    # Nothing is broken as coated: fragments are the particles.
    assert observed["as_coated"]["fragment_d50_um"] == rows[0]["particle_diameter_um"]


def test_particle_scatter_of_the_scenario_reaches_the_bonds(small_scenario):
    active = "materials.active_material"
    scenario = load(
        small_scenario,
        [
            f"{active}.particle_weibull_modulus=5",
            f'{active}.reference_particle_diameter="4 um"',
            f'{active}.reference_face_diameter="1 um"',
        ],
    )
    strength = bond_strength(scenario.materials.active_material)
    assert strength.particle_modulus == 5.0
    assert strength.reference_volume == pytest.approx(np.pi / 6 * 64e-18, rel=1e-12, abs=0)
    assert strength.reference_area == pytest.approx(np.pi / 4 * 1e-12, rel=1e-12, abs=0)
    plain = bond_strength(load(small_scenario).materials.active_material)
    assert plain.particle_modulus == np.inf
    assert plain.reference_volume is None and plain.reference_area is None
