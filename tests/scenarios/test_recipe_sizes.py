"""Sizes of a recipe as modes, as a table in the file, or as a CSV beside it."""

import pytest

from scenarios.runner.cli import main
from scenarios.runner.load import load, resolved_text
from scenarios.runner.recipe import coated

RECIPE = """
[electrode]
kind = "recipe"
loading = "8 mg/cm^2"
coated_density = "2.3 g/cm^3"
footprint = ["26 um", "26 um"]
voxel_size = "0.5 um"
"""
MODES = 'size_modes = [{ median_diameter = "8 um" }]\n'
TABLE = """size_table = [
    { diameter = "4 um", volume_share = "20 %" },
    { diameter = "8 um", volume_share = 0.6 },
    { diameter = "11 um", volume_share = 0.2 },
]
"""
FILE = 'size_file = "sizes.csv"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sizes.csv").write_text("diameter_um,volume_share\n4,0.2\n8,0.6\n11,0.2\n")
    return tmp_path


def test_table_and_file_say_the_same(folder):
    for name, sizes in (("table", TABLE), ("file", FILE)):
        (folder / f"{name}.toml").write_text(RECIPE + sizes)
    table, file = (load(f"{name}.toml") for name in ("table", "file"))
    asked, read = (coated(each, each.electrode).modes[0] for each in (table, file))
    assert asked.diameters == pytest.approx(read.diameters)
    assert asked.shares == read.shares
    assert main(["check", "table.toml"]) == 0
    (folder / "again.toml").write_text(resolved_text(file, {}))
    assert coated(file, load("again.toml").electrode).modes[0] == read


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ("", ["electrode.size_modes", "found none of them"]),
        (MODES + FILE, ["electrode.size_modes", "found size_modes and size_file"]),
        ('size_file = "no.csv"\n', ["electrode.size_file", "no.csv", "No such file"]),
        (TABLE.replace("0.6", "0.9"), ["electrode.size_table", "sum 1, found 1.3"]),
        (TABLE.replace("11 um", "7 um"), ["electrode.size_table", "ascending"]),
        (TABLE.replace("11 um", "22 um"), ["electrode.footprint", "D90", "times its area"]),
        (
            TABLE + '[decomposition]\ngrain_size = "9 um"\n',
            ["electrode.size_table", "smaller than a grain", "9 µm"],
        ),
        (MODES + "sphericity = 0.7\n", ["electrode.sphericity", "0.85"]),
        (MODES + "void_fraction = 0.5\n", ["electrode.void_fraction", "0.3"]),
    ],
)
def test_sizes_that_are_none_are_refused_by_key(sizes, words, folder, capsys):
    (folder / "mine.toml").write_text(RECIPE + sizes)
    assert main(["check", "mine.toml"]) == 2
    message = capsys.readouterr().err
    for word in ("mine.toml", *words):
        assert word in message, message
    assert "Traceback" not in message
