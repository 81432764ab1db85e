"""Runs that are stopped, killed or out of disk, and go on to the bytes of one that was not."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import fields, is_dataclass
from pathlib import Path

import h5py
import numba
import numpy as np
import pytest
import tifffile

from dem import checkpoint
from dem.calender import Calendering
from scenarios.runner import pipeline
from scenarios.runner.cli import main
from scenarios.runner.run_folder import RunFolder

STATES = ["as_coated", "2.60", "2.90"]
ROOT = Path(__file__).resolve().parents[2]


class Killed(BaseException):
    """Ends the process at once as far as the program can tell: nothing of it may catch this."""


@pytest.fixture(autouse=True)
def threads_as_before():
    """The commands set the number of threads; leave it as it was."""
    count = numba.get_num_threads()
    yield
    numba.set_num_threads(count)


@pytest.fixture
def at_chunk(monkeypatch):
    """Calls what is given at a chunk of a release, 0 the first of all; up to the last of them a
    checkpoint for each chunk."""
    plans = {}
    advance = Calendering.advance

    def watched(self):
        advance(self)
        chunk = self.branch.chunks if self.branch is not None else 0
        pipeline.CHECKPOINT_SECONDS = -1.0 if self.branch is not None and plans else 60.0
        if chunk in plans:
            plans.pop(chunk)(self)

    monkeypatch.setattr(Calendering, "advance", watched)
    monkeypatch.setattr(pipeline, "CHECKPOINT_SECONDS", 60.0)
    monkeypatch.setattr(pipeline, "CHECKPOINT_COST", 0.0)
    return plans.__setitem__


def kill(calendering):
    raise Killed


def interrupt(calendering):
    os.kill(os.getpid(), signal.SIGTERM)


def run(scenario, folder) -> int:
    return main(["run", str(scenario), "-o", str(folder), "--threads", "1"])


def resume(folder) -> int:
    return main(["resume", str(folder), "--threads", "1"])


def checkpoints(folder) -> list[str]:
    return sorted(path.name for path in (folder / "checkpoints").glob("[!.]*.h5"))


def assert_same_results(folder, other):
    assert (folder / "summary.csv").read_bytes() == (other / "summary.csv").read_bytes()
    for name in STATES:
        one, two = (tifffile.imread(f / "volume" / f"{name}.tif") for f in (folder, other))
        np.testing.assert_array_equal(one, two)
        curve = f"discharge/{name}_1C.csv"
        assert (folder / curve).read_bytes() == (other / curve).read_bytes()
    with h5py.File(folder / "run.h5") as a, h5py.File(other / "run.h5") as b:
        for name in a["path"]:
            np.testing.assert_array_equal(a["path"][name][()], b["path"][name][()])


def test_run_that_is_stopped_and_killed_and_out_of_disk_ends_with_the_same_bytes(
    small_scenario, small_run, tmp_path, at_chunk, monkeypatch, capsys
):
    folder = tmp_path / "run"
    phases = []

    def stop_in_release(calendering):
        phases.append((calendering.branch.released, len(calendering.states)))
        interrupt(calendering)

    # Stopped by SIGTERM in the middle of the first release.
    at_chunk(2, stop_in_release)
    assert run(small_scenario, folder) == 130
    assert phases == [(True, 0)]
    said = capsys.readouterr().err
    assert said == f"calendem: interrupted; go on with: calendem resume {folder}\n"
    assert not (folder / "summary.csv").exists()

    # Killed later on: what had not been kept is done again.
    at_chunk(5, kill)
    with pytest.raises(Killed):
        resume(folder)
    kept = checkpoints(folder)

    # The disk is full half way through the next checkpoint but one.
    write, written = checkpoint.Enduring.write, []

    def full(file, data):
        if not any(file is other for other in written):
            written.append(file)
        if len(written) == 2 and file.tell() > 0 and file.error is None:
            file.error = OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(checkpoint.Enduring, "write", full)
    capsys.readouterr()
    assert resume(folder) == 3
    said = capsys.readouterr().err
    assert said == (
        "calendem: the run failed: the disk is full; free some space; "
        f"go on with: calendem resume {folder}\n"
    )
    monkeypatch.setattr(checkpoint.Enduring, "write", write)
    assert len(written) == 2 and all(".checkpoint-" in file.file.name for file in written)
    assert len(checkpoints(folder)) == 2 and checkpoints(folder)[0] == kept[-1]
    assert not list(folder.rglob(".*"))

    # Stopped once more after the mechanics, between two states.
    analyse = pipeline.analyse_state

    def stop_after_first(name, *rest):
        figures = analyse(name, *rest)
        if name == "2.60":
            os.kill(os.getpid(), signal.SIGINT)
        return figures

    monkeypatch.setattr(pipeline, "analyse_state", stop_after_first)
    assert resume(folder) == 130
    with h5py.File(RunFolder.open(folder).last_checkpoint()) as file:
        assert [row["name"] for row in checkpoint.load(file, "figures")] == STATES[:2]
    monkeypatch.setattr(pipeline, "analyse_state", analyse)
    assert resume(folder) == 0
    assert_same_results(folder, small_run)


def test_run_killed_before_its_first_checkpoint_starts_anew(
    small_scenario, small_run, tmp_path, at_chunk
):
    folder = tmp_path / "run"
    at_chunk(0, kill)
    with pytest.raises(Killed):
        run(small_scenario, folder)
    assert RunFolder.open(folder).last_checkpoint() is None
    assert resume(folder) == 0
    assert_same_results(folder, small_run)


def test_resuming_a_finished_run_says_so_and_changes_nothing(small_run, capsys):
    before = {path: path.stat().st_mtime_ns for path in small_run.rglob("*")}
    assert resume(small_run) == 0
    assert "this run is finished" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in small_run.rglob("*")} == before


def test_real_sigterm_ends_the_process_with_130_and_the_run_goes_on(
    small_scenario, small_run, tmp_path
):
    folder = tmp_path / "run"
    command = "import sys; from scenarios.runner.cli import main; sys.exit(main(sys.argv[1:]))"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "run", small_scenario, "-o", folder, "--threads", "1"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for line in process.stdout:
            if line.startswith("Calendering"):
                break
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=300)  # a first start compiles before it looks
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert errors == f"calendem: interrupted; go on with: calendem resume {folder}\n"
    assert len(checkpoints(folder)) >= 1
    assert resume(folder) == 0
    assert_same_results(folder, small_run)


def test_target_out_of_reach_fails_in_one_sentence_with_all_that_was_reached(
    small_scenario, tmp_path, capsys
):
    folder = tmp_path / "run"
    # 2.9 g/cm³ takes some 100 MPa, 2.6 some 5 MPa.
    limit = "calendering.pressure_limit=30 MPa"
    arguments = ["run", str(small_scenario), "--set", limit, "-o", str(folder), "--threads", "1"]
    assert main(arguments) == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "Traceback" not in said
    assert re.search(r"calendering\.targets: 2\.9 g/cm³ was missed: at \d+ MPa, .* springs", said)
    states = [line.split(",")[0] for line in (folder / "summary.csv").read_text().splitlines()]
    assert states == ["state", "as_coated", "2.60"]
    assert "2.9 g/cm³ was missed" in (folder / "report.html").read_text(encoding="utf-8")
    # Nothing is searched again, and the states that there are can be discharged.
    assert resume(folder) == 3
    assert "2.9 g/cm³ was missed" in capsys.readouterr().err
    assert main(["discharge", str(folder), "--rates", "2C"]) == 0
    assert (folder / "discharge" / "2.60_2C.csv").is_file()


def differences(a, b, where="pressing") -> list[str]:
    """Where two trees of states differ by a bit or a type; the arrays must not share memory."""
    if isinstance(a, np.ndarray):
        same = isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape
        return [] if same and a.tobytes() == b.tobytes() else [where]
    if is_dataclass(a) or hasattr(a, "_fields"):
        if type(a) is not type(b):
            return [where]
        names = [f.name for f in fields(a)] if is_dataclass(a) else a._fields
        pairs = [(name, getattr(a, name), getattr(b, name)) for name in names]
    elif isinstance(a, dict):
        if list(a) != list(b):
            return [where]
        pairs = [(key, a[key], b[key]) for key in a]
    elif isinstance(a, list | tuple):
        if type(a) is not type(b) or len(a) != len(b):
            return [where]
        pairs = [(str(i), x, y) for i, (x, y) in enumerate(zip(a, b, strict=True))]
    elif isinstance(a, str):
        return [] if a == b else [where]
    else:
        # Numbers come back as Python's own, to the last bit.
        return [] if a == b and repr(float(a or 0)) == repr(float(b or 0)) else [where]
    return [found for name, x, y in pairs for found in differences(x, y, f"{where}.{name}")]


def test_checkpoint_in_the_middle_of_a_release_comes_back_bit_for_bit(
    small_scenario, tmp_path, at_chunk
):
    found = []

    def compare(calendering):
        assert calendering.branch.released and len(calendering.snapshots) > 1
        with checkpoint.new_file(tmp_path / "one.h5") as file:
            checkpoint.save(file, "pressing", calendering)
        with h5py.File(tmp_path / "one.h5") as file:
            found.append((calendering, checkpoint.load(file, "pressing")))
        raise Killed

    at_chunk(3, compare)
    with pytest.raises(Killed):
        run(small_scenario, tmp_path / "run")
    ((saved, loaded),) = found
    assert differences(saved, loaded) == []
    # The comparison sees a single bit.
    loaded.branch.sim.grains.position[3, 1] = np.nextafter(
        loaded.branch.sim.grains.position[3, 1], 1
    )
    assert differences(saved, loaded) == ["pressing.branch.sim.body"]
