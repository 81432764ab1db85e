"""The engines that are installed here, each as one call that runs a problem once."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.dem_peers import lammps_decks, liggghts, measure, problems, yade_decks

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = "calendem"


class Sample(NamedTuple):
    """One run: wall and processor time [s] of its timed steps, and what was evaluated in them.

    contacts, bonds : touching pairs and intact bonds, before and after the timed steps
    peak_memory : [bytes]; others_busy : share of the other cores
    """

    steps: int
    wall: float
    cpu: float | None
    contacts: tuple[int, int]
    bonds: tuple[int, int]
    peak_memory: int | None
    others_busy: float | None


class Engine(NamedTuple):
    """An engine with its law, the cores it is given, and `run(packing file, steps) → Sample`."""

    problem: str
    name: str
    threads: int
    run: Callable[[Path, int], Sample]


def ours(problem: str, on: list[int]) -> Engine:
    """Our engine on as many threads as cores are given."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

    def run(packing, steps):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "positions.npz"
            process = measure.run(
                [sys.executable, "-m", "benchmarks.dem_peers.calendem", problem, str(packing),
                 str(out), str(steps), str(len(on))],
                on, {**os.environ, "PYTHONPATH": path},
            )  # fmt: skip
            with np.load(out) as kept:
                contacts = tuple(
                    _count(kept[when], kept["radius"], packing) for when in ("before", "after")
                )
        result = process.result()
        return _sample(process, steps, result["wall"], result["cpu"], contacts, result["bonds"])

    return Engine(problem, OURS, len(on), run)


def lammps(python: str, problem: str, style: str, on: list[int]) -> Engine:
    """LAMMPS on one core: "granular" or "history" for problem A, "bpm" for problem B."""

    def run(packing, steps):
        with tempfile.TemporaryDirectory() as name:
            folder, spheres = Path(name), problems.load(packing)
            if problem == "A":
                job = lammps_decks.compaction_job(spheres, folder, style, steps)
            else:
                job = lammps_decks.clumps_job(spheres, folder, steps)
            process = measure.run(
                lammps_decks.command(python, job), on, lammps_decks.environment(python)
            )
            contacts = _dumped(folder, packing)
        result = process.result()
        held = result.get("held", (0, 0))
        return _sample(process, steps, result["wall"], result["cpu"], contacts, held)

    names = {
        "granular": "LAMMPS pair granular",
        "history": "LAMMPS gran/hertz/history",
        "bpm": "LAMMPS bpm/rotational",
    }
    return Engine(problem, names[style], 1, run)


def liggghts_engine(program: str, on: list[int]) -> Engine:
    """LIGGGHTS on problem A, one core."""

    def run(packing, steps):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            deck = liggghts.compaction_deck(problems.load(packing), folder, steps)
            process = measure.run(liggghts.command(program, deck), on)
            contacts = _dumped(folder, packing)
        wall = liggghts.loop_time(process.output, steps)
        # It tells no processor time of its steps: the share that the whole process got stands in.
        cpu = None if process.cpu is None else wall * process.cpu / process.wall
        return _sample(process, steps, wall, cpu, contacts, (0, 0))

    return Engine("A", "LIGGGHTS", 1, run)


def yade(program: str, problem: str, on: list[int]) -> Engine:
    """YADE on one core; a tenth of the steps, for it is slow and its rate per step is steady."""

    def run(packing, steps):
        few = max(1, steps // 10)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "positions.npz"
            process = measure.run(
                yade_decks.command(program), on, yade_decks.environment(problem, packing, out, few)
            )
            with np.load(out) as kept:
                contacts = tuple(
                    _count(kept[when], kept["radius"], packing) for when in ("before", "after")
                )
        result = process.result()
        return _sample(process, few, result["wall"], result["cpu"], contacts, result["bonds"])

    return Engine(problem, "YADE " + ("Mindlin" if problem == "A" else "CohFrict"), 1, run)


def _sample(process, steps, wall, cpu, contacts, bonds) -> Sample:
    return Sample(
        steps, wall, cpu, contacts, tuple(map(int, bonds)), process.peak_memory,
        process.others_busy,
    )  # fmt: skip


def _dumped(folder: Path, packing: Path) -> tuple[int, int]:
    """Touching pairs of the states that LAMMPS or LIGGGHTS wrote before and after."""
    states = [np.loadtxt(folder / f"{when}.txt", skiprows=9) for when in ("before", "after")]
    return tuple(_count(state[:, 2:5], state[:, 1], packing) for state in states)


def _count(position, radius, packing: Path) -> int:
    with np.load(packing) as stored:
        return len(problems.touching(position, radius, float(stored["L"])))
