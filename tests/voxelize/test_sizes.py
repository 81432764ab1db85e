"""Particle sizes: tables, their files, and the few particles that stand for them."""

import numpy as np
import pytest

from dem.errors import InputError
from voxelize.generate.drawing import draw_diameters
from voxelize.generate.sizes import (
    SizeMode,
    SizeTable,
    measured_percentile,
    percentile,
    read_table,
)

TABLE = SizeTable((2e-6, 4e-6, 8e-6, 16e-6), (0.1, 0.4, 0.4, 0.1))


def test_percentiles_of_modes_are_those_of_the_lognormal():
    modes = (SizeMode(5e-6, 0.3, 1.0),)
    for share, deviations in ((0.1, -1.2816), (0.5, 0.0), (0.9, 1.2816)):
        # The cut at the 1st and 99th percentile moves D10 and D90 by about 1 %.
        expected = 5e-6 * np.exp(0.3 * deviations)
        assert percentile(modes, share) == pytest.approx(expected, rel=0.015)


def test_classes_of_a_table_meet_half_way_and_keep_their_shares():
    edges = [2e-6 / 2**0.5, 2e-6 * 2**0.5, 4e-6 * 2**0.5, 8e-6 * 2**0.5, 16e-6 * 2**0.5]
    assert [TABLE.finer(d) for d in edges] == pytest.approx([0.0, 0.1, 0.5, 0.9, 1.0])
    assert percentile((TABLE,), 0.5) == pytest.approx(4e-6 * 2**0.5)
    assert SizeTable((5e-6,), (1.0,)).finer(5.1e-6) == 1.0


@pytest.mark.parametrize(
    "modes",
    [
        (TABLE,),
        (SizeMode(14e-6, 0.15, 0.8), SizeMode(3e-6, 0.2, 0.2)),
        (SizeMode(10e-6, 0.2625, 1.0),),
    ],
)
def test_few_spheres_have_the_percentiles_asked_for(modes):
    volume = 4.8e-14
    diameter = draw_diameters(modes, volume)
    assert np.pi / 6 * (diameter**3).sum() == pytest.approx(volume, rel=1e-12, abs=0.0)
    for share in (0.1, 0.5, 0.9):
        # A staircase of 27 large spheres: each stands for 3 % of the volume.
        assert measured_percentile(diameter, share) == pytest.approx(
            percentile(modes, share), rel=0.01
        )


def test_box_too_small_for_its_percentiles_is_refused_with_one_that_holds_them():
    modes = (SizeMode(10e-6, 0.35, 1.0),)
    six = 6 * np.pi / 6 * 1e-15  # ten spheres, whose D90 would be 13.6 % too fine
    with pytest.raises(InputError, match=r"^footprint: .* 10 would stand .* D90") as refused:
        draw_diameters(modes, six)
    growth = float(str(refused.value).split("expected ")[1].split(" times")[0])
    # The next but one step of 5 %: what is told is rounded to three digits.
    diameter = draw_diameters(modes, 1.01 * growth * six)
    assert measured_percentile(diameter, 0.9) == pytest.approx(percentile(modes, 0.9), rel=0.03)
    with pytest.raises(InputError):
        draw_diameters(modes, 0.9 * growth * six)


def test_equal_spheres_are_met_by_number():
    one = np.pi / 6 * 1e-15
    # Seven and a tenth spheres are seven, larger by 0.5 %; one and a half are none of the size.
    assert draw_diameters((SizeMode(10e-6, 0.0, 1.0),), 7.1 * one) == pytest.approx(
        np.full(7, 10e-6 * (7.1 / 7) ** (1 / 3))
    )
    with pytest.raises(InputError, match="footprint"):
        draw_diameters((SizeMode(10e-6, 0.0, 1.0),), 1.45 * one)


def test_table_is_read_from_csv(tmp_path):
    path = tmp_path / "sizes.csv"
    path.write_text("diameter_um, volume_share\n2, 0.1\n4, 0.4\n8, 0.4\n16, 0.1\n")
    read = read_table(path)
    assert read.diameters == pytest.approx(TABLE.diameters)
    assert read.shares == TABLE.shares


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("diameter,share\n2,1\n", "expected the columns diameter_um and volume_share, found"),
        ("", "found nothing"),
        ("diameter_um,volume_share\n", "found none"),
        ("diameter_um,volume_share\n2,much\n", "line 2: expected two numbers"),
        ("diameter_um,volume_share\n2\n", "line 2: expected two numbers"),
        ("diameter_um,volume_share\n2,10\n4,90\n", "of sum 1, found 100"),
        ("diameter_um,volume_share\n4,0.5\n2,0.5\n", "ascending"),
        ("diameter_um,volume_share\n-4,0.5\n2,0.5\n", "positive"),
        ("diameter_um,volume_share\n2,nan\n4,1\n", "0 or more"),
    ],
)
def test_bad_table_is_refused_by_its_file(text, words, tmp_path):
    path = tmp_path / "sizes.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=r"sizes\.csv") as refused:
        read_table(path)
    assert words in str(refused.value)


def test_missing_or_binary_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(bytes([0xFF, 0xFE, 0x80]))
    with pytest.raises(InputError, match="not a text file"):
        read_table(tmp_path / "binary.csv")
