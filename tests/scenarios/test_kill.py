"""Runs killed by SIGKILL at random moments end with the bits of one that nobody touched."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from dem import checkpoint, sealed
from scenarios.runner.cli import main
from scenarios.runner.load import load
from scenarios.runner.run_folder import RunFolder
from tests.dem.trees import difference
from tests.scenarios import pressed_in_lives

ROOT = Path(__file__).resolve().parents[2]
KILLS, IN_NEW_PROCESSES = 30, 3
# A forked process may not use GNU OpenMP once its parent did; bits do not depend on the layer.
FORKS = {"NUMBA_THREADING_LAYER": "workqueue", "NUMBA_NUM_THREADS": "1"}


def lives(*folders, **settings) -> subprocess.Popen:
    """The program that presses a block in lives."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.scenarios.pressed_in_lives", *map(str, folders)],
        env={**os.environ, **settings}, cwd=ROOT, text=True, bufsize=1,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture(scope="module")
def nursery():
    """A process that has its kernels loaded and forks a life for each folder that it is given."""
    process = lives(**FORKS)
    yield process
    process.stdin.close()
    process.wait()
    process.stdout.close()


def told(process, word: str) -> int:
    """Wait for a line that begins with a word; returns its number, -1 where the life is over."""
    for line in process.stdout:
        name, _, number = line.strip().partition(" ")
        if name == word:
            return int(number or 0)
        if name == "over":
            break
    return -1


def begin_life(nursery, folder) -> int:
    nursery.stdin.write(f"{folder}\n")
    return told(nursery, "life")


def checkpoints(folder) -> list[Path]:
    return sorted((folder / "checkpoints").glob("[!.]*"))


def end_life(process, pid: int, kept: int, delay: float) -> None:
    """Kill a life once it has written so many checkpoints and some time has passed."""
    for _ in range(kept):
        assert told(process, "kept") > 0, "the life was over before its time"
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)


def test_block_killed_thirty_times_ends_with_the_same_bits(nursery, tmp_path):
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    begin_life(nursery, whole)
    start = time.monotonic()
    assert told(nursery, "over") == 0
    per_chunk = (time.monotonic() - start) / pressed_in_lives.CHUNKS

    rng = np.random.default_rng(7)
    in_new_process = rng.permutation(KILLS) < IN_NEW_PROCESSES
    furthest = []
    for new in in_new_process:
        # Anywhere within a chunk and its checkpoint, some checkpoints after the life's begin.
        kept, delay = int(rng.integers(0, 4)), float(rng.uniform(0, 1.2 * per_chunk))
        if new:
            process = lives(torn)
            with process:
                end_life(process, process.pid, kept, delay)
            assert process.returncode == -signal.SIGKILL
        else:
            end_life(nursery, begin_life(nursery, torn), kept, delay)
            assert told(nursery, "over") == 0
        for path in checkpoints(torn):
            sealed.check(path)
            done, _ = pressed_in_lives.load(path)
        furthest.append(done if checkpoints(torn) else 0)
        assert len(checkpoints(torn)) <= 3
    assert furthest == sorted(furthest) and furthest[-1] < pressed_in_lives.CHUNKS
    assert len(set(furthest)) > 10

    with lives(torn) as process:
        assert told(process, "kept") == furthest[-1] + 1
        process.communicate()
    assert process.returncode == 0
    (_, one), (_, other) = (pressed_in_lives.load(checkpoints(f)[-1]) for f in (whole, torn))
    assert difference(one, other) is None
    # The comparison means something only if everything was at work.
    assert (one.bonds.state != 0).sum() > 20 and one.pressure > 0.0
    assert one.steps_done == pressed_in_lives.CHUNKS * pressed_in_lives.STEPS


COMMAND = """
import sys
from scenarios.runner import cli, pipeline
pipeline.CHECKPOINT_SECONDS, pipeline.CHECKPOINT_COST = float(sys.argv[1]), 0.0
sys.exit(cli.main(sys.argv[2:]))
"""


def calendem(*arguments, checkpoint_every: float = -1.0) -> subprocess.Popen:
    """The command; a checkpoint after so many seconds, after every chunk if they are negative."""
    command = [sys.executable, "-c", COMMAND, checkpoint_every, *arguments, "--threads", 1]
    return subprocess.Popen(
        [*map(str, command)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def kill_when(process, ready: Callable[[], bool], delay: float) -> None:
    """Kill a command some time after what is waited for has come."""
    with process:
        while not ready():
            assert process.poll() is None, process.stdout.read()
            time.sleep(0.005)
        time.sleep(delay)
        process.kill()
    assert process.returncode == -signal.SIGKILL


def contents(path: Path) -> dict[str, bytes]:
    """Every array and attribute of an HDF5 file."""
    found = {}

    def note(name, item):
        for key, value in item.attrs.items():
            found[f"{name}@{key}"] = np.asarray(value, dtype="S").tobytes()
        if isinstance(item, h5py.Dataset):
            found[name] = item.dtype.str.encode() + item[()].tobytes()

    with h5py.File(path) as file:
        file.visititems(note)
    return found


def files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.match("checkpoints/checkpoint-*.h5")
    }


def test_killed_command_goes_on_to_the_same_results(small_scenario, small_run, tmp_path):
    folder = tmp_path / "run"
    rng = np.random.default_rng(11)

    def newest() -> int:
        kept = checkpoints(folder)
        return int(kept[-1].stem.removeprefix("checkpoint-")) if kept else 0

    for life in range(3):
        goal = newest() + int(rng.integers(2, 7))
        command = ("resume", folder) if life else ("run", small_scenario, "-o", folder)
        kill_when(calendem(*command), lambda goal=goal: newest() >= goal, rng.uniform(0, 0.2))
        for path in checkpoints(folder):
            sealed.check(path)
            with h5py.File(path) as file:
                checkpoint.load(file, "pressing")
    # What the disk lost of the newest checkpoint must cost no more than what came after the other.
    last = checkpoints(folder)[-1]
    os.truncate(last, last.stat().st_size // 2)
    volume = folder / "volume" / "2.60.tif"
    # Hundreds of chunks: a checkpoint after each would take most of the time.
    life = calendem("resume", folder, checkpoint_every=0.5)
    kill_when(life, volume.exists, rng.uniform(0, 0.3))
    said = (folder / "calendem.log").read_text()
    assert f"{last} is cut short" in said and "; going on from checkpoint-" in said

    assert main(["resume", str(folder), "--threads", "1"]) == 0
    assert files(folder) == files(small_run)
    for name in sorted(files(folder)):
        if name.endswith((".csv", ".tif", ".vtp", ".vti", ".pvd")):
            assert (folder / name).read_bytes() == (small_run / name).read_bytes(), name
    assert contents(folder / "run.h5") == contents(small_run / "run.h5")
    assert len(contents(folder / "run.h5")) > 30


def test_resume_without_any_good_checkpoint_ends_with_2_and_one_sentence(tmp_path, capsys):
    folder = RunFolder.create(tmp_path / "run", load("quickstart"))
    for number in (1, 2):
        folder.write_checkpoint(lambda path, n=number: path.write_bytes(bytes(1000 * n)))
    for path in checkpoints(folder.path):
        path.write_bytes(path.read_bytes()[:700])
    before = {path: path.read_bytes() for path in checkpoints(folder.path)}
    assert main(["resume", str(folder.path), "--threads", "1"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and said.count("is cut short") == 2
    assert {path: path.read_bytes() for path in checkpoints(folder.path)} == before
