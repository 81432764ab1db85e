"""What is written to VTK files is read back with VTK: values, units, places and field data."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

from dem.bonds import BROKEN_STRAIN, BROKEN_TENSION, INTACT, Bonds
from dem.box import Box
from dem.breaks import Breaks
from dem.grains import ACTIVE, CBD, at_rest
from dem.skeleton import Skeleton
from dem.vtk_output import write_bonds, write_grains, write_series
from voxelize.volume import Volume
from voxelize.write.vti import write_volume

UM = 1e-6
# Coordinates and most arrays are stored as 32-bit floats.
SINGLE = 1e-6
FIELD = {"density_g_cm3": 2.8, "pressure_MPa": 31.5}


def periodic_box() -> Box:
    return Box(np.array([10.0, 8.0]) * UM, periodic=True)


def three_grains():
    return at_rest(
        position=np.array([[9.5, 4.0, 1.0], [10.5, 4.0, 1.0], [-0.5, 7.0, 2.0]]) * UM,
        radius=np.array([0.4, 0.5, 0.6]) * UM,
        volume=np.ones(3) * UM**3,
        mass=np.ones(3) * 1e-15,
        material=np.array([ACTIVE, ACTIVE, CBD]),
        particle=np.array([4, 4, 9]),
    )


def two_bonds() -> Bonds:
    return Bonds(
        first=np.array([0, 0], dtype=np.int32),
        second=np.array([1, 2], dtype=np.int32),
        area=np.array([0.5, 0.25]) * UM**2,
        rest=np.zeros((2, 3)),
        state=np.array([INTACT, BROKEN_TENSION], dtype=np.uint8),
        tensile_strength=np.array([400e6, 30e6]),
        cohesion=np.array([410e6, 31e6]),
    )


def read_polydata(path):
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput()


def arrays_of(attributes) -> dict[str, np.ndarray]:
    return {
        attributes.GetArrayName(i): vtk_to_numpy(attributes.GetArray(i))
        for i in range(attributes.GetNumberOfArrays())
    }


def figures_of(data) -> dict[str, float]:
    return {name: float(values[0]) for name, values in arrays_of(data.GetFieldData()).items()}


@pytest.fixture
def grains_file(tmp_path):
    stress = np.zeros((3, 3, 3))
    stress[0] = np.diag([100e6, 0.0, 0.0])
    stress[1] = [[0.0, 5e6, 0.0], [7e6, 0.0, 0.0], [0.0, 0.0, 0.0]]
    write_grains(
        tmp_path / "grains.vtp",
        three_grains(),
        box=periodic_box(),
        stress=stress,
        displacement=np.array([[0.1, 0.2, -0.3]] * 3) * UM,
        fragment=np.array([0, 0, 1]),
        cracked=np.array([True, True, False]),
        field=FIELD,
    )
    return tmp_path / "grains.vtp"


def test_grains_come_back_in_micrometres_and_inside_the_box(grains_file):
    data = read_polydata(grains_file)
    points = vtk_to_numpy(data.GetPoints().GetData())
    expected = [[9.5, 4.0, 1.0], [0.5, 4.0, 1.0], [9.5, 7.0, 2.0]]
    assert points == pytest.approx(np.array(expected), rel=SINGLE)
    assert data.GetNumberOfVerts() == 3
    arrays = arrays_of(data.GetPointData())
    assert arrays["radius_um"] == pytest.approx([0.4, 0.5, 0.6], rel=SINGLE)
    assert arrays["particle_id"].tolist() == [4, 4, 9]
    assert arrays["material"].tolist() == [ACTIVE, ACTIVE, CBD]
    assert arrays["fragment_id"].tolist() == [0, 0, 1]
    assert arrays["cracked"].tolist() == [1, 1, 0]
    assert arrays["displacement_um"][2] == pytest.approx([0.1, 0.2, -0.3], rel=SINGLE)
    assert figures_of(data) == FIELD


def test_stress_keeps_its_components_in_rows(grains_file):
    array = read_polydata(grains_file).GetPointData().GetArray("stress_MPa")
    by_name = {array.GetComponentName(c): array.GetComponent(1, c) for c in range(9)}
    assert by_name["xy"] == pytest.approx(5.0)
    assert by_name["yx"] == pytest.approx(7.0)
    assert array.GetComponent(0, 0) == pytest.approx(100.0)


def test_particles_carry_the_mean_stress_of_their_grains(grains_file):
    arrays = arrays_of(read_polydata(grains_file).GetPointData())
    xx, xy, yx = arrays["particle_stress_MPa"][:, [0, 1, 3]].T
    assert xx == pytest.approx([50.0, 50.0, 0.0], rel=SINGLE)
    assert xy == pytest.approx([2.5, 2.5, 0.0], rel=SINGLE)
    assert yx == pytest.approx([3.5, 3.5, 0.0], rel=SINGLE)
    # √(σ² + 3 τ²) with the mean of both shear components.
    expected = np.sqrt(50.0**2 + 3 * 3.0**2)
    assert arrays["particle_von_mises_MPa"] == pytest.approx([expected, expected, 0], rel=SINGLE)


def test_grains_carry_contacts_neighbours_and_force_chains_where_they_are_known(
    grains_file, tmp_path
):
    skeleton = Skeleton(
        step=7, stress=np.zeros((3, 3)), fabric=np.zeros((3, 3)), bond_fabric=np.zeros((3, 3)),
        contacts=np.array([2, 0, 1], np.int32), neighbours=np.array([1, 1, 0], np.int32),
        chain=np.array([0, 0, -1], np.int32),
    )  # fmt: skip
    path = tmp_path / "loaded.vtp"
    write_grains(
        path, three_grains(), box=periodic_box(), stress=np.zeros((3, 3, 3)),
        displacement=np.zeros((3, 3)), fragment=np.zeros(3), field=FIELD, skeleton=skeleton,
    )  # fmt: skip
    arrays = arrays_of(read_polydata(path).GetPointData())
    assert arrays["contacts"].tolist() == [2, 0, 1]
    assert arrays["coordination"].tolist() == [1, 1, 0]
    assert arrays["force_chain_id"].tolist() == [0, 0, -1]
    unloaded = arrays_of(read_polydata(grains_file).GetPointData())
    assert not {"contacts", "coordination", "force_chain_id"} & set(unloaded)


def test_broken_bonds_carry_their_step_and_energy(tmp_path):
    breaks = Breaks(
        step=np.array([120]), bond=np.array([1]), first=np.array([0]), second=np.array([2]),
        mode=np.array([BROKEN_STRAIN]), energy=np.array([2.5e-12]), place=np.zeros((1, 3)),
    )  # fmt: skip
    bonds = two_bonds()
    bonds.state[1] = BROKEN_STRAIN
    path = tmp_path / "bonds.vtp"
    write_bonds(
        path, three_grains(), bonds, box=periodic_box(), force=np.zeros((2, 3)), field=FIELD,
        breaks=breaks,
    )  # fmt: skip
    arrays = arrays_of(read_polydata(path).GetCellData())
    assert arrays["state"].tolist() == [INTACT, BROKEN_STRAIN]
    assert arrays["break_step"].tolist() == [-1, 120]
    assert arrays["released_pJ"] == pytest.approx([0.0, 2.5])


def test_bond_across_the_periodic_boundary_is_drawn_short(tmp_path):
    path = tmp_path / "bonds.vtp"
    force = np.array([[2e-6, 1e-6, 0.0], [0.0, 0.0, 0.0]])
    write_bonds(path, three_grains(), two_bonds(), box=periodic_box(), force=force, field=FIELD)
    data = read_polydata(path)
    assert data.GetNumberOfLines() == 2
    ends = vtk_to_numpy(data.GetPoints().GetData()).reshape(2, 2, 3)
    # The first crosses x = 10 µm onwards; the second's shortest way is zero in x and 3 µm in y.
    assert ends[0] == pytest.approx(np.array([[9.5, 4.0, 1.0], [10.5, 4.0, 1.0]]), rel=SINGLE)
    assert ends[1] == pytest.approx(np.array([[9.5, 4.0, 1.0], [9.5, 7.0, 2.0]]), rel=SINGLE)
    arrays = arrays_of(data.GetCellData())
    assert arrays["state"].tolist() == [INTACT, BROKEN_TENSION]
    assert arrays["force_N"] == pytest.approx(force)
    assert arrays["normal_force_N"] == pytest.approx([2e-6, 0.0])
    assert arrays["area_um2"] == pytest.approx([0.5, 0.25], rel=SINGLE)
    assert arrays["tensile_strength_MPa"] == pytest.approx([400.0, 30.0], rel=SINGLE)
    assert figures_of(data) == FIELD


def test_no_bonds_make_a_file_that_opens(tmp_path):
    none = Bonds(*(values[:0] for values in two_bonds()))
    path = tmp_path / "bonds.vtp"
    write_bonds(path, three_grains(), none, box=periodic_box(), force=np.empty((0, 3)), field=FIELD)
    data = read_polydata(path)
    assert data.GetNumberOfLines() == 0
    assert figures_of(data) == FIELD


def test_volume_comes_back_voxel_by_voxel_at_its_place(tmp_path):
    labels = np.random.default_rng(0).integers(0, 3, (5, 4, 3)).astype(np.uint8)
    labels[:2] = 3
    particle = np.arange(60, dtype=np.int32).reshape(5, 4, 3) - 1
    volume = Volume(labels, 0.4 * UM, True, 1.2 * UM, 0.47, particle)
    path = tmp_path / "volume.vti"
    write_volume(path, volume, grain=particle + 7, field=FIELD)
    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    data = reader.GetOutput()
    arrays = arrays_of(data.GetCellData())
    assert np.array_equal(arrays["label"].reshape(labels.shape), labels)
    assert arrays["label"].dtype == np.uint8
    assert np.array_equal(arrays["particle_id"].reshape(labels.shape), particle)
    assert np.array_equal(arrays["grain_id"].reshape(labels.shape), particle + 7)
    # Voxel (k, j, i) = (2, 3, 1) is the first layer above the foil.
    cell = data.GetCell((2 * 4 + 3) * 3 + 1)
    assert cell.GetBounds() == pytest.approx((0.4, 0.8, 1.2, 1.6, 0.0, 0.4))
    figures = figures_of(data)
    assert figures["thickness_um"] == pytest.approx(1.2)
    assert figures["cbd_nanoporosity"] == 0.47
    assert figures["density_g_cm3"] == 2.8


def test_series_names_its_files_and_times(tmp_path):
    path = tmp_path / "particles.pvd"
    write_series(path, [(0, "particles/as_coated.vtp"), (1, "particles/2.80 & more.vtp")])
    entries = ElementTree.parse(path).getroot().findall("Collection/DataSet")
    assert [(e.get("timestep"), e.get("file")) for e in entries] == [
        ("0", "particles/as_coated.vtp"),
        ("1", "particles/2.80 & more.vtp"),
    ]


def test_failed_write_leaves_the_old_file_and_nothing_half_written(grains_file, tmp_path):
    before = grains_file.read_bytes()
    (tmp_path / ".grains.vtp.partial").mkdir()
    with pytest.raises(OSError):
        write_grains(
            grains_file,
            three_grains(),
            box=periodic_box(),
            stress=np.zeros((3, 3, 3)),
            displacement=np.zeros((3, 3)),
            fragment=np.zeros(3),
            field={},
        )
    assert grains_file.read_bytes() == before


def test_full_disk_is_an_error(tmp_path):
    full = tmp_path / ".full.vtp.partial"
    try:
        full.symlink_to("/dev/full")
        full.write_bytes(b"x")
    except FileNotFoundError:
        pytest.skip("no /dev/full on this system")
    except OSError:
        pass
    with pytest.raises(OSError, match="disk full"):
        write_grains(
            tmp_path / "full.vtp",
            three_grains(),
            box=periodic_box(),
            stress=np.zeros((3, 3, 3)),
            displacement=np.zeros((3, 3)),
            fragment=np.zeros(3),
            field={},
        )
    assert not (tmp_path / "full.vtp").exists()
