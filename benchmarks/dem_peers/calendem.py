"""Our engine on the reference problems; alone in a process of its own, as every peer is.

python -m benchmarks.dem_peers.calendem PROBLEM PACKING.npz OUT.npz STEPS THREADS
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.dem_peers import problems
from dem.bonds import INTACT, Bonds
from dem.box import Box
from dem.contact.laws import ContactLaws
from dem.grains import at_rest, spatial_order
from dem.jit import use_threads
from dem.materials import Material
from dem.simulation import Numerics, Simulation, simulate


def in_order(packing: problems.Packing) -> problems.Packing:
    """The packing with its spheres in spatial order and its bonds sorted, lower sphere first."""
    order = spatial_order(packing.position, 2.4 * float(packing.radius.mean()))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    bonds = np.sort(place[packing.bonds], axis=1)
    return packing._replace(
        position=packing.position[order],
        radius=packing.radius[order],
        clump=packing.clump[order],
        bonds=bonds[np.lexsort((bonds[:, 1], bonds[:, 0]))],
    )


def prepare(
    packing: problems.Packing,
    *,
    friction: float = problems.FRICTION,
    strength: float = problems.BOND_STRENGTH,
    numerics: Numerics | None = None,
    density: np.ndarray | float = problems.DENSITY,
) -> Simulation:
    """A simulation of a packing whose overlaps push and whose bonds are at rest.

    friction : of contacts and walls; strength [Pa] : of the bonds in tension and shear;
    density [kg/m³] : of the spheres. The default numerics keep the true inertia.
    """
    volume = 4 / 3 * np.pi * packing.radius**3
    grains = at_rest(
        packing.position, packing.radius, volume, density * volume,
        np.zeros(len(volume)), packing.clump,
    )  # fmt: skip
    first, second = packing.bonds.T.astype(np.int32)
    m = len(first)
    rest = problems.minimum_image(packing.position[second] - packing.position[first], packing.side)
    bonds = Bonds(
        np.ascontiguousarray(first), np.ascontiguousarray(second),
        np.full(m, problems.bond_area()), rest, np.full(m, INTACT, np.uint8),
        np.full(m, strength), np.full(m, strength),
    )  # fmt: skip
    made_of = Material(
        young_modulus=problems.YOUNG, poisson_ratio=problems.POISSON, friction=friction,
        restitution=problems.RESTITUTION, bond_modulus=problems.BOND_MODULUS,
        bond_poisson_ratio=1 / (2 * problems.SHEAR_RATIO) - 1, bond_internal_friction=0.0,
        bond_moment_share=1.0,
    )  # fmt: skip
    skin = problems.SKIN / float(packing.radius.mean())
    return simulate(
        grains, bonds, Box(np.array([packing.side, packing.side]), True), [made_of], packing.plate,
        numerics or Numerics(damping=0.0, step=problems.STEP, skin=skin),
        wall_friction=friction, overlaps_rest=False, laws=ContactLaws(normal="hertz"),
    )  # fmt: skip


def press(sim: Simulation, steps: int, speed: float) -> None:
    """Steps with the plate sinking at a constant speed [m/s]."""
    sim.advance(steps, plate_speed=-speed)


def intact_bonds(sim: Simulation) -> int:
    """Number of bonds that hold."""
    return int((sim.bond_state().state == INTACT).sum())


def run(problem: str, path: Path, steps: int) -> tuple[dict, dict]:
    """Warm up and time; returns what `measure` reads, and the positions before and after."""
    packing = problems.load(path)
    begun = time.perf_counter()
    packing = in_order(packing)
    sim = prepare(packing)
    radius = packing.radius
    # Its memory is not the engine's.
    del packing
    speed = problems.PLATE_SPEED[problem]
    set_up = time.perf_counter() - begun
    press(sim, problems.WARM_UP, speed)
    before, bonds = sim.grains.position.copy(), intact_bonds(sim)
    wall, cpu = time.perf_counter(), time.process_time()
    press(sim, steps, speed)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return (
        {"wall": wall, "cpu": cpu, "bonds": [bonds, intact_bonds(sim)], "set_up": set_up},
        {"before": before, "after": sim.grains.position, "radius": radius},
    )


def main():
    problem, packing, out, steps, threads = sys.argv[1:]
    if use_threads(int(threads)) != int(threads):
        raise SystemExit(f"{threads} threads are more than this machine has")
    result, positions = run(problem, Path(packing), int(steps))
    np.savez(out, **positions)
    print("RESULT " + json.dumps(result))


if __name__ == "__main__":
    main()
