"""Wrong input: one clear message, exit code 2, no traceback, nothing written."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from dem.errors import InputError
from scenarios.runner.cli import main
from scenarios.runner.load import load, resolved_text

ROOT = Path(__file__).resolve().parents[2]
RECIPE = """
[electrode]
kind = "recipe"
loading = "8 mg/cm^2"
coated_density = "2.3 g/cm^3"
footprint = ["20 um", "20 um"]
voxel_size = "0.5 um"
size_modes = [{ median_diameter = "8 um" }]

[calendering]
targets = ["3.0 g/cm^3"]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(arguments: list[str], capsys, folder: Path) -> str:
    """The message of a command that must end with 2 and leave the folder as it was."""
    before = sorted(folder.rglob("*"))
    assert main(arguments) == 2
    assert sorted(folder.rglob("*")) == before
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return printed.err


def with_change(old: str, new: str) -> str:
    """The recipe with one line changed."""
    assert old in RECIPE
    return RECIPE.replace(old, new)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (with_change('"8 mg/cm^2"', "8.0"), ["electrode.loading", "8.0", "no unit", "mg/cm^2"]),
        (with_change('"8 mg/cm^2"', '"8"'), ["electrode.loading", "no unit"]),
        (with_change('"8 mg/cm^2"', '"8 um"'), ["electrode.loading", "length", "areal mass"]),
        (with_change('"8 mg/cm^2"', '"-8 mg/cm^2"'), ["electrode.loading", "above 0"]),
        (with_change('loading = "8', 'laoding = "8'), ["electrode.laoding", '"loading"']),
        (with_change("[calendering]", "[calendaring]"), ["calendaring", '"calendering"']),
        (with_change('loading = "8 mg/cm^2"\n', ""), ["electrode.loading", "missing", "mg/cm^2"]),
        (with_change('"recipe"', '"recip"'), ["electrode.kind", "recip", "'recipe'"]),
        (with_change('kind = "recipe"\n', ""), ["electrode.kind", "missing"]),
        (with_change('"0.5 um"', '"0 um"'), ["electrode.voxel_size", "above 0"]),
        (with_change('voxel_size = "0.5 um"\n', ""), ["electrode.voxel_size", "missing"]),
        (with_change("targets", "damping"), ["calendering.damping", "[mechanics]"]),
        (with_change('["20 um", "20 um"]', '"20 um"'), ["electrode.footprint", "list"]),
        (with_change('["20 um", "20 um"]', '["20.2 um", "20 um"]'), ["footprint[0]", "voxels"]),
        (with_change('["3.0 g/cm^3"]', '["2.2 g/cm^3"]'), ["targets[0]", "2.3 g/cm^3"]),
        (with_change('["3.0 g/cm^3"]', '["4.6 g/cm^3"]'), ["targets[0]", "crystal density"]),
        (with_change('["3.0 g/cm^3"]', '["60 %"]'), ["targets[0]", "start"]),
        (
            RECIPE + '[decomposition]\nfoil_depth = "4 um"\n',
            ["decomposition.foil_depth", "foil_grain_size"],
        ),
        (
            RECIPE + '[materials.collector]\nyoung_modulus = "200 GPa"\n',
            ["materials.collector.young_modulus", "no effect", "foil_grain_size"],
        ),
        (
            RECIPE + '[[materials.pairs]]\nbetween = ["cbd", "collector"]\nfriction = 0.2\n',
            ["materials.pairs[0]", "collector", "foil_grain_size"],
        ),
        (
            with_change("targets", "coated_sides = 2\ntargets")
            + '[decomposition]\nfoil_grain_size = "1.5 um"\n',
            ["calendering.coated_sides", "foil_depth", "half the foil (1 um)"],
        ),
        (
            RECIPE + '[decomposition]\nfoil_grain_size = "2 um"\n[mechanics]\ndamping = 0.01\n',
            ["mechanics.damping", "0.01", "at least 0.05", "foil_grain_size"],
        ),
        (
            RECIPE + '[decomposition]\nfoil_grain_size = "0.9 um"\n',
            ["decomposition.foil_grain_size", "two voxels"],
        ),
        (
            with_change("[calendering]", 'foil_thickness = "0 um"\n\n[calendering]')
            + '[decomposition]\nfoil_grain_size = "2 um"\n',
            ["decomposition.foil_grain_size", "foil_thickness is 0 um"],
        ),
        # In the unit that was written, beside what it means.
        (with_change('["3.0 g/cm^3"]', '["3 kg/m^3"]'), ['"3 kg/m^3", that is 0.003 g/cm^3,']),
        (with_change('["3.0 g/cm^3"]', '["40 um"]'), ["targets[0]", "start"]),
        (with_change('["3.0 g/cm^3"]', "[3.0]"), ["targets[0]", "no unit"]),
        (with_change('["3.0 g/cm^3"]', '["3 V"]'), ["targets[0]", "voltage"]),
        (with_change('["3.0 g/cm^3"]', '["3000 MPa"]'), ["targets[0]", "pressure_limit (2000 MPa"]),
        (
            with_change('["3.0 g/cm^3"]', '["3 g/cm^3", "30 %", "9 N/mm"]'),
            ['targets[2] "9 N/mm" is a line load beside a density', '"passes"'],
        ),
        (with_change('["3.0 g/cm^3"]', '["9 N/mm", "0.009 N/um"]'), ["targets[1]", "repeats"]),
        (
            with_change('["3.0 g/cm^3"]', '["9 MPa", "3 g/cm^3", "2.9 g/cm^3"]\nmode = "passes"'),
            ["targets[2]", "not denser than what a pass before it leaves (3 g/cm^3)"],
        ),
        (
            with_change("targets", 'mode = "passes"\ntargets')
            + "[mechanics]\nprove_quasi_static = true\n",
            ["mechanics.prove_quasi_static", "passes"],
        ),
        (with_change("targets", 'mode = "twice"\ntargets'), ["calendering.mode", "'series'"]),
        (with_change("targets", 'roll_diameter = "4 um"\ntargets'), ["roll_diameter", "10 mm"]),
        (with_change("targets", "coated_sides = 3\ntargets"), ["coated_sides", "1 or 2"]),
        (with_change("targets", 'web_speed = "5 m"\ntargets'), ["web_speed", "length", "m/min"]),
        (with_change('["3.0 g/cm^3"]', '["3 g/cm^3", "3.0 g/cm^3"]'), ["targets[1]", "repeats"]),
        (with_change('"8 um"', '"1 um"'), ["median_diameter", "smaller than a grain", "1.5 um"]),
        (with_change('"8 um"', '"30 um"'), ["median_diameter", "at most", "20 um"]),
        (with_change('"8 um"', '"8 um", mass_share = 0.5'), ["size_modes", "make 0.5"]),
        (RECIPE + "[scenario]\nseed = 1.5\n", ["scenario.seed", "whole number"]),
        (RECIPE + "[voxels]\nmark_cracks = 1\n", ["voxels.mark_cracks", "true or false"]),
        (RECIPE + '[cell]\nrates = ["1D"]\n', ["cell.rates[0]", "C-rate"]),
        (RECIPE + "[cell]\nrates = []\n", ["cell.rates got []; expected a list of at least 1"]),
        (RECIPE + "[scenario]\nseed = -1\n", ["scenario.seed got -1; expected a whole", "least 0"]),
        (with_change('[{ median_diameter = "8 um" }]', "[]"), ["size_modes", "a list of at least"]),
        (with_change('["20 um", "20 um"]', '["11 um", "20 um"]'), ["electrode.footprint", "1.5"]),
        (RECIPE + '[voxels]\nvoxel_size = "5 um"\n', ["voxels.voxel_size", "5 um", "grain_size"]),
        (
            RECIPE + '[binder]\ncontact_angle = "120 deg"\n',
            ["binder.contact_angle", "90"],
        ),
        (with_change('"8 um"', '"8 um", spread = 0.8'), ["electrode.footprint", "expected"]),
        (with_change('"0.5 um"', '"0.625 um"').replace('"8 um"', '"1.6 um"'), ["voxel_size"]),
        (RECIPE + '[cell]\nlower_voltage = "5 V"\n', ["cell.lower_voltage", "4.2 V"]),
        (
            RECIPE + '[materials.active_material]\nreference_particle_diameter = "8 um"\n',
            ["reference_particle_diameter", "particle_weibull_modulus"],
        ),
        (RECIPE + '[cell]\nupper_voltage = "6 V"\n', ["cell.upper_voltage", "6 V", "5.600 V"]),
        (RECIPE + '[cell]\nlower_voltage = "0.1 V"\n', ["cell", "balanced", "0.1", "graphite"]),
        (RECIPE + "[cell]\nnegative_porosity = 0.4\n", ["negative_active_fraction", "1.05"]),
        (RECIPE + "[cell]\nnp_ratio = 1\n", ["cell.np_ratio", "above 1"]),
        (RECIPE + '[cell]\ntemperature = "61 degC"\n', ["cell.temperature", "60 degC"]),
        (RECIPE + "[mechanics]\ndamping = 1.5\n", ["mechanics.damping", "below 1"]),
        (
            RECIPE + '[materials.active_material]\nbond_tensile_strength = "-3 MPa"\n',
            ["materials.active_material.bond_tensile_strength", "-3 MPa", "above 0"],
        ),
        ("mechanics = 3\n" + RECIPE, ["mechanics", "section"]),
        (RECIPE.replace('"8 mg/cm^2"', "8 mg/cm^2"), ["line 4", "quotes"]),
        ("", ["electrode", "missing"]),
    ],
)
def test_wrong_scenario_is_refused_naming_file_key_and_expectation(text, words, folder, capsys):
    (folder / "mine.toml").write_text(text)
    for command in ("check", "run"):
        message = refused([command, "mine.toml"], capsys, folder)
        for word in ("mine.toml", *words):
            assert word in message, message


def test_wrong_setting_is_named_as_such(folder, capsys):
    (folder / "mine.toml").write_text(RECIPE)
    options = ["--set", "electrode.loading=8"]
    message = refused(["run", "mine.toml", *options], capsys, folder)
    assert "--set: electrode.loading got 8" in message
    for wrong in ("loading=8", "electrode.loading", "electrode.size_modes.3.spread=0", "=3"):
        assert "--set" in refused(["run", "mine.toml", "--set", wrong], capsys, folder)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (None, ["electrode.image", "does not exist"]),
        (np.ones((8, 8, 9), np.float32), ["image.tif", "float"]),
        (np.ones((8, 8), np.uint8), ["image.tif"]),
        (np.ones((8, 8, 8, 3), np.uint8), ["image.tif"]),
        (np.full((8, 8, 9), 7, np.uint8), ["image.tif", "7"]),
        (np.zeros((8, 8, 9), np.uint8), ["image.tif", "active material"]),
        (np.ones((8, 8, 8), np.uint8), ["image.tif", "a cube", "axis_order"]),
    ],
)
def test_wrong_image_is_refused_before_anything_runs(make, words, folder, capsys):
    if make is not None:
        photometric = "rgb" if make.ndim == 4 else "minisblack"
        tifffile.imwrite(folder / "image.tif", make, photometric=photometric)
    options = ["--set", "electrode.image=image.tif", "--set", "electrode.voxel_size=0.5 um"]
    for command in ("check", "run"):
        message = refused([command, "tomography", *options], capsys, folder)
        for word in words:
            assert word in message, message


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("electrode.voxel_size=0 um", ["electrode.voxel_size", "above 0"]),
        ("electrode.labels={pore=0, active_material=1, cdb=2}", ["cdb", "'cbd'"]),
        ("electrode.labels={pore=1, active_material=1}", ["electrode.labels", "two phases"]),
        ("electrode.labels={pore=0}", ["electrode.labels.active_material", "missing"]),
        ("electrode.crop=[[0, 4]]", ["electrode.crop", "three"]),
        ("electrode.crop=[[0, 4], [4, 4], [0, 4]]", ["electrode.crop[1]", "empty"]),
        ("electrode.axis_order=zyz", ["axis_order"]),
        ("decomposition.grain_size=0.5 um", ["decomposition.grain_size", "two voxels"]),
        ("decomposition.primary_particle_size=1 um", ["decomposition", "2.5 um", "one of the two"]),
        ("decomposition.small_particles=crumbs", ["small_particles", "'single_grain'"]),
        ('calendering.targets=["1.5 g/cm^3"]', ["targets[0]", "start"]),
        ('calendering.targets=["4.9 g/cm^3"]', ["targets[0]", "crystal density"]),
    ],
)
def test_setting_that_does_not_fit_the_image_is_refused(setting, words, folder, capsys):
    labels = np.zeros((18, 16, 16), np.uint8)
    labels[:, 4:12, :] = 1
    tifffile.imwrite(folder / "image.tif", labels)
    options = ["--set", "electrode.image=image.tif", "--set", "electrode.voxel_size=0.5 um"]
    message = refused(["run", "tomography", *options, "--set", setting], capsys, folder)
    for word in words:
        assert word in message, message


def test_missing_image_is_refused_with_all_that_is_needed(folder, capsys):
    message = refused(["check", "tomography"], capsys, folder)
    assert message.count("\n") == 1
    for key in ("image", "voxel_size", "labels", "axis_order"):
        assert f"electrode.{key}" in message


def test_missing_voxel_size_is_refused(folder, capsys):
    tifffile.imwrite(folder / "image.tif", np.ones((8, 8, 8), np.uint8))
    message = refused(["run", "tomography", "--set", "electrode.image=image.tif"], capsys, folder)
    assert "image.tif" in message and "voxel size" in message


def test_missing_and_unreadable_files_are_refused(folder, capsys):
    assert '"quickstart"' in refused(["run", "quikstart"], capsys, folder)
    assert "no such file" in refused(["check", "nothing/here.toml"], capsys, folder)
    assert "folder" in refused(["check", "."], capsys, folder)
    (folder / "picture.toml").write_bytes(bytes(range(128, 256)))
    assert "not a text file" in refused(["check", "picture.toml"], capsys, folder)
    assert "no such folder" in refused(["resume", "nowhere"], capsys, folder)
    assert "holds no run" in refused(["resume", "."], capsys, folder)
    assert "no such folder" in refused(["report", "nowhere"], capsys, folder)


def test_folder_that_holds_a_run_is_refused(folder, capsys):
    (folder / "mine.toml").write_text(RECIPE)
    (folder / "old").mkdir()
    (folder / "old" / "scenario.toml").write_text("the run of last week")
    message = refused(["run", "mine.toml", "-o", "old"], capsys, folder)
    assert "already holds a run" in message and "resume old" in message
    (folder / "file").write_text("")
    assert "is a file" in refused(["run", "mine.toml", "-o", "file"], capsys, folder)


def test_refused_entry_is_told_once(folder, capsys):
    (folder / "mine.toml").write_text(RECIPE + '[cell]\nrates = ["1"]\n')
    message = refused(["check", "mine.toml"], capsys, folder)
    assert message.count("\n") == 1 and "tuple" not in message and 'got "1"' in message


def test_folder_with_anything_in_it_is_refused(folder, capsys):
    (folder / "mine.toml").write_text(RECIPE)
    (folder / "letters").mkdir()
    (folder / "letters" / "to-my-aunt.txt").write_text("Dear")
    message = refused(["run", "mine.toml", "-o", "letters"], capsys, folder)
    assert message == (
        "calendem: letters: is not empty; expected a new or an empty folder for the run\n"
    )


def test_every_problem_is_told_at_once(folder):
    (folder / "mine.toml").write_text(
        with_change('"8 mg/cm^2"', "8").replace("2.3 g/cm^3", "2.3 um")
    )
    with pytest.raises(InputError) as error:
        load("mine.toml")
    assert len(str(error.value).splitlines()) == 2


def test_command_ends_with_2_and_no_traceback_in_a_process_of_its_own(folder):
    (folder / "mine.toml").write_text(with_change("[calendering]", "[calendaring]"))
    ran = subprocess.run(
        [sys.executable, "-m", "scenarios.runner.cli", "run", "mine.toml"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 2
    assert ran.stderr.startswith("calendem: mine.toml: calendaring")
    assert "Traceback" not in ran.stderr and ran.stdout == ""
    assert [path.name for path in folder.iterdir()] == ["mine.toml"]


def test_defaults_of_a_foil_that_is_rigid_are_no_wish(tmp_path):
    path = tmp_path / "run.toml"
    # As the run's own resolved scenario has them, which resume reads.
    path.write_text(resolved_text(load_text(tmp_path, RECIPE), {}))
    assert load(str(path)).materials.collector.young_modulus == 69e9


def test_grains_down_to_the_middle_of_a_foil_may_be_coated_on_two_sides(tmp_path):
    text = with_change("targets", "coated_sides = 2\ntargets")
    half = '[decomposition]\nfoil_grain_size = "1.5 um"\nfoil_depth = "1 um"\n'
    assert load_text(tmp_path, text + half).calendering.coated_sides == 2


def load_text(folder, text):
    (folder / "given.toml").write_text(text)
    return load(str(folder / "given.toml"))
