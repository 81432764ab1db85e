"""Small decompositions to move about: bars, and an electrode of halved balls with binder."""

import numpy as np

from dem.bonds import BROKEN_TENSION, INTACT, Bonds
from dem.grains import ACTIVE, CBD, at_rest
from voxelize.divide.decompose import Decomposition
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE, Volume

H = 0.4e-6
FOIL = 2


def decomposition(grain, material, particle, *, thickness=None, periodic=True, foil=FOIL):
    """Grains of given voxels (nz, ny, nx), bonded where they share a face inside a particle."""
    material, particle = np.array(material), np.array(particle)
    grain = np.pad(grain, ((foil, 0), (0, 0), (0, 0)), constant_values=-1).astype(np.int32)
    labels = np.select(
        [grain < 0, material[grain] == ACTIVE], [PORE, ACTIVE_MATERIAL], CARBON_BINDER
    ).astype(np.uint8)
    labels[:foil] = COLLECTOR
    ids = np.where(labels == ACTIVE_MATERIAL, particle[grain], -1).astype(np.int32)
    thickness = thickness or (len(labels) - foil) * H
    volume = Volume(labels, H, periodic, thickness, 0.5, ids)
    weights = volume.layer_weights
    length = np.array([0.0, *labels.shape[1:]])
    centre, size = np.zeros((len(material), 3)), np.zeros(len(material))
    for g in range(len(material)):
        cell = np.argwhere(grain == g) + 0.5
        weight = weights[(cell[:, 0] - 0.5).astype(int)]
        apart = cell - cell[0]
        if periodic:
            apart[:, 1:] -= length[1:] * np.round(apart[:, 1:] / length[1:])
        centre[g] = cell[0] + np.average(apart, axis=0, weights=weight)
        size[g] = weight.sum()
    position = (centre - [foil, 0, 0])[:, ::-1] * H
    pairs = set()
    for axis in range(3):
        a, b = grain, np.roll(grain, -1, axis)
        if not (periodic and axis > 0):
            a, b = (np.delete(x, -1, axis) for x in (a, b))
        touch = (a != b) & (a >= 0) & (b >= 0)
        pairs |= {tuple(sorted(p)) for p in zip(a[touch].tolist(), b[touch].tolist(), strict=True)}
    both = [p for p in sorted(pairs) if particle[p[0]] == particle[p[1]] or CBD in material[[*p]]]
    first, second = np.array(both, np.int32).reshape(-1, 2).T
    rest = position[second] - position[first]
    ones = np.ones(len(first))
    bonds = Bonds(first, second, ones, rest, np.full(len(first), INTACT, np.uint8), ones, ones)
    volume_of = size * H**3
    grains = at_rest(position, np.cbrt(volume_of) / 2, volume_of, volume_of, material, particle)
    return Decomposition(volume, grain, ids, grains, bonds)


def electrode(thickness=None, seed=1):
    """Overlap-free spheres of two halves each, a film of binder on each, in a periodic box."""
    shape = np.array([44, 32, 32])
    rng = np.random.default_rng(seed)
    z, y, x = np.indices(shape) + 0.5
    grain = np.full(shape, -1)
    material, particle, centres = [], [], []
    for _ in range(4000):
        r = 6.0 if len(centres) < 6 else 3.5
        c = rng.uniform([r + 1, 0, 0], [shape[0] - r - 1, *shape[1:]])
        if any(
            np.sqrt(sum((min(abs(a - b), n - abs(a - b)) if n == 32 else a - b) ** 2
                        for a, b, n in zip(c, o, shape, strict=True))) < r + s + 1.0
            for o, s in centres
        ):  # fmt: skip
            continue
        centres.append((c, r))
        if len(centres) == 16:
            break
    for c, r in centres:
        dy = y - c[1] - 32 * np.round((y - c[1]) / 32)
        dx = x - c[2] - 32 * np.round((x - c[2]) / 32)
        distance = np.sqrt((z - c[0]) ** 2 + dy**2 + dx**2) - r
        n = len(material)
        ball, film = distance < 0, (distance >= 0) & (distance < 1.3) & (grain < 0) & (dx > 0)
        grain[ball & (dx < 0)] = n
        grain[ball & (dx >= 0)] = n + 1
        grain[film] = n + 2
        material += [ACTIVE, ACTIVE, CBD]
        particle += [n, n, n + 2]
    return decomposition(grain, material, particle, thickness=thickness)


def bar(length=16, width=7, room=8, periodic=False):
    """Two grains in a row along x, one particle."""
    grain = np.full((width + 8, width + 8, 2 * length + 2 * room), -1)
    grain[4 : 4 + width, 4 : 4 + width, room : room + length] = 0
    grain[4 : 4 + width, 4 : 4 + width, room + length : room + 2 * length] = 1
    return decomposition(grain, [ACTIVE, ACTIVE], [0, 0], periodic=periodic)


def broken(bonds):
    return bonds._replace(state=np.full_like(bonds.state, BROKEN_TENSION))


def quaternion(axis, angle):
    axis = np.asarray(axis, float) / np.linalg.norm(axis)
    return np.array([np.cos(angle / 2), *(np.sin(angle / 2) * axis)])


def turned(grains, axis, angle, centre):
    """All grains turned as one body about `centre` (x, y, z)."""
    w, *v = quaternion(axis, angle)
    arm = grains.position - centre
    cross = np.cross(v, arm)
    position = centre + arm + 2 * (w * cross + np.cross(v, cross))
    orientation = np.tile(quaternion(axis, angle), (len(position), 1))
    return grains._replace(position=position, orientation=orientation)
