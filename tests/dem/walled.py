"""Spheres beside walls that a test chooses, and the surfaces that several tests press them on."""

import numpy as np

from dem.bonds import no_bonds
from dem.box import Box
from dem.simulation import Numerics, Simulation, simulate
from dem.walls import plane
from dem.walls.walls import Wall
from tests.dem.assemblies import UM, material, spheres

OPEN = Box(np.array([100.0, 100.0]) * UM, periodic=False)

CUBE = (
    np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float),
    np.array(
        [[0, 2, 3], [0, 3, 1], [4, 5, 7], [4, 7, 6], [0, 1, 5], [0, 5, 4], [2, 6, 7], [2, 7, 3],
         [0, 4, 6], [0, 6, 2], [1, 3, 7], [1, 7, 5]]
    ),
)  # fmt: skip
"""Corners and triangles of the unit cube, normals outward."""


def beside(walls, position, radius=UM, step=1e-11, made_of=None, **settings) -> Simulation:
    """Spheres and nothing but the given walls; overlaps push, nothing is damped but contacts."""
    settings.setdefault("overlaps_rest", False)
    box = settings.pop("box", OPEN)
    numerics = Numerics(damping=0.0, step=step, most_overlap=settings.pop("most_overlap", 0.5))
    return simulate(
        spheres(np.atleast_2d(position), radius), no_bonds(), box, [made_of or material()], None,
        numerics, walls=tuple(walls), **settings,
    )  # fmt: skip


def plane_wall(point, normal, **settings) -> Wall:
    """A plane through a point."""
    return Wall(
        plane.KIND, np.array([plane.plane(np.zeros(3), normal)]), np.array(point, float), **settings
    )


def held(sim: Simulation) -> Simulation:
    """The same, its spheres so heavy that no force moves them."""
    sim.body[:, 7] = 1e-60
    sim.moment[:] = 1e60
    return sim


def sheet(across, size):
    """Corners and triangles of a square sheet z = 0, normals up, `across` squares along a side."""
    n = across + 1
    x, y = np.meshgrid(*[np.linspace(-0.5, 0.5, n) * size] * 2, indexing="ij")
    points = np.stack((x, y, np.zeros_like(x)), -1).reshape(-1, 3)
    a = (np.arange(across)[:, None] * n + np.arange(across)).ravel()
    one = np.stack((a, a + n, a + n + 1), 1)
    two = np.stack((a, a + n + 1, a + 1), 1)
    return points, np.concatenate((one, two))
