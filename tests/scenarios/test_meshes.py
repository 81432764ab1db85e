"""Particle meshes through the command line: checked, refused, drawn, and pressed."""

import csv

import numpy as np
import pytest
import tifffile
import trimesh

from scenarios.runner.cli import main
from scenarios.runner.load import load
from scenarios.runner.meshes import read_bodies
from tests.scenarios.test_exports import ball as ball_file
from tests.scenarios.test_exports import unpressed
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER

SCENARIO = """
[electrode]
kind = "meshes"
meshes = "balls.stl"
voxel_size = "0.5 um"
box = ["16 um", "16 um"]
foil_thickness = "1 um"
sides = "periodic"

[decomposition]
grain_size = "2.5 um"
minimum_grains = 8

[mechanics]
inertial_number = 0.03

[cell]
kind = "none"

[output]
pictures = false
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a scenario and the file of two layers of balls that it names."""
    monkeypatch.chdir(tmp_path)
    balls = []
    for k, j, i in np.ndindex(2, 2, 2):
        ball = trimesh.creation.icosphere(subdivisions=3, radius=3.9)
        ball.apply_translation([8.0 * i + 4.0 + 2.0 * k, 8.0 * j + 4.0 + 2.0 * k, 3.9 + 7.5 * k])
        balls.append(ball)
    trimesh.util.concatenate(balls).export("balls.stl")
    (tmp_path / "packing.toml").write_text(SCENARIO)
    return tmp_path


def test_check_reads_the_meshes_and_explains_every_key(folder, capsys):
    assert main(["check", "packing.toml"]) == 0
    told = capsys.readouterr().out
    for key in ("meshes", "unit", "box", "origin", "thickness", "overlap_limit", "repair"):
        assert f"  {key} = " in told
    assert "nothing wrong found" in told


def test_check_tells_what_it_cuts(folder, capsys):
    cut = (
        "--set",
        'electrode.origin=["2 um", "0 um", "0 um"]',
        "--set",
        "electrode.sides=symmetric",
    )
    assert main(["check", "packing.toml", *cut]) == 0
    assert "balls.stl: body 1 of 8 reaches 1.9 um beyond the box: cut there" in (
        capsys.readouterr().out
    )


def test_domain_of_the_fraction_asked_for_is_brought_between_the_bodies(folder):
    bare = read_bodies(load("packing.toml", []))
    filled = read_bodies(load("packing.toml", ["binder.domain_fraction=0.05"]))
    # One voxel of 32 x 32 x 31 is 3e-5 of them.
    assert filled.fraction(CARBON_BINDER) == pytest.approx(0.05, abs=1e-4)
    assert bare.fraction(CARBON_BINDER) == 0.0
    assert np.array_equal(filled.particle, bare.particle)
    assert np.array_equal(filled.labels == ACTIVE_MATERIAL, bare.labels == ACTIVE_MATERIAL)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ('electrode.unit="mm"', ["balls.stl", "particles measure 7.", "mm", "electrode.unit"]),
        ('electrode.unit="inch"', ["electrode.unit", "inch", "'um'"]),
        ("electrode.meshes=balls.step", ["electrode.meshes", "does not exist", "balls.step"]),
        ("electrode.meshes=packing.toml", ["electrode.meshes", "packing.toml", ".stl"]),
        ('electrode.box=["16.2 um", "16 um"]', ["electrode.box[0]", "whole voxels"]),
        ('electrode.voxel_size="2 um"', ["decomposition.grain_size", "two voxels"]),
        ('electrode.origin=["0 um", "0 um", "3 um"]', ["balls.stl", "below the collector's face"]),
        ('calendering.targets=["9 g/cm^3"]', ["balls.stl", "targets[0]", "crystal density"]),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_what_does_not_fit_is_refused_and_nothing_written(command, setting, words, folder, capsys):
    before = sorted(folder.rglob("*"))
    assert main([command, "packing.toml", "--set", setting]) == 2
    assert sorted(folder.rglob("*")) == before
    told = capsys.readouterr().err
    assert "Traceback" not in told
    for word in words:
        assert word in told


def test_exported_surfaces_are_read_as_the_volume_that_they_come_from(tmp_path):
    path, inside = ball_file(tmp_path)
    assert unpressed(path, tmp_path / "first", "output.surfaces=ply", "output.vtk=false") == 0
    assert (tmp_path / "first" / "surfaces" / "as_imaged" / "particle_000000.ply").is_file()
    scenario = SCENARIO.replace("balls.stl", "first/surfaces/as_imaged.ply")
    scenario = scenario.replace('"16 um", "16 um"', '"12 um", "12 um"').replace("1 um", "0 um", 1)
    (tmp_path / "again.toml").write_text(scenario)
    settings = ("--set", "output.vtk=false", "--set", "decomposition.grain_size=4 um")
    assert main(["run", str(tmp_path / "again.toml"), "-o", str(tmp_path / "run"), *settings]) == 0
    again = tifffile.imread(tmp_path / "run" / "volume" / "as_imaged.tif")
    assert np.array_equal(again, inside)


@pytest.mark.slow
def test_balls_are_pressed_like_an_image(folder):
    # Below 2.8 g/cm³ the balls, which nothing binds, slide under the gauge's own load.
    settings = ("--set", 'calendering.targets=["2.9 g/cm^3"]', "--set", "output.surfaces=stl")
    assert main(["run", "packing.toml", "-o", "run", *settings]) == 0
    with open(folder / "run" / "summary.csv", newline="") as file:
        before, after = csv.DictReader(file)
    assert before["state"] == "as_imaged"
    exact = 8 * 4 / 3 * np.pi * 3.9**3 * 0.985 / (16 * 16 * float(before["thickness_um"]))
    # An icosphere of 1280 triangles lacks 1.5 % of its ball; counting centres errs by 1 %.
    assert float(before["am_fraction"]) == pytest.approx(exact, rel=0.02)
    # The default calendering.off_target_limit.
    assert float(after["density_g_cm3"]) == pytest.approx(2.9, rel=0.02)
    assert trimesh.load(folder / "run" / "surfaces" / "2.90.stl", force="mesh").is_watertight
