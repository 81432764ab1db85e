"""The two problems that every engine runs: what they are made of, and what is counted in them.

A: polydisperse spheres between floor and sinking plate, Hertz–Mindlin contacts with friction.
B: clumps of 51 equal spheres held by beams that break, pressed faster, with the contacts of A.
Both are periodic in plane, have walls that do not yield, and keep the true inertia.
"""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

DENSITY = 2500.0
"""[kg/m³]"""
YOUNG, POISSON, FRICTION, RESTITUTION = 1.0e8, 0.25, 0.3, 0.5
"""Of every contact; the modulus in Pa."""
STEP = 1.0e-6
"""[s], about a tenth of the smallest sphere's Rayleigh time."""
SKIN = 0.1e-3
"""[m], reach of the neighbour lists beyond contact."""
WARM_UP = 200
"""Steps before the clock starts."""

SMALLEST, LARGEST = 0.4e-3, 0.6e-3
"""Radii of problem A [m], drawn uniformly."""
SIDES = {10_000: 20e-3, 50_000: 34e-3}
"""Spheres of problem A, and the edge of their periodic box [m]."""

CLUMPS, PER_CLUMP, CLUMP_SPHERE = 500, 51, 0.5e-3
"""Problem B: how many clumps of how many spheres of what radius [m]."""
BOND_MODULUS, BOND_STRENGTH = 2.0e7, 3.0e5
"""[Pa]"""
SHEAR_RATIO = 0.4
"""Shear over Young's modulus of the beams: a Poisson ratio of 0.25."""

PLATE_SPEED = {"A": 0.05, "B": 0.5}
"""[m/s], downwards."""


class Packing(NamedTuple):
    """Spheres at rest between the planes z = 0 and z = `plate`, periodic in x and y.

    position : (n, 3) [m]; radius : (n,) [m]; side : period in x and y [m]; plate : [m]
    clump : (n,) int, the clump a sphere belongs to; bonds : (m, 2) int, bonded spheres
    """

    position: np.ndarray
    radius: np.ndarray
    side: float
    plate: float
    clump: np.ndarray
    bonds: np.ndarray

    @property
    def solid_fraction(self) -> float:
        """Volume of the spheres over that of the box."""
        return float((4 / 3 * np.pi * self.radius**3).sum() / (self.side**2 * self.plate))


class Beam(NamedTuple):
    """Stiffness and limits of a bond of problem B: forces [N], moments [N m]."""

    normal: float
    shear: float
    twist: float
    bending: float
    force_limit: float
    twist_limit: float
    bending_limit: float


def beam() -> Beam:
    """A cylinder as thick and as long as a sphere: EA/L, GA/L, GJ/L, EI/L and stress limits."""
    area, second_moment, length = bond_area(), math.pi * CLUMP_SPHERE**4 / 4, 2 * CLUMP_SPHERE
    bending_limit = BOND_STRENGTH * second_moment / CLUMP_SPHERE
    return Beam(
        normal=BOND_MODULUS * area / length,
        shear=SHEAR_RATIO * BOND_MODULUS * area / length,
        twist=2 * SHEAR_RATIO * BOND_MODULUS * second_moment / length,
        bending=BOND_MODULUS * second_moment / length,
        force_limit=BOND_STRENGTH * area,
        twist_limit=2 * bending_limit,
        bending_limit=bending_limit,
    )


def bond_area() -> float:
    """Cross-section of a bond [m²]."""
    return math.pi * CLUMP_SPHERE**2


def minimum_image(difference: np.ndarray, side: float) -> np.ndarray:
    """Differences of positions (k, 3) [m] to the nearest periodic image in x and y."""
    near = difference.copy()
    near[:, :2] -= side * np.round(near[:, :2] / side)
    return near


def touching(position: np.ndarray, radius: np.ndarray, side: float) -> np.ndarray:
    """Pairs of spheres that overlap, (k, 2): what a contact evaluation is counted by."""
    wrapped = position.copy()
    wrapped[:, :2] %= side
    # A remainder may round to the period itself, which the tree refuses.
    wrapped[:, :2] = np.minimum(wrapped[:, :2], np.nextafter(side, 0.0))
    wrapped[:, 2] -= wrapped[:, 2].min()
    never = 4.0 * (wrapped[:, 2].max() + radius.max())
    tree = cKDTree(wrapped, boxsize=[side, side, never])
    pairs = tree.query_pairs(2 * float(radius.max()), output_type="ndarray")
    apart = minimum_image(wrapped[pairs[:, 0]] - wrapped[pairs[:, 1]], side)
    return pairs[np.linalg.norm(apart, axis=1) < radius[pairs].sum(axis=1)]


def save(path: Path, packing: Packing) -> None:
    """Write a packing as .npz, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name("unfinished-" + path.name)
    np.savez(
        unfinished, x=packing.position, r=packing.radius, L=packing.side, zt=packing.plate,
        mol=packing.clump, bonds=packing.bonds,
    )  # fmt: skip
    unfinished.replace(path)


def load(path: Path) -> Packing:
    """Read a packing; without radii the spheres are those of problem B, without clumps loose."""
    with np.load(path) as stored:
        x = stored["x"]
        radius = stored["r"] if "r" in stored else np.full(len(x), CLUMP_SPHERE)
        clump = stored["mol"] if "mol" in stored else np.arange(len(x))
        bonds = stored["bonds"] if "bonds" in stored else np.zeros((0, 2), np.int64)
        return Packing(x, radius, float(stored["L"]), float(stored["zt"]), clump, bonds)
