"""Where cracks lie over the thickness, what surface they add, and how ParaView sees them."""

import csv

import h5py
import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkFiltersVerdict import vtkCellSizeFilter
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

from dem.bonds import BROKEN_SHEAR, BROKEN_TENSION
from dem.box import Box
from dem.breaks import no_breaks
from dem.calender import unloaded_state
from dem.vtk_cracks import write_cracks
from scenarios.runner.cracks import crack_profile, crack_row, new_over_outer_surface, over_layers
from tests.dem.assemblies import UM, bonds_between, spheres
from voxelize.deposit.openings import Openings
from voxelize.volume import Volume

BOX = Box(np.array([12.0, 12.0]) * UM, True)


def pairs_at(heights, broken):
    """Particles of two grains side by side at heights [µm]; bonds of 1 µm², some broken."""
    position = [[x, 2.0 + 3 * k, z] for k, z in enumerate(heights) for x in (5.0, 7.0)]
    position = np.array(position) * UM
    particle = np.repeat(np.arange(len(heights)), 2)
    grains = spheres(position, UM, particle)
    pairs = [(2 * k, 2 * k + 1) for k in range(len(heights))]
    bonds = bonds_between(position, pairs, UM**2)
    bonds.state[:] = broken
    return unloaded_state(grains, bonds, 12 * UM)


def test_disc_is_shared_out_among_the_layers_it_crosses():
    # Upright disc of radius R: the zone up to t R holds (π/2 + asin t + t √(1 − t²))/π of it.
    found = over_layers(np.array([2.0]), np.array([1.0]), np.array([3.0]), 0.5, 8)
    t = np.linspace(-1, 1, 5)
    below = 0.5 + (np.arcsin(t) + t * np.sqrt(1 - t * t)) / np.pi
    assert found == pytest.approx(3 * np.concatenate(([0, 0], np.diff(below), [0, 0])))
    # Flat ones lie in one layer, what sticks out counts in the last.
    flat = over_layers(np.array([0.7, 4.2]), np.zeros(2), np.array([2.0, 5.0]), 0.5, 8)
    assert flat.tolist() == [0, 2, 0, 0, 0, 0, 0, 5]
    rng = np.random.default_rng(1)
    height, amount = rng.uniform(-1, 5, 100), rng.uniform(0, 1, 100)
    spread = over_layers(height, rng.uniform(0, 2, 100), amount, 0.5, 8)
    assert spread.sum() == pytest.approx(amount.sum(), rel=1e-12) and (spread >= 0).all()


def test_cracks_by_thirds_and_their_surface():
    state = pairs_at([2.0, 6.0, 10.0, 11.0], [0, 0, BROKEN_TENSION, BROKEN_SHEAR])
    row = crack_row(state, BOX)
    names = [f"cracked_particle_fraction_{third}_third" for third in ("bottom", "middle", "top")]
    assert [row[name] for name in names] == [0.0, 0.0, 1.0]
    assert row["crack_area_share_top_third"] == 1.0
    # Two faces of 1 µm², both sides; eight balls of 1 µm radius and 4760 kg/m³.
    mass = 8 * 4 / 3 * np.pi * 4760e-18
    assert row["new_surface_m2_g"] == pytest.approx(4e-12 / mass / 1000)
    sphere = 4 * np.pi * 2 ** (2 / 3)
    assert row["new_surface_over_spheres"] == pytest.approx(4 / (4 * sphere))
    whole = crack_row(pairs_at([2.0, 3.0], [0, 0]), BOX)
    assert whole["crack_area_share_top_third"] is None and whole["new_surface_m2_g"] == 0.0
    assert whole[names[1]] is None


def test_outer_surface_is_that_of_the_unloaded_voxels_per_mass():
    unloaded = {"am_pore_area_m2_m3": 3e5, "am_cbd_area_m2_m3": 1e5, "density_g_cm3": 2.0}
    row = {"crack_area_m2_m3": 0.6e5, "density_g_cm3": 3.0}
    # 2 × 0.02 m²/g of cracks over 0.2 m²/g of surface.
    assert new_over_outer_surface(row, unloaded) == pytest.approx(0.2)


def test_profiles_add_up_to_what_broke():
    state = pairs_at([2.0, 6.0, 10.0], [0, BROKEN_TENSION, BROKEN_SHEAR])
    labels = np.zeros((24, 24, 24), np.uint8)
    volume = Volume(labels, 0.5 * UM, True, 11.8 * UM, 0.5)
    openings = Openings(
        np.array([1, 2]), np.full(2, UM**2), np.array([0.1, 0.3]) * UM, np.array([0.1, 0.3]) * UM**3
    )
    profile = crack_profile(state, BOX, openings, volume)
    layer = np.full(24, 0.5) * UM
    layer[-1] = 0.3 * UM
    total = {
        name: float((np.nan_to_num(values) * layer).sum() * BOX.area)
        for name, values in profile.items()
    }
    assert total["profile_crack_area_m2_m3"] == pytest.approx(2 * UM**2)
    assert total["profile_crack_area_tension_m2_m3"] == pytest.approx(UM**2)
    assert total["profile_crack_area_strain_m2_m3"] == 0.0
    assert total["profile_crack_volume_fraction"] == pytest.approx(0.4 * UM**3)
    share = np.array(profile["profile_broken_area_fraction"])
    # Upright faces of 0.56 µm radius at 2, 6 and 10 µm: 0, 1, 1; none between them.
    assert share[[3, 4]].tolist() == [0.0, 0.0] and share[[11, 12, 19, 20]] == pytest.approx(1.0)
    assert np.isnan(share[[0, 8, 15]]).all()


def polygons(path):
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    sizes = vtkCellSizeFilter()
    sizes.SetInputConnection(reader.GetOutputPort())
    sizes.Update()
    data, arrays = sizes.GetOutput(), sizes.GetOutput().GetCellData()
    return data, {
        arrays.GetArrayName(i): vtk_to_numpy(arrays.GetArray(i))
        for i in range(arrays.GetNumberOfArrays())
    }


def test_cracks_are_discs_of_their_area_between_their_grains(tmp_path):
    state = pairs_at([2.0, 6.0, 10.0], [0, BROKEN_TENSION, BROKEN_SHEAR])
    write_cracks(
        tmp_path / "cracks.vtp", state.grains, state.bonds, box=BOX,
        aperture=np.array([0.0, 0.1, 0.3]) * UM, breaks=no_breaks(), field={"density_g_cm3": 3.0},
    )  # fmt: skip
    data, arrays = polygons(tmp_path / "cracks.vtp")
    assert arrays["mode"].tolist() == [BROKEN_TENSION, BROKEN_SHEAR]
    assert arrays["aperture_um"] == pytest.approx([0.1, 0.3])
    # Corners in single precision.
    assert arrays["Area"] == pytest.approx([1.0, 1.0], rel=1e-5)
    corners = vtk_to_numpy(data.GetPoints().GetData()).reshape(2, -1, 3)
    assert corners[..., 0] == pytest.approx(6.0, abs=1e-6)
    assert corners.mean(axis=1)[:, 1:] == pytest.approx(np.array([[5.0, 6.0], [8.0, 10.0]]))


@pytest.mark.parametrize("name", ["as_coated", "2.60", "2.90"])
def test_run_holds_the_same_cracks_everywhere(small_run, name):
    with (small_run / "summary.csv").open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["state"] == name)
    thickness = float(row["thickness_um"])
    with h5py.File(small_run / "run.h5") as file:
        state = file[f"states/{name}"]
        area = state["crack_faces/area_um2"][()]
        height, voxel = state["surface/height_um"][()], 0.5
        layers = np.full(len(state["profile_z_um"]), voxel)
        layers[-1] = thickness - voxel * (len(layers) - 1)
        profile = state["profile_crack_area_m2_m3"][()]
    # Per layer and in the table: m²/m³ is 1e-6 µm²/µm³; thickness and table have six digits.
    assert 1e-6 * profile @ layers * 11.0**2 == pytest.approx(area.sum(), rel=1e-5)
    per_volume = 1e6 * area.sum() / 121 / thickness
    assert float(row["crack_area_m2_m3"]) == pytest.approx(per_volume, rel=1e-5)
    _, arrays = polygons(small_run / f"cracks/{name}.vtp")
    assert arrays["area_um2"].sum() == pytest.approx(area.sum(), rel=1e-5)
    new = float(row["new_surface_m2_g"])
    density = float(row["density_g_cm3"])
    # m²/m³ over g/cm³ = 1e-6 m²/g.
    assert new == pytest.approx(2e-6 * float(row["crack_area_m2_m3"]) / density, rel=1e-4)
    # The plate rests on the highest solid; its plane is one of the map's heights.
    assert height.shape == (22, 22) and height.max() == pytest.approx(thickness, abs=voxel)
    assert 0.0 < float(row["surface_roughness_um"]) < height.max() - height.min()
