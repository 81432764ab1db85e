"""The command calibrate: crushes, files, resumption, and a scenario that takes the material up."""

import csv
import tomllib

import numba
import numpy as np
import pytest

from dem.bonds import BROKEN_TENSION
from dem.crush import Crushing
from scenarios.runner.calibration import crushes, rounds
from scenarios.runner.calibration.read import bundled_calibrations, read_calibration
from scenarios.runner.cli import main
from scenarios.runner.interrupt import Interrupted, StopRequest
from scenarios.runner.load import load, resolved_text
from scenarios.runner.prepare import simulation_of
from scenarios.runner.schema.materials import ActiveMaterial
from scenarios.runner.take_up import bundled_materials
from tests.scenarios.crushed import crush_by_law

TINY = """
[target]
particle_modulus = "142.5 GPa"
particle_modulus_uncertainty = "11.3 GPa"
crush_strength = "125 MPa"
reference_diameter = "5.5 um"
contact_yield_from = "hardness"
hardness = "6 GPa"
secant_modulus = "2.611 GPa"

[particles]
diameters = ["5 um", "6 um"]
seeds = 2

[mechanics]
inertial_number = 0.05

[fit]
tolerance = "10 %"
prove_quasi_static = false
"""


@pytest.fixture
def by_law(monkeypatch):
    """Particles crush by a law at once; the list counts them, and a number in it stops them."""
    crushed, stop_after = [], []

    def crush(calibration, particle, stop, progress):
        if stop_after and len(crushed) == stop_after[0]:
            raise Interrupted
        crushed.append(particle)
        return crush_by_law(particle.material, particle.diameter, particle.seed, 0.05)

    monkeypatch.setattr(rounds, "crush", crush)
    return crushed, stop_after


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder with a calibration file in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(TINY)
    return tmp_path


def test_particle_of_all_moduli_and_strengths_four_times_as_large_carries_four_times_the_force(
    folder,
):
    given = read_calibration("mine.toml")
    strength = {"bond_tensile_strength": 200e6, "bond_cohesion": 200e6}
    base = given.material.model_copy(update=strength | {"contact_yield_pressure": 10e9})
    scaled = ("young_modulus", "bond_modulus", "bond_tensile_strength", "bond_cohesion",
              "contact_yield_pressure")  # fmt: skip
    stiffer = base.model_copy(update={name: 4.0 * getattr(base, name) for name in scaled})
    curves = []
    for material, factor in ((base, 1.0), (stiffer, 4.0)):
        mechanics = given.mechanics.model_copy(
            update={"pressure_floor": factor * given.mechanics.pressure_floor}
        )
        fit = given.fit.model_copy(update={"crush_strain": 0.15})
        target = given.target.model_copy(
            update={"crush_strength": factor * given.target.crush_strength}
        )
        like = given.model_copy(update={"mechanics": mechanics, "fit": fit, "target": target})
        particle = crushes.Particle(5e-6, 1, material, 0.05)
        shown = crushes.crush(like, particle, StopRequest(), lambda share, note: None)
        curves.append(shown)
    soft, stiff = curves
    assert soft.crushed and soft.strength > 50e6
    # The factor is a power of 2, and so are those of step and speed: nothing rounds differently.
    np.testing.assert_array_equal(stiff.curve[:, 0], soft.curve[:, 0])
    np.testing.assert_array_equal(stiff.curve[:, 3], soft.curve[:, 3])
    np.testing.assert_allclose(stiff.curve[:, 1], 4.0 * soft.curve[:, 1], rtol=1e-12)
    assert stiff.inner_modulus == pytest.approx(4.0 * soft.inner_modulus, rel=1e-9)


def test_load_that_drops_is_no_crush_while_the_particle_holds_together(folder):
    given = read_calibration("mine.toml")
    scenario = crushes.scenario_of(given, crushes.Particle(5e-6, 1, given.material, 0.05))
    sim = simulation_of(crushes.divided(scenario, StopRequest()), scenario)
    machine = Crushing(sim, sim.height, 0.3, 0.05, 20e6, until_drop=0.5)
    machine.record = [(0.0, 0.0, 0.0, 0.0), (0.03, 3e-3, 90e6, 0.0), (0.04, 1e-3, 30e6, 0.0)]
    assert not machine.crushed
    sim.bonds.state[:] = BROKEN_TENSION
    assert machine.crushed
    machine.record[-1] = (0.04, 2e-3, 60e6, 1.0)
    assert not machine.crushed


def test_crushed_particles_give_a_material_that_a_scenario_takes_up(folder):
    threads = numba.get_num_threads()
    try:
        assert main(["calibrate", "mine.toml", "--threads", "1"]) == 0
    finally:
        numba.set_num_threads(threads)
    made = folder / "mine-calibration"
    with (made / "crushes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["crushed"] for row in rows] == ["yes"] * 4
    inner = np.array([float(row["inner_modulus_GPa"]) for row in rows])
    text = tomllib.loads((made / "mine.toml").read_text())
    bonds = float(text["materials"]["active_material"]["bond_modulus"].split()[0])
    # Voronoi faces fill space: Σ A L = 3 V, and by the affine bound (normal stiffness E A/L, shear
    # G A/L) the inside has at most 9KG/(3K+G) = 0.73 of the bonds' modulus. 5 % is rounding of
    # faces to voxels; half of the bound would be a structure that is no solid.
    assert (inner < 0.73 * 1.05 * bonds).all() and (inner > 0.5 * 0.73 * bonds).all()
    strength = np.array([float(row["crush_strength_MPa"]) for row in rows])
    assert np.exp(np.log(strength).mean()) == pytest.approx(125, rel=0.15)
    scenario = '[electrode]\nkind = "particle"\n[materials]\nfile = "mine-calibration/mine.toml"\n'
    (folder / "press.toml").write_text(scenario)
    taken = load("press.toml").materials
    assert taken.active_material.bond_modulus == pytest.approx(bonds * 1e9)
    assert taken.active_material.contact_yield_pressure == pytest.approx(12e9)
    page = (made / "report.html").read_text()
    assert page.count("data:image/svg+xml") == 4 and "not fitted" in page
    assert "secant modulus at the crush" in page


def test_stopped_calibration_goes_on_where_it_was(folder, by_law, capsys):
    crushed, stop_after = by_law
    assert main(["calibrate", "mine.toml", "-o", "whole"]) == 0
    needed = len(crushed)
    crushed.clear()
    stop_after.append(6)
    assert main(["calibrate", "mine.toml", "-o", "stopped"]) == 130
    assert "calendem calibrate mine.toml -o stopped" in capsys.readouterr().err
    assert not (folder / "stopped" / "mine.toml").exists()
    stop_after.clear()
    assert main(["calibrate", "mine.toml", "-o", "stopped"]) == 0
    assert len(crushed) == needed
    for name in ("mine.toml", "crushes.csv", "calibration.toml"):
        assert (folder / "stopped" / name).read_bytes() == (folder / "whole" / name).read_bytes()
    assert main(["calibrate", "mine.toml", "-o", "stopped"]) == 0
    assert len(crushed) == needed and "is finished" in capsys.readouterr().out


def test_damaged_crush_is_crushed_again(folder, by_law):
    crushed, stop_after = by_law
    stop_after.append(3)
    assert main(["calibrate", "mine.toml", "-o", "mine"]) == 130
    broken = sorted((folder / "mine" / "crushes").iterdir())[0]
    broken.write_bytes(broken.read_bytes()[:-100])
    stop_after.clear()
    crushed.clear()
    assert main(["calibrate", "mine.toml", "-o", "mine"]) == 0
    assert len({(p.diameter, p.seed) for p in crushed[:2]}) == 2


def test_targets_out_of_reach_end_with_what_was_reached(folder, by_law, capsys):
    text = TINY.replace('contact_yield_from = "hardness"\nhardness = "6 GPa"\n', "")
    (folder / "mine.toml").write_text(text.replace("2.611 GPa", "30 GPa"))
    assert main(["calibrate", "mine.toml"]) == 3
    assert "secant modulus at the crush" in capsys.readouterr().err
    told = tomllib.loads((folder / "mine-calibration" / "mine.toml").read_text())
    assert told["calibration"]["targets_met"] is False


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"125 MPa"', "125", ("target.crush_strength", "125", "unit")),
        ("crush_strength =", "crush_stress =", ("crush_stress", "crush_strength")),
        ('hardness = "6 GPa"\n', "", ("target", "hardness", "missing")),
        ('"5 um"', '"2 um"', ("particles.diameters", "2 um", "single_grain_below")),
        ("seeds = 2", "seeds = 1", ("particles", "spread")),
        ("[fit]", "[fitting]", ("fitting", "fit")),
        ("[target]", 'material.contact_yield_pressure = "3 m"\n[target]', ("material.contact",)),
        ("[target]", "[target", ("not valid TOML",)),
    ],
)
def test_wrong_calibration_file_is_refused_in_one_sentence(folder, capsys, old, new, words):
    (folder / "mine.toml").write_text(TINY.replace(old, new, 1))
    assert main(["calibrate", "mine.toml"]) == 2
    message = capsys.readouterr().err
    assert all(word in message for word in ("mine.toml", *words)), message
    assert "Traceback" not in message
    assert [path.name for path in folder.iterdir()] == ["mine.toml"]


def test_unknown_file_and_folders_that_hold_anything_else_are_refused(folder, by_law, capsys):
    assert main(["calibrate", "nmc"]) == 2
    assert '"nmc622"' in capsys.readouterr().err
    (folder / "letters").mkdir()
    (folder / "letters" / "to-my-aunt.txt").write_text("Dear")
    assert main(["calibrate", "mine.toml", "-o", "letters"]) == 2
    assert "not empty" in capsys.readouterr().err
    assert main(["calibrate", "mine.toml", "-o", "mine"]) == 0
    (folder / "mine.toml").write_text(TINY.replace("seeds = 2", "seeds = 3"))
    assert main(["calibrate", "mine.toml", "-o", "mine"]) == 2
    assert "another calibration" in capsys.readouterr().err


def press(folder, materials: str) -> str:
    (folder / "press.toml").write_text(
        f'[electrode]\nkind = "particle"\n[materials]\n{materials}\n'
    )
    return "press.toml"


def test_keys_of_the_scenario_win_over_the_materials_file(folder):
    soft = '[materials.active_material]\nbond_modulus = "10 GPa"\npoisson_ratio = 0.3\n'
    (folder / "soft.toml").write_text(soft)
    file = press(folder, 'file = "soft.toml"\nactive_material.poisson_ratio = 0.2')
    scenario = load(file)
    active = scenario.materials.active_material
    assert (active.bond_modulus, active.poisson_ratio) == (10e9, 0.2)
    assert active.density == ActiveMaterial().density
    # The resolved scenario stands by itself, and says what was taken up.
    (folder / "soft.toml").unlink()
    (folder / "resolved.toml").write_text(resolved_text(scenario, {}))
    again = load("resolved.toml").materials
    assert again == scenario.materials and again.taken_from == "soft.toml"
    assert main(["check", "resolved.toml"]) == 0


def test_materials_file_from_the_command_line_is_relative_to_the_working_folder(folder):
    (folder / "project").mkdir()
    file = press(folder / "project", "")
    (folder / "here.toml").write_text("[materials.active_material]\nfriction = 0.7\n")
    scenario = load(f"project/{file}", ["materials.file=here.toml"])
    assert scenario.materials.active_material.friction == 0.7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[materials.active_material]\nbond_modulus = 3\n", ("soft.toml", "bond_modulus", "unit")),
        ("[materials.cbd]\n", ("soft.toml", "active_material")),
        ("[materials", ("soft.toml", "not valid TOML")),
        (None, ("materials.file", "soft.toml", "no such file", "nmc622")),
    ],
)
def test_wrong_materials_file_is_refused(folder, capsys, text, words):
    if text is not None:
        (folder / "soft.toml").write_text(text)
    assert main(["check", press(folder, 'file = "soft.toml"')]) == 2
    message = capsys.readouterr().err
    assert all(word in message for word in words), message


def test_shipped_material_is_the_calibrated_one(folder):
    assert set(bundled_materials()) == set(bundled_calibrations()) == {"nmc622"}
    taken = load(press(folder, 'file = "nmc622"')).materials.active_material
    assert taken == ActiveMaterial()
    told = tomllib.loads(bundled_materials()["nmc622"])["calibration"]
    assert told["targets_met"] is True
