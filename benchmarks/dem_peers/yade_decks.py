"""How YADE is called on the reference problems; what it runs stands in `yade_session.py`."""

import json
import os
import shutil
from pathlib import Path

from benchmarks.dem_peers import problems

INSTALL = "apt-get install --no-install-recommends yade"


def installed() -> str | None:
    """The program, if it is there."""
    return shutil.which("yade")


def command(program: str) -> list[str]:
    """Command line of one core without window."""
    return [program, "-j1", "-n", "-x", str(Path(__file__).with_name("yade_session.py"))]


def environment(problem: str, packing: Path, out: Path, steps: int) -> dict[str, str]:
    """Environment that hands a problem over: YADE's command line takes no arguments for scripts."""
    beam = problems.beam()
    radius = problems.CLUMP_SPHERE
    what = {
        "problem": problem,
        "packing": str(packing),
        "out": str(out),
        "steps": steps,
        "warm_up": problems.WARM_UP,
        "step": problems.STEP,
        "skin": problems.SKIN,
        "speed": problems.PLATE_SPEED[problem],
        "density": problems.DENSITY,
        "young": problems.YOUNG,
        "poisson": problems.POISSON,
        "friction": problems.FRICTION,
        "restitution": problems.RESTITUTION,
        "sphere": radius,
        "bond_strength": problems.BOND_STRENGTH,
        "bond_normal": beam.normal,
        "shear_over_normal": beam.shear / beam.normal,
        "bending": beam.bending / (beam.shear * radius**2),
        "twist": beam.twist / (beam.shear * radius**2),
    }
    return {**os.environ, "OMP_NUM_THREADS": "1", "REFERENCE_PROBLEM": json.dumps(what)}
