"""Meshes of particles as a label volume: one particle a body, a voxel in where its centre is."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from voxelize.meshes.check import fault
from voxelize.meshes.load import Body, read_bodies
from voxelize.meshes.overlaps import paint, settle
from voxelize.meshes.repair import repaired
from voxelize.meshes.topology import signed_volume
from voxelize.meshes.winding import WIDEST, winding_numbers
from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR, Volume, foil_layers

SMALLEST, LARGEST = 5e-8, 3e-4
"""Median diameters [m] between which particles of an electrode are plausible."""
MOST_VOXELS = 2**31
_WHOLE = 1e-6


@dataclass(frozen=True)
class Placing:
    """How meshes become voxels.

    voxel_size : [m]; unit : [m] that one unit of the files stands for
    box : (x, y) [m], whole voxels, or None for the bounds of the meshes
    origin : (x, y, z) of the box's corner on the collector's face [m], or None: 0, 0, 0 with a box,
        else the lowest corner of the meshes' bounds
    thickness : [m] of the coating, None for up to the highest voxel; foil_thickness : [m], drawn
        in whole layers, at least one if not 0
    periodic : in plane; overlap_limit : share of a body's voxels that others may claim too
    repair : mend bodies that are no solids instead of refusing them
    """

    voxel_size: float
    unit: float = 1e-6
    box: tuple[float, float] | None = None
    origin: tuple[float, float, float] | None = None
    thickness: float | None = None
    foil_thickness: float = 0.0
    periodic: bool = False
    overlap_limit: float = 0.05
    repair: bool = False


def read_meshes(
    path: str | os.PathLike,
    placing: Placing,
    cbd_nanoporosity: float = 0.0,
    tell: Callable[[str], None] = lambda text: None,
) -> Volume:
    """The volume of the bodies of a mesh file, or of a folder with one a file, all active material.

    Particles are numbered in the order of the bodies. A voxel that several bodies hold goes to the
    one whose voxels surround it most, from the overlap's rim inwards. What is beyond the sides of a
    box that is not periodic is cut off.
    tell : is given a sentence for all that was mended, cut or left out
    Raises InputError, naming file and body, where a body is no solid, particles of this unit are
    implausible, or bodies and box do not fit.
    """
    bodies = [_solid(body, placing.repair, tell) for body in read_bodies(path)]
    _check_sizes(path, bodies, placing)
    origin, shape, foil = _box(path, bodies, placing)
    owner = np.full(shape, -1, dtype=np.int32)
    contested, held = [], np.zeros(len(bodies), dtype=np.int64)
    for number, body in enumerate(bodies):
        # Voxels along z, y, x: a mirror image, whose triangles `winding_numbers` reads as x, y, z.
        points = ((body.points * placing.unit - origin) / placing.voxel_size)[:, ::-1]
        points = np.ascontiguousarray(points) + np.array([foil, 0.0, 0.0])
        places, held[number] = _draw(owner, points, body, number, foil, placing, tell)
        contested.append(places)
    _tell_unseen(bodies, held, tell)
    _settle(owner, contested, held, bodies, placing)
    return _volume(path, owner, foil, placing, cbd_nanoporosity)


def _solid(body: Body, repair: bool, tell: Callable[[str], None]) -> Body:
    why = fault(body)
    if why is None:
        return body
    if not repair:
        raise InputError(
            f"{body.name} {why}; expected a closed surface that faces outwards, "
            "or electrode.repair = true"
        )
    mended, done = repaired(body)
    still = fault(mended)
    if still is not None:
        tried = f" ({done})" if done else ""
        raise InputError(
            f"{body.name} {why} and, repaired{tried}, {still}; expected a closed surface that "
            "faces outwards: mend it in a mesh tool, or leave it out"
        )
    tell(f"{body.name} {why}: {done}")
    return mended


def _check_sizes(path, bodies, placing):
    volumes = np.array([signed_volume(body.points, body.faces) for body in bodies])
    diameter = float(np.median(np.cbrt(6.0 / np.pi * volumes))) * placing.unit
    if not SMALLEST <= diameter <= LARGEST:
        raise InputError(
            f"{path}: with a unit of {_length(placing.unit)} its particles measure "
            f"{_length(diameter)} (median of {len(bodies)}); expected {_length(SMALLEST)} to "
            f"{_length(LARGEST)}: check electrode.unit"
        )


def _length(value: float) -> str:
    for unit, size in (("m", 1.0), ("mm", 1e-3), ("um", 1e-6), ("nm", 1e-9)):
        if value >= size * (1.0 - 1e-9):
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-12:.3g} pm"


def _box(path, bodies, placing):
    """Origin [m] x, y, z; voxels along z, y, x; layers of foil."""
    h = placing.voxel_size
    low = placing.unit * np.min([body.points.min(axis=0) for body in bodies], axis=0)
    high = placing.unit * np.max([body.points.max(axis=0) for body in bodies], axis=0)
    origin = placing.origin
    if origin is None:
        origin = low if placing.box is None else (0.0, 0.0, 0.0)
    origin = np.array(origin)
    if placing.box is None:
        if placing.periodic:
            raise InputError(f"{path}: periodic sides need a box; expected electrode.box")
        across = np.maximum(np.ceil((high - origin)[:2] / h - _WHOLE), 0).astype(np.int64)
    else:
        across = np.rint(np.array(placing.box) / h).astype(np.int64)
        for axis, (edge, voxels) in enumerate(zip(placing.box, across, strict=True)):
            if voxels < 1 or abs(edge - voxels * h) > _WHOLE * edge:
                raise InputError(
                    f"electrode.box[{axis}] is {_length(edge)}; expected whole voxels of "
                    f"{_length(h)}, such as {_length(max(1, voxels) * h)}"
                )
    sunk = (origin[2] - low[2]) / h
    if sunk > 1.0:
        raise InputError(
            f"{path}: its meshes reach {_length(sunk * h)} below the collector's face (z = "
            f"{1e6 * origin[2]:g} um); expected them above it: set electrode.origin"
        )
    top = (high[2] - origin[2]) / h if placing.thickness is None else placing.thickness / h
    if (high[2] - origin[2]) / h > top + 1.0:
        raise InputError(
            f"{path}: its meshes reach up to {_length(high[2] - origin[2])}; expected them below "
            f"electrode.thickness ({_length(placing.thickness)})"
        )
    foil = foil_layers(placing.foil_thickness, h)
    shape = (max(int(np.ceil(top - _WHOLE)), 1) + foil, int(across[1]), int(across[0]))
    if min(shape) < 1 or max(shape) > WIDEST or np.prod(np.array(shape, float)) > MOST_VOXELS:
        raise InputError(
            f"{path}: {shape[2]} × {shape[1]} × {shape[0]} voxels (x, y, z) of {_length(h)} would "
            f"hold its meshes; expected 1 to {WIDEST} along each and {MOST_VOXELS} in all: "
            "check electrode.unit, box, origin and voxel_size"
        )
    return origin, shape, foil


def _draw(owner, points, body, number, foil, placing, tell):
    """Paint one body; returns the voxels that others have, and how many voxels it holds."""
    shape = np.array(owner.shape)
    low = np.floor(points.min(axis=0)).astype(np.int64)
    high = np.ceil(points.max(axis=0)).astype(np.int64)
    if placing.periodic:
        for axis in (1, 2):
            width = points[:, axis].max() - points[:, axis].min()
            if width > shape[axis] + 1.0:
                raise InputError(
                    f"{body.name} is {_length(width * placing.voxel_size)} wide along "
                    f"{'zyx'[axis]}, wider than the periodic box; expected at most "
                    f"{_length(shape[axis] * placing.voxel_size)}"
                )
    bound = (np.array([foil, 0, 0]), shape)
    inside = [0] if placing.periodic else [0, 1, 2]
    cut = 0.0
    for axis in inside:
        if axis > 0:
            cut = max(cut, -points[:, axis].min(), points[:, axis].max() - shape[axis])
        low[axis], high[axis] = max(low[axis], bound[0][axis]), min(high[axis], shape[axis])
    if (high <= low).any():
        raise InputError(f"{body.name} lies outside the box; expected it inside electrode.box")
    if cut > 1.0:
        tell(f"{body.name} reaches {_length(cut * placing.voxel_size)} beyond the box: cut there")
    counts = winding_numbers(points, body.faces, low, tuple(high - low))
    crossed = int(((counts != 0) & (counts != 1)).sum())
    if crossed:
        what = f"{body.name} crosses itself: {crossed} voxels are not enclosed just once"
        if not placing.repair:
            raise InputError(
                f"{what}; expected a surface that does not, or electrode.repair = true"
            )
        tell(f"{what}, and count as inside")
    return paint(owner, counts, low, number, placing.periodic)


def _tell_unseen(bodies, held, tell):
    unseen = np.flatnonzero(held == 0)
    if len(unseen):
        tell(f"{len(unseen)} bodies hold no centre of a voxel and are left out, such as "
             f"{bodies[unseen[0]].name}")  # fmt: skip


def _settle(owner, contested, held, bodies, placing):
    """Share the voxels that several bodies claim among them."""
    places = np.concatenate(contested)
    if len(places) == 0:
        return
    claims = np.repeat(np.arange(len(bodies)), [len(each) for each in contested])
    first = owner.ravel()[places]
    low, high = np.minimum(first, claims), np.maximum(first, claims)
    pairs, shared = np.unique(low * np.int64(len(bodies)) + high, return_counts=True)
    one, other = np.divmod(pairs, len(bodies))
    share = shared / np.minimum(held[one], held[other])
    worst = int(np.argmax(share))
    if share[worst] > placing.overlap_limit:
        raise InputError(
            f"{bodies[one[worst]].name} and {bodies[other[worst]].name} overlap by "
            f"{100 * share[worst]:.3g} % of the smaller one; expected at most "
            f"{100 * placing.overlap_limit:.3g} % (electrode.overlap_limit)"
        )
    # The one that came first claims the voxel too.
    rows = np.unique(
        np.concatenate([np.stack([places, claims], 1), np.stack([places, first], 1)]), axis=0
    )
    place, start = np.unique(rows[:, 0], return_index=True)
    settle(owner, place, rows[:, 1].astype(np.int32), np.append(start, len(rows)), placing.periodic)


def _volume(path, owner, foil, placing, cbd_nanoporosity):
    solid = (owner >= 0).any(axis=(1, 2))
    if not solid.any():
        raise InputError(
            f"{path}: no voxel of {_length(placing.voxel_size)} has its centre in a body; expected "
            "a smaller electrode.voxel_size"
        )
    top = int(np.flatnonzero(solid)[-1]) + 1
    thickness = placing.thickness
    if thickness is None:
        owner, thickness = owner[:top], (top - foil) * placing.voxel_size
    labels = np.where(owner >= 0, np.uint8(ACTIVE_MATERIAL), np.uint8(0))
    labels[:foil] = COLLECTOR
    return Volume(
        labels, placing.voxel_size, placing.periodic, thickness, cbd_nanoporosity,
        np.ascontiguousarray(owner),
    )  # fmt: skip
