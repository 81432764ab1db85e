"""Our porous electrode beside PyBaMM's DFN: voltage, capacity and time, full and half cell.

python benchmarks/p2d_against_pybamm.py [--rates 0.1 1 2] [--points 80] [--json]

The parameters are Chen2020's as PyBaMM ships them, lithium metal's Xu2019's. Prints for each case
the rms voltage difference over 1–97 % of the discharge, the capacities, and the seconds of a
repeated solve (ours on the default mesh; PyBaMM on its own default mesh, its voltages on
`--points` volumes everywhere). Needs the extra `bench`; without PyBaMM it says so and ends with 0.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from electrochem.porous_electrode import discharge
from tests.electrochem.cells import CHEN_AREA, FULL, HALF

NOMINAL = 5.0  # [A h], Chen2020's


def ours(cell, rate):
    """(time, voltage, capacity [A h], seconds of the fastest of three runs)."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        result = discharge(cell, current_density=rate * NOMINAL / CHEN_AREA)
        seconds.append(time.perf_counter() - start)
    return result.time, result.voltage, result.capacity[-1] * CHEN_AREA, min(seconds)


def theirs(pybamm, kind, rate, points, tolerance):
    """The same of PyBaMM's DFN with IDAKLU; points None leaves its default mesh."""
    options = {"working electrode": "positive"} if kind == "half" else {}
    model = pybamm.lithium_ion.DFN(options)
    values = pybamm.ParameterValues("Chen2020")
    if kind == "half":
        metal = pybamm.ParameterValues("Xu2019")
        values.update({k: metal[k] for k in metal if "ithium metal" in k})
        values.update({"Upper voltage cut-off [V]": 4.5, "Lower voltage cut-off [V]": 3.0})
    mesh = dict(model.default_var_pts)
    if points is not None:
        mesh.update(dict.fromkeys(("x_n", "x_s", "x_p", "r_n", "r_p"), points))
    solver = pybamm.IDAKLUSolver(rtol=tolerance, atol=tolerance)
    simulation = pybamm.Simulation(
        model, parameter_values=values, C_rate=rate, var_pts=mesh, solver=solver
    )
    charge = 1.0 if kind == "full" else None
    end = 3600.0 / rate * 1.3
    seconds = []
    for _ in range(3 if points is None else 1):
        start = time.perf_counter()
        solution = simulation.solve(
            [0.0, end], initial_soc=charge, t_interp=np.linspace(0.0, end, 1041)
        )
        seconds.append(time.perf_counter() - start)
    capacity = solution["Discharge capacity [A.h]"].entries[-1]
    return solution.t, solution["Voltage [V]"].entries, capacity, min(seconds)


def compare(pybamm, kind, rate, points):
    """One row of the table."""
    cell = FULL if kind == "full" else HALF
    t, v, capacity, seconds = ours(replace(cell), rate)
    reference_t, reference_v, reference_capacity, _ = theirs(pybamm, kind, rate, points, 1e-8)
    their_t, their_v, _, their_seconds = theirs(pybamm, kind, rate, None, 1e-6)
    inside = (reference_t > 0.01 * reference_t[-1]) & (reference_t < 0.97 * reference_t[-1])
    at, truth = reference_t[inside], reference_v[inside]

    def rms(times, voltages):
        return 1e3 * float(np.sqrt(np.mean((CubicSpline(times, voltages)(at) - truth) ** 2)))

    return {
        "cell": kind,
        "rate": rate,
        "rms_mV": rms(t, v),
        "capacity_Ah": float(capacity),
        "seconds": seconds,
        "pybamm_default_rms_mV": rms(their_t, their_v),
        "pybamm_fine_capacity_Ah": float(reference_capacity),
        "pybamm_default_seconds": their_seconds,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.1, 1.0, 2.0])
    parser.add_argument("--points", type=int, default=80, help="PyBaMM's fine mesh")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    try:
        import pybamm
    except ImportError:
        print("PyBaMM is not installed, nothing to compare with: pip install 'calendem[bench]'")
        return
    pybamm.set_logging_level("ERROR")
    rows = [
        compare(pybamm, kind, rate, arguments.points)
        for kind in ("full", "half")
        for rate in arguments.rates
    ]
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return
    print("cell  C-rate  rms mV  (PyBaMM default)  Ah (PyBaMM fine)      s (PyBaMM default)")
    for row in rows:
        print(
            f"{row['cell']:4}  {row['rate']:6g}  {row['rms_mV']:6.3f}  "
            f"{row['pybamm_default_rms_mV']:16.3f}  {row['capacity_Ah']:.4f} "
            f"({row['pybamm_fine_capacity_Ah']:.4f})  {row['seconds']:8.3f} "
            f"({row['pybamm_default_seconds']:.3f})"
        )


if __name__ == "__main__":
    main()
