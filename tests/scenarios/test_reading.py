"""Volumes of any format through the command line: checked, measured, and refused in a sentence."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from scenarios.runner.analysis.volume_row import volume_row
from scenarios.runner.cli import main
from scenarios.runner.image import read_image, with_record
from scenarios.runner.interrupt import StopRequest
from scenarios.runner.load import load, resolved_text
from scenarios.runner.prepare import electrode_volume
from scenarios.runner.progress import Reporter
from scenarios.runner.schema.analysis import Analysis
from tests.voxelize.read.stacks import FORMATS, H, record
from voxelize.volume import Volume
from voxelize.write.formats import WRITERS
from voxelize.write.tiff import write_labels

KINDS = [name for name in FORMATS if "," not in name]


def coating(nz=20, ny=16, nx=18):
    """Half the width pore, half active material, as `PHASES` numbers them."""
    labels = np.zeros((nz, ny, nx), np.uint8)
    labels[:, :, nx // 2 :] = 1
    return labels


def settings(**keys):
    return [part for key, value in keys.items() for part in ("--set", f"electrode.{key}={value}")]


@pytest.mark.parametrize("name", KINDS)
def test_every_format_is_checked_and_loaded_alike(name, tmp_path, capsys):
    path = FORMATS[name](tmp_path, coating())
    known = {"image": path, "voxel_size": '"0.5 um"'}
    if name == "hdf5":
        known["dataset"] = "images/labels"
    assert main(["check", "tomography", *settings(**known)]) == 0
    assert f'image = "{path}"' in capsys.readouterr().out
    scenario = load("tomography", [f"electrode.{key}={value}" for key, value in known.items()])
    assert np.array_equal(read_image(scenario).labels, coating())


def test_what_the_file_records_stands_in_the_scenario(tmp_path, capsys):
    labels = coating()
    path = tmp_path / "state.tif"
    write_labels(path, Volume(labels, H, True, 19.5 * H, 0.37))
    scenario = with_record(load("tomography", [f"electrode.image={path}"]))
    assert scenario.electrode.axis_order == "zyx"
    assert scenario.electrode.sides == "periodic"
    assert scenario.electrode.labels["collector"] == 3
    assert scenario.materials.cbd.nanoporosity == 0.37
    volume = read_image(scenario)
    assert volume.periodic and volume.cbd_nanoporosity == 0.37
    assert (volume.voxel_size, volume.thickness) == pytest.approx((H, 19.5 * H), rel=1e-9)
    given = ["electrode.sides=symmetric", "materials.cbd.nanoporosity=0.5"]
    other = read_image(load("tomography", [f"electrode.image={path}", *given]))
    assert not other.periodic and other.cbd_nanoporosity == 0.5
    # Written into a run's own scenario, it is read as it was.
    assert main(["check", "tomography", *settings(image=path)]) == 0
    assert "nanoporosity = 0.37\n" in capsys.readouterr().out


def test_grey_values_are_analysed_by_crop_and_thresholds(tmp_path, monkeypatch):
    grey = 40 + 150 * coating().astype(np.uint16)
    # What is cropped away lies in no range.
    grey[:4] = 9999
    (tmp_path / "slices").mkdir()
    for k, layer in enumerate(grey):
        tifffile.imwrite(tmp_path / "slices" / f"s{k}.tif", layer)
    monkeypatch.chdir(tmp_path)
    options = [
        "--voxel-size", "0.5 um", "--thresholds", "pore=0:90,active_material=90:255",
        "--crop", "2 um:10 um, 0:16, 0:18", "--coarsening", "2", "--only", "surface",
    ]  # fmt: skip
    assert main(["analyse", "slices", *options]) == 0
    with open(tmp_path / "slices-run" / "summary.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    # 9 columns of each phase: the odd one is one half of its block, which the pore keeps or the
    # active material, layer by layer, so that each has its half.
    assert float(row["am_fraction"]) == pytest.approx(0.5, abs=1e-6)
    assert float(row["thickness_um"]) == 8.0


def test_reading_keys_are_written_as_they_are_read(tmp_path):
    np.save(tmp_path / "a.npy", coating())
    given = [
        f"electrode.image={tmp_path / 'a.npy'}",
        'electrode.voxel_size=["32.5 nm", "37.2 nm", "37.2 nm"]',
        "electrode.thresholds={pore=[-inf, 0.5], active_material=[0.5, inf]}",
        'electrode.crop=[["65 nm", "0.325 um"], [0, 16], [0, 18]]',
        'electrode.resample_to="37.2 nm"',
    ]
    scenario = load("tomography", given)
    (tmp_path / "again.toml").write_text(resolved_text(scenario, {}))
    again = load(str(tmp_path / "again.toml"))
    assert again.electrode == scenario.electrode
    assert np.array_equal(read_image(again).labels, read_image(scenario).labels)
    assert read_image(again).labels.shape == (7, 16, 18)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--crop", "0:8,0:8"], "three (z, y, x)"),
        (["--crop", "0-8,0:8,0:8"], "--crop"),
        (["--crop", "0:8,0:8,4:4"], "--crop along x goes from voxel 4 to 4"),
        (["--thresholds", "pore=0,active_material=1:2"], "--thresholds"),
        (["--thresholds", "pore=0:1"], "--thresholds: active_material is missing"),
        (["--thresholds", "pore=0:1,active_material=1:2", "--labels", "pore=0"], "one of the two"),
        (["--voxel-size", "1 um, 2 um"], "it has 2 edges"),
        (["--resample-to", "0 um"], "--resample-to got"),
        (["--dataset", "labels"], "holds one volume"),
        (["--axis-order", "xyy"], "--axis-order is 'xyy'"),
        (["--axis-order", "-zyy"], "--axis-order is"),
        (["--crop", "-1:5,0:8,0:8"], "it is negative"),
        (["--labels", "pore=0,active_material=1,pore=2"], '--labels: names "pore" twice'),
        (["--thresholds", "pore=0:1,pore=1:2"], '--thresholds: names "pore" twice'),
        (["--resample-to", "1 m"], "expected at most 16 times"),
        (["--resample-to", "1 nm"], "GiB of memory"),
    ],
)
def test_wrong_reading_arguments_are_refused(options, words, tmp_path, monkeypatch, capsys):
    np.save(tmp_path / "a.npy", coating())
    monkeypatch.chdir(tmp_path)
    assert main(["analyse", "a.npy", "--voxel-size", "0.5 um", *options]) == 2
    printed = capsys.readouterr().err
    assert words in printed and "Traceback" not in printed
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]


def test_cube_needs_its_through_plane_direction(tmp_path, monkeypatch, capsys):
    np.save(tmp_path / "cube.npy", coating(16, 16, 16))
    monkeypatch.chdir(tmp_path)
    assert main(["analyse", "cube.npy", "--voxel-size", "0.5 um"]) == 2
    assert "is a cube of 16 voxels" in capsys.readouterr().err
    known = {"image": "cube.npy", "voxel_size": '"0.5 um"'}
    assert main(["check", "tomography", *settings(**known)]) == 2
    assert main(["check", "tomography", *settings(**known, axis_order="zyx")]) == 0
    (tmp_path / "cube.npy.json").write_text(record(labels={"pore": 0, "active_material": 1}))
    assert main(["check", "tomography", *settings(image="cube.npy")]) == 0


def test_stretched_voxels_are_told_along_z_y_x(tmp_path, capsys):
    np.save(tmp_path / "a.npy", coating())
    size = '["32.5 nm", "37.2 nm", "37.2 nm"]'
    keys = {"image": tmp_path / "a.npy", "voxel_size": size, "resample_to": '"50 nm"'}
    assert main(["check", "tomography", *settings(**keys)]) == 0
    printed = capsys.readouterr().out
    assert ("voxel_size = [" in printed and '"37.2 nm"' in printed) or "0.0372 um" in printed
    scenario = load("tomography", [f"electrode.{key}={value}" for key, value in keys.items()])
    assert read_image(scenario).voxel_size == 50e-9


@pytest.mark.parametrize("ending", ["h5", "nrrd", "vti"])
def test_state_of_a_run_is_analysed_with_its_own_nanoporosities(ending, tmp_path, capsys):
    labels = coating()[:8, :8, 5:13].copy()
    # Domain of two densities over the whole height: in parallel, as the field says.
    labels[:, :, 0], labels[:, :, 1] = 2, 2
    field = np.full(labels.shape, np.nan, np.float32)
    field[:, :, 0], field[:, :, 1] = 0.2, 0.8
    particle = np.where(labels == 1, 0, -1).astype(np.int32)
    volume = Volume(labels, 0.5e-6, False, 8 * 0.5e-6, 0.5, particle, field)
    path = tmp_path / f"state.{ending}"
    WRITERS[ending](path, volume)
    options = ["analyse", str(path), "--only", "transport", "-o", str(tmp_path / "whole")]
    assert main(options) == 0
    expected, without = (
        volume_row(each, Analysis(), lambda share, note: None)
        for each in (volume, replace(volume, nanoporosity_field=None))
    )
    with open(tmp_path / "whole" / "summary.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    # The table has so many digits.
    for column in ("effective_diffusivity_z", "electronic_conductivity_z_S_m", "porosity"):
        assert float(row[column]) == pytest.approx(expected[column], rel=1e-4)
    assert without["effective_diffusivity_z"] != pytest.approx(
        expected["effective_diffusivity_z"], rel=1e-2
    )
    capsys.readouterr()
    part = ["--crop", "0:8,0:4,0:8", "-o", str(tmp_path / "part")]
    assert main([*options[:4], *part]) == 0
    assert "so with one nanoporosity, 0.5, throughout" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["h5", "nrrd", "vti"])
def test_particles_of_a_run_are_pressed_as_they_were_recorded(ending, tmp_path, capsys):
    # Two blocks that share a whole face: no neck tells them apart, only what the file records.
    labels = coating(8, 8, 12)
    labels[:, :, 0] = 2
    particle = np.where(labels == 1, 0, -1).astype(np.int32)
    particle[:, 4:][labels[:, 4:] == 1] = 1
    field = np.where(labels == 2, np.float32(0.5), np.float32(np.nan))
    field[:2][labels[:2] == 2], field[6:][labels[6:] == 2] = 0.4, 0.6
    path = tmp_path / f"state.{ending}"
    WRITERS[ending](path, Volume(labels, 0.5e-6, False, 8 * 0.5e-6, 0.5, particle, field))

    def read(*given):
        scenario = with_record(load("tomography", [f"electrode.image={path}", *given]))
        return electrode_volume(scenario, Reporter(StopRequest())), capsys.readouterr().out

    volume, told = read()
    assert np.array_equal(volume.particle, particle)
    assert np.array_equal(volume.nanoporosity_field, field, equal_nan=True)
    assert "its 2 particles were taken as recorded" in told
    assert "the nanoporosity of each voxel was taken as recorded" in told
    volume, told = read("electrode.crop=[[0, 8], [0, 8], [0, 11]]")
    assert volume.particle is None and "without the particles that the file records" in told
    volume, told = read("materials.cbd.nanoporosity=0.45")
    assert volume.nanoporosity_field is None and "another nanoporosity was given" in told
    whole, _ = read("electrode.split=false")
    assert whole.particle.max() == 0
    if ending != "nrrd":
        name = "labels" if ending == "h5" else "label"
        bare, told = read(f"electrode.dataset={name}")
        assert bare.particle is None and "as recorded" not in told


@pytest.mark.parametrize("option", ["--coarsening", "--threads"])
def test_counts_are_asked_for_in_words(option, capsys):
    for text in ("0", "-1", "two"):
        with pytest.raises(SystemExit) as refusal:
            main(["analyse", "a.npy", f"{option}={text}"])
        assert refusal.value.code == 2
        assert f'"{text}"; expected a whole number from 1 up' in capsys.readouterr().err


def test_negative_labels_and_turned_axes_are_given_on_the_command_line(tmp_path, monkeypatch):
    turned = np.where(coating()[::-1] == 1, -7, 5).astype(np.int16)
    np.save(tmp_path / "a.npy", turned)
    monkeypatch.chdir(tmp_path)
    options = ["--voxel-size", "0.5 um", "--labels", "pore=5,active_material=-7"]
    options += ["--only", "surface"]
    assert main(["analyse", "a.npy", *options, "--axis-order", "-zyx"]) == 0
    with open(tmp_path / "a-run" / "summary.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["am_fraction"]) == pytest.approx(0.5, abs=1e-12)


def test_check_tells_size_and_thickness_of_what_is_read(tmp_path, capsys):
    write_labels(tmp_path / "a.tif", Volume(coating(), 0.5e-6, True, 19.5 * 0.5e-6, 0.5))
    keys = {"image": tmp_path / "a.tif", "crop": "[[0, 20], [0, 8], [0, 18]]"}
    assert main(["check", "tomography", *settings(**keys)]) == 0
    printed = capsys.readouterr().out
    assert 'voxel_size = "0.5 um"\n' in printed
    assert "20 × 8 × 18 voxels (z, y, x) of 0.5 um, a coating 9.75 um thick" in printed
    assert "recorded as periodic, but the crop leaves voxels 0 to 8 of 16 along y" in printed
