"""How fast, in how much memory and how rightly transport through a labelled volume is solved.

    python benchmarks/transport_speed.py [--peers] [--json] [--size 256] [--sizes 128,256] [--large]

A three-phase volume of overlapping spheres, binder at their contacts and 35 % pores, sides closed,
is solved on one thread: diffusion through the pores until the answer's estimated error is below
1e-4, conduction with binder a thousand and a million times the active material's conductivity. Each
solve runs in a process of its own, from the labels to the answer, with kernels compiled before.
Times are the processor's, but for two threads against one, which are by the clock (a busy machine
disturbs those alone). Memory is the peak beyond the loaded program, labels included.

`--sizes` are those at which iterations are counted; `--large` adds 512³ (6 GB). `--peers` also runs

* pyamg's Ruge–Stuben conjugate gradients on the same equations, both to a residual of 1e-8, and on
  128³ at every contrast; assembly in SciPy is left out of its time (`pip install pyamg`). Two real
  volumes are solved by both where `CALENDEM_DATA` names their folder;
* TauFactor's CPU solver at its criterion 1e-3, one thread; it takes five minutes at 256³. It may
  live in an environment of its own:
      python3 -m venv taufactor && taufactor/bin/pip install torch taufactor
      CALENDEM_TAUFACTOR_PYTHON=taufactor/bin/python python benchmarks/transport_speed.py --peers

JSON: `runs`, `peers`, `ratios` {vs_taufactor, vs_pyamg: theirs over ours; two_threads: one over
two; vs_bandwidth_floor: the whole solve, set-up and all, over what its iterations would take if
nothing but moving their arrays took time, at the triad's rate}, `agreement`, `found`, `limits`,
`within`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import tifffile

ROOT = Path(__file__).resolve().parent.parent
PORES = [1.0, 0.0, 0.0, 0.0, 0.0]
SOLIDS = {"contrast 1e3": [0.0, 1e-3, 1.0, 0.0, 0.0], "contrast 1e6": [0.0, 1e-6, 1.0, 0.0, 0.0]}
RESIDUAL = 1e-8
TOLERANCES = (1e-10, 1e-12, 1e-14, 1e-15)
"""Errors of the answer tried until the residual is met: they fall as its square."""
AGREE_SIZE = 128
REAL = {
    "calendered NMC cathode": ("nrel-nmc-calendered/nmc-1-cal_generatedCBD_bridge.tif", (0, 1, 2)),
    "generated NMC electrode": ("polaron-generated/electrode.tiff", (0, 85, 170)),
}
"""Published volumes and their grey values of pore, active material and binder domain."""
REAL_SOLIDS = ("generated NMC electrode",)
"""Whose solids pyamg solves too; those of the other would take it more than 10 GB."""
BYTES_AN_ITERATION = {
    "product of the matrix: direction, three faces; product": 20,
    "step: potential in double precision and residual, both ways; direction, product, inverse": 40,
    "restriction: trial correction, residual, three faces, aggregates": 24,
    "prolongation: aggregates; trial correction both ways": 12,
    "smoothing: trial correction, residual, three faces, inverse; correction": 28,
    "new direction: correction; direction both ways": 12,
    "all coarser levels": 19,
}
"""A voxel, solid ones too: what the passes of an iteration over the finest grid must move, if each
reads and writes each of its arrays once, in single precision but for the potential."""
LIMITS = {
    "vs_taufactor": 80.0, "vs_pyamg": 5.0, "two_threads": 1.6, "vs_bandwidth_floor": 3.0,
    "bytes_a_voxel": 60.0, "growth_of_iterations": 1.5, "bytes_at_512": 10e9,
    "taufactor_difference": 1e-3, "pyamg_difference": 1e-6,
}  # fmt: skip
AT_LEAST = {"vs_taufactor", "vs_pyamg", "two_threads"}


def tell(line: str = "") -> None:
    """Print beside the JSON."""
    print(line, file=sys.stderr if "--json" in sys.argv else sys.stdout, flush=True)


def in_a_process(*command: str, told: dict) -> dict:
    """The last line that a program prints, read as JSON."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    environment = os.environ | (
        {} if len(told.get("threads", [1])) > 1 else dict.fromkeys(names, "1")
    )
    ran = subprocess.run(
        [*command, json.dumps(told)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if ran.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{ran.stderr}")
    return json.loads(ran.stdout.splitlines()[-1])


def ours(labels: Path, conductivity: list[float], **told) -> dict:
    """Our solver; `solves` of what it prints is reduced to the first, the others beside it."""
    told |= {"labels": str(labels), "conductivity": conductivity}
    found = in_a_process(sys.executable, "-m", "benchmarks.transport_way.ours", told=told)
    return found | found["solves"][0]


def to_residual(labels: Path, conductivity: list[float]) -> dict:
    """Our solver, to the first error of the answer at which the residual is met."""
    for tolerance in TOLERANCES:
        found = ours(labels, conductivity, tolerance=tolerance, check_residual=True)
        if found["residual"] <= RESIDUAL:
            break
    return found | {"tolerance": tolerance}


def pyamg(labels: Path, conductivity: list[float], to: float = RESIDUAL) -> dict:
    """Ruge–Stuben conjugate gradients on the assembled matrix."""
    told = {"labels": str(labels), "conductivity": conductivity, "residual": to}
    return in_a_process(sys.executable, "-m", "benchmarks.transport_way.sparse", told=told)


def taufactor(labels: Path) -> dict | None:
    """TauFactor's solver of the pores; None where there is none."""
    python = os.environ.get("CALENDEM_TAUFACTOR_PYTHON", sys.executable)
    there = subprocess.run([python, "-c", "import taufactor"], capture_output=True)
    if there.returncode:
        tell(f"TauFactor left out: {python} has none (CALENDEM_TAUFACTOR_PYTHON names another)")
        return None
    script = str(ROOT / "benchmarks" / "transport_way" / "taufactor_peer.py")
    return in_a_process(python, script, told={"labels": str(labels), "phase": 0, "criterion": 1e-3})


def made(size: int, folder: Path) -> Path:
    """The labels' file of one size."""
    file = folder / f"{size}.npy"
    if not file.exists():
        command = [sys.executable, "-m", "benchmarks.transport_way.volume", str(size), str(file)]
        subprocess.run(command, cwd=ROOT, check=True)
    return file


def real_volumes(folder: Path) -> dict[str, tuple[Path, list[float]]]:
    """Real electrodes from the folder that CALENDEM_DATA names: labels' files, conductivities."""
    data, found = Path(os.environ.get("CALENDEM_DATA", "")), {}
    for name, (file, grey) in REAL.items():
        if not (data / file).is_file():
            tell(f"{name} left out: CALENDEM_DATA names no folder with {file}")
            continue
        phase = np.zeros(256, np.uint8)
        phase[list(grey)] = (0, 1, 2)
        labels = folder / f"{name}.npy"
        np.save(labels, phase[tifffile.imread(data / file)])
        found[f"{name}, pores"] = (labels, PORES)
        if name in REAL_SOLIDS:
            found[f"{name}, contrast 1e3"] = (labels, SOLIDS["contrast 1e3"])
    return found


def line(what: str, found: dict, *, rest: str = "") -> None:
    """A row of the table."""
    memory = f"{found['bytes_a_voxel']:6.1f} B" if "bytes_a_voxel" in found else " " * 8
    tell(f"{what:44} {found['value']:<12.8g} {found['iterations']:5d} "
         f"{found['cpu_seconds']:8.2f} s {memory}  {rest}")  # fmt: skip


def measure(args, folder: Path) -> dict:
    """Everything asked for, as `--json` prints it."""
    n = args.size
    main_labels = made(n, folder)
    out: dict = {"size": n, "runs": {}, "peers": {}, "ratios": {}, "agreement": {}}
    runs, ratios = out["runs"], out["ratios"]
    tell(f"{'':44} {'value':12} {'iter.':>5} {'CPU':>8}   {'a voxel':>7}")

    runs["pores"] = found = ours(main_labels, PORES, triad=True)
    floor = sum(BYTES_AN_ITERATION.values()) * n**3 / found["triad_bytes_a_second"]
    line(f"pores {n}³, answer to 1e-4", found)
    solve_floor = floor * found["iterations"]
    ratios["vs_bandwidth_floor"] = found["cpu_seconds"] / solve_floor
    tell(
        f"  memory alone: {found['iterations']} iterations of "
        f"{sum(BYTES_AN_ITERATION.values()):.0f} B a voxel at "
        f"{found['triad_bytes_a_second'] / 1e9:.1f} GB/s (triad) take {solve_floor:.2f} s"
    )
    if found["cpu_seconds_an_iteration"]:
        tell(f"  an iteration by itself: {found['cpu_seconds_an_iteration']:.3f} s, "
             f"{found['cpu_seconds_an_iteration'] / floor:.2f} of its floor")  # fmt: skip
    for name, conductivity in SOLIDS.items():
        runs[name] = ours(main_labels, conductivity)
        line(f"{name} {n}³, answer to 1e-4", runs[name])
    runs["threads"] = found = ours(main_labels, PORES, threads=[1, 2], repeats=3)
    clock = {
        count: min(row["seconds"] for row in found["solves"] if row["threads"] == count)
        for count in (1, 2)
    }
    ratios["two_threads"] = clock[1] / clock[2]
    tell(f"  by the clock: one thread {clock[1]:.2f} s, two {clock[2]:.2f} s")
    runs["exact"] = found = to_residual(main_labels, PORES)
    line(f"pores {n}³, residual to {RESIDUAL:g}", found, rest=f"residual {found['residual']:.1e}")

    sizes = sorted({*args.sizes, *((512,) if args.large else ())})
    out["iterations"] = {}
    for size in sizes:
        row = runs["pores"] if size == n else ours(made(size, folder), PORES)
        runs[f"pores {size}"] = row
        out["iterations"][size] = row["iterations"]
        if size != n:
            line(f"pores {size}³, answer to 1e-4", row)
    if args.peers:
        peers(out, folder, main_labels)
    return out | judged(out)


def peers(out: dict, folder: Path, main_labels: Path) -> None:
    """Run the others and hold them against ours."""
    n, runs, ratios = out["size"], out["runs"], out["ratios"]
    out["peers"]["pyamg"] = theirs = pyamg(main_labels, PORES)
    rest = f"residual {theirs['residual']:.1e}; set-up {theirs['cpu_seconds_setup']:.1f} s"
    line(f"pyamg, pores {n}³, residual to {RESIDUAL:g}", theirs, rest=rest)
    ratios["vs_pyamg"] = theirs["cpu_seconds"] / runs["exact"]["cpu_seconds"]
    out["agreement"]["pyamg_difference"] = {
        f"pores {n}": abs(runs["exact"]["value"] / theirs["value"] - 1.0)
    }
    cases = {
        f"{name} {AGREE_SIZE}": (made(AGREE_SIZE, folder), conductivity)
        for name, conductivity in {"pores": PORES, **SOLIDS}.items()
    }
    for name, (labels, conductivity) in (cases | real_volumes(folder)).items():
        mine = ours(labels, conductivity, tolerance=1e-9)
        # A residual weighs what conducts little less: so it must be smaller at a contrast.
        exact = pyamg(labels, conductivity, 1e-8 if conductivity is PORES else 1e-11)
        difference = abs(mine["value"] / exact["value"] - 1.0)
        out["agreement"]["pyamg_difference"][name] = difference
        line(f"pyamg, {name}", exact, rest=f"ours differs by {difference:.1e}")
    out["peers"]["taufactor"] = tau = taufactor(main_labels)
    if tau is not None:
        difference = abs(runs["pores"]["value"] / tau["value"] - 1.0)
        line(f"TauFactor {tau['version']}, pores {n}³, criterion 1e-3", tau,
             rest=f"ours differs by {difference:.1e}")  # fmt: skip
        ratios["vs_taufactor"] = tau["cpu_seconds"] / runs["pores"]["cpu_seconds"]
        out["agreement"]["taufactor_difference"] = {f"pores {n}": difference}


def judged(out: dict) -> dict:
    """The limits that concern what was run, and whether they are met."""
    found = dict(out["ratios"])
    found["bytes_a_voxel"] = out["runs"]["pores"]["bytes_a_voxel"]
    found |= {name: max(values.values()) for name, values in out["agreement"].items()}
    counts = out["iterations"]
    if len(counts) > 1:
        found["growth_of_iterations"] = counts[max(counts)] / counts[min(counts)]
    if 512 in counts:
        found["bytes_at_512"] = out["runs"]["pores 512"]["bytes_a_voxel"] * 512**3
    within = {
        name: bool(value >= LIMITS[name] if name in AT_LEAST else value <= LIMITS[name])
        for name, value in found.items()
    }
    tell()
    for name, value in found.items():
        asked = "at least" if name in AT_LEAST else "at most"
        tell(f"{name:24} {value:10.4g}  asked {asked} {LIMITS[name]:g}"
             f"{'' if within[name] else '  MISSED'}")  # fmt: skip
    return {"limits": {name: LIMITS[name] for name in found}, "found": found, "within": within}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peers", action="store_true", help="pyamg and TauFactor too")
    parser.add_argument("--size", type=int, default=256, help="edge of the volume in voxels")
    parser.add_argument("--sizes", default="128,256", help="edges at which iterations are counted")
    parser.add_argument("--large", action="store_true", help="512³ too")
    args = parser.parse_args()
    args.sizes = [int(size) for size in args.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        out = measure(args, Path(folder))
    if args.json:
        print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
