"""States that no deposit can show are refused in a sentence, before anything is moved."""

import numpy as np
import pytest

from dem.errors import InputError
from dem.grains import ACTIVE
from scenarios.runner.trust import put_back_sentences
from tests.voxelize.moving import H, bar, decomposition, electrode
from voxelize.deposit.electrode import deposit
from voxelize.deposit.fractions import phase_fractions
from voxelize.volume import ACTIVE_MATERIAL


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("what", ["position", "orientation"])
def test_grains_without_finite_figures_are_refused(what, value):
    d = electrode()
    figures = getattr(d.grains, what).copy()
    figures[[5, 9], 1] = value
    grains = d.grains._replace(**{what: figures})
    sentence = rf"^grains: the {what} of grain 5 is .*{value:g}.* finite .*and of 1 more"
    with pytest.raises(InputError, match=sentence):
        deposit(d, grains, d.bonds, d.volume.thickness)
    with pytest.raises(InputError, match=sentence):
        phase_fractions(d, grains, d.bonds, d.volume.thickness, voxel_size=H)


def test_orientations_that_would_stretch_grains_are_refused():
    d = electrode()
    with pytest.raises(InputError, match=r"grain 0 has the length 1\.01; expected a unit quat"):
        deposit(d, d.grains._replace(orientation=1.01 * d.grains.orientation), d.bonds, 44 * H)


def test_grains_of_another_decomposition_are_refused():
    d = electrode()
    with pytest.raises(InputError, match="grains: found 2, expected the 48"):
        deposit(d, bar().grains, d.bonds, d.volume.thickness)


@pytest.mark.parametrize("thickness", [np.nan, np.inf, 0.0, -1e-6])
def test_thickness_must_be_positive_and_finite(thickness):
    d = electrode()
    with pytest.raises(InputError, match="thickness: expected a positive thickness"):
        deposit(d, d.grains, d.bonds, thickness)


@pytest.mark.parametrize(("axis", "name", "beyond"), [
    (0, "x", 30.0), (0, "x", -40.0), (1, "y", 16.0), (1, "y", -16.0), (2, "z", 16.0),
    (2, "z", -16.0),
])  # fmt: skip
def test_grains_that_flew_out_of_the_box_are_refused(axis, name, beyond):
    d = bar()
    position = d.grains.position.copy()
    position[1, axis] += beyond * H
    with pytest.raises(InputError, match=f"^grains: grain 1 lies at {name} = .*out of the box"):
        deposit(d, d.grains._replace(position=position), d.bonds, d.volume.thickness)


def test_grains_pressed_half_into_plate_and_side_are_put_back():
    d = bar()
    # Its middle 0.5 voxels beyond the plate, and on the side: less than its radius.
    lowest = d.grains.position[0, 2]
    moved = d.grains.position - [d.grains.position[0, 0], 0.0, lowest + 0.5 * H]
    back = deposit(d, d.grains._replace(position=moved), d.bonds, d.volume.thickness)
    assert (back.volume.labels == ACTIVE_MATERIAL).sum() == 2 * 16 * 49


def test_positions_beyond_periodic_sides_are_images():
    d = electrode()
    position = d.grains.position + np.array([320.0, -640.0, 0.0]) * H
    back = deposit(d, d.grains._replace(position=position), d.bonds, d.volume.thickness)
    assert np.array_equal(back.grain, d.grain)


def test_voxels_coarser_than_grains_are_refused():
    grain = np.full((24, 24, 24), -1)
    index = np.indices((16, 16, 16)) // 4
    grain[4:20, 4:20, 4:20] = (index[0] * 4 + index[1]) * 4 + index[2]
    d = decomposition(grain, [ACTIVE] * 64, [0] * 64)
    # Grains of 4³ voxels are 4 ∛(6/π) = 4.96 wide: voxels of 4.8 show them, those of 6 do not.
    with pytest.raises(InputError, match=r"^voxels\.voxel_size: 2400 nm is too coarse .* 1985 nm"):
        deposit(d, d.grains, d.bonds, d.volume.thickness, voxel_size=6 * H)
    back = deposit(d, d.grains, d.bonds, d.volume.thickness, voxel_size=4.8 * H)
    assert back.active_volume_after == pytest.approx(back.active_volume_before, abs=(4.8 * H) ** 3)


def test_reader_is_told_where_much_was_put_back_or_far():
    row = {"particle_diameter_um": 10.0}
    fine = {"displaced_fraction": 0.02, "put_back_distance_p95_um": 4.0, "detached_fraction": 0.0}
    assert put_back_sentences("2.80", fine, row) == []
    much, far, apart = (
        put_back_sentences("2.80", fine | worse, row)
        for worse in (
            {"displaced_fraction": 0.11},
            {"put_back_distance_p95_um": 6.0},
            {"detached_fraction": 0.002},
        )
    )
    assert len(much) == len(far) == len(apart) == 1
    assert "11.0 % of the active voxels" in much[0]
    assert "farther than 6 µm, the median particle's radius being 5 µm" in far[0]
    assert "0.20 % of the active voxels lie apart" in apart[0]
    # Few voxels far off say nothing, nor do runs without these checks.
    assert put_back_sentences("2.80", {"displaced_fraction": 1e-4} | {
        "put_back_distance_p95_um": 50.0}, row) == []  # fmt: skip
    assert put_back_sentences("2.80", {}, row) == []
