"""Cells of runs and of BPX files are discharged by the command, and what it leaves adds up."""

import csv
import html
import json
import os
import signal
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLRectilinearGridReader

from electrochem.bpx import open_bpx
from electrochem.kinetics import FARADAY
from electrochem.porous_electrode import discharge
from electrochem.porous_electrode.endings import LOWER_VOLTAGE
from scenarios.runner import discharges
from scenarios.runner.cli import main
from scenarios.runner.discharging import bpx_file
from scenarios.runner.discharging.loss_plots import losses_of
from scenarios.runner.discharging.page import drawn_curves, read_depth
from scenarios.runner.discharging.parts import local_of
from scenarios.runner.discharging.structure import cell_of, contact_resistance, median_diameters
from scenarios.runner.discharging.tables import PARTS
from scenarios.runner.exports import export_volume
from scenarios.runner.load import load
from scenarios.runner.results import read_run, read_table
from scenarios.runner.results_file import read_figures
from scenarios.runner.run_folder import RunFolder
from tests.electrochem.bpx_files import chen2020, saved
from tests.scenarios.finished import DIAMETERS, STATES, curve_of, finished_run, row_of
from voxelize.volume import ACTIVE_MATERIAL, PORE, Volume

ROUNDED = 6e-6  # [V]; twelve figures of six decimals each


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run's folder after two rates were asked of it."""
    folder = finished_run(tmp_path_factory.mktemp("run") / "mine")
    assert main(["discharge", str(folder), "--rates", "0.2C,1C"]) == 0
    return folder


@pytest.fixture(scope="module")
def cell(tmp_path_factory):
    """The results of a BPX file's cell, beside the file."""
    folder = tmp_path_factory.mktemp("cell")
    file = saved(folder, chen2020())
    rates = "C/2,1C,1C,200C"
    assert main(["discharge", "--bpx", str(file), "--rates", rates, "-o", str(folder / "out")]) == 0
    return folder / "out"


def test_cell_of_a_file_gives_the_curves_of_the_solver(cell):
    file = open_bpx(cell.parent / "cell.json")
    with (cell / "summary.csv").open(newline="") as table:
        rows = {float(row["rate_C"]): row for row in csv.DictReader(table)}
    assert list(rows) == [0.5, 1.0, 200.0]
    found = discharge(file.cell, c_rate=0.5, nominal=file.nominal_capacity)
    curve = curve_of(cell / "discharge" / "0.5C.csv")
    assert list(curve)[:3] == ["time_s", "voltage_V", "capacity_Ah"]
    assert curve["voltage_V"] == pytest.approx(found.voltage, abs=5e-7)
    assert curve["capacity_Ah"][-1] == float(rows[0.5]["capacity_Ah"])
    # Half of the file's 5 Ah in an hour.
    assert float(rows[0.5]["current_A"]) == pytest.approx(2.5, rel=1e-9)
    energy = np.trapezoid(curve["voltage_V"], curve["capacity_Ah"])
    assert curve["energy_Wh"][-1] == pytest.approx(energy, rel=1e-5)
    assert float(rows[0.5]["mean_voltage_V"]) == pytest.approx(
        energy / curve["capacity_Ah"][-1], rel=1e-5
    )
    assert rows[0.5]["end_reason"] == LOWER_VOLTAGE


def test_rate_that_no_cell_bears_is_done_with_its_reason(cell):
    summary = json.loads((cell / "summary.json").read_text())
    last = summary["rates"][-1]
    assert last["capacity_Ah"] == 0.0 and last["mean_voltage_V"] is None
    assert any(text.startswith("200C: ") for text in summary["warnings"])
    assert len((cell / "discharge" / "200C.csv").read_text().splitlines()) == 2


def test_page_of_a_cell_is_written_again_from_its_folder(cell):
    page = (cell / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/svg+xml") == 6
    assert "LG M50" in page and LOWER_VOLTAGE in page
    (cell / "report.html").unlink()
    assert main(["report", str(cell)]) == 0
    assert (cell / "report.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize("folder", ["run", "cell"])
def test_parts_of_every_curve_add_up_to_its_voltage(folder, request):
    paths = sorted((request.getfixturevalue(folder) / "discharge").glob("*C.csv"))
    assert len(paths) == (6 if folder == "run" else 3)
    for path in paths:
        curve = curve_of(path)
        total = sum(curve[name] for name in PARTS)
        assert np.abs(total - curve["voltage_V"]).max() < ROUNDED
        # The page's losses are the same sum.
        lost = sum(losses_of(curve, 0.0).values())
        gap = curve["equilibrium_V"] - curve["voltage_V"]
        assert np.abs(1e-3 * lost - gap).max() < ROUNDED


def test_profiles_carry_the_current_and_keep_the_lithium(run):
    curve = curve_of(run / "discharge" / "2.80_1C.csv")
    depth = read_depth(run / "discharge" / "2.80_1C_profiles.csv")
    current, height = curve["current_density_A_m2"][0], 1e-6 * depth.height
    layer = np.array(depth.layer)
    assert list(dict.fromkeys(depth.layer)) == ["negative", "separator", "positive"]
    assert 9 <= len(depth.labels) <= 11
    gained = {}
    for name, sign in (("negative", 1.0), ("positive", -1.0)):
        here = layer == name
        width = np.diff(height[here]).mean()
        reaction = depth.values["reaction_current_A_m3"][:, here].sum(axis=1) * width
        # Six figures of each volume's height and reaction.
        assert reaction == pytest.approx(sign * current, rel=1e-5)
        mean = depth.values["mean_stoichiometry"][:, here].mean(axis=1)
        gained[name] = mean[-1] - mean[0]
    state = next(s for s in read_figures(run / "run.h5") if s.name == "2.80")
    made = cell_of(state, load("quickstart", []).cell)
    for name, electrode, sign in (
        ("negative", made.negative, -1.0),
        ("positive", made.positive, 1.0),
    ):
        passed = gained[name] * electrode.lithium_capacity * FARADAY / 3600 / 10
        # Means of six decimals that change by 0.5.
        assert passed == pytest.approx(sign * curve["capacity_mAh_cm2"][-1], rel=1e-5)
    assert np.isnan(depth.values["solid_potential_V"][:, layer == "separator"]).all()


def test_series_for_paraview_stands_in_micrometres_and_seconds(run):
    folder = run / "discharge"
    entries = list(ElementTree.parse(folder / "2.80_1C.pvd").getroot().iter("DataSet"))
    rows = read_table(folder / "2.80_1C_profiles.csv")
    times = list(dict.fromkeys(row["time_s"] for row in rows))
    assert [float(entry.get("timestep")) for entry in entries] == pytest.approx(times, rel=1e-5)
    reader = vtkXMLRectilinearGridReader()
    reader.SetFileName(str(folder / entries[-1].get("file")))
    reader.Update()
    grid = reader.GetOutput()
    edge = vtk_to_numpy(grid.GetZCoordinates())
    last = rows[-len(rows) // len(times) :]
    assert 0.5 * (edge[1:] + edge[:-1]) == pytest.approx([r["height_um"] for r in last], rel=1e-5)
    salt = vtk_to_numpy(grid.GetCellData().GetArray("salt_concentration_mol_m3"))
    assert salt == pytest.approx([r["salt_concentration_mol_m3"] for r in last], rel=1e-5)
    assert grid.GetFieldData().GetArray("time_s").GetValue(0) == pytest.approx(times[-1], rel=1e-5)


def test_cell_of_a_state_stands_beside_its_curves_as_bpx(run):
    found = open_bpx(run / "discharge" / "3.20_bpx.json")
    assert (run / "discharge" / "3.20_bpx.beyond.json").is_file()
    ours = curve_of(run / "discharge" / "3.20_1C.csv")
    theirs = discharge(found.cell, c_rate=1.0, nominal=found.nominal_capacity)
    assert theirs.capacity[-1] / 10 == pytest.approx(ours["capacity_mAh_cm2"][-1], rel=1e-4)
    voltage = np.interp(ours["capacity_mAh_cm2"], theirs.capacity / 10, theirs.voltage)
    middle = slice(3, -3)
    # BPX can say all of this cell; its tables err by 0.02 mV, straight lines between points more.
    assert np.abs(voltage - ours["voltage_V"])[middle].max() < 1e-3


def test_page_of_a_run_shows_its_curves_and_placeholders(run):
    page = (run / "report.html").read_text(encoding="utf-8")
    section = page[page.index("<h2>Discharge</h2>") :]
    section = section[: section.index("</section>")]
    summary = json.loads((run / "summary.json").read_text())
    (told,) = summary["placeholders"][:1]
    assert f"placeholder: {told}" in summary["discharge"]["warnings"]
    assert html.escape(told) in section and "nobody measured" not in section
    # Voltage, over rate, over density, the split twice, salt, stoichiometry.
    assert section.count("data:image/svg+xml") == 7
    curves = drawn_curves(read_run(run))
    assert [(e.density, e.rate) for e in curves[2:4]] == [(2.8, 0.2), (2.8, 1.0)]


def test_vtk_and_bpx_are_left_out_where_there_are_none(tmp_path, capsys):
    folder = finished_run(tmp_path / "half", "cell.kind=half", "output.vtk=false")
    assert main(["discharge", str(folder), "--rates", "1C"]) == 0
    assert "BPX knows no half cells" in capsys.readouterr().out
    names = {path.name for path in (folder / "discharge").iterdir()}
    assert names == {f"{s}_1C{more}.csv" for s in STATES for more in ("", "_profiles")} | {
        "cell.toml"
    }
    depth = read_depth(folder / "discharge" / "2.80_1C_profiles.csv")
    assert list(dict.fromkeys(depth.layer)) == ["separator", "positive"]


def wrong_cell(folder):
    content = chen2020()
    content["Parameterisation"]["Cell"]["Nominal cell capacity [A.h]"] = -5
    saved(folder, content, "wrong.json")
    saved(folder, chen2020())
    (folder / "old").mkdir()
    (folder / "old" / "summary.csv").write_text("")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bpx", "cell.json", "--rates", "1"], ['--rates: "1"', "1C is a C-rate"]),
        (["--bpx", "cell.json", "--rates", "-1C"], ['--rates: "-1C"', "above zero"]),
        (["--bpx", "cell.json"], ["--rates", "--protocol"]),
        (["--bpx", "cell.json", "--rates", "1C", "-o", "/proc/none"], ["/proc/none", "written"]),
        (["--bpx", "cell.json", "--rates", "1C,-2C"], ['--rates: "-2C"']),
        (["--bpx", "none.json", "--rates", "1C"], ["none.json"]),
        (["--bpx", "wrong.json", "--rates", "1C"], ["wrong.json", "Nominal cell capacity [A.h]"]),
        (["--bpx", "cell.json", "--rates", "1C", "-o", "old"], ["old", "summary.csv", "-o"]),
        (["old", "--bpx", "cell.json", "--rates", "1C"], ["not both"]),
        (["--rates", "1C"], ["--bpx"]),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(arguments, words, tmp_path, monkeypatch, capsys):
    wrong_cell(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(["discharge", *arguments]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and all(word in told for word in words), told
    assert sorted(tmp_path.rglob("*")) == before


def stopping_after(done: int):
    """The solver's discharge, in whose midst a signal comes when so many are done."""
    calls = []

    def stopped(cell, **options):
        calls.append(options)
        if len(calls) > done:
            os.kill(os.getpid(), signal.SIGTERM)
        return discharge(cell, **options)

    return stopped


@pytest.mark.parametrize("done", [0, 1])
def test_interrupt_keeps_the_curves_of_a_file_that_are_whole(done, tmp_path, monkeypatch, capsys):
    saved(tmp_path, chen2020())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bpx_file, "discharge", stopping_after(done))
    assert main(["discharge", "--bpx", "cell.json", "--rates", "1C,2C"]) == 130
    assert "interrupted" in capsys.readouterr().err
    folder = tmp_path / "cell-discharge"
    if not done:
        assert not folder.exists()
        return
    assert len((folder / "summary.csv").read_text().splitlines()) == 2
    assert (folder / "discharge" / "1C.csv").is_file()
    assert not (folder / "discharge" / "2C.csv").exists()
    assert main(["report", "cell-discharge"]) == 0


def test_interrupt_keeps_the_curves_of_a_run_that_are_whole(tmp_path, monkeypatch):
    folder = finished_run(tmp_path / "mine")
    monkeypatch.setattr(discharges, "discharge", stopping_after(1))
    assert main(["discharge", str(folder), "--rates", "1C"]) == 130
    curves = sorted(path.name for path in (folder / "discharge").glob("*C.csv"))
    assert curves == [f"{STATES[0]}_1C.csv"]
    monkeypatch.undo()
    assert main(["discharge", str(folder), "--rates", "1C"]) == 0


def test_contact_resistance_is_that_of_the_share_which_is_touched(tmp_path):
    state = SimpleNamespace(row=row_of("2.80", 2.8), diameters=None)
    settings = load("quickstart", ["cell.contact_resistance=4 ohm*cm^2"]).cell
    made = cell_of(state, settings)
    assert made.contact_resistance == pytest.approx(4e-4 / 0.4, rel=1e-12)
    without = cell_of(state, load("quickstart", []).cell)
    first = discharge(made, current_density=10.0, nominal=30.0).voltage[0]
    # In series with all else: Ohm's law, to Newton's tolerance.
    bare = discharge(without, current_density=10.0, nominal=30.0).voltage[0]
    assert bare - first == pytest.approx(10.0 * 1e-3, abs=1e-7)
    bodies = {key: value for key, value in state.row.items() if "collector" not in key}
    assert contact_resistance(bodies, 4e-4) == 4e-4


def test_film_resists_the_reaction_of_the_positive(tmp_path):
    folder = finished_run(tmp_path / "film", "cell.film_resistance=50 ohm*cm^2")
    assert main(["discharge", str(folder), "--rates", "1C"]) == 0
    curve, row = curve_of(folder / "discharge" / "2.80_1C.csv"), row_of("2.80", 2.8)
    area = row["am_pore_area_m2_m3"] + 0.5 * row["am_cbd_area_m2_m3"]
    even = 50e-4 * curve["current_density_A_m2"] / (area * 1e-6 * row["thickness_um"])
    # An uneven reaction dissipates more than an even one, never less.
    assert (-curve["film_V"] > even - 1e-6).all()
    assert (-curve["film_V"] < 1.5 * even).all()


def test_classes_of_sizes_hold_equal_volumes(tmp_path):
    volumes = np.array([1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0])
    diameters = np.cbrt(6.0 * volumes / np.pi)
    expected = np.cbrt(6.0 * np.array([1.0, 4.0]) / np.pi)
    assert median_diameters(diameters, 2) == pytest.approx(expected, rel=1e-12)
    row = row_of("2.80", 2.8)
    state = SimpleNamespace(row=row, diameters=1e-6 * DIAMETERS)
    many = cell_of(state, load("quickstart", ["cell.sizes=3"]).cell)
    radii, shares = many.positive.sizes
    assert shares == pytest.approx(1 / 3)
    assert radii == pytest.approx(0.5 * median_diameters(state.diameters, 3), rel=1e-12)
    one = cell_of(state, load("quickstart", []).cell)
    assert one.positive.particle_radius == 4.5e-6
    # As much lithium, whatever holds it.
    assert many.positive.lithium_capacity == one.positive.lithium_capacity


def test_contact_is_not_counted_twice(tmp_path, monkeypatch, capsys):
    twice = [
        "cell.contact_resistance=1 ohm*cm^2",
        "analysis.contact_resistance.collector=1 ohm*cm^2",
    ]
    sets = [part for each in twice for part in ("--set", each)]
    assert main(["check", "quickstart", *sets]) == 2
    assert "cell.contact_resistance" in capsys.readouterr().err
    assert main(["check", "quickstart", "--set", "cell.sizes=0"]) == 2
    assert "cell.sizes" in capsys.readouterr().err


def test_parts_of_the_volume_are_the_cells(tmp_path, capsys):
    """Straight channels, more of them at the foil: the cell of two parts has their porosities."""
    folder = finished_run(tmp_path / "mine", "cell.parts=[2, 1, 1]")
    labels = np.full((40, 20, 20), ACTIVE_MATERIAL, np.uint8)
    labels[:20, :, :12] = PORE
    labels[20:, :, :6] = PORE
    volume = Volume(labels, 1e-6, False, 40e-6, 0.5)
    opened = RunFolder.open(folder)
    export_volume(opened, "2.80", volume, opened.scenario().output)
    state = read_figures(folder / "run.h5")[1]
    local = local_of(opened, "2.80", opened.scenario(), lambda share, note: None)
    cell = cell_of(state, opened.scenario().cell, local)
    np.testing.assert_allclose(cell.positive.local("porosity").ravel(), [0.6, 0.3], rtol=1e-12)
    # The others have no volume: they are told, and this one is discharged.
    assert main(["discharge", str(folder), "--rates", "1C"]) == 3
    assert "no curves of as_coated, 3.20" in capsys.readouterr().err
    assert [p.name for p in (folder / "discharge").glob("*_1C.csv")] == ["2.80_1C.csv"]
    curve = curve_of(folder / "discharge" / "2.80_1C.csv")
    assert curve["capacity_mAh_cm2"][-1] > 0.0
