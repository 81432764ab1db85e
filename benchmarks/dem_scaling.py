"""How the cost of a step grows with the number of spheres, on one and on two threads.

python benchmarks/dem_scaling.py [--json] [--largest 1000000] [--steps N] [--repeat N]
    [--clock wall|cpu] [--work DIR]

Problem A of `dem_peers/problems.py` from 10 000 spheres upwards: its packing is repeated along x
and y and stacked, each sphere moved by at most a ten-thousandth of its radius so that no two copies
are alike. Every size runs in a process of its own bound to its cores: set-up, a warm-up, then
`--repeat` windows of `--steps` steps, neighbour lists, walls and integration inside. Printed are
the median time per sphere and step, the spread of the windows, the set-up's time, the peak resident
set, and for each number of threads the flatness: the largest time over the smallest, less one.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.dem_peers import measure, packings, problems
from benchmarks.dem_peers.calendem import in_order, prepare, press
from dem.jit import use_threads

TILES = ((1, 1), (2, 1), (3, 1), (4, 2), (5, 4))
"""Copies of the packing of 10 000 spheres along x and y each, and along z."""
_JITTER = 1e-4
"""Largest displacement of a sphere in a copy, in its radii."""
_COPIED = 10_000
_CROWDED = 0.95
"""Share of its cores below which a run was held up by other work."""


class Size(NamedTuple):
    """One number of spheres on one number of threads.

    ns_per_sphere_step : median of the windows; spread : their largest over smallest less one
    set_up_s : packing to first step, neighbour list included, kernels compiled before
    cpu_share : processor time over wall time and threads; others_busy : share of the other cores
    """

    threads: int
    spheres: int
    ns_per_sphere_step: float
    spread: float
    set_up_s: float
    peak_memory_MB: float | None
    cpu_share: float
    others_busy: float | None


def tiled(packing: problems.Packing, across: int, layers: int, seed: int = 4) -> problems.Packing:
    """The packing `across` times along x and y, in so many layers."""
    rng = np.random.default_rng(seed)
    period = np.array([packing.side, packing.side, packing.plate])
    grid = np.meshgrid(np.arange(across), np.arange(across), np.arange(layers), indexing="ij")
    copies = np.stack(grid, axis=-1).reshape(-1, 3)
    position = (packing.position + (copies * period)[:, None]).reshape(-1, 3)
    radius = np.tile(packing.radius, len(copies))
    position += rng.uniform(-_JITTER, _JITTER, position.shape) * radius[:, None]
    return packing._replace(
        position=position, radius=radius, side=across * packing.side,
        plate=layers * packing.plate, clump=np.arange(len(radius)),
    )  # fmt: skip


def timed(path: Path, across: int, layers: int, steps: int, repeat: int) -> dict:
    """Set up and run one size in this process."""
    small = problems.load(path)
    # One step of a small packing compiles the kernels, or loads them.
    press(prepare(in_order(small)), 1, problems.PLATE_SPEED["A"])
    packing = in_order(tiled(small, across, layers))
    begun = time.perf_counter()
    sim = prepare(packing)
    set_up = time.perf_counter() - begun
    speed = problems.PLATE_SPEED["A"]
    press(sim, steps, speed)
    walls, cpus = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        press(sim, steps, speed)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {"spheres": len(packing.radius), "walls": walls, "cpus": cpus, "set_up": set_up}


def measured(path: Path, tiles: tuple[int, int], threads: int, cores: list[int], arguments) -> Size:
    """One size in a process of its own."""
    command = [
        sys.executable, __file__, "--one", *map(str, tiles), str(threads),
        "--work", str(path.parent), "--steps", str(arguments.steps),
        "--repeat", str(arguments.repeat),
    ]  # fmt: skip
    process = measure.run(command, cores[:threads], dict(os.environ))
    result = process.result()
    walls, cpus, n = result["walls"], result["cpus"], result["spheres"]
    times = cpus if arguments.clock == "cpu" and threads == 1 else walls
    return Size(
        threads=threads,
        spheres=n,
        ns_per_sphere_step=1e9 * median(times) / arguments.steps / n,
        spread=max(times) / min(times) - 1,
        set_up_s=result["set_up"],
        peak_memory_MB=None if process.peak_memory is None else process.peak_memory / 1e6,
        cpu_share=sum(cpus) / sum(walls) / threads,
        others_busy=process.others_busy,
    )


def flatness(sizes: list[Size], threads: int) -> float:
    """Largest time per sphere and step over the smallest, less one."""
    times = [s.ns_per_sphere_step for s in sizes if s.threads == threads]
    return max(times) / min(times) - 1


def table(sizes: list[Size]) -> str:
    """The sizes as text."""
    lines = ["threads  spheres  ns/sphere-step  spread  set-up s  peak MB  kB/sphere  share"]
    for s in sizes:
        peak = s.peak_memory_MB
        memory = "" if peak is None else f"{peak:7.0f}  {1e3 * peak / s.spheres:9.2f}"
        lines.append(
            f"{s.threads:7d}  {s.spheres:7d}  {s.ns_per_sphere_step:14.0f}  {s.spread:6.1%}  "
            f"{s.set_up_s:8.2f}  {memory:>18}  {s.cpu_share:5.0%}"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=1_000_000)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--clock", choices=["wall", "cpu"], default="wall",
        help="time of one-thread runs: cpu on a machine that others use (default wall)",
    )  # fmt: skip
    parser.add_argument("--work", type=Path, default=packings.folder(), help="where packings lie")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", type=int, nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    path = packings.kept(arguments.work, "p10k")
    if arguments.one:
        *tiles, threads = arguments.one
        use_threads(threads)
        print("RESULT " + json.dumps(timed(path, *tiles, arguments.steps, arguments.repeat)))
        return
    chosen = [tiles for tiles in TILES if tiles[0] ** 2 * tiles[1] * _COPIED <= arguments.largest]
    if not chosen:
        parser.error(f"--largest: expected at least {_COPIED} spheres")
    cores = measure.cores()
    sizes = []
    for threads in range(1, min(2, len(cores)) + 1):
        for tiles in chosen:
            sizes.append(measured(path, tiles, threads, cores, arguments))
            done = sizes[-1]
            print(f"{threads} thread(s), {done.spheres} spheres", file=sys.stderr, flush=True)
    flat = {str(t): flatness(sizes, t) for t in sorted({s.threads for s in sizes})}
    if arguments.json:
        print(json.dumps({"sizes": [s._asdict() for s in sizes], "flatness": flat}, indent=1))
        return
    print(table(sizes))
    if any(s.cpu_share < _CROWDED for s in sizes):
        print("some runs got less than their cores: the machine was busy, the wall clock too slow")
    for threads, value in flat.items():
        print(f"flatness on {threads} thread(s): {value:.1%}")


if __name__ == "__main__":
    main()
