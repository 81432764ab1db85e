"""A particle table through the command line: rebuilt, given binder, and what is refused of it."""

import csv
import re

import numpy as np
import pytest
import tifffile

from scenarios.runner.cli import main

HEADER = "value,volume,xmin,ymin,zmin,xmax,ymax,zmax,xCenter,yCenter,zCenter"
RADIUS = 9.5
SCENARIO = """
[electrode]
kind = "table"
table = "particles.csv"
unit = "0.5 um"
crop = [[0, 30], [0, 40], [0, 40]]
trim = 0
{more}

[binder]
domain_fraction = 0.05

[decomposition]
grain_size = "4 um"
cbd_grain_size = "4 um"

[cell]
kind = "none"

[output]
pictures = false
vtk = false
"""


@pytest.fixture
def scenario(tmp_path):
    """Four spheres of 19 voxels in a square, whole within the crop."""

    def write(more="", cell=None):
        rows = [HEADER]
        for number, (y, x) in enumerate(np.ndindex(2, 2)):
            centre = np.array([10 + 20 * x, 10 + 20 * y, 15])
            low, high = centre - RADIUS + 0.5, centre + RADIUS - 0.5
            volume = round(4 / 3 * np.pi * RADIUS**3)
            row = [number, volume, *low.tolist(), *high.tolist(), *centre.tolist()]
            rows.append(",".join(map(str, row)))
        text = "\n".join(rows)
        (tmp_path / "particles.csv").write_text(text.replace(*cell) if cell else text)
        path = tmp_path / "table.toml"
        path.write_text(SCENARIO.format(more=more))
        return path

    return write


def test_table_is_rebuilt_with_foil_and_binder(scenario, tmp_path, capsys):
    assert main(["run", str(scenario()), "-o", str(tmp_path / "run")]) == 0
    with open(tmp_path / "run" / "summary.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    labels = tifffile.imread(tmp_path / "run" / "volume" / "as_imaged.tif")
    foil = 4
    coating = labels[foil:]
    assert (labels[:foil] == 3).all()
    volume = 4 * round(4 / 3 * np.pi * RADIUS**3)
    assert (coating == 1).sum() == volume
    # The target to half a voxel.
    assert abs((coating == 2).sum() - 0.05 * coating.size) <= 0.5
    assert float(row["thickness_um"]) == pytest.approx(0.5 * len(coating), rel=1e-6, abs=0)
    density = (4.76 * volume / coating.size) + 0.5 * 1.935 * 0.05
    # Six digits in the table.
    assert float(row["density_g_cm3"]) == pytest.approx(density, rel=1e-4, abs=0)
    said = capsys.readouterr().out
    assert "4 particles" in said
    assert "0 specks under 3 µm left out" in said


@pytest.mark.parametrize(
    ("more", "cell", "said"),
    [
        ("", ("zmax", "top"), "electrode.table: .*particles.csv: has no column 'zmax' for zmax"),
        ("", ("3591", "many"), "line 2, volume: expected a number, found 'many'"),
        (
            'voxel_size = "4 um"',
            None,
            "electrode.voxel_size: .*particles.csv: expected at most a third of",
        ),
        ('smallest = "50 um"', None, "electrode.smallest: .*particles.csv: 50 µm leaves none"),
        (
            "bounds = 'inches'",
            None,
            "electrode.bounds got \"inches\"; expected 'voxels' or 'edges'",
        ),
        ("delimiter = ';'", None, "the header holds ',' and no ';'"),
        ("columns = {volume = 'V'}", None, "has no column 'V' for volume"),
        ("columns = {mass = 'V'}", None, "electrode.columns.mass is not a known name"),
        ("colour = 1", None, "electrode.colour is not a known key"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(scenario, more, cell, said, tmp_path, capsys):
    path = scenario(more, cell)
    assert main(["run", str(path), "-o", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert re.search(said, error), error
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert not (tmp_path / "run").exists()


def test_more_binder_than_pores_is_refused(scenario, capsys):
    assert main(["check", str(scenario()), "--set", "binder.domain_fraction=0.9"]) == 2
    assert "binder.domain_fraction: 0.9; expected at most 0.55" in capsys.readouterr().err


def test_check_reads_a_sound_table(scenario, capsys):
    assert main(["check", str(scenario())]) == 0
    assert "nothing wrong found" in capsys.readouterr().out
