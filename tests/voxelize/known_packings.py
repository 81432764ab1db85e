"""Packings of touching particles whose voxels are known, made without the code that splits them.

Bimodal particles, star-shaped about their centres, are grown between two plates and pulled
together until neighbours press into each other a little; contacts are cut where both particles
are equally deep, as the boundary between two solids that share a face.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter
from scipy.spatial import cKDTree

LARGE, SMALL, LARGE_SHARE, SPREAD = 14.0, 3.0, 0.8, 0.1
"""Median diameters [µm] by volume, share of the large mode, standard deviation of ln(diameter)."""
PRESSED = 0.03
"""How deep neighbours press into each other, over the smaller radius."""
REACH = 0.08
"""Gap, over the smaller radius, below which neighbours are pulled together."""


class Packing(NamedTuple):
    """Particles in a box periodic in plane, between plates at z = 0 and z = box[2].

    centre : (n, 3) x, y, z [µm]; radius : (n,) [µm], of the sphere of the same volume
    axes : (n, k, 3) unit vectors, amplitude : (n, k), degree : (k,): surface at
        radius · scale · exp(Σ amplitude · P_degree(direction · axis)); box : (3,) [µm]
    """

    centre: np.ndarray
    radius: np.ndarray
    axes: np.ndarray
    amplitude: np.ndarray
    degree: np.ndarray
    scale: np.ndarray
    box: np.ndarray


def surface(packing, which, direction):
    """Distance of the surface from the centre of particles `which` (m,) along `direction`."""
    cosine = np.einsum("mkc,mc->mk", packing.axes[which], direction)
    harmonic = np.zeros(len(which))
    for k, degree in enumerate(packing.degree):
        harmonic += packing.amplitude[which, k] * _legendre(degree, cosine[:, k])
    return packing.radius[which] * packing.scale[which] * np.exp(harmonic)


def _legendre(degree, x):
    if degree == 2:
        return 1.5 * x**2 - 0.5
    if degree == 3:
        return 2.5 * x**3 - 1.5 * x
    return (35.0 * x**4 - 30.0 * x**2 + 3.0) / 8.0


def sphericity(packing, samples=4000):
    """(n,) surface of the sphere of the same volume over the particle's surface."""
    direction = _fibonacci(samples)
    found = np.empty(len(packing.radius))
    for p in range(len(found)):
        which = np.full(samples, p)
        r = surface(packing, which, direction)
        slope = np.zeros((samples, 3))
        for axis in range(3):
            shift = np.zeros(3)
            shift[axis] = 1e-4
            up, down = direction + shift, direction - shift
            up /= np.linalg.norm(up, axis=1)[:, None]
            down /= np.linalg.norm(down, axis=1)[:, None]
            slope[:, axis] = (surface(packing, which, up) - surface(packing, which, down)) / 2e-4
        area = (r * np.sqrt(r**2 + (slope**2).sum(axis=1))).mean()
        found[p] = np.cbrt((r**3).mean()) ** 2 / area
    return found


def pack(share, width, irregularity, seed, steps=1000):
    """Pack bimodal particles that fill `share` of a cube of this width [µm].

    irregularity : rms height of the surface's harmonics (degrees 2 to 4) over the radius
    """
    rng = np.random.default_rng(seed)
    box = np.full(3, float(width))
    radius = _radii(share * width**3, rng)
    n = len(radius)
    degree = np.repeat([2, 3, 4], 2)
    axes = rng.normal(size=(n, len(degree), 3))
    axes /= np.linalg.norm(axes, axis=2)[:, :, None]
    # A Legendre polynomial has mean square 1/(2l + 1) over the sphere; two a degree, halving.
    strength = irregularity * np.sqrt((2 * degree + 1) / len(degree))
    amplitude = strength * rng.choice([-1.0, 1.0], size=(n, len(degree)))
    packing = Packing(np.zeros((n, 3)), radius, axes, amplitude, degree, np.ones(n), box)
    direction = _fibonacci(500)
    for p in range(n):
        r = surface(packing, np.full(500, p), direction)
        packing.scale[p] = radius[p] / np.cbrt((r**3).mean())
    packing.centre[:] = rng.uniform(0, 1, (n, 3)) * box
    for step in range(steps):
        growth = min(1.0, 0.4 + 0.6 * step / (0.5 * steps))
        pulled = REACH if step > 0.6 * steps else 0.0
        _relax(packing, growth, pulled)
    return packing


def _radii(volume, rng):
    drawn = []
    for median, share in ((LARGE, LARGE_SHARE), (SMALL, 1.0 - LARGE_SHARE)):
        left = share * volume
        while left > 0.0:
            # By volume: the number's median of a lognormal lies 3 s² lower.
            d = median * np.exp(np.clip(rng.normal(), -2, 2) * SPREAD - 3 * SPREAD**2)
            left -= np.pi / 6 * d**3
            drawn.append(d / 2)
    radius = np.array(drawn)
    return radius * np.cbrt(volume / (4 / 3 * np.pi * (radius**3).sum()))


def _relax(packing, growth, pulled):
    """One sweep: each pair moves half its way towards the wanted overlap."""
    first, second, normal, apart = neighbours(packing, growth, 0.3)
    least = growth * np.minimum(packing.radius[first], packing.radius[second])
    gap = apart - growth * (surface(packing, first, normal) + surface(packing, second, -normal))
    # Positive: too close. Pairs within reach are pulled towards the same overlap.
    push = -gap - PRESSED * least
    push = np.where((push < 0.0) & (gap > pulled * least), 0.0, push)
    move = 0.3 * push[:, None] * normal
    weight = packing.radius**3
    share = weight[second] / (weight[first] + weight[second])
    n = len(packing.radius)
    for axis in range(3):
        step = np.bincount(second, move[:, axis] * (1 - share), n)
        step -= np.bincount(first, move[:, axis] * share, n)
        packing.centre[:, axis] += step
    z, up = packing.centre[:, 2], np.tile([0.0, 0.0, 1.0], (n, 1))
    every = np.arange(n)
    z[:] = np.maximum(z, growth * surface(packing, every, -up))
    z[:] = np.minimum(z, packing.box[2] - growth * surface(packing, every, up))
    packing.centre[:, :2] %= packing.box[:2]


def neighbours(packing, growth, margin):
    """Pairs whose circumscribed spheres come near: first, second, unit normal and distance."""
    reach = growth * packing.radius * (1.0 + margin)
    # A tall period in z, which nothing crosses.
    period = np.array([*packing.box[:2], 10 * packing.box[2]])
    wrapped = packing.centre % period
    pairs = []
    small = reach < 0.5 * reach.max()
    for one, other in ((small, small), (small, ~small), (~small, ~small)):
        a, b = np.flatnonzero(one), np.flatnonzero(other)
        if len(a) == 0 or len(b) == 0:
            continue
        trees = [cKDTree(wrapped[i], boxsize=period) for i in (a, b)]
        found = trees[0].sparse_distance_matrix(
            trees[1], reach[a].max() + reach[b].max(), output_type="ndarray"
        )
        pairs.append(np.stack([a[found["i"]], b[found["j"]]], axis=1))
    pair = np.concatenate(pairs)
    kind = small[pair[:, 0]] == small[pair[:, 1]]
    pair = pair[(pair[:, 0] < pair[:, 1]) | ~kind]
    branch = packing.centre[pair[:, 1]] - packing.centre[pair[:, 0]]
    branch[:, :2] -= packing.box[:2] * np.round(branch[:, :2] / packing.box[:2])
    apart = np.linalg.norm(branch, axis=1)
    close = (apart < reach[pair].sum(axis=1)) & (apart > 0.0)
    return pair[close, 0], pair[close, 1], branch[close] / apart[close, None], apart[close]


def voxels(packing, voxel_size, rounding=0.0):
    """Number each voxel's particle (nz, ny, nx), −1 in pores; z first, periodic in plane.

    rounding : standard deviation [voxels] of the Gaussian by which an imager blurs the solid,
        which is then cut at half of its grey level
    """
    shape = np.round(packing.box[::-1] / voxel_size).astype(int)
    height = np.full(shape, np.inf, dtype=np.float32)
    owner = np.full(shape, -1, dtype=np.int32)
    for p in range(len(packing.radius)):
        middle = packing.centre[p] / voxel_size
        # Particles claim a rim outside too, for voxels that the rounding adds.
        reach = 1.5 * packing.radius[p] / voxel_size + 2.0
        low, high = np.floor(middle - reach).astype(int), np.ceil(middle + reach).astype(int)
        low[2], high[2] = max(low[2], 0), min(high[2], shape[0])
        axes = [np.arange(low[a], high[a]) for a in (2, 1, 0)]
        grid = np.meshgrid(*axes, indexing="ij")
        offset = np.stack([(grid[2 - a] + 0.5 - middle[a]).ravel() for a in range(3)], axis=1)
        distance = np.linalg.norm(offset, axis=1)
        near = distance < reach
        direction = offset[near] / np.maximum(distance[near], 1e-12)[:, None]
        out = np.full(len(distance), np.inf, dtype=np.float32)
        which = np.full(int(near.sum()), p)
        out[near] = distance[near] - surface(packing, which, direction) / voxel_size
        place = np.ix_(axes[0], axes[1] % shape[1], axes[2] % shape[2])
        out = out.reshape(grid[0].shape)
        closer = out < height[place]
        height[place] = np.where(closer, out, height[place])
        owner[place] = np.where(closer, p, owner[place])
    solid = height < 0.0
    if rounding > 0.0:
        mode = ("nearest", "wrap", "wrap")
        solid = gaussian_filter(solid.astype(np.float32), rounding, mode=mode) > 0.5
    return np.where(solid, owner, -1)


def overlaps(true, found):
    """How well each true particle was found: the greatest intersection over union.

    returns best : (n,), and present : (n,) the number of the true particle; those without a voxel
    are left out
    """
    present, index = np.unique(true[true >= 0], return_inverse=True)
    mine, got = np.bincount(index), np.bincount(found[found >= 0])
    pair, shared = np.unique(index * np.int64(len(got)) + found[true >= 0], return_counts=True)
    a, b = np.divmod(pair, len(got))
    best = np.zeros(len(mine))
    np.maximum.at(best, a, shared / (mine[a] + got[b] - shared))
    return best, present


def within_sides(true, count):
    """(count,) whether no in-plane side of the box cuts the particle."""
    whole = np.ones(count, dtype=bool)
    for side in (true[:, 0], true[:, -1], true[:, :, 0], true[:, :, -1]):
        whole[side[side >= 0]] = False
    return whole


def wide_necks(true, neck):
    """Share of the true contacts as wide as what they join: over (1 − neck) of the thinner one.

    Both radii are read from the true particles' own voxels; a contact is a pair that shares faces.
    """
    padded = np.pad(true, ((0, 0), (20, 20), (20, 20)), mode="wrap")
    depth = distance_transform_edt(padded >= 0)[:, 20:-20, 20:-20] - 0.5
    inside = true >= 0
    peak = np.zeros(true.max() + 1)
    np.maximum.at(peak, true[inside], depth[inside])
    keys, radii = [], []
    for axis in range(3):
        other, under = np.roll(true, -1, axis), np.roll(depth, -1, axis)
        at = (true != other) & inside & (other >= 0)
        if axis == 0:
            at[-1] = False
        low, high = np.minimum(true[at], other[at]), np.maximum(true[at], other[at])
        keys.append(low.astype(np.int64) * len(peak) + high)
        radii.append(np.minimum(depth[at], under[at]))
    pair, index = np.unique(np.concatenate(keys), return_inverse=True)
    widest = np.zeros(len(pair))
    np.maximum.at(widest, index, np.concatenate(radii))
    a, b = np.divmod(pair, len(peak))
    return float((widest > (1.0 - neck) * np.minimum(peak[a], peak[b])).mean())


def _fibonacci(count):
    k = np.arange(count) + 0.5
    z, turn = 1.0 - 2.0 * k / count, np.pi * (1.0 + np.sqrt(5.0)) * k
    return np.stack([np.sqrt(1 - z**2) * np.cos(turn), np.sqrt(1 - z**2) * np.sin(turn), z], 1)
