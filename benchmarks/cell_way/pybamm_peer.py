"""PyBaMM's DFN on Chen2020, in a Python that has PyBaMM; one JSON line of what was asked.

python pybamm_peer.py first | repeat FULL_OR_HALF RATE [POINTS] | plane POINTS SHELLS COLUMNS
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pybamm


def simulation(kind, rate, points, tolerance):
    """The DFN at a rate; points None leaves PyBaMM's own mesh."""
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
    return pybamm.Simulation(
        model, parameter_values=values, C_rate=rate, var_pts=mesh, solver=solver
    )


def solve(sim, kind, rate):
    """One discharge, and its solution on 1041 times."""
    end = 3600.0 / rate * 1.3
    return sim.solve(
        [0.0, end],
        initial_soc=1.0 if kind == "full" else None,
        t_interp=np.linspace(0.0, end, 1041),
    )


def repeat(kind, rate, points=None):
    """Seconds of the fastest of fifteen solves after the first, and the curve."""
    fine = points is not None
    sim = simulation(kind, rate, points, 1e-8 if fine else 1e-6)
    seconds = []
    for _ in range(2 if fine else 16):
        start = time.perf_counter()
        solution = solve(sim, kind, rate)
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": min(seconds[1:]),
        "time": solution.t.tolist(),
        "voltage": solution["Voltage [V]"].entries.tolist(),
        "capacity": float(solution["Discharge capacity [A.h]"].entries[-1]),
    }


def plane(points, shells, columns):
    """Seconds of the faster of two solves of the three-dimensional DFN after the first."""
    model = pybamm.lithium_ion.BasicDFNUnstructured({"dimensionality": 2})
    mesh = {}
    for key in model.default_var_pts:
        name = key if isinstance(key, str) else key.name
        mesh[key] = {"r": shells, "x": points}.get(name[0], columns)
    sim = pybamm.Simulation(
        model,
        parameter_values=pybamm.ParameterValues("Chen2020"),
        C_rate=1,
        var_pts=mesh,
        solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-6),
    )
    sim.build()
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        solution = sim.solve([0, 4000])
        seconds.append(time.perf_counter() - start)
    return {"seconds": min(seconds[1:]), "states": int(solution.y.shape[0])}


if __name__ == "__main__":
    pybamm.set_logging_level("ERROR")
    what, *given = sys.argv[1:]
    if what == "first":
        solve(simulation("full", 1.0, None, 1e-6), "full", 1.0)
        # Since the process began, imports included.
        ticks = float(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
        begun = ticks / os.sysconf("SC_CLK_TCK")
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - begun
        answer = {"seconds": seconds, "version": pybamm.__version__}
    elif what == "repeat":
        kind, rate, *points = given
        answer = repeat(kind, float(rate), *(int(point) for point in points))
    else:
        answer = plane(*(int(number) for number in given))
    print(json.dumps(answer))
