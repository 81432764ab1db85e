"""How far the stress of single grains scatters where that of the particle is even.

python benchmarks/grain_stress_scatter.py [--diameter 10e-6] [--grain-size 1.5e-6] [--seed 1]

A round particle, divided into grains, is strained affinely, with its grains held: hydrostatic,
uniaxial and deviatoric. Printed are the von Mises stresses of the grains within 0.6 of its radius,
beside that of their mean stress: what the shapes of grains alone make of an even strain.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from dem.bonding.strength import BondStrength
from dem.box import Box
from dem.simulation import Numerics, simulate
from dem.stress import grain_stress, von_mises
from tests.dem.assemblies import material, moved
from voxelize.divide.decompose import DecompositionSettings, SolidPhase, decompose
from voxelize.generate.single_particle import single_particle

STRAIN = 1e-3
STRAINS = {
    "hydrostatic": np.eye(3),
    "uniaxial": np.diag([0.0, 0.0, 1.0]),
    "deviatoric": np.diag([-0.5, -0.5, 1.0]),
}


def main() -> None:
    """Divide, strain and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--diameter", type=float, default=10e-6, help="of the particle [m]")
    parser.add_argument("--grain-size", type=float, default=1.5e-6, help="width of a grain [m]")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    volume = single_particle(args.diameter, 0.15 * args.grain_size)
    solid = SolidPhase(4760.0, BondStrength(4e8, 4e8, 10.0))
    settings = DecompositionSettings(grain_size=args.grain_size)
    divided = decompose(volume, settings, solid, solid, args.seed)
    grains = divided.grains
    _, rows, columns = volume.labels.shape
    box = Box(np.array([columns, rows]) * volume.voxel_size, volume.periodic)
    sim = simulate(grains, divided.bonds, box, [material()], volume.thickness, Numerics())
    offset = grains.position - grains.position.mean(axis=0)
    distance = np.linalg.norm(offset, axis=1)
    inner = distance < 0.6 * distance.max()
    print(
        f"{len(distance)} grains, {inner.sum()} of them inner ones; bonds of 100 GPa, strain 1e-3"
    )
    for name, strain in STRAINS.items():
        stress = grain_stress(moved(sim, -STRAIN * offset @ strain))[inner]
        mean = np.einsum("n,nij->ij", sim.volume[inner], stress) / sim.volume[inner].sum()
        single = 1e-6 * von_mises(stress)
        low, median, high = np.percentile(single, (10, 50, 90))
        print(
            f"{name}: pressure {-1e-6 * np.trace(mean) / 3:.0f} MPa, von Mises of the mean stress "
            f"{1e-6 * von_mises(mean[None])[0]:.0f}, of grains {median:.0f} "
            f"({low:.0f} … {high:.0f}) MPa"
        )


if __name__ == "__main__":
    main()
