"""Walls: rigid surfaces that move as wholes, and the rows of the grains near them."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True, eq=False)
class Wall:
    """A rigid wall of one or many surfaces.

    kind : `plane.KIND`, `roll.KIND` or `triangle.KIND`; surfaces : (s, 12), rows of that kind in
    the wall's own frame
    centre : (3,) [m], origin of that frame, about which it turns
    velocity : (3,) [m/s]; spin : (3,) [rad/s]
    friction : Coulomb coefficient with the grains
    follows : whether the wall moves with the affine strain of the box
    extent : [m], farthest point of the surface from the centre that turning moves; 0 for a roll
    about its axis
    corners : (s, 3), which corners of its triangles are one; empty for planes and rolls
    """

    kind: int
    surfaces: np.ndarray
    centre: np.ndarray = field(default_factory=lambda: np.zeros(3))
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(3))
    spin: np.ndarray = field(default_factory=lambda: np.zeros(3))
    friction: float = 0.0
    follows: bool = False
    extent: float = 0.0
    corners: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.int32))


class Walls(NamedTuple):
    """State of w walls with s surfaces.

    centre : (w, 3) [m]; orientation : (w, 4); velocity : (w, 3) [m/s]; spin : (w, 3) [rad/s]
    load : (w, 6), force [N] and torque about the centre [N m] of the grains on each wall
    work : (w,) [J], done by each wall on the grains
    follows : (w,) uint8; extent : (w,) [m]
    servo : (w, 6), direction (3,), gain [m/s/N], force [N], largest speed [m/s]; gain 0: none
    kind : (s,) int32; wall : (s,) int32; surface : (s, 12)
    corner : (s, 3) int32, numbers of a triangle's corners among those of its wall, −1 for
    other kinds; (0, 3) where no wall is a mesh
    """

    centre: np.ndarray
    orientation: np.ndarray
    velocity: np.ndarray
    spin: np.ndarray
    load: np.ndarray
    work: np.ndarray
    follows: np.ndarray
    extent: np.ndarray
    servo: np.ndarray
    kind: np.ndarray
    wall: np.ndarray
    surface: np.ndarray
    corner: np.ndarray


class WallRows(NamedTuple):
    """Rows of r near pairs of a grain and a surface, sorted by grain.

    start : (n + 1,) int64; surface : (r,) int32
    rest : (r,) [m], distance at which the grain touches
    spring : (r, 4); memory : (r,) or (0,); rolling : (r, 3) or (0, 3), as of Contacts
    force : (r, 3) [N], on the grain; arm : (r, 3) [m], from its centre to the contact, as recorded
    active : (r,) uint8, 0 where another row of the same grain and wall counts in its place
    gap : (r,) [m]; direction : (r, 3); feature : (r,) int32, working space of `features`
    """

    start: np.ndarray
    surface: np.ndarray
    rest: np.ndarray
    spring: np.ndarray
    memory: np.ndarray
    rolling: np.ndarray
    force: np.ndarray
    arm: np.ndarray
    active: np.ndarray
    gap: np.ndarray
    direction: np.ndarray
    feature: np.ndarray


def walls_of(walls: list[Wall]) -> Walls:
    """The walls as kernels read them, at rest orientation."""
    w = len(walls)
    orientation = np.zeros((w, 4))
    orientation[:, 0] = 1.0
    return Walls(
        centre=np.array([wall.centre for wall in walls], float).reshape(w, 3),
        orientation=orientation,
        velocity=np.array([wall.velocity for wall in walls], float).reshape(w, 3),
        spin=np.array([wall.spin for wall in walls], float).reshape(w, 3),
        load=np.zeros((w, 6)),
        work=np.zeros(w),
        follows=np.array([wall.follows for wall in walls], np.uint8),
        extent=np.array([wall.extent for wall in walls], float),
        servo=np.zeros((w, 6)),
        kind=np.concatenate(
            [np.full(len(wall.surfaces), wall.kind, np.int32) for wall in walls] or [[]]
        ).astype(np.int32),
        wall=np.repeat(np.arange(w, dtype=np.int32), [len(wall.surfaces) for wall in walls]),
        surface=np.concatenate(
            [np.asarray(wall.surfaces, float) for wall in walls] or [np.zeros((0, 12))]
        ),
        corner=_corners(walls),
    )


def _corners(walls: list[Wall]) -> np.ndarray:
    if not any(len(wall.corners) for wall in walls):
        return np.zeros((0, 3), np.int32)
    none = [np.full((len(wall.surfaces), 3), -1) for wall in walls]
    parts = [
        wall.corners if len(wall.corners) else other
        for wall, other in zip(walls, none, strict=True)
    ]
    return np.ascontiguousarray(np.concatenate(parts), np.int32)
