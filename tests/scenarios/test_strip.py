"""A strip under a roll through the command: states, nip, comparison with the path model, report."""

import json

import h5py
import numba
import numpy as np
import pytest

from scenarios.runner.cli import main

STRIP = [
    "calendering.mode=strip", "calendering.targets=[]", "electrode.loading=2 mg/cm^2",
    'electrode.footprint=["11.5 um", "11.5 um"]',
    "strip.roll_radius=10", "strip.gap=2.9 g/cm^3", "mechanics.inertial_number=0.1",
    "cell.kind=none", "output.pictures=false",
]  # fmt: skip


def sets(*settings):
    return [part for setting in settings for part in ("--set", setting)]


@pytest.fixture(scope="module")
def folder(small_scenario, tmp_path_factory):
    path = tmp_path_factory.mktemp("strip") / "run"
    threads = numba.get_num_threads()
    try:
        assert main(["run", str(small_scenario), *sets(*STRIP), "-o", str(path)]) == 0
    finally:
        numba.set_num_threads(threads)
    return path


@pytest.fixture(scope="module")
def summary(folder):
    return json.loads((folder / "summary.json").read_text())


@pytest.mark.slow
def test_roll_takes_the_line_load_of_the_path_model_and_leaves_its_density(summary):
    strip = summary["strip"]
    assert [row["state"] for row in summary["states"]] == ["as_coated", "plate", "rolled"]
    # Two particles thick, a roll of ten thicknesses, rolled fast: 0.85 and, at half the speed,
    # 1.5. What they show of physics is held to figures on lattices, in tests/dem/test_strip.py.
    assert 0.5 < strip["line_load_over_plate"] < 2.0
    # 0.96 at either speed: shear loosens the surface.
    assert strip["density_over_plate"] == pytest.approx(1.0, abs=0.06)
    before, _, after = summary["states"]
    assert after["density_g_cm3"] > before["density_g_cm3"]
    # Nothing springs back below the gap.
    assert after["thickness_um"] > strip["gap_um"]
    assert abs(strip["ledger_residual"]) < 0.02


@pytest.mark.slow
def test_nip_of_the_strip_is_written_beside_that_of_the_path_model(folder, summary):
    assert set(summary["nip"]["states"]) == {"plate", "rolled"}
    with h5py.File(folder / "run.h5") as file:
        nip = {name: file[f"strip/{name}"][()] for name in ("position_um", "pressure_MPa")}
        step = np.diff(nip["position_um"]).mean()
        # MPa µm are N/m; the slope of the roll lifts by a part of the shear too.
        load = 1e-3 * nip["pressure_MPa"].sum() * step
        assert load == pytest.approx(summary["strip"]["line_load_N_mm"], rel=0.05)
        assert len(file["strip/grains/x_um"]) == summary["strip"]["grains"]
        assert file["states/rolled/breaks/bond"].shape[0] > 0
    assert (folder / "strip.vtp").is_file()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The strip under the roll" in page and "a plate with the same gap" in page


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("strip.gap=2.2 g/cm^3", "strip.gap"),
        ("strip.gap=60 MPa", "strip.gap"),
        ('calendering.targets=["2.8 g/cm^3"]', "calendering.targets"),
        ("strip.roll_radius=2", "strip.roll_radius"),
        ("mechanics.prove_quasi_static=true", "mechanics.prove_quasi_static"),
    ],
)
def test_what_cannot_be_rolled_is_refused_before_anything_is_written(
    small_scenario, tmp_path, capsys, setting, sentence
):
    path = tmp_path / "run"
    assert main(["run", str(small_scenario), *sets(*STRIP, setting), "-o", str(path)]) == 2
    assert sentence in capsys.readouterr().err
    assert not path.exists()


def test_single_particle_is_no_strip(tmp_path, capsys):
    path = tmp_path / "run"
    assert main(["run", "crush", *sets("calendering.mode=strip"), "-o", str(path)]) == 2
    assert "repeats in its plane" in capsys.readouterr().err
    assert not path.exists()
