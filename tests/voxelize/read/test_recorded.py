"""Recorded figures hold only for what is read as it was written."""

import numpy as np
import pytest
import tifffile

from dem.errors import InputError
from scenarios.runner.image import read_image, with_record
from scenarios.runner.load import load
from tests.voxelize.read.stacks import MAP, H, electrode, record
from voxelize.read.volume import read_volume
from voxelize.volume import Volume
from voxelize.write.tiff import write_labels


@pytest.fixture
def stack(tmp_path):
    def write(**changed):
        path = tmp_path / "a.tif"
        labels = electrode(nz=12, ny=8, nx=6, foil=2, top=4)
        tifffile.imwrite(path, labels, description=record(**changed))
        return path

    return write


@pytest.mark.parametrize(
    ("arguments", "voxels"),
    [
        ({}, 5.5),
        # The voxels are said to be larger than the file says: so is the coating.
        ({"voxel_size": 2.5 * H}, 5.5),
        ({"axis_order": "zxy"}, 5.5),
        ({"coarsening": 2}, 5.5 / 2),
    ],
)
def test_recorded_thickness_counts_in_voxels_of_the_file(stack, arguments, voxels):
    volume = read_volume(stack(thickness_m=5.5 * H), **arguments)
    assert volume.thickness / volume.voxel_size == pytest.approx(voxels, rel=1e-12)


def test_recorded_thickness_is_along_the_recorded_axis_only(tmp_path):
    labels = electrode(nz=12, ny=8, nx=6, foil=0, top=4)
    tifffile.imwrite(tmp_path / "a.tif", labels, description=record(thickness_m=7.5 * H))
    # Read along y or upside down, 7.5 voxels would mean something else.
    assert read_volume(tmp_path / "a.tif", axis_order="yzx").thickness == 8 * H
    assert read_volume(tmp_path / "a.tif", axis_order="-zyx").thickness == 12 * H
    assert read_volume(tmp_path / "a.tif", axis_order="zxy").thickness == 7.5 * H
    stored = np.ascontiguousarray(labels[::-1])
    down = record(thickness_m=7.5 * H, axes="-zyx")
    tifffile.imwrite(tmp_path / "b.tif", stored, description=down)
    assert read_volume(tmp_path / "b.tif").thickness == 7.5 * H


@pytest.mark.parametrize("thickness", [1e-9, 4.9 * H, 10.1 * H, 5e-4])
def test_thickness_that_the_labels_cannot_have_is_refused(stack, thickness):
    # Two layers of foil, six with solid, four of pore.
    with pytest.raises(InputError, match=r"a\.tif: its record gives thickness_m = .*expected"):
        read_volume(stack(thickness_m=thickness))


PERIODIC = {
    "whole": ({}, "periodic"),
    "whole crop in plane": ({"crop": "[[0, 10], [0, 8], [0, 6]]"}, "periodic"),
    "blocks": ({"coarsening": "2"}, "periodic"),
    "finer by a half": ({"resample_to": '"0.2 um"'}, "periodic"),
    "cut in y": ({"crop": "[[0, 12], [0, 7], [0, 6]]"}, "symmetric"),
    "cut in x": ({"crop": "[[0, 12], [0, 8], [1, 6]]"}, "symmetric"),
    "6 × 0.4 µm is no multiple of 0.5 µm": ({"resample_to": '"0.5 um"'}, "symmetric"),
    "another axis up": ({"axis_order": '"yzx"'}, "symmetric"),
    "x and y exchanged": ({"axis_order": '"zxy"'}, "periodic"),
}


@pytest.mark.parametrize("case", PERIODIC)
def test_volume_stays_periodic_where_whole_periods_are_read(tmp_path, case):
    keys, sides = PERIODIC[case]
    path = tmp_path / "a.tif"
    labels = np.random.default_rng(1).integers(0, 3, (12, 8, 6)).astype(np.uint8)
    write_labels(path, Volume(labels, H, True, 12 * H, 0.5))
    given = [f"electrode.{key}={value}" for key, value in {"image": path, **keys}.items()]
    told = []
    scenario = with_record(load("tomography", given), told.append)
    assert scenario.electrode.sides == sides
    assert len(told) == (sides == "symmetric")
    if "cut" in case:
        with pytest.raises(InputError, match='sides is "periodic", but the crop leaves voxels'):
            with_record(load("tomography", [*given, "electrode.sides=periodic"]))


def test_what_is_recorded_of_size_is_kept_by_the_run(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, electrode())
    sidecar = tmp_path / "a.npy.json"
    sidecar.write_text(record(voxel_size_m=[3e-7, 4e-7, 5e-7], axes="xyz"))
    scenario = with_record(load("tomography", [f"electrode.image={path}"]))
    # Along z, y, x as a scenario has it, not along the file's axes.
    assert scenario.electrode.voxel_size == pytest.approx((5e-7, 4e-7, 3e-7), rel=1e-12)
    sidecar.write_text(record(voxel_size_m=1e-6, axes="zyx"))
    assert with_record(scenario).electrode == scenario.electrode


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"resample_to": 1.0}, "expected at most 16 times"),
        ({"resample_to": 2 * H, "coarsening": 9}, "18 times those of the file"),
        ({"resample_to": 1e-12}, "GiB of memory"),
        ({"voxel_size": 500.0}, "the voxel size is 500 m, expected 1e-09 m to 0.0001 m"),
        ({"voxel_size": 5e-10}, "expected 1e-09 m to 0.0001 m"),
        ({"voxel_size": "0.5um"}, "expected one edge or three in metres"),
        ({"voxel_size": (H, H)}, "expected one edge or three in metres"),
        ({"coarsening": float("nan")}, "coarsening is nan"),
        ({"coarsening": "2"}, "coarsening is 2"),
        ({"crop": 3}, r"crop is 3, expected \(\(z0"),
        ({"crop": ((0, 8), (0, 6), 3)}, "expected .*z0"),
        ({"crop": ((0, 8), (0, 6), (0, float("nan")))}, "crop has the bound nan"),
        ({"crop": ((0, 8), (0, 6), (0, "4"))}, "crop has the bound '4'"),
        ({"thresholds": {"active_material": (0, 1, 2)}}, "expected two grey values"),
    ],
)
def test_arguments_that_mean_nothing_are_refused_in_words(tmp_path, arguments, words):
    tifffile.imwrite(tmp_path / "a.tif", electrode())
    known = {"voxel_size": H} if "thresholds" in arguments else {"voxel_size": H, "labels": MAP}
    with pytest.raises(InputError, match=words):
        read_volume(tmp_path / "a.tif", **(known | arguments))


@pytest.mark.parametrize("place", [".", "/"])
def test_folder_without_a_name_is_no_volume(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="holds no TIFF or PNG"):
        read_volume(place, H)


def test_lengths_of_any_float_kind_are_lengths(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", electrode())
    crop = ((0, 8), (0, 6), (np.float32(H), np.float32(4 * H)))
    assert read_volume(tmp_path / "a.tif", H, MAP, crop=crop).labels.shape == (8, 6, 3)


def test_recorded_size_out_of_all_reason_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", electrode())
    (tmp_path / "a.npy.json").write_text(record(voxel_size_m=0.5))
    with pytest.raises(InputError, match=r"a\.npy: the voxel size is 0\.5 m"):
        read_volume(tmp_path / "a.npy")


def test_volume_that_was_recorded_periodic_and_cut_is_read_symmetric(tmp_path):
    labels = np.zeros((20, 16, 18), np.uint8)
    labels[:, :, 9:] = 1
    write_labels(tmp_path / "a.tif", Volume(labels, 0.5e-6, True, 20 * 0.5e-6, 0.5))
    given = [f"electrode.image={tmp_path / 'a.tif'}"]
    assert read_image(load("tomography", given)).periodic
    cut = [*given, "electrode.crop=[[0, 20], [0, 8], [0, 18]]"]
    assert not read_image(load("tomography", cut)).periodic
