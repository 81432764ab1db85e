"""A small bonded block, pressed chunk by chunk, each chunk kept; goes on from what is kept.

As a program: with a folder, lives once in it. Without, reads folders from standard input and lives
once in each, in a process forked off after the kernels were loaded. A life tells `life PID` at its
begin and `kept N` after each checkpoint; the program tells `over` when a forked life is.
"""

import os
import sys
from pathlib import Path

import h5py
import numpy as np

from dem import checkpoint, sealed
from dem.box import Box
from dem.simulation import Numerics, Simulation, simulate
from scenarios.runner.run_folder import RunFolder
from tests.dem.assemblies import UM, bonds_between, lattice_block, material, spheres

CHUNKS, STEPS = 200, 3
STRAIN = 0.08


def begun() -> Simulation:
    """The unloaded block; every third neighbour is left unbonded, to touch and rub."""
    position, pairs = lattice_block(6)
    pairs = [pair for k, pair in enumerate(pairs) if k % 3]
    bonds = bonds_between(position, pairs, UM**2, strength=150e6, cohesion=200e6)
    made_of = material(friction=0.3, restitution=0.6, bond_internal_friction=0.3)
    side = 10.0 * UM
    return simulate(
        spheres(position, 0.72 * UM), bonds, Box(np.array([side, side]), True), [made_of],
        float(position[:, 2].max()) + 0.7 * UM, Numerics(skin=0.1), wall_friction=0.2,
    )  # fmt: skip


def press(sim: Simulation) -> None:
    """One chunk."""
    sim.advance(STEPS, rate=-STRAIN / (CHUNKS * STEPS) / sim.step)


def load(path: Path) -> tuple[int, Simulation]:
    """Chunks done and state of a checkpoint."""
    with h5py.File(path) as file:
        return checkpoint.load(file, "chunks"), checkpoint.load(file, "simulation")


def live(folder: Path) -> None:
    """Go on from the newest checkpoint, to the end."""
    tell(f"life {os.getpid()}")
    run = RunFolder(folder)
    last = run.last_checkpoint()
    done, sim = (0, begun()) if last is None else load(last)

    def fill(path: Path) -> None:
        with checkpoint.new_file(path, sealed.BLOCK) as file:
            checkpoint.save(file, "chunks", done)
            checkpoint.save(file, "simulation", sim)

    while done < CHUNKS:
        press(sim)
        done += 1
        run.write_checkpoint(fill)
        tell(f"kept {done}")


def tell(text: str) -> None:
    """One line in one piece, with nothing left in a buffer that a fork would double."""
    os.write(1, f"{text}\n".encode())


def main(folders: list[str]) -> None:
    for folder in folders:
        live(Path(folder))
    if folders:
        return
    press(begun())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(Path(line.strip()))
            os._exit(0)
        os.waitpid(child, 0)
        tell("over")


if __name__ == "__main__":
    main(sys.argv[1:])
