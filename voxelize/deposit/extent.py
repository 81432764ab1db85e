"""How far the voxels of a grain reach, and how far its neighbours pull them from rigid motion."""

import numpy as np

from dem.jit import leaf, njit


@leaf
def nearest_image(distance, period):
    """Shortest periodic image along one axis; period 0 for none. Exact where nothing wraps."""
    if period > 0.0:
        return distance - period * np.round(distance / period)
    return distance


@njit
def extents(source, centre, period):
    """Lowest and highest corner (g, 3) of each grain's voxels from its centre [voxels].

    source : (nz, ny, nx) int32, grain of a voxel or −1; centre : (g, 3); period : (3,)
    """
    low = np.zeros(centre.shape)
    high = np.zeros(centre.shape)
    nz, ny, nx = source.shape
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                g = source[k, j, i]
                if g < 0:
                    continue
                z = k + 0.5 - centre[g, 0]
                y = nearest_image(j + 0.5 - centre[g, 1], period[1])
                x = nearest_image(i + 0.5 - centre[g, 2], period[2])
                low[g, 0] = min(low[g, 0], z - 0.5)
                low[g, 1] = min(low[g, 1], y - 0.5)
                low[g, 2] = min(low[g, 2], x - 0.5)
                high[g, 0] = max(high[g, 0], z + 0.5)
                high[g, 1] = max(high[g, 1], y + 0.5)
                high[g, 2] = max(high[g, 2], x + 0.5)
    return low, high


@njit
def pulls(centre, shift, turn, low, high, start, neighbour, period):
    """Bounds (g, 3), (g, 3) on where neighbours carry a grain's voxels, less where it does itself.

    Arguments as in `Carriers`. 0 lies between them; two rigid motions differ most at the rim.
    """
    least, most = np.zeros(centre.shape), np.zeros(centre.shape)
    for g in range(len(centre)):
        for b in range(start[g], start[g + 1]):
            k = neighbour[b]
            for a in range(3):
                # Motion of the grain's centre if it rode on the neighbour, less its own.
                slip = nearest_image(shift[k, a] - shift[g, a], period[a])
                twist = 0.0
                for c in range(3):
                    slip += turn[k, a, c] * nearest_image(centre[g, c] - centre[k, c], period[c])
                    twist += abs(turn[k, a, c] - turn[g, a, c]) * max(-low[g, c], high[g, c])
                least[g, a] = min(least[g, a], slip - twist)
                most[g, a] = max(most[g, a], slip + twist)
    return least, most
