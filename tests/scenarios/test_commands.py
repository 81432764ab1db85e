"""The commands run and resume with a pipeline that ends in every way one can end."""

import csv
import errno
import io
import os
import signal
import subprocess
import sys
import types

import numpy as np
import pytest
import tifffile

import scenarios.runner
from dem import sealed
from dem.errors import InputError
from scenarios.runner.cli import main
from scenarios.runner.run_folder import RunFailed, RunFolder, TargetsMissed


class FakePipeline(types.ModuleType):
    """Stands for the pipeline: does in `run` and `resume` what the test puts there."""

    def __init__(self):
        super().__init__("scenarios.runner.pipeline")
        self.calls = []
        self.work = lambda folder, reporter: None

    def run(self, scenario, folder, reporter):
        self.calls.append(("run", scenario.scenario.name))
        self.work(folder, reporter)

    def resume(self, folder, reporter):
        # What the fake wrote stands after the block of text that seals a checkpoint.
        kept = folder.last_checkpoint().read_bytes()[sealed.BLOCK :].decode()
        self.calls.append(("resume", kept))
        self.work(folder, reporter)


@pytest.fixture
def pipeline(monkeypatch, tmp_path):
    """A fake pipeline in the place of the real one, in an empty working folder."""
    fake = FakePipeline()
    monkeypatch.setitem(sys.modules, "scenarios.runner.pipeline", fake)
    monkeypatch.setattr(scenarios.runner, "pipeline", fake, raising=False)
    monkeypatch.chdir(tmp_path)
    return fake


def checkpoint(folder, text="half way"):
    """Write a checkpoint that holds a text."""
    content = bytes(sealed.BLOCK) + text.encode()
    folder.write_checkpoint(lambda path: path.write_bytes(content))


def test_run_goes_to_a_folder_of_the_scenarios_name(pipeline, tmp_path, capsys):
    assert main(["run", "quickstart"]) == 0
    folder = RunFolder.open(tmp_path / "quickstart-run")
    assert folder.is_finished
    assert "quickstart-run" in capsys.readouterr().out
    assert main(["run", "quickstart"]) == 2
    told = capsys.readouterr().err
    assert "already holds a run, which is finished" in told and "resume" not in told


def test_resuming_a_finished_run_says_so_and_does_nothing(pipeline, capsys):
    assert main(["run", "quickstart", "-o", "mine"]) == 0
    assert main(["resume", "mine"]) == 0
    assert "finished" in capsys.readouterr().out
    assert pipeline.calls == [("run", "quickstart")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_the_stage_and_the_run_can_go_on(number, pipeline, capsys):
    def interrupted(folder, reporter):
        with reporter.stage("pressing") as progress:
            progress(0.1, "")
            checkpoint(folder)
            os.kill(os.getpid(), number)
            progress(0.2, "")
            pytest.fail("the stage went on")

    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    pipeline.work = interrupted
    assert main(["run", "quickstart", "-o", "mine"]) == 130
    assert "calendem resume mine" in capsys.readouterr().err
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
    pipeline.work = lambda folder, reporter: None
    assert main(["resume", "mine"]) == 0
    assert pipeline.calls == [("run", "quickstart"), ("resume", "half way")]


def test_run_stopped_before_its_first_checkpoint_starts_anew(pipeline):
    def interrupted(folder, reporter):
        os.kill(os.getpid(), signal.SIGTERM)
        with reporter.stage("reading"):
            pytest.fail("the stage began")

    pipeline.work = interrupted
    assert main(["run", "crush", "-o", "mine"]) == 130
    pipeline.work = lambda folder, reporter: None
    assert main(["resume", "mine"]) == 0
    assert pipeline.calls == [("run", "crush"), ("run", "crush")]


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (RunFailed("3.9 g/cm^3 is out of reach"), "out of reach"),
        (RuntimeError("the motion blew up"), "blew up"),
        (OSError(errno.ENOSPC, "No space left on device", "run.h5"), "disk is full (run.h5)"),
        (ZeroDivisionError("division by zero"), "division"),
        (MemoryError(), "MemoryError"),
        (KeyError("states"), "KeyError: 'states'"),
        (ValueError("shapes do not match"), "ValueError: shapes do not match"),
    ],
)
def test_failed_run_ends_with_3_and_its_checkpoint_is_good(
    failure, words, pipeline, tmp_path, capsys
):
    def fail(folder, reporter):
        checkpoint(folder)
        raise failure

    pipeline.work = fail
    assert main(["run", "quickstart", "-o", "mine"]) == 3
    printed = capsys.readouterr().err
    assert words in printed and "calendem resume mine" in printed
    assert "Traceback" not in printed
    assert "Traceback" in (tmp_path / "mine" / "calendem.log").read_text()
    pipeline.work = lambda folder, reporter: None
    assert main(["resume", "mine"]) == 0
    assert pipeline.calls[-1] == ("resume", "half way")


def test_run_that_missed_a_target_is_over_and_says_so_again(pipeline, capsys):
    def miss(folder, reporter):
        checkpoint(folder)
        raise TargetsMissed("calendering.targets: 3.9 g/cm³ was missed")

    pipeline.work = miss
    assert main(["run", "quickstart", "-o", "mine"]) == 3
    assert capsys.readouterr().err == (
        "calendem: calendering.targets: 3.9 g/cm³ was missed; what was reached stands in mine\n"
    )
    calls = list(pipeline.calls)
    assert main(["resume", "mine"]) == 3
    assert "3.9 g/cm³ was missed" in capsys.readouterr().err
    assert pipeline.calls == calls


def test_wrong_input_that_a_stage_finds_leaves_nothing_behind(pipeline, tmp_path, capsys):
    def refuse(folder, reporter):
        folder.write_text("volume/labels.txt", "…")
        raise InputError("labels.tif: the particles cannot hold grains")

    pipeline.work = refuse
    assert main(["run", "quickstart"]) == 2
    assert "quickstart: labels.tif: the particles cannot hold grains" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_disk_full_at_the_very_start_ends_with_3(pipeline, tmp_path, capsys, monkeypatch):
    def full(folder, name, text):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RunFolder, "write_text", full)
    assert main(["run", "quickstart"]) == 3
    assert "disk is full" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "options", "words"),
    [
        (["--set", "cell.kind=none"], [], "no cell to discharge"),
        ([], ["-o", "elsewhere"], "--output"),
    ],
)
def test_discharge_refuses_what_it_cannot_do(settings, options, words, pipeline, tmp_path, capsys):
    assert main(["run", "quickstart", "-o", "mine", *settings]) == 0
    before = sorted(tmp_path.rglob("*"))
    assert main(["discharge", "mine", "--rates", "1C", *options]) == 2
    assert words in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_crushed_particle_cannot_be_discharged(pipeline, capsys):
    assert main(["run", "crush", "-o", "mine", "--set", "cell.kind=full"]) == 0
    assert main(["discharge", "mine", "--rates", "1C"]) == 2
    assert "no cell to discharge" in capsys.readouterr().err


def test_threads_are_set(pipeline):
    import numba

    seen = []
    before = numba.get_num_threads()
    pipeline.work = lambda folder, reporter: seen.append(numba.get_num_threads())
    try:
        assert main(["run", "quickstart", "--threads", "1"]) == 0
    finally:
        numba.set_num_threads(before)
    assert seen == [1]
    with pytest.raises(SystemExit) as ended:
        main(["run", "quickstart", "--threads", "0"])
    assert ended.value.code == 2


def test_analyse_measures_a_laminate(tmp_path, monkeypatch, capsys):
    # Half the width pore, half active material: every figure has a closed form.
    labels = np.zeros((20, 16, 16), np.uint8)
    labels[:, :, 8:] = 1
    tifffile.imwrite(tmp_path / "laminate.tif", labels)
    monkeypatch.chdir(tmp_path)
    options = ["--voxel-size", "0.5 um", "--only", "transport", "-o", "out"]
    assert main(["analyse", "laminate.tif", *options]) == 0
    assert "porosity" in capsys.readouterr().out
    table = (tmp_path / "out" / "summary.csv").read_text()
    (row,) = csv.DictReader(io.StringIO(table))
    assert float(row["porosity"]) == 0.5
    assert float(row["am_fraction"]) == 0.5
    assert float(row["thickness_um"]) == 10.0
    # The solver's own error estimate is held below 1e-4; channels along the path solve exactly.
    assert float(row["tortuosity_factor_z"]) == pytest.approx(1.0, rel=1e-4)
    assert float(row["electronic_conductivity_z_S_m"]) == pytest.approx(0.05, rel=1e-4)
    assert main(["analyse", "laminate.tif", *options]) == 2
    told = capsys.readouterr().err
    assert "already holds an analysis" in told and "resume" not in told


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--voxel-size", "0.5"], "--voxel-size got"),
        (["--voxel-size", "0.5 um", "--labels", "pore"], "--labels"),
        (["--voxel-size", "0.5 um", "--labels", "pore=0,activ=1"], "activ"),
        ([], "voxel size"),
    ],
)
def test_analyse_refuses_wrong_arguments(options, words, tmp_path, monkeypatch, capsys):
    tifffile.imwrite(tmp_path / "volume.tif", np.ones((8, 8, 8), np.uint8))
    monkeypatch.chdir(tmp_path)
    assert main(["analyse", "volume.tif", *options]) == 2
    assert words in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["volume.tif"]


def test_list_loads_nothing_of_the_engine():
    """What only lists must not wait for kernels, schema and solvers to load."""
    look = (
        "import sys; from scenarios.runner.cli import main; main(['list']);"
        "print(sorted({'numba', 'numpy', 'scipy', 'pydantic', 'rich'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", look], capture_output=True, check=True).stdout
    assert b"quickstart" in printed and printed.splitlines()[-1] == b"[]"
