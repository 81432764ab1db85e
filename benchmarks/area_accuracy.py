"""Errors of surface areas on spheres, planes, films, gaps and packings, as docs/structure.md has.

python benchmarks/area_accuracy.py [--cells 2]
"""

import argparse

import numpy as np
from scipy.spatial import cKDTree

from electrochem.structure.level_area import level_area
from electrochem.structure.surface_area import interface_area
from electrochem.structure.surface_normals import normal_field

_SIDE = 12
"""Voxels at each side of a plane that are not looked at."""


def _partial(distance, cells):
    """Share of each voxel inside, counted on cells³ points of a distance sampled between them."""
    shape = [size // cells for size in distance.shape]
    parts = (distance > 0.0).reshape(shape[0], cells, shape[1], cells, shape[2], cells)
    return parts.mean(axis=(1, 3, 5), dtype=np.float32)


def _areas(cells, distance_of, shape, inner=np.s_[:]):
    """Areas [voxel faces] from labels, from partial volumes and from the signed distance."""

    def sampled(times):
        axes = ((np.arange(n * times) + 0.5) / times for n in shape)
        return distance_of(*np.meshgrid(*axes, indexing="ij", sparse=True)).astype(np.float32)

    distance, share = sampled(1), _partial(sampled(cells), cells)
    solid = distance > 0.0
    weights = np.ones(shape[0])
    normals = normal_field(solid, ~solid, periodic=False)
    return np.array([
        interface_area(solid[inner], ~solid[inner], normals[inner], weights, periodic=False),
        level_area(share[inner], 0.5, weights, periodic=False),
        level_area(distance[inner], 0.0, weights, periodic=False),
    ])  # fmt: skip


def _ball(centre, radius):
    def distance(z, y, x):
        return radius - np.sqrt((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2)

    return distance


def _spheres(cells, rng):
    for radius in (3, 4, 6, 8, 12, 16, 24, 32):
        n = 2 * radius + 10
        found = [
            _areas(cells, _ball(n / 2 + rng.random(3) - 0.5, radius), (n, n, n))
            for _ in range(8 if radius < 16 else 3)
        ]
        yield f"sphere, R = {radius}", np.array(found) / (4 * np.pi * radius**2)


def _planes(cells, rng):
    n, high = 56, 96
    inner = np.s_[:, _SIDE : n - _SIDE, _SIDE : n - _SIDE]
    named = {"100": (1, 0, 0), "110": (1, 1, 0), "111": (1, 1, 1), "10 1 0.5": (1, 0.1, 0.05)}
    named["random"] = None
    for name, normal in named.items():
        found = []
        for _ in range(8 if normal is None else 3):
            way = np.sort(np.abs(rng.normal(size=3) if normal is None else np.array(normal)))[::-1]
            way = way / np.linalg.norm(way)
            middle = high / 2 + rng.random() - 0.5

            def distance(z, y, x, way=way, middle=middle):
                return way[0] * (z - middle) + way[1] * (y - n / 2) + way[2] * (x - n / 2)

            found.append(
                _areas(cells, distance, (high, n, n), inner) * way[0] / (n - 2 * _SIDE) ** 2
            )
        yield f"plane, {name}", np.array(found)


def _films(cells, rng):
    n, high = 56, 96
    inner = np.s_[:, _SIDE : n - _SIDE, _SIDE : n - _SIDE]
    for thickness in (1, 1.5, 2, 3, 4):
        found = []
        for _ in range(8):
            way = np.sort(np.abs(rng.normal(size=3)))[::-1]
            way /= np.linalg.norm(way)

            def distance(z, y, x, way=way, thickness=thickness):
                height = way[0] * (z - high / 2) + way[1] * (y - n / 2) + way[2] * (x - n / 2)
                return thickness / 2 - np.abs(height)

            found.append(
                _areas(cells, distance, (high, n, n), inner) * way[0] / (2 * (n - 2 * _SIDE) ** 2)
            )
        yield f"film, {thickness} thick, random", np.array(found)


def _gaps(cells, rng):
    for radius, gap in ((8, 0.5), (8, 1), (8, 2), (8, 4), (4, 1), (4, 2)):
        pitch = 2 * radius + gap
        n = int(np.ceil(2 * pitch)) + 6
        found = []
        for _ in range(3):
            start = 3 + pitch / 2 + rng.random(3) - 0.5
            balls = [
                _ball(start + pitch * np.array([k, j, i]), radius)
                for k in (0, 1) for j in (0, 1) for i in (0, 1)
            ]  # fmt: skip

            def distance(z, y, x, balls=balls):
                return np.max([ball(z, y, x) for ball in balls], axis=0)

            found.append(_areas(cells, distance, (n, n, n)))
        yield f"spheres, R = {radius}, {gap} apart", np.array(found) / (8 * 4 * np.pi * radius**2)


def _overlapping(cells, rng):
    """Spheres thrown at random; their area is exact but for how many points of it are looked at."""
    n, radius = 56, 8
    for solid in (0.4, 0.6, 0.75):
        room = n + 2 * radius
        count = int(-np.log(1.0 - solid) * room**3 / (4 / 3 * np.pi * radius**3))
        tree = cKDTree(room * rng.random((count, 3)) - radius)
        way = rng.normal(size=(4000, 3))
        way *= radius / np.sqrt((way**2).sum(axis=1))[:, None]
        bare = 0
        for at in tree.data:
            inside = at + way[((at + way >= 0.0) & (at + way < n)).all(axis=1)]
            bare += np.count_nonzero(tree.query(inside)[0] > radius * (1.0 - 1e-9))

        def distance(z, y, x, tree=tree):
            places = np.stack(np.broadcast_arrays(z, y, x), axis=-1)
            return np.stack([radius - tree.query(layer)[0] for layer in places])

        exact = 4.0 * np.pi * radius**2 * bare / len(way)
        found = _areas(cells, distance, (n, n, n)) / exact
        yield f"random spheres, R = 8, overlapping, {solid:.0%} solid", found[None]


def main():
    """Print a table: mean error and, in brackets, the extremes, in per cent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=4, help="points a voxel edge of the shares")
    cells = parser.parse_args().cells
    print("| | labels | partial volumes | signed distance |\n|---|---|---|---|")
    rng = np.random.default_rng(1)
    for series in (_spheres, _planes, _films, _gaps, _overlapping):
        for name, ratio in series(cells, rng):
            error = 100.0 * (ratio - 1.0)
            columns = [
                f"{column.mean():+.1f} ({column.min():+.1f} … {column.max():+.1f})"
                for column in error.T
            ]
            print(f"| {name} | {' | '.join(columns)} |", flush=True)


if __name__ == "__main__":
    main()
