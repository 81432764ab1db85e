"""The section `binder`: domain brought into an image, put back, and its nanopores in voxels."""

import io
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from dem.calender import unloaded_state
from scenarios.runner.binder import marks_cracks, pressed_domain
from scenarios.runner.cli import main
from scenarios.runner.image import read_image
from scenarios.runner.interrupt import StopRequest
from scenarios.runner.load import load
from scenarios.runner.prepare import grains_of
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFolder
from scenarios.runner.states import analyse_state
from voxelize.binder.place import binder_solid_volume
from voxelize.deposit.electrode import Deposit
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, CRACK, PORE

H = 50e-9


@pytest.fixture
def balls(tmp_path):
    """Two touching balls of active material without any binder, 50 nm voxels."""
    z, y, x = np.indices((42, 40, 40))
    ball = [(z - c) ** 2 + (y - 20) ** 2 + (x - c) ** 2 < 144 for c in (11, 28)]
    path = tmp_path / "balls.tif"
    tifffile.imwrite(path, (ball[0] | ball[1]).astype(np.uint8))
    return path


def settings(path, *more):
    return [
        f"electrode.image={path}",
        "electrode.voxel_size=50 nm",
        "decomposition.grain_size=0.4 um",
        "decomposition.cbd_grain_size=0.4 um",
        *more,
    ]


def deposited(volume):
    """A deposit that moved nothing."""
    solid = binder_solid_volume(volume)
    domain = solid / (1.0 - volume.cbd_nanoporosity)
    grain = np.where(volume.labels == PORE, -1, 0).astype(np.int32)
    return Deposit(volume, grain, 1.0, 1.0, solid, solid, domain, domain, 0.0, np.array([0.5]))


def test_image_without_binder_gets_its_domain_before_anything_is_checked(balls):
    more = ("binder.domain_fraction=6 %", "binder.contact_angle=40 deg")
    volume = read_image(load("tomography", settings(balls, *more)))
    cells = volume.layer_weights.sum() * volume.labels[0].size
    assert volume.fraction(CARBON_BINDER) == pytest.approx(0.06, abs=0.5 / cells)
    bare = read_image(load("tomography", settings(balls)))
    assert ((volume.labels == ACTIVE_MATERIAL) == (bare.labels == ACTIVE_MATERIAL)).all()


def test_domain_by_mass_leaves_the_coating_those_shares_of_mass(balls):
    more = ("binder.carbon_fraction=0.03", "binder.binder_fraction=0.02")
    scenario = load("tomography", settings(balls, *more))
    volume, materials = read_image(scenario), scenario.materials
    active = volume.fraction(ACTIVE_MATERIAL) * materials.active_material.density
    solid = volume.fraction(CARBON_BINDER) * (1 - materials.cbd.nanoporosity)
    carbon, binder = 0.03 / materials.cbd.carbon_density, 0.02 / materials.cbd.binder_density
    added = solid * 0.05 / (carbon + binder)
    # The domain is counted in whole voxels, some thousand of them.
    assert added / (active + added) == pytest.approx(0.05, rel=1e-3)


def test_pressed_state_gets_its_solid_back_and_the_unloaded_keeps_its_own(balls):
    more = ("binder.domain_fraction=6 %", "binder.after_pressing=replaced", "binder.method=film")
    scenario = load("tomography", settings(balls, *more, "scenario.seed=4"))
    contacts = load("tomography", settings(balls, "binder.domain_fraction=6 %"))
    back = deposited(read_image(contacts))
    unloaded = pressed_domain(back, 0, scenario)
    assert np.array_equal(unloaded.volume.labels, back.volume.labels)
    pressed = pressed_domain(back, 1, scenario)
    assert (pressed.volume.labels != back.volume.labels).any()
    assert pressed.cbd_solid_volume_after == pytest.approx(back.cbd_solid_volume_after, rel=1e-12)
    new = (pressed.volume.labels == CARBON_BINDER) & (back.volume.labels == PORE)
    assert (pressed.grain[new] == -1).all()
    assert (pressed.grain[pressed.volume.labels == ACTIVE_MATERIAL] == 0).all()


def test_state_is_written_with_the_domain_that_was_put_back(balls, tmp_path):
    imaged = tifffile.imread(balls)
    imaged[:4][imaged[:4] == PORE] = CARBON_BINDER
    tifffile.imwrite(balls, imaged)
    base = ("output.vtk=false", "cell.kind=none")
    labels, rows = {}, {}
    for choice in ("carried", "replaced"):
        more = (*base, f"binder.after_pressing={choice}", "binder.method=film")
        scenario = load("tomography", settings(balls, *more))
        reporter = Reporter(StopRequest(), io.StringIO())
        grains = grains_of(read_image(scenario), scenario, reporter)
        state = unloaded_state(grains.grains, grains.bonds, grains.volume.thickness)
        folder = RunFolder.create(tmp_path / choice, scenario)
        # Index 1: what a pressed state would be that sprang back to where it was.
        figures = analyse_state("pressed", 1, state, grains, scenario, folder, reporter)
        labels[choice] = tifffile.imread(folder.path / "volume" / "pressed.tif")
        rows[choice] = figures.row
    same = labels["carried"] == labels["replaced"]
    assert not same.all()
    assert same[labels["carried"] == ACTIVE_MATERIAL].all()
    # Placed to a voxel, of which the solid takes some thousands.
    assert rows["replaced"]["cbd_fraction"] == pytest.approx(
        rows["carried"]["cbd_fraction"], rel=1e-3
    )
    assert rows["replaced"]["am_cbd_area_m2_m3"] != rows["carried"]["am_cbd_area_m2_m3"]


def test_binder_that_is_put_back_stays_out_of_opened_cracks(balls):
    more = ("binder.domain_fraction=6 %", "binder.after_pressing=replaced", "binder.method=film")
    scenario = load("tomography", settings(balls, *more))
    assert marks_cracks(scenario)
    back = deposited(read_image(load("tomography", settings(balls, "binder.domain_fraction=6 %"))))
    film = pressed_domain(back, 1, scenario).volume.labels == CARBON_BINDER
    crack = film & (back.volume.labels == PORE)
    marked = np.where(crack, np.uint8(CRACK), back.volume.labels)
    opened = replace(back, volume=replace(back.volume, labels=marked))
    found = pressed_domain(opened, 1, scenario).volume.labels
    assert (found[crack] == PORE).all()
    kept = load("tomography", settings(balls, *more, "voxels.mark_cracks=true"))
    assert (pressed_domain(opened, 1, kept).volume.labels[crack] == CRACK).all()


def test_nanopores_become_voxels_of_their_size(balls):
    more = ("binder.domain_fraction=10 %", "binder.nanopore_size=100 nm")
    scenario = load("tomography", settings(balls, *more))
    back = deposited(read_image(scenario))
    fine = pressed_domain(back, 0, scenario).volume
    assert fine.cbd_nanoporosity == 0.0
    opened = (fine.labels == PORE) & (back.volume.labels == CARBON_BINDER)
    domain = np.count_nonzero(back.volume.labels == CARBON_BINDER)
    assert np.count_nonzero(opened) == pytest.approx(0.5 * domain, abs=1.0)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["binder.contact_angle=40 deg"], ["binder.contact_angle", "nothing is placed"]),
        (["binder.contact_angle=40", "binder.domain_fraction=0.05"], ["no unit", "angle"]),
        (["binder.contact_angle=40 %", "binder.domain_fraction=0.05"], ["no unit", "angle"]),
        (
            ["binder.contact_angle=9 deg", "binder.domain_fraction=0.05", "binder.method=film"],
            ["binder.contact_angle", "a film has none"],
        ),
        (["binder.domain_fraction=95 %"], ["binder.domain_fraction", "fills every pore"]),
        (["binder.carbon_fraction=3 %"], ["binder.carbon_fraction", "stands alone"]),
        (
            [
                "binder.carbon_fraction=3 %",
                "binder.binder_fraction=3 %",
                "binder.domain_fraction=5 %",
            ],
            ["binder.binder_fraction", "stands with binder.domain_fraction", "alone, or"],
        ),
        (
            ["binder.carbon_fraction=50 %", "binder.binder_fraction=50 %"],
            ["binder.binder_fraction", "no active material"],
        ),
        (
            ["binder.carbon_fraction=45 %", "binder.binder_fraction=45 %"],
            ["binder.carbon_fraction and binder.binder_fraction ask for", "below 1"],
        ),
        (
            ["binder.after_pressing=replaced", "voxels.phase_fractions=true"],
            ["voxels.phase_fractions", "binder.after_pressing"],
        ),
        (["binder.nanopore_size=60 nm"], ["binder.nanopore_size", "two voxels"]),
        (["binder.method=paint"], ["binder.method", "contacts"]),
    ],
)
def test_what_the_section_cannot_do_is_refused(balls, capsys, more, expected):
    options = [part for s in settings(balls, *more) for part in ("--set", s)]
    assert main(["check", "tomography", *options]) == 2
    message = capsys.readouterr().err
    for text in expected:
        assert text in message


def test_recipe_brings_its_own_binder(capsys):
    assert main(["check", "quickstart", "--set", "binder.domain_fraction=5 %"]) == 2
    assert "a recipe has its binder from its fractions" in capsys.readouterr().err
