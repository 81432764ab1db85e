"""How fast and how rightly cells are discharged, beside PyBaMM's DFN.

    python benchmarks/cell_speed.py [--peers] [--json] [--large]

Chen's cell (LG M50), full and against lithium, on our default mesh; times by the clock, the fastest
of several, on one thread. "first" is a fresh process from its start to the end of one discharge,
imports and all, with kernels cached. "series" are eleven half cells of eleven densities at five
rates. "plane" is a positive electrode whose porosity scatters by a fifth from place to place, 10
volumes a layer, 10 × 10 columns, 20 shells; `--large` adds 40 × 40 columns.

`--peers` runs PyBaMM, which may live in an environment of its own:
    python3 -m venv pybamm && pybamm/bin/pip install pybamm
    CALENDEM_PYBAMM_PYTHON=pybamm/bin/python python benchmarks/cell_speed.py --peers
Voltages are then compared over 1–97 % of the discharge with PyBaMM's on 120 points in everything,
both codes' on their default meshes. PyBaMM's plane has 10 points a domain, 10 × 10 columns and 10
shells, and even properties.

JSON: `runs`, `peers`, `errors`, `ratios` {p2d_repeat, p2d_first, p3d: theirs over ours}.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy.interpolate import CubicSpline

from dem.jit import use_threads
from electrochem.materials import ACTIVE_MATERIALS
from electrochem.porous_electrode import Resolution, discharge
from tests.electrochem.cells import CHEN_AREA, FULL, HALF

ROOT = Path(__file__).resolve().parent.parent
PEER = Path(__file__).resolve().parent / "cell_way" / "pybamm_peer.py"
CELLS = {"full": FULL, "half": HALF}
CURRENT = 5.0 / CHEN_AREA  # [A/m²] of 1C
RATES = (0.1, 1.0, 2.0)
FIRST = (
    "import time; begun = time.perf_counter(); import sys; sys.path.insert(0, {root!r});"
    "from electrochem.porous_electrode import discharge; from tests.electrochem.cells import FULL;"
    "discharge(FULL, current_density={current}); print(time.perf_counter() - begun)"
)


def fastest(run, times):
    """Seconds of the fastest of several runs, and what it returned."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    return min(seconds), found


def series():
    """Half cells of NMC622 from 2.3 to 4.0 g/cm³ at five rates; figures by Bruggeman."""
    for density in np.linspace(2.3, 4.0, 11):
        porosity = 1.0 - density / 4.51
        positive = replace(
            HALF.positive, material=ACTIVE_MATERIALS["nmc622"], porosity=porosity,
            thickness=19.8e-2 / density / 1e3, tortuosity_factor=porosity**-0.5,
            active_fraction=0.96 * density / 4.76, surface_area=4e5,
        )  # fmt: skip
        cell = replace(HALF, positive=positive, upper_voltage=4.3, positive_stoichiometry=None)
        for rate in (0.1, 0.5, 1.0, 2.0, 5.0):
            discharge(cell, c_rate=rate)


def graded(columns):
    """The full cell with a positive electrode that differs from place to place."""
    random = np.random.default_rng(1)
    porosity = FULL.positive.porosity * (1.0 + 0.2 * random.standard_normal((10, columns, columns)))
    porosity = np.clip(porosity, 0.15, 1.0 - FULL.positive.active_fraction)
    positive = replace(
        FULL.positive, porosity=porosity, tortuosity_factor=porosity**-0.5,
        footprint=(columns * 3e-6,) * 2,
    )  # fmt: skip
    return replace(FULL, positive=positive)


def plane(columns, times):
    """Seconds and figures of a discharge in three dimensions."""
    cell, mesh = graded(columns), Resolution(10, 10, 20)
    seconds, found = fastest(lambda: discharge(cell, c_rate=1.0, resolution=mesh), times)
    layout = found.curve.layout
    return {
        "seconds": seconds,
        "states": layout.size,
        "steps": found.curve.steps,
        "lithium_error": found.lithium_error,
        "peak_GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def measure_ours(large):
    """Every run of ours, and the curves."""
    runs, curves = {}, {}
    discharge(FULL, current_density=CURRENT)  # compiles, or loads what is compiled
    for kind, cell in CELLS.items():
        for rate in RATES:
            seconds, found = fastest(
                lambda cell=cell, rate=rate: discharge(cell, current_density=rate * CURRENT), 15
            )
            runs[f"{kind} {rate:g}C"] = {
                "seconds": seconds,
                "steps": found.curve.steps,
                "newton_updates": found.curve.newton_updates,
                "lithium_error": found.lithium_error,
            }
            curves[kind, rate] = found
    code = FIRST.format(root=str(ROOT), current=CURRENT)
    firsts = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                             check=True).stdout)
        for _ in range(3)
    ]  # fmt: skip
    runs["first"] = {"seconds": min(firsts)}
    runs["series of 55"] = {"seconds": fastest(series, 1)[0]}
    discharge(graded(2), c_rate=1.0, resolution=Resolution(10, 10, 20))
    runs["plane 10 x 10"] = plane(10, 2)
    if large:
        runs["plane 40 x 40"] = plane(40, 1)
    return runs, curves


def peer(*given):
    """What PyBaMM answers, or None where there is none."""
    python = os.environ.get("CALENDEM_PYBAMM_PYTHON", sys.executable)
    ended = subprocess.run(
        [python, str(PEER), *map(str, given)], capture_output=True, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    if ended.returncode:
        if "No module named 'pybamm'" in ended.stderr:
            return None
        raise SystemExit(f"PyBaMM ended with:\n{ended.stderr[-2000:]}")
    return json.loads(ended.stdout.splitlines()[-1])


def error_of(times, voltages, truth):
    """rms difference [mV] over 1–97 % of the reference's discharge."""
    at, voltage = np.array(truth["time"]), np.array(truth["voltage"])
    inside = (at > 0.01 * at[-1]) & (at < 0.97 * at[-1])
    found = CubicSpline(times, voltages)(at[inside])
    return 1e3 * float(np.sqrt(np.mean((found - voltage[inside]) ** 2)))


def compare(runs, curves):
    """PyBaMM's runs, both codes' errors and the ratios of the times."""
    first = min((peer("first") for _ in range(3)), key=lambda answer: answer["seconds"])
    peers, errors = {"first": first}, {}
    for (kind, rate), found in curves.items():
        name = f"{kind} {rate:g}C"
        theirs, truth = peer("repeat", kind, rate), peer("repeat", kind, rate, 120)
        peers[name] = {"seconds": theirs["seconds"]}
        capacity = found.capacity[-1] * CHEN_AREA
        errors[name] = {
            "ours_rms_mV": error_of(found.time, found.voltage, truth),
            "theirs_rms_mV": error_of(theirs["time"], theirs["voltage"], truth),
            "ours_capacity": capacity / truth["capacity"] - 1.0,
            "theirs_capacity": theirs["capacity"] / truth["capacity"] - 1.0,
        }
    peers["plane 10 x 10"] = peer("plane", 10, 10, 10)
    pairs = {"p2d_repeat": "full 1C", "p2d_first": "first", "p3d": "plane 10 x 10"}
    ratios = {key: peers[name]["seconds"] / runs[name]["seconds"] for key, name in pairs.items()}
    return peers, errors, ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", action="store_true", help="run PyBaMM beside")
    parser.add_argument("--large", action="store_true", help="40 x 40 columns too")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    use_threads(1)
    runs, curves = measure_ours(arguments.large)
    answer = {"runs": runs}
    if arguments.peers:
        if peer("first") is None:
            print("PyBaMM is not installed, nothing to compare with: pip install pybamm")
        else:
            answer["peers"], answer["errors"], answer["ratios"] = compare(runs, curves)
    if arguments.json:
        print(json.dumps(answer, indent=1))
        return
    for title, rows in answer.items():
        print(title)
        for name, row in rows.items():
            figures = row if isinstance(row, dict) else {"": row}
            print(f"  {name:14} " + "  ".join(f"{k} {v:.4g}" for k, v in figures.items()
                                              if not isinstance(v, str)))  # fmt: skip


if __name__ == "__main__":
    main()
