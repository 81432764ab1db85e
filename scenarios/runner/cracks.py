"""Where cracks lie over the thickness, and what surface they add."""

from typing import Any

import numpy as np

from dem.bonds import BROKEN_SHEAR, BROKEN_STRAIN, BROKEN_TENSION, INTACT
from dem.box import Box
from dem.calender import State
from dem.fragments import cracked_particles, inside_active
from dem.grains import ACTIVE, coating_mass
from dem.skeleton import particle_centres
from voxelize.deposit.openings import Openings
from voxelize.volume import Volume

CRACK_MODES = {"tension": BROKEN_TENSION, "shear": BROKEN_SHEAR, "strain": BROKEN_STRAIN}
"""How a bond broke, by the names in the tables."""
THIRDS = ("bottom", "middle", "top")
"""Thirds of the thickness, from the foil to the roll."""


def crack_row(state: State, box: Box) -> dict[str, Any]:
    """Columns of summary.csv on where cracks lie and the surface that they add.

    Thirds of the released thickness by the centres of particles and of crack faces; None where one
    has none. New surface is both sides of every crack, per mass of the coating and over that of
    spheres of the particles' volumes.
    """
    grains, bonds = state.grains, state.bonds
    active = np.flatnonzero(grains.material == ACTIVE)
    _, first, row = np.unique(grains.particle[active], return_index=True, return_inverse=True)
    height = particle_centres(grains, active, row, box)[:, 2]
    cracked = cracked_particles(grains, bonds)[active[first]]
    third = _third(height, state.thickness)
    found = {}
    for index, name in enumerate(THIRDS):
        there = third == index
        share = float(cracked[there].mean()) if there.any() else None
        found[f"cracked_particle_fraction_{name}_third"] = share
    faces = np.flatnonzero(inside_active(grains, bonds) & (bonds.state != INTACT))
    area, at = bonds.area[faces], _third(_middle(state, faces)[0], state.thickness)
    found["crack_area_share_top_third"] = (
        float(area[at == 2].sum() / area.sum()) if len(faces) else None
    )
    new = 2.0 * float(area.sum())
    spheres = np.pi ** (1 / 3) * (6.0 * np.bincount(row, grains.volume[active])) ** (2 / 3)
    found["new_surface_m2_g"] = new / (1000.0 * coating_mass(grains))
    found["new_surface_over_spheres"] = new / float(spheres.sum())
    return found


def new_over_outer_surface(row: dict[str, Any], unloaded: dict[str, Any]) -> float:
    """New surface over the outer surface of the particles as the unloaded voxels show it.

    row, unloaded : columns of a state and of the first one; areas per volume over density are
    areas per mass, which pressing keeps
    """
    outer = unloaded["am_pore_area_m2_m3"] + unloaded["am_cbd_area_m2_m3"]
    return 2.0 * row["crack_area_m2_m3"] / outer * unloaded["density_g_cm3"] / row["density_g_cm3"]


def crack_profile(
    state: State, box: Box, openings: Openings, volume: Volume
) -> dict[str, list[float]]:
    """Cracks in each layer of the released coating, by their names in run.h5.

    Crack area per volume of the layer, in all and by what broke it [m²/m³], opened volume per
    volume of it, and the broken share by area of the faces inside particles; nan where a layer has
    no such face.
    """
    grains, bonds = state.grains, state.bonds
    h, weights = volume.voxel_size, volume.layer_weights
    weights = weights[volume.coating]
    inside = np.flatnonzero(inside_active(grains, bonds))
    height, reach = _middle(state, inside, box)
    broken = bonds.state[inside] != INTACT

    def layers(which: np.ndarray, amount: np.ndarray) -> np.ndarray:
        return over_layers(height[which], reach[which], amount, h, len(weights))

    per_volume = 1.0 / (weights * h * box.area)
    area = bonds.area[inside]
    faces, cracks = layers(np.ones(len(inside), bool), area), layers(broken, area[broken])
    found = {"profile_crack_area_m2_m3": cracks * per_volume}
    for name, mode in CRACK_MODES.items():
        these = bonds.state[inside] == mode
        found[f"profile_crack_area_{name}_m2_m3"] = layers(these, area[these]) * per_volume
    opened = np.zeros(len(bonds.state))
    opened[openings.bond] = openings.volume
    found["profile_crack_volume_fraction"] = layers(broken, opened[inside[broken]]) * per_volume
    with np.errstate(invalid="ignore"):
        found["profile_broken_area_fraction"] = np.where(faces > 0.0, cracks / faces, np.nan)
    return {name: values.tolist() for name, values in found.items()}


def over_layers(
    height: np.ndarray, reach: np.ndarray, amount: np.ndarray, layer: float, count: int
) -> np.ndarray:
    """Amounts that discs hold in each of `count` layers of a height `layer` [m], (count,).

    height : (k,) [m], of their centres; reach : (k,) [m], half of what they span; amount : (k,), on
    each, evenly. What lies beyond the layers counts in the nearest.
    """
    found = np.zeros(count)
    reach = np.maximum(reach, 1e-9 * layer)
    lowest = np.floor((height - reach) / layer).astype(np.int64)
    spans = int(np.ceil((height + reach) / layer - lowest).max(initial=0.0))
    before = np.zeros(len(height))
    for step in range(spans):
        t = np.clip(((lowest + step + 1) * layer - height) / reach, -1.0, 1.0)
        # Share of a disc below a chord at t radii from its centre.
        below = 0.5 + (t * np.sqrt(1.0 - t * t) + np.arcsin(t)) / np.pi
        at = np.clip(lowest + step, 0, count - 1)
        found += np.bincount(at, amount * (below - before), minlength=count)
        before = below
    return found


def _third(height: np.ndarray, thickness: float) -> np.ndarray:
    return np.clip(3.0 * height / thickness, 0, 2).astype(np.int64)


def _middle(state: State, faces: np.ndarray, box: Box | None = None):
    """Heights (k,) [m] of faces between grains and half of what they span along z, as discs."""
    x = state.grains.position
    along = x[state.bonds.second[faces]] - x[state.bonds.first[faces]]
    height = x[state.bonds.first[faces], 2] + 0.5 * along[:, 2]
    if box is None:
        return height, None
    along = box.nearest(along)
    across = np.hypot(along[:, 0], along[:, 1])
    tilt = across / np.maximum(np.linalg.norm(along, axis=1), np.finfo(float).tiny)
    return height, tilt * np.sqrt(state.bonds.area[faces] / np.pi)
