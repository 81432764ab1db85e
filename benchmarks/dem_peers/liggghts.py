"""Input of LIGGGHTS for problem A; LIGGGHTS has no bonds."""

import re
import shutil
from pathlib import Path

from benchmarks.dem_peers import problems
from benchmarks.dem_peers.problems import FRICTION, POISSON, RESTITUTION, SKIN, STEP, YOUNG

INSTALL = "apt-get install --no-install-recommends liggghts"
_MARGIN = 1e-3
_INSET = 1e-7
"""The plate's triangles end this far inside the periodic box [m]."""


def installed() -> str | None:
    """The program, if it is there."""
    return shutil.which("liggghts")


def compaction_deck(packing: problems.Packing, folder: Path, steps: int) -> Path:
    """Write spheres, plate and commands of problem A; returns the path of the commands.

    Walls are of a second material, so stiff that they are rigid; the plate is a mesh, because
    LIGGGHTS' planes do not move along their normal.
    """
    folder.mkdir(parents=True, exist_ok=True)
    n, side = len(packing.radius), packing.side
    lines = [
        "packing", "", f"{n} atoms", "2 atom types", f"0 {side!r} xlo xhi", f"0 {side!r} ylo yhi",
        f"{-_MARGIN} {packing.plate + _MARGIN!r} zlo zhi", "", "Atoms", "",
    ]  # fmt: skip
    for i, ((x, y, z), radius) in enumerate(
        zip(packing.position.tolist(), packing.radius.tolist(), strict=True), 1
    ):
        lines.append(f"{i} 1 {2 * radius!r} {problems.DENSITY} {x!r} {y!r} {z!r}")
    (folder / "spheres.data").write_text("\n".join(lines) + "\n")
    (folder / "plate.stl").write_text(_plate(side, packing.plate))
    law = "model hertz tangential history"
    commands = f"""atom_style granular
atom_modify map array
boundary p p f
newton off
communicate single vel yes
hard_particles yes
units si
read_data {folder}/spheres.data
neighbor {SKIN} bin
neigh_modify delay 0
fix young all property/global youngsModulus peratomtype {YOUNG} {1000 * YOUNG}
fix poisson all property/global poissonsRatio peratomtype {POISSON} {POISSON}
fix restitution all property/global coefficientRestitution peratomtypepair 2 {_four(RESTITUTION)}
fix friction all property/global coefficientFriction peratomtypepair 2 {_four(FRICTION)}
pair_style gran {law}
pair_coeff * *
timestep {STEP}
fix floor all wall/gran {law} primitive type 2 zplane 0.0
fix mesh all mesh/surface file {folder}/plate.stl type 2
fix plate all wall/gran {law} mesh n_meshes 1 meshes mesh
fix sinking all move/mesh mesh mesh linear 0. 0. -{problems.PLATE_SPEED["A"]}
fix motion all nve/sphere
thermo_style custom step ke cpu
thermo 1000000
run {problems.WARM_UP}
{_dump(folder / "before.txt")}
run {steps}
{_dump(folder / "after.txt")}
"""
    deck = folder / "in.liggghts"
    deck.write_text(commands)
    return deck


def command(program: str, deck: Path) -> list[str]:
    """Command line that runs a deck."""
    return [program, "-log", "none", "-in", str(deck)]


def loop_time(output: str, steps: int) -> float:
    """Wall time [s] that LIGGGHTS says its last run of so many steps took."""
    found = re.findall(rf"Loop time of (\S+) on \d+ procs for {steps} steps", output)
    if not found:
        raise RuntimeError(f"LIGGGHTS did not finish its {steps} steps:\n{output[-2000:]}")
    return float(found[-1])


def _four(value: float) -> str:
    return " ".join([str(value)] * 4)


def _dump(path: Path) -> str:
    return f"""dump state all custom 1 {path} id radius x y z
dump_modify state sort id format "%d %.17g %.17g %.17g %.17g"
run 0
undump state"""


def _plate(side: float, height: float) -> str:
    low, high = _INSET, side - _INSET
    corners = [(low, low), (high, low), (high, high), (low, high)]
    facets = []
    for triangle in ((0, 2, 1), (0, 3, 2)):
        vertices = "".join(
            f"vertex {corners[k][0]:.9g} {corners[k][1]:.9g} {height:.9g}\n" for k in triangle
        )
        facets.append(f"facet normal 0 0 -1\nouter loop\n{vertices}endloop\nendfacet\n")
    return "solid plate\n" + "".join(facets) + "endsolid plate\n"
