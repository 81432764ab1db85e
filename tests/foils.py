"""Blocks of aluminium grains, and a sphere on a foil of them, for the tests of the foil."""

import numpy as np

from dem.bonding.strength import BondStrength
from dem.box import Box
from dem.materials import Material
from dem.simulation import Numerics, simulate
from voxelize.divide.decompose import DecompositionSettings, SolidPhase, decompose
from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR, Volume

H = 0.5e-6
YOUNG, YIELD = 69e9, 276e6
"""Aluminium foil (Song 2025): what the bonds below are to make."""
BOND, FLOW, POISSON = 90e9, 140e6, 0.33
"""Defaults of `materials.collector`."""
NEVER = BondStrength(np.inf, np.inf, 10.0)
SETTINGS = {"grain_size": 2e-6, "cbd_grain_size": 2e-6, "minimum_grains": 2}


def aluminium(**changes) -> Material:
    """The foil's material, its contacts elastic."""
    properties = {
        "young_modulus": YOUNG, "poisson_ratio": POISSON, "friction": 0.3, "restitution": 0.5,
        "bond_modulus": BOND, "bond_poisson_ratio": POISSON, "bond_internal_friction": 0.0,
        "bond_moment_share": 0.0, "bond_yield_strength": FLOW, "keeps_volume": True,
        "flat_on_walls": True,
    }  # fmt: skip
    return Material(**{**properties, **changes})


def block(shape, margin=0, numerics=None, **changes):
    """A block of (nz, ny, nx) voxels between frictionless plates, a margin of voxels free around.

    Returns the simulation and the block's cross-section [m²].
    """
    nz, ny, nx = shape
    labels = np.pad(
        np.full(shape, ACTIVE_MATERIAL, np.uint8), ((0, 0), (margin,) * 2, (margin,) * 2)
    )
    particle = labels.astype(np.int32) - 1
    volume = Volume(labels, H, False, nz * H, 0.5, particle)
    metal = SolidPhase(2700.0, NEVER)
    d = decompose(volume, DecompositionSettings(**SETTINGS), metal, metal, 1)
    box = Box(np.array(labels.shape[:0:-1]) * H, False)
    sim = simulate(d.grains, d.bonds, box, [aluminium(**changes)], nz * H, numerics or Numerics())
    return sim, ny * nx * H**2


def electrode(side=40, foil=16, radius=20, periodic=True, **settings):
    """A ball on a foil, `side` voxels wide, up to the ball's top: its decomposition."""
    labels = np.zeros((foil + 2 * radius, side, side), np.uint8)
    labels[:foil] = COLLECTOR
    z, y, x = np.indices(labels.shape) + 0.5
    ball = (z - foil - radius) ** 2 + (y - side / 2) ** 2 + (x - side / 2) ** 2 < radius**2
    labels[ball] = ACTIVE_MATERIAL
    particle = np.where(ball, 0, -1).astype(np.int32)
    return divided(Volume(labels, H, periodic, 2 * radius * H, 0.5, particle), **settings)


def divided(volume, **settings):
    """The decomposition of a volume, its foil in grains too."""
    chosen = DecompositionSettings(**{**SETTINGS, "foil_grain_size": 2e-6, **settings})
    return decompose(
        volume, chosen, SolidPhase(4760.0, NEVER), SolidPhase(1935.0, NEVER), 1,
        foil=SolidPhase(2700.0, NEVER),
    )  # fmt: skip


def sphere_on_foil(**settings):
    """A rigid sphere of 10 µm radius, one grain, between a plate and a foil: decomposition and
    simulation, its sides symmetry planes."""
    d = electrode(periodic=False, single_grain_below=1.0, **settings)
    # As stiff as diamond, and as hard as oxide.
    sphere = Material(1e12, 0.25, 0.3, 0.5, 1e12, 0.25, 0.0, 0.0, contact_yield_pressure=6e9)
    box = Box(np.array(d.volume.labels.shape[:0:-1]) * H, False)
    sim = simulate(
        d.grains, d.bonds, box, [sphere, aluminium(), aluminium()], d.volume.thickness, Numerics(),
        wall_friction=0.3, floor=d.floor,
    )  # fmt: skip
    return d, sim
