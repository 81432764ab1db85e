"""A motion that blows up in a run: one sentence, exit code 3, the state kept, good checkpoints."""

import json

import h5py
import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLPolyDataReader

from dem.body import VX, X
from dem.calender import Calendering
from dem.crush import Crushing
from scenarios.runner import fault_record, pipeline
from scenarios.runner.cli import main
from scenarios.runner.run_folder import RunFolder

CRUSH = (
    "electrode.diameter=5 um",
    "electrode.voxel_size=0.5 um",
    "decomposition.grain_size=1.6 um",
    "output.pictures=false",
)
CALLS = 4


def sets(options):
    return [part for option in options for part in ("--set", option)]


def spoil(monkeypatch, machine, simulation, damage):
    """Damage the simulation of a machine before its fourth call of `advance`."""
    advance, calls = machine.advance, []

    def advance_and_spoil(self):
        calls.append(self)
        if len(calls) == CALLS:
            damage(getattr(self, simulation))
        advance(self)

    monkeypatch.setattr(machine, "advance", advance_and_spoil)


def grains_of(path):
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    data = reader.GetOutput()
    arrays = data.GetPointData()
    found = {
        arrays.GetArrayName(k): vtk_to_numpy(arrays.GetArray(k))
        for k in range(arrays.GetNumberOfArrays())
    }
    return vtk_to_numpy(data.GetPoints().GetData()), found


def test_crushing_that_blows_up_keeps_the_fault_and_the_last_good_checkpoint(
    monkeypatch, tmp_path, capsys
):
    def shoot(sim):
        sim.body[5, VX + 2] = 0.9 * sim.body[5, 3] / sim.step

    with monkeypatch.context() as patched:
        # A checkpoint a step, so that there is one from just before the fault.
        patched.setattr(pipeline, "CHECKPOINT_SECONDS", 0.0)
        patched.setattr(pipeline, "CHECKPOINT_COST", 0.0)
        spoil(patched, Crushing, "sim", shoot)
        assert main(["run", "crush", *sets(CRUSH), "-o", str(tmp_path / "run")]) == 3
    told = capsys.readouterr().err
    assert told.count("blew up") == 1 and "Traceback" not in told
    assert "grain 5 (particle 0)" in told and "of a radius in a step" in told
    assert "step_factor" in told and "fault.h5" in told
    faulty = fault_record.read(tmp_path / "run" / fault_record.STATE)
    position, arrays = grains_of(tmp_path / "run" / fault_record.GRAINS)
    # Points are kept in double precision, but scaled to µm.
    np.testing.assert_allclose(position, faulty.body[:, X : X + 3] * 1e6, rtol=1e-12)
    np.testing.assert_array_equal(arrays["velocity_m_s"], faulty.body[:, VX : VX + 3])
    assert np.argmax(np.linalg.norm(arrays["velocity_m_s"], axis=1)) == 5
    with h5py.File(RunFolder(tmp_path / "run").last_checkpoint()) as file:
        kept = pipeline.checkpoint.load(file, "pressing")
    assert len(kept.record) == CALLS
    assert kept.sim.steps_done == faulty.steps_done
    assert np.linalg.norm(kept.sim.body[5, VX : VX + 3]) < 0.1 * np.linalg.norm(
        faulty.body[5, VX : VX + 3]
    )
    # The checkpoint is from before: the run goes on from it, and well.
    assert main(["resume", str(tmp_path / "run")]) == 0
    assert not (tmp_path / "run" / fault_record.STATE).exists()


def test_pressing_that_blows_up_writes_its_states_and_the_fault(
    small_scenario, monkeypatch, tmp_path, capsys
):
    def lose(sim):
        sim.body[7, X] = np.nan

    spoil(monkeypatch, Calendering, "path", lose)
    folder = tmp_path / "run"
    options = ("cell.kind=none", "output.vtk=false")
    assert main(["run", str(small_scenario), *sets(options), "-o", str(folder)]) == 3
    told = capsys.readouterr().err
    assert "the position of grain 7 (particle" in told and "is not a number" in told
    assert "Traceback" not in told
    states = json.loads((folder / "summary.json").read_text())["states"]
    assert [state["state"] for state in states] == ["as_coated"]
    faulty = fault_record.read(folder / fault_record.STATE)
    assert np.isnan(faulty.body[7, X])
    position, arrays = grains_of(folder / fault_record.GRAINS)
    assert np.isfinite(position).all()
    # Found in the very step, before it spread.
    assert np.flatnonzero(arrays["lost"]).tolist() == [7]


@pytest.mark.parametrize(("key", "value"), [("mechanics.step_factor", "1.5")])
def test_numerics_that_cannot_be_stable_are_refused_before_anything_runs(
    key, value, tmp_path, capsys
):
    assert main(["run", "crush", "--set", f"{key}={value}", "-o", str(tmp_path / "run")]) == 2
    assert key in capsys.readouterr().err and not (tmp_path / "run").exists()
