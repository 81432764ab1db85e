"""Label volumes: what is read is what was meant, and every doubt is refused in one sentence."""

import numpy as np
import pytest
import tifffile

from dem.errors import InputError
from tests.voxelize.read.stacks import MAP, H, electrode
from voxelize.read.volume import read_volume
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE, Volume
from voxelize.write.tiff import write_labels


@pytest.fixture
def tiff(tmp_path):
    def write(array, **options):
        path = tmp_path / "labels.tif"
        options.setdefault("photometric", "minisblack")
        tifffile.imwrite(path, array, **options)
        return path

    return write


def test_labels_are_translated_and_thickness_ends_at_highest_solid(tiff):
    labels = electrode(foil=2, top=3)
    volume = read_volume(tiff(labels), H, MAP)
    for value, phase in zip(
        (10, 20, 30, 40), (PORE, ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR), strict=True
    ):
        assert np.array_equal(volume.labels == phase, labels == value)
    assert volume.collector_layers == 2
    assert volume.thickness == pytest.approx((8 - 2 - 3) * H, rel=1e-12, abs=0.0)
    assert not volume.periodic


@pytest.mark.parametrize("order", ["zyx", "xyz", "yzx", "yxz", "-zyx", "x-zy"])
def test_any_axis_order_gives_the_same_volume(tiff, order):
    labels = electrode()
    letters = order.replace("-", "")
    stored = labels.transpose(["zyx".index(letter) for letter in letters])
    if "-z" in order:
        stored = np.flip(stored, letters.index("z"))
    volume = read_volume(tiff(np.ascontiguousarray(stored)), H, MAP, axis_order=order)
    assert np.array_equal(volume.labels, read_volume(tiff(labels), H, MAP).labels)


def test_crop_counts_voxels_of_the_ordered_volume(tiff):
    labels = electrode()
    path = tiff(np.ascontiguousarray(labels.transpose(2, 1, 0)))
    volume = read_volume(path, H, MAP, axis_order="xyz", crop=((2, 7), (1, 5), (0, 3)))
    assert np.array_equal(volume.labels * 10 + 10, labels[2:7, 1:5, 0:3])


def test_coarsening_takes_the_majority_and_pore_on_a_tie(tiff):
    block = np.full((2, 2, 2), 10, dtype=np.uint8)
    mostly_active, tie, three_way = block.copy(), block.copy(), block.copy()
    mostly_active.ravel()[:5] = 20
    tie.ravel()[:4] = 20
    three_way.ravel()[:] = [10, 10, 20, 20, 20, 30, 30, 30]
    labels = np.concatenate((mostly_active, tie, three_way), axis=2)
    volume = read_volume(tiff(labels), H, MAP, coarsening=2, coarsening_rule="majority")
    assert volume.labels.tolist() == [[[ACTIVE_MATERIAL, PORE, ACTIVE_MATERIAL]]]
    assert volume.voxel_size == pytest.approx(2 * H, abs=0.0)


def test_written_volume_reads_back_with_its_voxel_size(tmp_path):
    labels = coated_foil()
    path = tmp_path / "state.tif"
    write_labels(path, Volume(labels, 0.398e-6, True, 4 * 0.398e-6, 0.5))
    volume = read_volume(path)
    assert volume.labels.dtype == np.uint8
    assert np.array_equal(volume.labels, labels)
    # ImageJ stores pixels per unit as a ratio of 32-bit integers and the spacing as text.
    assert volume.voxel_size == pytest.approx(0.398e-6, rel=1e-6, abs=0.0)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["state.tif", "state.tif.json"]


def coated_foil():
    labels = np.random.default_rng(1).integers(0, 3, (5, 6, 7)).astype(np.uint8)
    labels[0] = COLLECTOR
    labels[1, 0, 0] = ACTIVE_MATERIAL
    return labels


def upside_down():
    return np.ascontiguousarray(electrode()[::-1])


def rough_foil():
    labels = electrode()
    labels[4, 2, 1] = 40
    return labels


REFUSED_ARRAYS = {
    "floats": (electrode().astype(np.float32), {}, "float32 values, expected whole-number"),
    "colours": (np.zeros((5, 16, 16, 3), np.uint8), {"photometric": "rgb"}, "colours"),
    "flat": (np.zeros((16, 16), np.uint8), {}, "2-D"),
    "unknown label": (np.where(electrode() == 30, 77, electrode()).astype(np.uint8), {}, "77"),
    "no active": (np.where(electrode() == 20, 10, electrode()).astype(np.uint8), {}, "no voxel"),
    "upside down": (upside_down(), {}, "'-z' in axis_order"),
    "rough foil": (rough_foil(), {}, "1 collector voxels stand apart from its 2 whole layers"),
}


@pytest.mark.parametrize("case", REFUSED_ARRAYS)
def test_file_that_is_no_labelled_electrode_is_refused(tiff, case):
    array, options, message = REFUSED_ARRAYS[case]
    path = tiff(array, **options)
    with pytest.raises(InputError, match=message) as refusal:
        read_volume(path, H, MAP)
    assert str(path) in str(refusal.value)


REFUSED_ARGUMENTS = {
    "no voxel size": ({"voxel_size": None}, "no voxel size was given"),
    "zero voxel size": ({"voxel_size": 0.0}, "expected a length above 0"),
    "nan voxel size": ({"voxel_size": float("nan")}, "expected a length above 0"),
    "axis twice": ({"axis_order": "zyy"}, "expected each of x, y, z once"),
    "crop too far": ({"crop": ((0, 9), (0, 6), (0, 4))}, "crop in z is 0 to 9"),
    "crop empty": ({"crop": ((0, 8), (3, 3), (0, 4))}, "crop in y is 3 to 3"),
    "coarsening 3": ({"coarsening": 3}, "does not fit 2 collector layers"),
    "coarsening 0": ({"coarsening": 0}, "from 1 up"),
    "coarse crop": ({"coarsening": 2, "crop": ((0, 8), (0, 5), (0, 4))}, "crop to 8 × 4 × 4"),
    "unknown phase": ({"labels": {"actve_material": 20}}, "did you mean 'active_material'"),
    "one value twice": ({"labels": {"pore": 1, "active_material": 1}}, "the same value"),
    "no active in map": ({"labels": {"pore": 0, "cbd": 1}}, "no value for active_material"),
    "nanoporosity": ({"cbd_nanoporosity": 1.0}, "expected 0 to below 1"),
}


@pytest.mark.parametrize("case", REFUSED_ARGUMENTS)
def test_argument_that_does_not_fit_is_refused(tiff, case):
    changed, message = REFUSED_ARGUMENTS[case]
    arguments = {"voxel_size": H, "labels": MAP} | changed
    with pytest.raises(InputError, match=message):
        read_volume(tiff(electrode()), **arguments)


def test_missing_damaged_and_foreign_files_are_refused(tmp_path, tiff):
    with pytest.raises(InputError, match="no such file"):
        read_volume(tmp_path / "absent.tif", H, MAP)
    with pytest.raises(InputError, match="holds no TIFF or PNG: it is empty"):
        read_volume(tmp_path, H, MAP)
    note = tmp_path / "note.tif"
    note.write_text("not an image")
    with pytest.raises(InputError, match="cannot be read as a TIFF"):
        read_volume(note, H, MAP)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_torn_file_is_refused_not_read_in_part(tmp_path, share):
    whole = tmp_path / "whole.tif"
    with tifffile.TiffWriter(whole) as writer:
        for page in np.repeat(electrode(ny=32, nx=32), 3, axis=0):
            writer.write(page, photometric="minisblack", contiguous=False, metadata=None)
    assert read_volume(whole, H, MAP).labels.shape == (24, 32, 32)
    torn = tmp_path / "torn.tif"
    torn.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    with pytest.raises(InputError, match="cannot be read as a TIFF"):
        read_volume(torn, H, MAP)


def test_real_cathode_has_its_published_phase_fractions(electrode_data):
    path = electrode_data / "nrel-nmc-calendered" / "nmc-1-cal_generatedCBD_bridge.tif"
    volume = read_volume(path, 398e-9, {"pore": 0, "active_material": 1, "cbd": 2})
    assert volume.labels.shape == (251, 301, 301)
    # The published fractions have four digits.
    for phase, fraction in ((PORE, 0.4005), (ACTIVE_MATERIAL, 0.4995), (CARBON_BINDER, 0.1000)):
        assert volume.fraction(phase) == pytest.approx(fraction, abs=5e-5)
