"""The quickstart's small sibling from recipe to report through the command, and what it leaves."""

import csv
import json
import re
import shutil
from xml.etree import ElementTree

import h5py
import numba
import numpy as np
import pytest
import tifffile
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

from electrochem.porous_electrode.endings import LOWER_VOLTAGE
from electrochem.transport.bruggeman import fit_bruggeman
from scenarios.runner.cli import main
from scenarios.runner.discharging.structure import median_diameters
from scenarios.runner.results_file import read_figures
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE

STATES = ["as_coated", "2.60", "2.90"]
CONTRACT_COLUMNS = [
    "state", "target_density_g_cm3", "density_g_cm3", "crystal_density_g_cm3", "thickness_um",
    "loaded_thickness_um", "springback", "peak_pressure_MPa", "line_load_N_mm", "porosity",
    "am_fraction", "cbd_fraction", "cbd_nanoporosity", "pore_fraction", "broken_bond_fraction",
    "cracked_particle_fraction", "cracked_volume_fraction", "crack_area_m2_m3",
    "am_volume_above_100MPa", "am_volume_above_150MPa", "am_pore_area_m2_m3",
    "am_cbd_area_m2_m3", "tortuosity_factor_z", "effective_diffusivity_z",
    "electronic_conductivity_z_S_m",
]  # fmt: skip
VOXEL = 0.5
GRAIN_ARRAYS = {"radius_um", "particle_id", "stress_MPa", "displacement_um", "fragment_id"}


@pytest.fixture(autouse=True)
def threads_as_before():
    """The commands set the number of threads; leave it as it was."""
    count = numba.get_num_threads()
    yield
    numba.set_num_threads(count)


def table(folder) -> list[dict[str, str]]:
    with (folder / "summary.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def volumes(folder, row) -> tuple[float, float, float]:
    """Volumes per area [µm] of active material, CBD and pore, counted from the TIFF itself.

    A top layer that the plate cuts counts as far as it lies below the plate.
    """
    labels = tifffile.imread(folder / "volume" / f"{row['state']}.tif")
    foil = int((labels == COLLECTOR).all(axis=(1, 2)).sum())
    assert not (labels[foil:] == COLLECTOR).any()
    inside = np.clip(float(row["thickness_um"]) / VOXEL - np.arange(len(labels) - foil), 0, 1)
    return tuple(
        float(((labels[foil:] == label).mean(axis=(1, 2)) * inside).sum() * VOXEL)
        for label in (ACTIVE_MATERIAL, CARBON_BINDER, PORE)
    )


def test_run_folder_holds_every_file_of_the_contract(small_run):
    found = {str(path.relative_to(small_run)) for path in small_run.rglob("*") if path.is_file()}
    expected = {
        "scenario.toml", "run.h5", "summary.csv", "summary.json", "report.html", "calendem.log",
        "particles.pvd", "bonds.pvd", "cracks.pvd", "height_map.pvd", "volume.pvd", "finished",
        "discharge/cell.toml",
    }  # fmt: skip
    for name in STATES:
        expected |= {
            f"particles/{name}.vtp", f"bonds/{name}.vtp", f"volume/{name}.vti",
            f"cracks/{name}.vtp", f"height_map/{name}.vtp",
            f"volume/{name}.tif", f"volume/{name}.tif.json", f"discharge/{name}_1C.csv",
            f"discharge/{name}_1C_profiles.csv", f"discharge/{name}_1C.pvd",
            f"discharge/{name}_bpx.json", f"discharge/{name}_bpx.beyond.json",
        }  # fmt: skip
        profiles = sorted((small_run / "discharge" / f"{name}_1C").iterdir())
        assert 9 <= len(profiles) <= 11
        expected |= {f"discharge/{name}_1C/{k:02d}.vtr" for k in range(len(profiles))}
    # No checkpoint: nothing that works on a finished run needs one.
    assert found == expected


def test_summary_has_the_columns_and_states_of_the_path(small_run):
    rows = table(small_run)
    assert list(rows[0])[: len(CONTRACT_COLUMNS)] == CONTRACT_COLUMNS
    assert [row["state"] for row in rows] == STATES
    assert [row["target_density_g_cm3"] for row in rows] == ["", "2.6", "2.9"]
    density = [float(row["density_g_cm3"]) for row in rows]
    pressure = [float(row["peak_pressure_MPa"]) for row in rows]
    assert density == sorted(density) and pressure == sorted(pressure) and pressure[0] == 0.0


def test_summary_holds_no_time_and_no_path(small_run):
    text = (small_run / "summary.csv").read_text()
    cells = [cell for line in text.splitlines()[1:] for cell in line.split(",")]
    assert set(cells) & set(STATES) == set(STATES)
    # Every other cell is a number or blank: no room for a time of day or a folder.
    for cell in set(cells) - {"as_coated", "", LOWER_VOLTAGE}:
        float(cell)


def test_json_says_the_same_as_the_csv(small_run):
    summary = json.loads((small_run / "summary.json").read_text())
    for row, state in zip(table(small_run), summary["states"], strict=True):
        assert list(row) == list(state)
        for name, text in row.items():
            if name in ("state", "end_reason_1C"):
                assert state[name] == text
            elif text in ("", "inf"):
                assert state[name] is None
            else:
                assert state[name] == float(text)


def test_laws_of_the_pores_are_those_of_the_table(small_run):
    summary = json.loads((small_run / "summary.json").read_text())
    rows = table(small_run)
    fit = fit_bruggeman(*(
        [float(row[name]) for row in rows] for name in ("porosity", "tortuosity_factor_z")
    ))  # fmt: skip
    # Both files have six digits.
    assert summary["bruggeman"]["exponent"]["value"] == pytest.approx(fit.exponent, rel=1e-4)
    estimated = summary["penetration_depth"]["of_state"]
    assert list(estimated) == [row["state"] for row in rows]
    assert all(of["critical_rate_C"] > 0.0 for of in estimated.values())


def test_released_densities_meet_their_targets(small_run):
    for row in table(small_run)[1:]:
        # The bound; the scenario's own tolerance is 0.5 %.
        assert float(row["density_g_cm3"]) == pytest.approx(
            float(row["target_density_g_cm3"]), rel=0.01
        )


def test_loading_is_kept_from_state_to_state(small_run):
    for row in table(small_run):
        loading = float(row["density_g_cm3"]) * float(row["thickness_um"]) / 10
        # 3 mg/cm² up to one voxel's worth of the recipe's rounding; 6 digits in the table.
        assert loading == pytest.approx(3.0, rel=0.01)
        assert loading * 10 == pytest.approx(
            float(table(small_run)[0]["density_g_cm3"])
            * float(table(small_run)[0]["thickness_um"]),
            rel=2e-5,
        )


def test_porosity_counted_from_labels_agrees_with_mass_over_thickness(small_run):
    for row in table(small_run):
        thickness = float(row["thickness_um"])
        _, cbd, pore = volumes(small_run, row)
        counted = (pore + cbd * float(row["cbd_nanoporosity"])) / thickness
        weighed = 1 - float(row["density_g_cm3"]) / float(row["crystal_density_g_cm3"])
        assert counted == pytest.approx(float(row["porosity"]), abs=1e-5)  # 6 digits in the table
        assert counted == pytest.approx(weighed, abs=0.005)  # the bound


def test_active_volume_and_binder_solid_are_kept(small_run):
    rows = table(small_run)
    active_before, cbd_before, _ = volumes(small_run, rows[0])
    solid_before = cbd_before * (1 - float(rows[0]["cbd_nanoporosity"]))
    for row in rows[1:]:
        active, cbd, _ = volumes(small_run, row)
        assert active == pytest.approx(active_before, rel=0.005)
        solid = cbd * (1 - float(row["cbd_nanoporosity"]))
        assert solid == pytest.approx(solid_before, rel=0.005)
    for figures in read_figures(small_run / "run.h5"):
        assert abs(figures.checks["active_volume_change"]) < 0.005
        assert abs(figures.checks["cbd_solid_volume_change"]) < 0.005


def test_discharge_curves_run_down_as_capacity_runs_up(small_run):
    for name, row in zip(STATES, table(small_run), strict=True):
        path = small_run / "discharge" / f"{name}_1C.csv"
        assert path.read_text().startswith("time_s,voltage_V,capacity_mAh_cm2,")
        time, voltage, capacity, _, energy, *_ = np.loadtxt(
            path, delimiter=",", skiprows=1, unpack=True
        )
        assert time[0] == 0 and (np.diff(time) > 0).all()
        assert (np.diff(capacity) > 0).all() and (np.diff(voltage) < 0).all()
        assert voltage[-1] == pytest.approx(3.0, abs=1e-3)  # the default lower limit
        assert capacity[-1] == pytest.approx(float(row["capacity_1C_mAh_cm2"]), rel=1e-5)
        assert energy[-1] == pytest.approx(float(row["energy_1C_mWh_cm2"]), rel=1e-5)
        assert row["end_reason_1C"] == LOWER_VOLTAGE


def test_particles_are_kept_for_cells_of_several_sizes(small_run):
    for figures in read_figures(small_run / "run.h5"):
        (median,) = median_diameters(figures.diameters, 1)
        assert 1e6 * median == pytest.approx(figures.row["particle_diameter_um"], rel=1e-9)
        assert (np.diff(figures.diameters) >= 0).all() and figures.diameters.size > 3


def read_vtk(reader, path):
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput()


def arrays(attributes) -> dict[str, np.ndarray]:
    return {
        attributes.GetArrayName(i): vtk_to_numpy(attributes.GetArray(i))
        for i in range(attributes.GetNumberOfArrays())
    }


@pytest.mark.parametrize(
    ("kind", "suffix"), [("particles", "vtp"), ("bonds", "vtp"), ("volume", "vti")]
)
def test_series_lists_the_states_in_order_of_the_path(small_run, kind, suffix):
    entries = ElementTree.parse(small_run / f"{kind}.pvd").getroot().findall("Collection/DataSet")
    assert [entry.get("file") for entry in entries] == [f"{kind}/{n}.{suffix}" for n in STATES]
    assert [float(entry.get("timestep")) for entry in entries] == [0.0, 1.0, 2.0]


def test_grains_bonds_and_voxels_carry_their_arrays(small_run):
    count = None
    for index, row in enumerate(table(small_run)):
        name = row["state"]
        grains = read_vtk(vtkXMLPolyDataReader(), small_run / f"particles/{name}.vtp")
        points = arrays(grains.GetPointData())
        assert set(points) >= GRAIN_ARRAYS
        assert len(points["radius_um"]) == (count or len(points["radius_um"]))
        count = len(points["radius_um"])
        fields = arrays(grains.GetFieldData())
        assert fields["density_g_cm3"][0] == pytest.approx(float(row["density_g_cm3"]), rel=1e-5)
        assert fields["pressure_MPa"][0] == pytest.approx(float(row["peak_pressure_MPa"]), rel=1e-5)
        bonds = read_vtk(vtkXMLPolyDataReader(), small_run / f"bonds/{name}.vtp")
        assert {"state", "force_N"} <= set(arrays(bonds.GetCellData()))
        assert bonds.GetNumberOfLines() > count
        image = read_vtk(vtkXMLImageDataReader(), small_run / f"volume/{name}.vti")
        labels = tifffile.imread(small_run / f"volume/{name}.tif")
        assert image.GetSpacing() == pytest.approx((VOXEL,) * 3)
        assert tuple(reversed(image.GetDimensions())) == tuple(np.array(labels.shape) + 1)
        assert (arrays(image.GetCellData())["label"].reshape(labels.shape) == labels).all()
        moved = np.abs(points["displacement_um"]).max()
        assert moved == 0.0 if index == 0 else moved > 1.0  # µm: a fifth of 13 µm was closed


def test_loading_path_rises_in_density_and_releases_end_unloaded(small_run):
    with h5py.File(small_run / "run.h5") as file:
        density = file["path/density_g_cm3"][()]
        assert (np.diff(density) > 0).all() and density[-1] > 2.9
        assert all(len(values) == len(density) for values in file["path"].values())
        for name, row in zip(STATES[1:], table(small_run)[1:], strict=True):
            pressure = file[f"release/{name}/pressure_MPa"][()]
            assert pressure[0] == pytest.approx(float(row["peak_pressure_MPa"]), rel=1e-5)
            # The plate rests at the seating pressure, 0.1 MPa, up to the last waves: what the
            # release itself asks for is a mean below 2 % of the peak or twice the seating.
            assert pressure[-3:].mean() < max(0.02 * pressure[0], 0.2)
            thickness = file[f"release/{name}/thickness_um"][()]
            assert thickness[0] == pytest.approx(float(row["loaded_thickness_um"]), rel=1e-5)
            assert thickness[-1] == pytest.approx(float(row["thickness_um"]), rel=1e-5)


def test_overlaps_at_peak_load_are_kept_and_shown_with_the_laws_limit(small_run):
    warned = json.loads((small_run / "summary.json").read_text())["warnings"]
    told = [text for text in warned if text.startswith("overlaps above 0.1")]
    page = (small_run / "report.html").read_text(encoding="utf-8")
    assert "Overlaps of the active material" in page
    checks = {f.name: f.checks["overlap_beyond_hertz"] for f in read_figures(small_run / "run.h5")}
    with h5py.File(small_run / "run.h5") as file:
        edges = file["overlap/edges"][()]
        assert set(file["overlap"]) == {"edges", *STATES[1:]}
        for name in STATES[1:]:
            counts = file[f"overlap/{name}"][()]
            assert counts.sum() > 0 and len(edges) == len(counts) + 1
            # The limit is an edge of the bins, so they hold the share beyond it exactly.
            beyond = counts[edges[:-1] > 0.1 - 1e-9].sum() / counts.sum()
            assert beyond == pytest.approx(checks[name], abs=1e-12)
            assert any(name in text for text in told) == (beyond > 0.05)


def test_report_needs_nothing_from_outside(small_run):
    page = (small_run / "report.html").read_text(encoding="utf-8")
    loaded = re.findall(
        r"<(?:img|script|link|iframe)\b[^>]*?(?:src|href)\s*=\s*[\"']([^\"']*)", page
    )
    assert len(loaded) >= 5  # plots of pressing, structure, transport and cell
    assert all(target.startswith("data:") for target in loaded)
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?\s*(?:https?:)?//", page)
    assert not re.search(r"url\(\s*[\"']?(?!data:)\w+:", page) and "@import" not in page


def test_report_is_written_again_from_the_folder_alone(small_run, tmp_path, capsys):
    folder = tmp_path / "moved"
    shutil.copytree(small_run, folder)
    (folder / "report.html").unlink()
    assert main(["report", str(folder)]) == 0
    assert "report.html" in capsys.readouterr().out
    assert "2.90" in (folder / "report.html").read_text(encoding="utf-8")


def test_finished_run_is_discharged_at_another_rate(small_run, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(small_run, folder)
    summary = (folder / "summary.csv").read_bytes()
    assert main(["discharge", str(folder), "--rates", "0.5C"]) == 0
    assert (folder / "summary.csv").read_bytes() == summary
    for name in STATES:
        slow, fast = (
            np.loadtxt(folder / "discharge" / f"{name}_{rate}.csv", delimiter=",", skiprows=1)
            for rate in ("0.5C", "1C")
        )
        # Slower, with less overpotential, the same cell gives more, in about twice the time.
        assert slow[-1, 2] > fast[-1, 2]
        assert 1.9 < slow[-1, 0] / fast[-1, 0] < 2.5


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="needs two threads")
def test_two_threads_give_the_bytes_of_one(small_run, small_scenario, tmp_path):
    folder = tmp_path / "two"
    assert main(["run", str(small_scenario), "-o", str(folder), "--threads", "2"]) == 0
    assert numba.get_num_threads() == 2
    assert (folder / "summary.csv").read_bytes() == (small_run / "summary.csv").read_bytes()
    for name in STATES:
        one, two = (tifffile.imread(f / "volume" / f"{name}.tif") for f in (small_run, folder))
        assert (one == two).all()
        curve = f"discharge/{name}_1C.csv"
        assert (folder / curve).read_bytes() == (small_run / curve).read_bytes()


def test_no_targets_press_nothing_and_give_the_structure_back(small_run, tmp_path):
    image = small_run / "volume" / "2.90.tif"
    folder = tmp_path / "as-read"
    options = {
        "electrode.image": image, "calendering.targets": "[]", "cell.kind": "none",
        "decomposition.grain_size": "1.6 um", "output.pictures": "false",
    }  # fmt: skip
    sets = [part for key, value in options.items() for part in ("--set", f"{key}={value}")]
    assert main(["run", "tomography", *sets, "-o", str(folder)]) == 0
    read, written = tifffile.imread(image), tifffile.imread(folder / "volume" / "as_imaged.tif")
    np.testing.assert_array_equal(written, read)
    (row,) = table(folder)
    assert (row["state"], row["target_density_g_cm3"]) == ("as_imaged", "")
    # The thickness that the file records weighs the top layer as it was; six digits are written.
    (pressed,) = (r for r in table(small_run) if r["state"] == "2.90")
    for name in ("thickness_um", "am_fraction"):
        assert float(row[name]) == pytest.approx(float(pressed[name]), rel=1e-5)
