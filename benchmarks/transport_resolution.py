"""Errors of the staircase, of partial volumes and of Richardson on both, as docs/resolution.md has.

python benchmarks/transport_resolution.py [--packings]
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from electrochem.transport.effective import effective_conductivity
from electrochem.transport.partial_volumes import effective_conductivity_of_shares
from electrochem.transport.phase_shares import fractions_of
from electrochem.transport.richardson import richardson
from tests.analytic_transport import simple_cubic_spheres
from voxelize.volume import ACTIVE_MATERIAL, PORE, Volume


def volume_of(labels):
    return Volume(labels, 1e-6, True, len(labels) * 1e-6, 0.5)


def balls(centres, radii, cells):
    """Labels of a unit cube with balls of active material, periodic in plane."""
    at = (np.arange(cells) + 0.5) / cells
    labels = np.full((cells,) * 3, PORE, np.uint8)
    for centre, radius in zip(centres, radii, strict=True):
        z = at - centre[0]
        y, x = (d - np.round(d) for d in (at - centre[1], at - centre[2]))
        rows = np.flatnonzero(np.abs(z) < radius)
        inside = (z[rows] ** 2)[:, None, None] + (y**2)[:, None] + x**2 < radius**2
        labels[rows] = np.where(inside, np.uint8(ACTIVE_MATERIAL), labels[rows])
    return labels


def figures(labels, inner, table, exact, name):
    """Print a row: errors of the labels at one point a voxel, of shares, of Richardson on both."""

    def whole(volume):
        return effective_conductivity(volume, table, 1e-6).value

    def parts(shares):
        return effective_conductivity_of_shares(shares, table, 1e-6).value

    stairs = richardson(volume_of(labels(1)), whole)
    cut = richardson(fractions_of(volume_of(labels(inner)), inner), parts)
    found = []
    for of in (stairs, cut):
        found += [f"{100 * (of.fine / exact - 1):+7.3f}", f"{100 * (of.value / exact - 1):+7.3f}"]
        found += [f"± {100 * of.uncertainty / exact:5.3f}", f"{of.order:5.2f}"]
    print(f"| {name} | " + " | ".join(found) + " |", flush=True)


def arrays():
    centre, at = [(0.5, 0.5, 0.5)], 4
    for fraction, inside in ((0.3, 0.0), (0.5, 0.0), (0.3, 0.1), (0.3, 10.0), (0.3, 1000.0)):
        radius = [np.cbrt(0.75 * fraction / np.pi)]
        exact = simple_cubic_spheres(fraction, inside)
        for cells in (32, 64):
            figures(
                lambda inner, n=cells, r=radius: balls(centre, r, n * inner),
                at if cells == 32 else 3, [1.0, inside, 0.0, 0.0, 0.0], exact,
                f"spheres {fraction}, inside {inside:g}, {cells}³",
            )  # fmt: skip


def packings():
    generator = np.random.default_rng(20)
    centres, radii = generator.random((130, 3)), generator.uniform(0.08, 0.13, 130)
    for name, table in (("pores", [1.0, 0, 0, 0, 0]), ("solid", [0, 1.0, 0, 0, 0])):
        # 128 cells of shares on 256³ points, extrapolated: beside it all else is coarse.
        finest = fractions_of(volume_of(balls(centres, radii, 256)), 2)
        exact = richardson(
            finest, lambda of, k=table: effective_conductivity_of_shares(of, k, 1e-6).value
        )
        print(f"{name}: {exact.value:.5f} ± {exact.uncertainty:.5f}", flush=True)
        for cells in (32, 64):
            figures(
                lambda inner, n=cells: balls(centres, radii, n * inner), 2, table, exact.value,
                f"packing, {name}, {cells}³",
            )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packings", action="store_true", help="of 130 overlapping spheres, too")
    asked = parser.parse_args()
    print("| per cent | labels | Richardson | | order | shares | Richardson | | order |")
    print("|---|---|---|---|---|---|---|---|---|")
    arrays()
    if asked.packings:
        packings()
