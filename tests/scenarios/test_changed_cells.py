"""A finished run's cell is changed without its mechanics, and what stands there tells the truth."""

import json
import tomllib

import h5py
import pytest

from scenarios.runner.cli import main
from tests.electrochem.bpx_files import chen2020, saved
from tests.scenarios.finished import STATES, curve_of, finished_run


def curves(folder) -> set[str]:
    return {path.stem for path in (folder / "discharge").glob("*.csv")} - {
        path.stem for path in (folder / "discharge").glob("*_profiles.csv")
    }


def of_rate(rate: str) -> set[str]:
    return {f"{state}_{rate}" for state in STATES}


def test_curves_of_another_cell_do_not_stand_beside(tmp_path, capsys):
    folder = finished_run(tmp_path / "mine")
    table = (folder / "summary.csv").read_bytes()
    scenario = (folder / "scenario.toml").read_bytes()
    assert main(["discharge", str(folder), "--rates", "1C,2C"]) == 0
    before = curve_of(folder / "discharge" / "2.80_1C.csv")
    capsys.readouterr()
    change = ["--set", "cell.film_resistance=20 ohm*cm^2"]
    assert main(["discharge", str(folder), "--rates", "1C", *change]) == 0
    told = capsys.readouterr().out
    assert "it differs in film_resistance" in told
    # A row a state, a column a rate.
    last = told.splitlines()[-4:]
    assert last[0].split()[-1] == "1C" and [line.split()[0] for line in last[1:]] == list(STATES)
    assert curves(folder) == of_rate("1C")
    after = curve_of(folder / "discharge" / "2.80_1C.csv")
    assert float(last[2].split()[1]) == pytest.approx(after["capacity_mAh_cm2"][-1], rel=1e-3)
    assert after["capacity_mAh_cm2"][-1] < before["capacity_mAh_cm2"][-1]
    record = tomllib.loads((folder / "discharge" / "cell.toml").read_text())["cell"]
    assert record["film_resistance"] == "20 ohm*cm^2" and record["rates"] == ["1C"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "another cell" in page and "film_resistance = &#34;20 ohm*cm^2&#34;" in page
    # The run's own stays as it was.
    assert (folder / "summary.csv").read_bytes() == table
    assert (folder / "scenario.toml").read_bytes() == scenario
    # More of the same cell is added; the run's own cell takes its place again.
    assert main(["discharge", str(folder), "--rates", "2C", *change]) == 0
    assert curves(folder) == of_rate("1C") | of_rate("2C")
    assert main(["discharge", str(folder), "--rates", "0.5C"]) == 0
    assert curves(folder) == of_rate("0.5C")
    assert "another cell" not in (folder / "report.html").read_text(encoding="utf-8")
    rows = json.loads((folder / "summary.json").read_text())["discharge"]["rates"]
    assert [row["rate_C"] for row in rows] == [0.5] * len(STATES)


def test_cold_cell_gives_less(tmp_path):
    sets = ("nmc532_mohtat2020", "graphite_mohtat2020", "lipf6_landesfeind2019")
    keys = ("cell.active_material", "cell.negative_material", "cell.electrolyte")
    settings = [f"{key}={name}" for key, name in zip(keys, sets, strict=True)]
    folder = finished_run(tmp_path / "mine", *settings, "cell.lower_voltage=2.8 V")
    found = []
    for degrees in (-10, 25, 45):
        temperature = f"cell.temperature={degrees} degC"
        assert main(["discharge", str(folder), "--rates", "1C", "--set", temperature]) == 0
        curve = curve_of(folder / "discharge" / "2.80_1C.csv")
        found.append(curve["capacity_mAh_cm2"][-1])
    # At −10 °C less than half, as its salt hardly moves; at 45 °C some tenth more.
    assert found[0] < 0.5 * found[1] and found[1] < 0.95 * found[2]


def test_state_without_a_cell_keeps_no_earlier_curve_and_is_told(tmp_path, capsys):
    folder = finished_run(tmp_path / "mine")
    assert main(["discharge", str(folder), "--rates", "1C"]) == 0
    with h5py.File(folder / "run.h5", "r+") as file:
        attrs = file["states/2.80"].attrs
        row = json.loads(attrs["row"]) | {"electronic_conductivity_z_S_m": 0.0}
        attrs["row"] = json.dumps(row)
    assert main(["discharge", str(folder), "--rates", "1C"]) == 3
    assert "no curves of 2.80" in capsys.readouterr().err
    assert curves(folder) == of_rate("1C") - {"2.80_1C"}
    summary = json.loads((folder / "summary.json").read_text())
    assert list(summary["discharge"]["failed"]) == ["2.80"]
    (told,) = (text for text in summary["warnings"] if text.startswith("2.80: "))
    assert told in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "voxels.voxel_size=0.4 um"], ["voxels.voxel_size", "cell.KEY=VALUE"]),
        (["--set", "cell.temprature=20 degC"], ["cell.temprature", 'did you mean "temperature"']),
        (["--set", "cell.temperature=20"], ["cell.temperature", "no unit"]),
        (["--set", "cell.parts=[500,1,1]"], ["cell.parts"]),
        (["--rates", "1C", "-o", "there"], ["-o beside --bpx"]),
    ],
)
def test_what_cannot_be_changed_is_refused(options, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    finished_run(tmp_path / "mine")
    before = sorted(tmp_path.rglob("*"))
    assert main(["discharge", "mine", *options]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and all(word in told for word in words), told
    assert sorted(tmp_path.rglob("*")) == before


def test_runs_of_earlier_versions_are_discharged_or_refused(tmp_path, capsys):
    folder = finished_run(tmp_path / "mine")
    with h5py.File(folder / "run.h5", "r+") as file:
        for name in STATES:
            del file["states"][name].attrs["observed"]
    assert main(["discharge", str(folder), "--rates", "1C"]) == 0
    with h5py.File(folder / "run.h5", "r+") as file:
        attrs = file["states/2.80"].attrs
        row = json.loads(attrs["row"])
        del row["am_pore_area_m2_m3"]
        attrs["row"] = json.dumps(row)
    assert main(["discharge", str(folder), "--rates", "2C"]) == 2
    assert "no am_pore_area_m2_m3, as an earlier version" in capsys.readouterr().err
    with h5py.File(folder / "run.h5", "r+") as file:
        del file["states/2.80"].attrs["row"]
    assert main(["discharge", str(folder), "--rates", "2C"]) == 2
    assert "an earlier version wrote it" in capsys.readouterr().err
    assert curves(folder) == of_rate("1C")


def test_results_of_a_file_are_no_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, chen2020())
    assert main(["discharge", "--bpx", "cell.json", "--rates", "2C", "-o", "out"]) == 0
    capsys.readouterr()
    assert main(["discharge", "out", "--rates", "1C"]) == 2
    assert "--bpx" in capsys.readouterr().err
    assert main(["resume", "out"]) == 2
    assert "BPX file" in capsys.readouterr().err
