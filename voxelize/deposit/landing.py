"""Where voxels that rode on their grains come to lie: claims, holes, put-back, surface voxels.

Lengths are in voxels and index order (z, y, x), as in `voxelize/deposit/ride.py`.
"""

import numpy as np

from voxelize.deposit.grid import Grid, Pairs, rank_in_group, scattered, search_order
from voxelize.deposit.motion import Motion, Riders
from voxelize.deposit.ride import put_back

FACES = np.array([[0, 0, 1], [0, 0, -1], [0, 1, 0], [0, -1, 0], [1, 0, 0], [-1, 0, 0]])


_HOLE_REACH = 3
_CRACK_SPARING_REACH = 4
"""Within so many voxels a free cell outside cracks is preferred to a nearer one in a crack."""


def land(motion: Motion, riders: Riders, is_open: np.ndarray):
    """Claims, holes, and the displaced voxels that no hole of their own fragment takes up."""
    owner, displaced = claim(riders, motion.grid, is_open)
    hole, hole_grain = holes(
        riders,
        owner,
        is_open,
        motion.source_grain,
        motion.turn,
        motion.joined,
        motion.grid.periodic,
    )
    grain = np.full(owner.shape, -1, np.int32)
    landed = owner >= 0
    grain[landed] = riders.grain[owner[landed]]
    room = np.full(owner.shape, -1, np.int32)
    room.ravel()[hole] = motion.fragment[hole_grain]
    found = put_back(
        room,
        motion.fragment[riders.grain[displaced]],
        starts(motion, riders, displaced),
        search_order(_HOLE_REACH),
        motion.grid.periodic,
    )
    filled = np.isin(hole, found)
    return grain, displaced[found < 0], hole, hole_grain, filled


def starts(motion: Motion, riders: Riders, number: np.ndarray) -> np.ndarray:
    """Cells from which displaced voxels look for room: where they were carried to, or the edge."""
    cell, _ = motion.grid.wrapped(np.floor(riders.target[number]).astype(np.int64))
    return cell.astype(np.int32)


def claim(riders: Riders, grid: Grid, is_open: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Let one voxel have each open cell: the one deepest in its grain, ties by index.

    Where two bodies overlap, depth parts them along a plane instead of mixing their voxels.

    Returns owner : (nz, ny, nx) int32, number of the voxel that lands there or −1;
    displaced : numbers of the voxels without a cell, ascending.
    """
    cell, inside = grid.wrapped(np.floor(riders.target).astype(np.int64))
    flat = grid.flat(cell)
    lands = np.flatnonzero(inside & is_open.ravel()[flat])
    claims = np.bincount(flat[lands], minlength=is_open.size)
    contested = claims[flat[lands]] > 1
    rivals = lands[contested]
    rivals = rivals[np.lexsort((rivals, riders.depth[rivals], flat[rivals]))]
    first = np.ones(len(rivals), bool)
    first[1:] = flat[rivals[1:]] != flat[rivals[:-1]]
    winners = np.concatenate([lands[~contested], rivals[first]])
    owner = np.full(is_open.shape, -1, np.int32)
    owner.ravel()[flat[winners]] = winners
    has_cell = np.zeros(len(flat), bool)
    has_cell[winners] = True
    return owner, np.flatnonzero(~has_cell)


def holes(
    riders: Riders,
    owner: np.ndarray,
    is_open: np.ndarray,
    source_grain: np.ndarray,
    turn: np.ndarray,
    joined: Pairs,
    periodic: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Cells that rounding left empty inside a body, and the grain each belongs to.

    Carried back by the motion of a voxel beside it, a hole's centre lies in that voxel's grain
    or in one joined to it by an intact bond; a pore's or a crack's does not.

    source_grain : grain ids in the unloaded picture; turn : (g, 3, 3), rotation − identity
    Returns flat cells, ascending, and their grains.
    """
    grid = Grid(owner.shape, periodic)
    old_grid = Grid(source_grain.shape, periodic)
    period = np.array([0.0, *owner.shape[1:]])
    flat = np.flatnonzero((owner < 0) & is_open)
    cell = grid.cells(flat)
    grain = np.full(len(flat), -1, np.int32)
    for face in FACES:
        beside = grid.at(owner, cell + face)
        test = np.flatnonzero((grain < 0) & (beside >= 0))
        voxel = beside[test]
        g = riders.grain[voxel]
        apart = cell[test] + 0.5 - riders.target[voxel]
        if periodic:
            apart[:, 1:] -= period[1:] * np.round(apart[:, 1:] / period[1:])
        apart += np.einsum("nba,nb->na", turn[g], apart)
        origin = np.floor(riders.source[voxel] + 0.5 + apart).astype(np.int64)
        former = old_grid.at(source_grain, origin)
        belongs = (former == g) | joined.contains(g, former)
        grain[test[belongs]] = former[belongs]
    found = grain >= 0
    return flat[found], grain[found]


def peel(grain: np.ndarray, body: np.ndarray, number: np.ndarray, kept: np.ndarray, grid: Grid):
    """Take away the most exposed voxels of bodies; `grain` is changed.

    body : (g,) body of a grain; number : (bodies,) voxels to take; kept : flat cells to spare
    """
    owner = np.where(grain >= 0, body[grain], -1)
    flat = np.flatnonzero((owner >= 0) & (number[owner] > 0))
    flat = np.setdiff1d(flat, kept, assume_unique=True)
    cell = grid.cells(flat)
    exposed = sum((grid.at(grain, cell + face) < 0).astype(np.int64) for face in FACES)
    outside = exposed > 0
    flat, exposed = flat[outside], exposed[outside]
    of = owner.ravel()[flat]
    order = np.lexsort((scattered(flat), -exposed, of))
    taken = order[rank_in_group(of[order]) < number[of[order]]]
    grain.ravel()[flat[taken]] = -1


def chosen(items: np.ndarray, group: np.ndarray, number: np.ndarray) -> np.ndarray:
    """As many items of each group as `number` says, if there are so many, in a fixed disorder."""
    order = np.lexsort((scattered(items), group))
    chosen = order[rank_in_group(group[order]) < number[group[order]]]
    return items[np.sort(chosen)]


def squeeze_in(motion, grain, which, start, cracks) -> int:
    """Put voxels of grains `which` into the nearest free cells; returns how many found none."""
    whole = (motion.weights >= 1.0)[:, None, None]
    for spare_cracks, whole_layers in ((True, True), (False, True), (False, False)):
        room = np.where(motion.is_open & (grain < 0), np.int32(0), np.int32(-1))
        if whole_layers:
            room[~np.broadcast_to(whole, room.shape)] = -1
        if spare_cracks:
            room.ravel()[cracks] = -1
        radius = _CRACK_SPARING_REACH
        while len(which):
            found = put_back(
                room,
                np.zeros(len(which), np.int32),
                start,
                search_order(radius),
                motion.grid.periodic,
            )
            grain.ravel()[found[found >= 0]] = which[found >= 0]
            which, start = which[found < 0], start[found < 0]
            if spare_cracks or radius >= max(room.shape) or not (room == 0).any():
                break
            radius = min(3 * radius, max(room.shape))
    return len(which)
