"""Moving non-spherical particles apart: overdamped motion of rigid star-shaped bodies."""

import math
from collections.abc import Callable

import numpy as np

from dem.box import Box
from dem.errors import InputError
from dem.jit import njit, prange
from voxelize.generate.shapes import Shapes, relative_radius

_POINTS = 160
"""Directions in which a surface is looked at; between two of them it rises by some 1 % of the
radius above the chord."""
_STAGES, _LOOSE = 8, 0.1
_SWEEPS, _LISTED_FOR = 500, 10
_GAIN = 0.4
"""Share of an overlap that one sweep takes away, for all contacts of a particle at once."""
_FARTHEST = 0.05
"""Most that a sweep moves or turns a particle's surface, over its radius."""


def part_shapes(
    position: np.ndarray,
    radius: np.ndarray,
    shapes: Shapes,
    box: Box,
    height: float,
    max_overlap: float = 0.02,
    progress: Callable[[float, str], None] | None = None,
) -> tuple[np.ndarray, Shapes]:
    """Move and turn particles until none overlaps another or the planes z = 0 and z = height.

    An overlap pushes at its deepest point, along the ray from the other particle's centre, light
    particles more than heavy ones and off-centre pushes also turn: the motion of a settling
    without inertia. All move at once, so that the order of the particles does not matter.

    position, radius : (n, 3), (n,) [m], such as `dem.settle.separate` leaves them
    Returns the positions and the turned shapes once no overlap exceeds `max_overlap` × the smaller
    radius of a pair. Raises InputError when that does not come about.
    """
    direction, axis = _directions(_POINTS), shapes.axis.copy()
    for stage in range(1, _STAGES + 1):
        # Shapes rise out of spheres: at once, small particles would land deep in large ones.
        part = stage / _STAGES
        grown = shapes._replace(
            scale=1.0 + part * (shapes.scale - 1.0), axis=axis, amplitude=part * shapes.amplitude
        )
        allowed = max_overlap if stage == _STAGES else _LOOSE
        position, axis, overlap = _part(position, radius, grown, box, height, allowed, direction)
        if not overlap < allowed:
            raise InputError(
                f"sphericity: {len(radius)} particles of this shape cannot be placed without "
                f"overlap (the worst is still {100 * overlap:.0f} % of a radius); expected "
                "rounder ones, a looser coated density or a larger footprint"
            )
        if progress is not None:
            progress(part, f"shapes at {100 * part:.0f} %")
    return box.wrap(position), shapes._replace(axis=axis)


def _part(position, radius, shapes, box, height, allowed, direction):
    """Positions and axes at which no overlap exceeds what is allowed, and the largest overlap."""
    size, bound = radius * shapes.scale, radius * shapes.reach
    position, axis, period = position.copy(), shapes.axis.copy(), box.period
    push, turn, worst = (np.zeros_like(position) for _ in range(3))
    surface = np.empty((len(radius), len(direction)))
    for sweep in range(_SWEEPS):
        if sweep % _LISTED_FOR == 0:
            reach = _LISTED_FOR * _FARTHEST * radius
            start, partner = _partners(position, bound + reach, period)
        _look_all(size, axis, shapes.amplitude, direction, surface)
        _push_all(position, size, bound, radius, axis, shapes.amplitude, period, height, direction,
                  surface, start, partner, push, turn, worst)  # fmt: skip
        overlap = float(worst.max())
        if overlap < allowed:
            break
        _move(position, axis, radius, _GAIN * push, _GAIN * turn)
    return position, axis, overlap


def _directions(count: int) -> np.ndarray:
    """Unit vectors spread evenly over the sphere by the golden angle, (count, 3)."""
    z = 1.0 - (2.0 * np.arange(count) + 1.0) / count
    turn = np.arange(count) * np.pi * (3.0 - math.sqrt(5.0))
    across = np.sqrt(1.0 - z**2)
    return np.stack((across * np.cos(turn), across * np.sin(turn), z), axis=1)


def _partners(position, bound, period):
    """Particles whose bounding spheres meet each one's: row starts (n + 1,) and partners."""
    count = np.zeros(len(bound), np.int64)
    _count_all(position, bound, period, count)
    start = np.concatenate(([0], np.cumsum(count)))
    partner = np.empty(start[-1], np.int64)
    _fill_all(position, bound, period, start, partner)
    return start, partner


@njit
def _apart(a, b, period):
    """Vector from a to the nearest image of b."""
    x, y, z = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    if period[0] > 0.0:
        x -= period[0] * np.round(x / period[0])
    if period[1] > 0.0:
        y -= period[1] * np.round(y / period[1])
    return x, y, z


@njit
def _near(i, position, bound, period, begin, partner):
    """Write the partners of one particle from `begin` on, if there is room, and count them."""
    found = 0
    for j in range(len(bound)):
        x, y, z = _apart(position[i], position[j], period)
        if j != i and x * x + y * y + z * z < (bound[i] + bound[j]) ** 2:
            if begin + found < len(partner):
                partner[begin + found] = j
            found += 1
    return found


@njit(parallel=True)
def _count_all(position, bound, period, count):
    none = np.empty(0, np.int64)
    for i in prange(len(bound)):
        count[i] = _near(np.int64(i), position, bound, period, 0, none)


@njit(parallel=True)
def _fill_all(position, bound, period, start, partner):
    for i in prange(len(bound)):
        _near(np.int64(i), position, bound, period, start[i], partner)


@njit(parallel=True)
def _look_all(size, axis, amplitude, direction, surface):
    for i in prange(len(size)):
        _look(np.int64(i), size, axis, amplitude, direction, surface)


@njit
def _look(i, size, axis, amplitude, direction, surface):
    """Distance of one particle's surface from its centre in every direction."""
    for d in range(len(direction)):
        x, y, z = direction[d, 0], direction[d, 1], direction[d, 2]
        surface[i, d] = size[i] * relative_radius(axis[i], amplitude[i], x, y, z)


@njit(parallel=True)
def _push_all(position, size, bound, radius, axis, amplitude, period, height, direction, surface,
              start, partner, push, turn, worst):  # fmt: skip
    for i in prange(len(size)):
        _push(np.int64(i), position, size, bound, radius, axis, amplitude, period, height,
              direction, surface, start, partner, push, turn, worst)  # fmt: skip


@njit
def _push(i, position, size, bound, radius, axis, amplitude, period, height, direction, surface,
          start, partner, push, turn, worst):  # fmt: skip
    """Displacement and turning that the overlaps of one particle ask for; worst over its radius."""
    for c in range(3):
        push[i, c], turn[i, c], worst[i, c] = 0.0, 0.0, 0.0
    for p in range(start[i], start[i + 1]):
        j = partner[p]
        small = min(radius[i], radius[j])
        # Each yields by the other's share of the volume.
        share = radius[j] ** 3 / (radius[i] ** 3 + radius[j] ** 3)
        x, y, z = _apart(position[j], position[i], period)
        if x * x + y * y + z * z >= (bound[i] + bound[j]) ** 2:
            continue
        depth, nx, ny, nz, ax, ay, az = _deepest(
            x, y, z, i, j, size, bound, axis, amplitude, direction, surface
        )
        if depth > 0.0:
            worst[i, 0] = max(worst[i, 0], depth / small)
            _add(i, share * depth, nx, ny, nz, ax, ay, az, push, turn)
        depth, nx, ny, nz, ax, ay, az = _deepest(
            -x, -y, -z, j, i, size, bound, axis, amplitude, direction, surface
        )
        if depth > 0.0:
            worst[i, 0] = max(worst[i, 0], depth / small)
            # The same place, seen from this particle's centre.
            _add(i, share * depth, -nx, -ny, -nz, ax - x, ay - y, az - z, push, turn)
    _walls(i, position, radius, height, direction, surface, push, turn, worst)


@njit
def _deepest(x, y, z, i, j, size, bound, axis, amplitude, direction, surface):
    """Deepest point of i in j: depth, the outward ray of j there, and the point seen from i.

    x, y, z : centre of i seen from j's
    """
    most, nx, ny, nz, ax, ay, az = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for d in range(len(direction)):
        ux, uy, uz = direction[d, 0], direction[d, 1], direction[d, 2]
        if ux * x + uy * y + uz * z > 0.0:
            continue
        r = surface[i, d]
        px, py, pz = x + r * ux, y + r * uy, z + r * uz
        far = math.sqrt(px * px + py * py + pz * pz)
        if far >= bound[j] or far == 0.0:
            continue
        depth = size[j] * relative_radius(axis[j], amplitude[j], px, py, pz) - far
        if depth > most:
            most = depth
            nx, ny, nz = px / far, py / far, pz / far
            ax, ay, az = r * ux, r * uy, r * uz
    return most, nx, ny, nz, ax, ay, az


@njit
def _walls(i, position, radius, height, direction, surface, push, turn, worst):
    low, high, at_low, at_high = 0.0, 0.0, 0, 0
    for d in range(len(direction)):
        z = position[i, 2] + surface[i, d] * direction[d, 2]
        if -z > low:
            low, at_low = -z, d
        if z - height > high:
            high, at_high = z - height, d
    for depth, d, up in ((low, at_low, 1.0), (high, at_high, -1.0)):
        if depth > 0.0:
            worst[i, 0] = max(worst[i, 0], depth / radius[i])
            r = surface[i, d]
            _add(i, depth, 0.0, 0.0, up, r * direction[d, 0], r * direction[d, 1],
                 r * direction[d, 2], push, turn)  # fmt: skip


@njit
def _add(i, depth, nx, ny, nz, ax, ay, az, push, turn):
    """Add a push by `depth` along n at the arm a: arm × push over the squared arm turns by it."""
    push[i, 0] += depth * nx
    push[i, 1] += depth * ny
    push[i, 2] += depth * nz
    arm2 = ax * ax + ay * ay + az * az
    turn[i, 0] += depth * (ay * nz - az * ny) / arm2
    turn[i, 1] += depth * (az * nx - ax * nz) / arm2
    turn[i, 2] += depth * (ax * ny - ay * nx) / arm2


def _move(position, axis, radius, push, turn) -> None:
    """Move by `push` and turn the axes by `turn` [rad], each at most `_FARTHEST` of the radius."""
    length = np.linalg.norm(push, axis=1)
    position += push * np.minimum(1.0, _FARTHEST * radius / np.maximum(length, 1e-300))[:, None]
    angle = np.linalg.norm(turn, axis=1)
    turn = turn * np.minimum(1.0, _FARTHEST / np.maximum(angle, 1e-300))[:, None]
    # To first order in the small angle, then brought back to unit length.
    axis += np.cross(turn[:, None], axis)
    axis /= np.linalg.norm(axis, axis=2)[:, :, None]
