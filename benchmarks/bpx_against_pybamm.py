"""Cells out of BPX files in our porous electrode beside the same files in PyBaMM's DFN.

python benchmarks/bpx_against_pybamm.py [FILE ...] [--rates 0.1 1 2] [--points 60] [--json]

Each file (by default those of the folder `CALENDEM_DATA`) is read by both; then our cell is written
to BPX again and PyBaMM loads that. So are cells of our own: Chen 2020's; one with a measured
surface, contact resistance and a thermodynamic factor; and one whose t₊ and thermodynamic factor
change with concentration, for which PyBaMM can only take the numbers at rest. Both begin at the
file's stoichiometry limits. Prints for each the rms and largest voltage difference over 1–97 % of
the discharge and both capacities. Needs the extra `bench`; says so and ends with 0 without.
"""

import argparse
import json
import os
import sys
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from electrochem.bpx import open_bpx, write_bpx
from electrochem.materials import ELECTROLYTES, ConstantProperty
from electrochem.porous_electrode import discharge
from tests.electrochem.cells import CHEN_AREA, FULL

ROOT = Path(__file__).resolve().parent.parent


def theirs(pybamm, file: Path, rate: float, points: int, contact: bool = False):
    """(time, voltage, capacity [A h]) of PyBaMM's DFN out of a BPX file, charged as it says."""
    values = pybamm.ParameterValues.create_from_bpx(str(file))
    # An initial state of charge would have PyBaMM begin at the cut-off voltage instead.
    for side, limit in (("negative", "Maximum"), ("positive", "Minimum")):
        charged = json.loads(file.read_text())["Parameterisation"][f"{side.capitalize()} electrode"]
        held = charged[f"{limit} stoichiometry"] * charged["Maximum concentration [mol.m-3]"]
        values[f"Initial concentration in {side} electrode [mol.m-3]"] = held
    model = pybamm.lithium_ion.DFN({"contact resistance": "true"} if contact else {})
    mesh = dict.fromkeys(("x_n", "x_s", "x_p", "r_n", "r_p"), points)
    simulation = pybamm.Simulation(
        model, parameter_values=values, C_rate=rate, var_pts={**model.default_var_pts, **mesh},
        solver=pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-7),
    )  # fmt: skip
    end = 3600.0 / rate * 1.3
    solution = simulation.solve([0.0, end], t_interp=np.linspace(0.0, end, 1041))
    charge = solution["Discharge capacity [A.h]"].entries[-1]
    return solution.t, solution["Voltage [V]"].entries, charge


def row(pybamm, name: str, file: Path, ours, rate: float, points: int) -> dict:
    """One row: our cell's discharge beside PyBaMM's of the file."""
    contact = np.any(ours.cell.contact_resistance)
    time, voltage, capacity = theirs(pybamm, file, rate, points, contact)
    mine = discharge(ours.cell, c_rate=rate, nominal=ours.nominal_capacity)
    inside = (time > 0.01 * time[-1]) & (time < 0.97 * time[-1])
    difference = CubicSpline(mine.time, mine.voltage)(time[inside]) - voltage[inside]
    held = float(mine.capacity[-1] * ours.cell.area)
    return {
        "case": name,
        "rate": rate,
        "rms_mV": 1e3 * float(np.sqrt(np.mean(difference**2))),
        "largest_mV": 1e3 * float(np.abs(difference).max()),
        "capacity_Ah": held,
        "capacity_pybamm_Ah": float(capacity),
        "capacity_percent": 100.0 * (held / float(capacity) - 1.0),
    }


def own_cells() -> dict:
    """Cells of ours that are written out."""
    chen = replace(FULL, area=CHEN_AREA)
    measured = ELECTROLYTES["lipf6_landesfeind2019"](1000.0)
    even = replace(
        measured, transference_number=ConstantProperty(0.22),
        thermodynamic_factor=ConstantProperty(2.2),
    )  # fmt: skip
    rough = replace(
        chen,
        positive=replace(chen.positive, surface_area=2.2 * chen.positive.surface_area),
        electrolyte=even,
        contact_resistance=1e-3,
    )
    return {
        "Chen 2020": chen,
        "measured surface, contact, factor 2.2": rough,
        "t+ and factor of Landesfeind": replace(chen, electrolyte=measured),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = Path(os.environ.get("CALENDEM_DATA", ROOT.parent / "shared" / "data")) / "bpx"
    parser.add_argument("files", nargs="*", type=Path, default=sorted(folder.glob("*.json")))
    parser.add_argument("--rates", nargs="+", type=float, default=[0.1, 1.0, 2.0])
    parser.add_argument("--points", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        import bpx  # noqa: F401
        import pybamm
    except ImportError as error:
        print(f"{error.name} is not installed: pip install 'calendem[bench]'")
        return
    pybamm.set_logging_level("ERROR")
    warnings.simplefilter("ignore")
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        cases = [(file.stem, file, open_bpx(file)) for file in given.files]
        for name, cell in [(f"{n}, written", o.cell) for n, _, o in cases] + [
            *((f"{n}, written", c) for n, c in own_cells().items())
        ]:
            target = Path(scratch) / f"{len(cases)}.json"
            write_bpx(cell, target)
            cases.append((name, target, replace(open_bpx(target), cell=cell)))
        for name, file, ours in cases:
            for rate in given.rates:
                rows.append(row(pybamm, name, file, ours, rate, given.points))
                if not given.json:
                    r = rows[-1]
                    print(
                        f"{name:55s} {rate:4g}C  rms {r['rms_mV']:7.3f} mV  largest "
                        f"{r['largest_mV']:7.2f} mV  capacity {r['capacity_Ah']:.5f} "
                        f"({r['capacity_percent']:+.4f} %)",
                        flush=True,
                    )
    if given.json:
        print(json.dumps({"points": given.points, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
