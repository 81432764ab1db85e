"""How dense solids land: each fragment and the foil keep their volume, overlaps are put beside."""

import numpy as np

from voxelize.deposit.balance import balance, volumes
from voxelize.deposit.claim import RIGID
from voxelize.deposit.claims import Squeezed, carry
from voxelize.deposit.cracks import room_for
from voxelize.deposit.motion import Motion
from voxelize.deposit.nearest_room import take_nearest
from voxelize.deposit.pieces import cut_off
from voxelize.deposit.put_back import distances, put_back, scattered
from voxelize.deposit.squeeze import unsqueezed_volumes
from voxelize.deposit.surroundings import IN_CRACK, IN_CUT_LAYER
from voxelize.deposit.trim import trim


def land_solid(
    motion: Motion,
    material: int,
    before: np.ndarray,
    owner: np.ndarray,
    depth: np.ndarray,
    room: np.ndarray,
) -> tuple[np.ndarray, int, np.ndarray]:
    """Let active material or foil land in `owner` (nz, ny, nx), which is changed.

    before : (grains,) [new cells], volumes to keep; room : work space of the volume's shape
    depth : (nz, ny, nx) float32, left 1 in cells that bodies grew into at their surface, else 0
    Returns how far voxels were put back from where they were squeezed out, (n,) float32 [cells],
    how many of them found no room beside their own body, and which share (bodies,) of what bodies
    grew at their surface made up for rounding.
    """
    carriers, frame = motion.carriers, motion.frame
    lands = carriers.material == material
    body = carriers.body
    bodies = int(body.max(initial=-1)) + 1
    squeezed = carry(motion, material, owner, depth)
    squeezed = _with_cut_off(motion, material, owner, squeezed, depth.view(np.int32))
    room_for(motion, owner, room)
    whole = unsqueezed_volumes(motion, material, owner, depth, np.zeros(bodies))[:, 0]

    def lacking(cells: np.ndarray) -> np.ndarray:
        return np.bincount(body, np.where(lands, before - cells, 0.0), bodies)

    def surplus() -> np.ndarray:
        """Cells too many of each body; rounding is carried on, so that the sum is right too."""
        excess = np.cumsum(-lacking(volumes(owner, frame.weight, len(before))))
        return np.diff(np.rint(excess), prepend=0.0).astype(np.int64)

    chosen = some_of(squeezed, body, -surplus())
    cell, grain = squeezed.cell[chosen], squeezed.grain[chosen]
    taken = put_back(owner, room, frame, body, cell, grain, depth.view(np.int32))
    distance = distances(owner, frame, body, cell, grain, taken)
    np.less(owner, 0, out=depth)
    grows = lacking(volumes(owner, frame.weight, len(before)))
    rounding = np.divide(lacking(whole), grows, where=grows > 0.0, out=np.zeros(bodies))
    # What found no cell near grows at the body's surface, at last into cracks or the cut layer.
    balance(owner, room, frame, body, surplus(), IN_CRACK)
    balance(owner, room, frame, body, surplus(), IN_CUT_LAYER)
    # One that was stretched may hang by threads, which no cell may leave on its own.
    if (surplus() > 0).any():
        trim(owner, body, surplus(), frame.periodic)
    # A body that another swallowed whole has no surface to grow from.
    lone = some_of(Squeezed(cell, grain), body, -surplus())
    none_to_spare = np.zeros(len(body), np.int64)
    distance[lone] = take_nearest(owner, room, frame, cell[lone], grain[lone], none_to_spare)
    return distance, len(lone), rounding.clip(0.0, 1.0)


def _with_cut_off(motion: Motion, material: int, owner, squeezed: Squeezed, work) -> Squeezed:
    """With the voxels that an overlap or bent bonds left apart from their body, which are freed."""
    body = motion.carriers.body
    suspect = np.zeros(int(body.max()) + 1, bool)
    suspect[body[squeezed.grain]] = True
    # Where grains turn or pull at each other, rounding may leave a voxel joined by an edge only.
    turned = np.abs(motion.carriers.turn).max(axis=(1, 2), initial=0.0) > 0.0
    suspect[body[turned | (motion.carriers.pull > RIGID)]] = True
    suspect[body[motion.carriers.material != material]] = False
    if not suspect.any():
        return squeezed
    cell, grain = cut_off(owner, body, suspect, motion.frame.periodic, work)
    return Squeezed(np.concatenate([squeezed.cell, cell]), np.concatenate([squeezed.grain, grain]))


def some_of(squeezed: Squeezed, body: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Indices of as many places of each body as it lacks cells, all it has if it lacks more."""
    of = body[squeezed.grain]
    order = np.lexsort((scattered(squeezed.cell), of))
    rank = np.arange(len(of)) - np.searchsorted(of[order], of[order])
    return np.sort(order[rank < wanted[of[order]]])
