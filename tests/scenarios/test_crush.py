"""One particle between platens through the command: curve, strength, cracks and report."""

import csv

import h5py
import numba
import numpy as np
import pytest

from scenarios.runner.cli import main


@pytest.fixture(scope="module")
def crushed(tmp_path_factory):
    """The run of the bundled scenario."""
    folder = tmp_path_factory.mktemp("crush") / "run"
    threads = numba.get_num_threads()
    options = {"output.pictures": "false"}
    sets = [part for key, value in options.items() for part in ("--set", f"{key}={value}")]
    try:
        assert main(["run", "crush", *sets, "-o", str(folder), "--threads", "1"]) == 0
    finally:
        numba.set_num_threads(threads)
    return folder


def curve(folder):
    with h5py.File(folder / "run.h5") as file:
        return {name: values[()] for name, values in file["crush"].items()}


def rows(folder) -> dict[str, dict[str, str]]:
    with (folder / "summary.csv").open(newline="") as file:
        return {row["state"]: row for row in csv.DictReader(file)}


def test_particle_carries_a_load_and_then_breaks(crushed):
    c = curve(crushed)
    strain, stress, broken = c["strain"], c["stress_MPa"], c["broken_bond_fraction"]
    assert strain[0] == 0.0 and (np.diff(strain) > 0).all()
    assert strain[-1] == pytest.approx(0.15, rel=1e-3)
    assert stress[0] == 0.0 and (np.diff(broken) >= 0).all() and broken[-1] > 0
    peak = stress.argmax()
    # The strain limit lies beyond the peak: the load has fallen well below it.
    assert strain[peak] < 0.95 * strain[-1] and stress[-1] < 0.5 * stress[peak]
    # Particles of 10 µm were calibrated to 125 MPa, which they scatter about by some 10 %.
    assert stress[peak] == pytest.approx(125, rel=0.3)


def test_stress_is_the_nominal_one_of_the_force(crushed):
    c = curve(crushed)
    # σ = 2.48 F/(π d²) (Hiramatsu & Oka 1966), d = 10 µm.
    nominal = 2.48 * c["force_N"] / (np.pi * 10e-6**2) / 1e6
    np.testing.assert_allclose(c["stress_MPa"], nominal, rtol=1e-12)


def test_summary_tells_strength_and_cracks(crushed):
    table, c = rows(crushed), curve(crushed)
    assert list(table) == ["unloaded", "peak", "end"]
    assert float(table["peak"]["stress_MPa"]) == pytest.approx(c["stress_MPa"].max(), rel=1e-5)
    assert float(table["peak"]["force_mN"]) == pytest.approx(1e3 * c["force_N"].max(), rel=1e-5)
    assert float(table["unloaded"]["broken_bond_fraction"]) == 0.0
    assert float(table["end"]["cracked_particle_fraction"]) == 1.0


def test_report_and_series_show_the_particle(crushed):
    assert "between platens carried up to" in (crushed / "report.html").read_text(encoding="utf-8")
    for kind, suffix in (("particles", "vtp"), ("bonds", "vtp"), ("volume", "vti")):
        assert (crushed / f"{kind}.pvd").is_file()
        for state in ("unloaded", "peak", "end"):
            assert (crushed / kind / f"{state}.{suffix}").is_file()
