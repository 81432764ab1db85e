"""What a file says of its voxels is used where the caller says nothing, and never against him."""

import json

import h5py
import nrrd
import numpy as np
import pytest
import tifffile

from dem.errors import InputError
from tests.voxelize.read.stacks import MAP, H, electrode, record, vti
from voxelize.read.formats import open_image
from voxelize.read.volume import NANOPOROSITY, read_volume
from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR, Volume
from voxelize.write.formats import WRITERS


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("beside", [True, False])
def test_written_volume_is_read_back_as_it_was(tmp_path, ending, beside):
    # A cube, cut at the top, whose thickness is no whole number of voxels: the file must say it.
    labels = np.random.default_rng(1).integers(0, 3, (9, 9, 9)).astype(np.uint8)
    labels[:2] = COLLECTOR
    written = Volume(labels, 0.398e-6, True, 6.4 * 0.398e-6, 0.37)
    path = tmp_path / f"state.{ending}"
    WRITERS[ending](path, written)
    if not beside:
        path.with_name(f"{path.name}.json").unlink(missing_ok=True)
    volume = read_volume(path)
    assert np.array_equal(volume.labels, labels)
    # Decimal text, or figures in µm, of a double.
    for name in ("voxel_size", "thickness", "cbd_nanoporosity"):
        assert getattr(volume, name) == pytest.approx(getattr(written, name), rel=1e-12, abs=0.0)


def test_caller_wins_over_what_is_recorded(tmp_path):
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, electrode(), description=record(cbd_nanoporosity=0.2))
    volume = read_volume(path)
    assert (volume.voxel_size, volume.cbd_nanoporosity) == (H, 0.2)
    assert volume.collector_layers == 2
    other = read_volume(path, 2 * H, MAP | {"pore": 30, "cbd": 10}, cbd_nanoporosity=0.6)
    assert (other.voxel_size, other.cbd_nanoporosity) == (2 * H, 0.6)
    assert np.array_equal(other.labels == 2, volume.labels == 0)


def test_sidecar_fills_what_the_file_says_and_does_not_contradict_it(tmp_path):
    path = tmp_path / "stack.npy"
    np.save(path, electrode())
    (tmp_path / "stack.npy.json").write_text(record())
    assert read_volume(path).voxel_size == H
    tifffile.imwrite(tmp_path / "s.tif", electrode(), description=record())
    beside = tmp_path / "s.tif.json"
    beside.write_text(json.dumps({"calendem": 1, "cbd_nanoporosity": 0.3, "voxel_size_m": H}))
    assert read_volume(tmp_path / "s.tif").cbd_nanoporosity == 0.3
    for key, value in {
        "voxel_size_m": 3e-6,
        "labels": {"pore": 0, "active_material": 7},
        "axes": "xyz",
    }.items():
        beside.write_text(json.dumps({"calendem": 1, key: value}))
        with pytest.raises(InputError, match=rf"s\.tif\.json\) gives {key} = .*the file itself"):
            read_volume(tmp_path / "s.tif")
    # Of another program: nothing in it is ours.
    (tmp_path / "s.tif.json").write_text('{"voxel_size_m": "large"}')
    assert read_volume(tmp_path / "s.tif").voxel_size == H


def test_sidecar_wins_over_another_program_and_says_so(tmp_path):
    path = tmp_path / "s.tif"
    metadata = {"axes": "ZYX", "unit": "um", "spacing": 0.8}
    tifffile.imwrite(path, electrode(), imagej=True, resolution=(1.25, 1.25), metadata=metadata)
    (tmp_path / "s.tif.json").write_text(record())
    with open_image(path) as image:
        assert image.record.voxel_size == (H, H, H)
        (doubt,) = image.doubts
    assert "gives voxel_size_m = 4e-07 × 4e-07 × 4e-07, the file itself 8e-07" in doubt


@pytest.mark.parametrize(
    "wrong",
    [
        {"voxel_size_m": [1e-6, 1e-6]},
        {"voxel_size_m": -1.0},
        {"labels": {"pore": "none"}},
        {"axes": "zyy"},
        {"cbd_nanoporosity": 1.5},
        {"thickness_m": float("nan")},
    ],
)
def test_record_that_is_wrong_is_refused(tmp_path, wrong):
    np.save(tmp_path / "stack.npy", electrode())
    (tmp_path / "stack.npy.json").write_text(record(**wrong))
    with pytest.raises(
        InputError, match=rf"stack\.npy\.json: its record gives {next(iter(wrong))}"
    ):
        read_volume(tmp_path / "stack.npy")


def recorded_size(path):
    return read_volume(path, labels=MAP, coarsening_rule="majority").voxel_size


def test_voxel_sizes_of_other_programs_are_read(tmp_path):
    labels = electrode()
    tifffile.imwrite(
        tmp_path / "fiji.tif", labels, imagej=True, resolution=(2.5, 2.5),
        metadata={"axes": "ZYX", "unit": "micron", "spacing": 0.4},
    )  # fmt: skip
    size = {f"PhysicalSize{axis}": 400.0 for axis in "XYZ"}
    unit = {f"PhysicalSize{axis}Unit": "nm" for axis in "XYZ"}
    tifffile.imwrite(tmp_path / "a.ome.tif", labels, metadata={"axes": "ZYX", **size, **unit})
    with h5py.File(tmp_path / "ilastik.h5", "w") as file:
        data = file.create_dataset("exported_data", data=labels[..., None])
        data.attrs["element_size_um"] = [0.4, 0.4, 0.4, 1.0]
    header = {"space directions": np.diag([4e-4] * 3), "space units": ["mm"] * 3}
    header |= {"space dimension": 3}
    nrrd.write(str(tmp_path / "slicer.nrrd"), labels, header, index_order="C")
    for name in ("fiji.tif", "a.ome.tif", "ilastik.h5", "slicer.nrrd"):
        assert recorded_size(tmp_path / name) == pytest.approx(H, rel=1e-9, abs=0.0), name
    assert recorded_size(vti(tmp_path, labels)) == pytest.approx(H, rel=1e-9, abs=0.0)


def test_spacing_without_unit_is_no_voxel_size(tmp_path):
    path = tmp_path / "a.nrrd"
    nrrd.write(str(path), electrode(), {"spacings": [0.4, 0.4, 0.4]}, index_order="C")
    with pytest.raises(InputError, match=r"a spacing of 0.4 × 0.4 × 0.4 without unit"):
        read_volume(path, labels=MAP)


def test_cube_whose_axes_nobody_tells_is_refused(tmp_path):
    path = tmp_path / "cube.npy"
    labels = np.random.default_rng(3).integers(0, 3, (6, 6, 6)).astype(np.uint8)
    np.save(path, labels)
    with pytest.raises(InputError, match=r"is a cube of 6 voxels.*expected axis_order"):
        read_volume(path, H)
    turned = read_volume(path, H, axis_order="xyz")
    assert np.array_equal(turned.labels, labels.transpose(2, 1, 0))
    # The record's axes tell it; a crop of a longer stack needs no telling.
    (tmp_path / "cube.npy.json").write_text('{"calendem": 1, "axes": "yxz"}')
    assert np.array_equal(read_volume(path, H).labels, labels.transpose(2, 0, 1))
    np.save(tmp_path / "long.npy", np.concatenate((labels, labels)))
    crop = ((0, 6), (0, 6), (0, 6))
    assert np.array_equal(read_volume(tmp_path / "long.npy", H, crop=crop).labels, labels)


def test_thickness_of_a_crop_ends_at_its_own_highest_solid(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, electrode(nz=10, foil=2, top=3), description=record(thickness_m=5.5 * H))
    whole, part = read_volume(path), read_volume(path, crop=((0, 6), (0, 6), (0, 5)))
    assert whole.thickness == 5.5 * H
    assert part.thickness == pytest.approx(4 * H, rel=1e-12, abs=0.0)
    assert whole.cbd_nanoporosity == NANOPOROSITY
    assert (part.labels[5] == ACTIVE_MATERIAL).any() or (part.labels[5] == 2).any()
