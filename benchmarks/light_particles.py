"""Pressing with light and with heavy particles: `python benchmarks/light_particles.py`.

The quickstart's loading path up to a density, at falling inertial numbers, with particles that move
as a whole with the inertia of their contacts (`dem.clumps`) and with that of their bonds. Prints
pressure [MPa] and share of broken bonds, the binder's too [%], at some loaded densities [g/cm³],
steps and time.
"""

import argparse
import contextlib
import time
from dataclasses import replace

import numpy as np

from dem.jit import use_threads
from dem.loading import density, load, press_on
from scenarios.runner import prepare
from scenarios.runner.load import load as load_scenario

DENSITIES = (2450.0, 2600.0, 2750.0, 2900.0)
NUMBERS = {True: (0.015, 0.0075, 0.00375, 0.0019), False: (0.015, 0.0075, 0.00375)}


class Silent:
    """A reporter that says nothing."""

    def say(self, *_) -> None:
        """Nothing."""

    warn = say

    @contextlib.contextmanager
    def stage(self, _):
        """A stage of work."""
        yield lambda *_: None


def path(scenario: str, light: bool, number: float, until: float) -> tuple[np.ndarray, int, float]:
    """Density [kg/m³], pressure [Pa] and broken share of each state; steps; seconds."""
    given = load_scenario(scenario, [f"mechanics.light_particles={str(light).lower()}"])
    volume = prepare.electrode_volume(given, Silent())
    sim = prepare.simulation_of(prepare.grains_of(volume, given, Silent()), given)
    pressing = replace(prepare.calendering_of(sim, given).pressing, inertial_number=number)
    press_on(sim, pressing)
    start, rows = time.perf_counter(), []
    while density(sim, pressing) < until:
        press_on(sim, pressing)
        rows.append((density(sim, pressing), load(sim), (sim.bonds.state != 0).mean()))
    return np.array(rows), sim.steps_done, time.perf_counter() - start


def main() -> None:
    """Print a line for each path."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="quickstart")
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    use_threads(chosen.threads)
    print(
        "particles  number    steps      s  "
        + "  ".join(f"{d / 1e3:.2f}: MPa    %" for d in DENSITIES)
    )
    for light, numbers in NUMBERS.items():
        for number in numbers:
            rows, steps, seconds = path(chosen.scenario, light, number, 1.01 * DENSITIES[-1])
            near = [np.abs(rows[:, 0] / d - 1.0) < 0.005 for d in DENSITIES]
            found = [(1e-6 * rows[m, 1].mean(), 100 * rows[m, 2].mean()) for m in near]
            shown = "  ".join(f"{pressure:10.2f} {broken:4.1f}" for pressure, broken in found)
            kind = "light" if light else "heavy"
            print(f"{kind:9}  {number:7.5f} {steps:7} {seconds:6.1f}  {shown}", flush=True)


if __name__ == "__main__":
    main()
