"""Bodies of known shape, sampled at voxel centres, by signed distance and by partial volumes."""

import numpy as np


def centres(shape):
    """Coordinates z, y, x of the voxels' middles, broadcastable."""
    return np.meshgrid(*(np.arange(n) + 0.5 for n in shape), indexing="ij", sparse=True)


def ball_distance(centre, radius, shape):
    """Signed distance [voxels] to a sphere, positive inside."""
    z, y, x = (axis - c for axis, c in zip(centres(shape), centre, strict=True))
    return radius - np.sqrt(z**2 + y**2 + x**2)


def partial(distance_of, shape, cells=4):
    """Share of each voxel that lies inside, counted on cells³ points; float32."""
    share = np.zeros(shape, np.float32)
    grid = centres(shape)
    steps = (np.arange(cells) + 0.5) / cells - 0.5
    for dz in steps:
        for dy in steps:
            for dx in steps:
                share += distance_of(grid[0] + dz, grid[1] + dy, grid[2] + dx) > 0.0
    return share / cells**3


def ellipsoid(centre, semi_axes, rows, shape):
    """Voxels inside an ellipsoid, bool; rows: unit vectors x, y, z of its semi-axes."""
    z, y, x = (axis - c for axis, c in zip(centres(shape), centre, strict=True))
    inside = 0.0
    for size, row in zip(semi_axes, rows, strict=True):
        inside = inside + ((row[0] * x + row[1] * y + row[2] * z) / size) ** 2
    return inside < 1.0


def rotation(normal_angle, azimuth):
    """Rows: a long axis at an angle to z and an azimuth in plane, and two upright on it."""
    s, c = np.sin(normal_angle), np.cos(normal_angle)
    long = np.array([s * np.cos(azimuth), s * np.sin(azimuth), c])
    middle = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    return np.array([long, middle, np.cross(long, middle)])
