"""Particle tables read: what they say, and every damage refused."""

import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dem.errors import InputError
from voxelize.read.particle_table import read_particle_table

UNIT = 370e-9
HEADER = "value,volume,xmin,ymin,zmin,xmax,ymax,zmax,xCenter,yCenter,zCenter"
ROWS = (
    "1,1467,499,492,3,517,505,26,509.38,498.68,15.767",
    "2,12000,100,200,30,131,229,60,115.2,214.9,44.8",
    "3,96,266,471,8,276,476,12,270.85,474.25,10.24",
)


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "particles.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def table(*rows, header=HEADER):
    return "\n".join((header, *rows)) + "\n"


def with_cell(column, text, row=0):
    cells = ROWS[row].split(",")
    cells[HEADER.split(",").index(column)] = text
    return table(*(",".join(cells) if k == row else each for k, each in enumerate(ROWS)))


def test_numbers_become_lengths_and_voxel_boxes_have_their_outer_edges(write):
    found = read_particle_table(write(table(*ROWS)), UNIT)
    # Products of the same numbers: rounding only.
    assert found.volume == pytest.approx(np.array([1467, 12000, 96]) * UNIT**3, rel=1e-12, abs=0)
    assert found.lower[0] == pytest.approx(np.array([498.5, 491.5, 2.5]) * UNIT, rel=1e-12, abs=0)
    assert found.upper[0] == pytest.approx(np.array([517.5, 505.5, 26.5]) * UNIT, rel=1e-12, abs=0)
    assert found.centroid[2] == pytest.approx(
        np.array([270.85, 474.25, 10.24]) * UNIT, rel=1e-12, abs=0
    )
    assert found.diameter == pytest.approx(np.cbrt(6 / np.pi * found.volume), rel=1e-12, abs=0)


def test_other_headers_order_delimiter_and_edges(write):
    """A table in micrometres whose columns another program named, with a column too many."""
    text = (
        "\ufeffcx;cy;cz;V;Label;colour;x0;y0;z0;x1;y1;z1\r\n"
        "5;5;5;500;a;red;0;0;0;10;10;10\r\n"
        "\r\n"
        "25;5;5;400;b;red;20;0;0;30;10;10\r\n"
    )
    names = {"id": "Label", "volume": "V", "xcentre": "cx", "ycentre": "cy", "zcentre": "cz"}
    names |= {f"{a}min": f"{a}0" for a in "xyz"} | {f"{a}max": f"{a}1" for a in "xyz"}
    found = read_particle_table(write(text), 1e-6, names, "edges", ";")
    assert found.volume == pytest.approx(np.array([500e-18, 400e-18]), rel=1e-12, abs=0)
    assert found.upper == pytest.approx(np.array([[1e-5] * 3, [3e-5, 1e-5, 1e-5]]), rel=1e-12)
    assert (found.lower[0] == 0.0).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty, expected a header"),
        (" \n\n", "is empty, expected a header"),
        (table(), "holds a header and no particle"),
        (table(*ROWS, header=HEADER.replace("volume", "Volume")), "no column 'volume'.*'Volume'"),
        (table(*ROWS, header=HEADER.replace("zmax", "zmaks")), "no column 'zmax'.*'zmaks'"),
        (table(*ROWS, header=HEADER.replace("yC", "xC")), "columns 9 and 10 both stand for xcentr"),
        (table(*ROWS).replace(",", ";"), "the header holds ';' and no ','"),
        (table(*ROWS).replace(",", "\t"), r"the header holds '\\t' and no ','"),
        (table(ROWS[0] + ",5"), "line 2 has 12 cells, expected 11"),
        (table(ROWS[0], "2,12000"), "line 3 has 2 cells, expected 11"),
        (table(*ROWS, ROWS[1]), "lines 3 and 5 have the same id '2'"),
        (with_cell("volume", "twelve", 2), "line 4, volume: expected a number, found 'twelve'"),
        (with_cell("ymin", ""), "line 2, ymin: expected a number, found ''"),
        (with_cell("xmin", "1_0"), "line 2, xmin: expected a number"),
        (with_cell("zCenter", "nan"), "line 2, zcentre: expected a number, found 'nan'"),
        (with_cell("volume", "1e400"), "line 2, volume: expected a number"),
        (with_cell("xmin", "-1e12"), "line 2, xmin: -1e12 is out of all bounds"),
        (with_cell("volume", "-5", 1), "line 3: volume is -5, expected"),
        (with_cell("volume", "0"), "line 2: volume is 0, expected"),
        (with_cell("xmin", "530"), "line 2: xmin is 530 and xmax 517, expected the lower first"),
        (with_cell("zCenter", "30"), r"line 2: zcentre is 30, expected .* \(2.5 … 26.5\)"),
        (with_cell("volume", "7000"), "line 2: volume is 7000, expected no more than .*6384"),
        (table('"1' + ROWS[0][1:]), "cannot be read as CSV"),
        (b"\xff\xfe" + table(*ROWS).encode("utf-16-le"), "not a text file"),
    ],
)
def test_what_is_no_table_is_refused(write, text, said):
    path = write(text)
    with pytest.raises(InputError, match=said) as refusal:
        read_particle_table(path, UNIT)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_particle_table(tmp_path / "none.csv", UNIT)
    with pytest.raises(InputError, match="this is no file"):
        read_particle_table(tmp_path, UNIT)


@pytest.mark.parametrize("unit", [370e-6, 37e-12])
def test_unit_that_makes_grains_of_dust_or_gravel_is_refused(write, unit):
    with pytest.raises(InputError, match=r"with a unit of .* expected 0.05 to 300 µm"):
        read_particle_table(write(table(*ROWS)), unit)


def test_unknown_column_is_refused(write):
    with pytest.raises(InputError, match="columns: unknown 'mass', expected id, volume"):
        read_particle_table(write(table(*ROWS)), UNIT, {"mass": "m"})


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_table_is_read_or_refused_in_a_sentence(tmp_path, data):
    """Bytes lost, changed or added anywhere: a table of sound particles or one sentence."""
    sound = table(*ROWS).encode()
    damage = data.draw(
        st.lists(
            st.tuples(
                st.integers(0, len(sound)),
                st.integers(0, 40),
                st.one_of(st.binary(max_size=6), st.text(',;"\n\r\t-.e0123456789 ', max_size=6)),
            ),
            max_size=4,
        )
    )
    for place, lost, added in damage:
        added = added.encode() if isinstance(added, str) else added
        sound = sound[:place] + added + sound[place + lost :]
    path = tmp_path / "damaged.csv"
    path.write_bytes(sound)
    try:
        found = read_particle_table(path, UNIT)
    except InputError as refusal:
        assert str(refusal).startswith(f"{path}: ")
        return
    room = (found.upper - found.lower).prod(axis=1)
    assert len(found.volume) > 0
    assert ((found.volume > 0) & (found.volume <= room * (1 + 1e-5))).all()


@pytest.mark.parametrize("name", ["NMC_90wt_0bar", "NMC_94wt_600bar"])
def test_real_tables_hold_what_another_reader_finds(electrode_data, name):
    path = electrode_data / "ethz-nmc-particles" / f"{name}.csv"
    if not path.is_file():
        pytest.skip(f"no particle table at {path}; set CALENDEM_DATA to the folder of real data")
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    found = read_particle_table(path, UNIT)
    volume = sum(float(row["volume"]) for row in rows)
    assert len(found.volume) == len(rows)
    # The same sum in another order: rounding only.
    assert found.volume.sum() == pytest.approx(volume * UNIT**3, rel=1e-12, abs=0)
