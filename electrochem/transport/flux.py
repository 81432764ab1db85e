"""Flows through the faces of a solved network, and the flux density in its cells."""

from collections.abc import Iterator

import numpy as np

from electrochem.transport.conductance import Network


def face_flows(net: Network, potential: np.ndarray) -> Iterator[np.ndarray]:
    """Flows along z, y and x through the faces of the network, in its layout and unit.

    potential : (nz, ny, nx), 1 on the lower electrode and 0 on the upper one
    Yields (nz+1, ny, nx), (nz, ny, nx), (nz, ny, nx) float32.
    """
    lower, upper = np.ones_like(potential[:1]), np.zeros_like(potential[:1])
    drop = -np.diff(np.concatenate([lower, potential, upper]), axis=0)
    yield (net.z * drop).astype(np.float32, copy=False)
    del drop
    for axis, face in ((1, net.y), (2, net.x)):
        yield (face * (np.roll(potential, 1, axis) - potential)).astype(np.float32, copy=False)


def cell_flux(
    net: Network,
    potential: np.ndarray,
    spacing: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
    """(nz, ny, nx, 3) float32, flux density along z, y and x: the mean of a cell's two faces.

    Per potential difference between the electrodes and voxel length, in the network's unit.
    """
    flux = np.empty((*potential.shape, 3), np.float32)
    for axis, flow in enumerate(face_flows(net, potential)):
        others = [other for other in range(3) if other != axis]
        area = np.ones((1, 1, 1))
        for other in others:
            shape = [1, 1, 1]
            shape[other] = -1
            area = area * np.reshape(spacing[other], shape)
        behind = flow[1:] if axis == 0 else np.roll(flow, -1, axis)
        before = flow[:-1] if axis == 0 else flow
        flux[..., axis] = 0.5 * (before + behind) / area
    return flux
