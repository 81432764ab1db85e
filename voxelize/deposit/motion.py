"""The motion of the grains as the voxels see it, and the empty volume that they move into."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dem.bonds import INTACT, Bonds
from dem.fragments import fragments
from dem.grains import ACTIVE, CBD, Grains
from voxelize.deposit.grid import Grid, Pairs
from voxelize.deposit.ride import ride
from voxelize.divide.decompose import Decomposition
from voxelize.volume import COLLECTOR, Volume


class Riders(NamedTuple):
    """Voxels of one phase and where their grains carry them.

    source : (n, 3) int32; grain : (n,) int32; target : (n, 3), unwrapped; depth : (n,)
    """

    source: np.ndarray
    grain: np.ndarray
    target: np.ndarray
    depth: np.ndarray


class Motion:
    """The motion in voxels and index order (z, y, x), and the empty volume it leads into."""

    def __init__(
        self, decomposition: Decomposition, grains: Grains, bonds: Bonds, thickness: float
    ):
        old = decomposition.volume
        h = old.voxel_size
        foil = old.collector_layers
        self.old = old
        self.source_grain = decomposition.grain
        self.material = grains.material
        self.particle = grains.particle
        self.fragment = fragments(grains, bonds)
        reference = decomposition.grains
        self.centre = np.ascontiguousarray(reference.position[:, ::-1]) / h + [foil, 0.0, 0.0]
        self.shift = np.ascontiguousarray((grains.position - reference.position)[:, ::-1]) / h
        self.turn = np.ascontiguousarray(_turn(grains.orientation)[:, ::-1, ::-1])
        self.size = np.cbrt(0.75 / np.pi * reference.volume) / h
        self.new, self.is_open = _empty(old, foil, thickness)
        self.grid = Grid(self.new.labels.shape, old.periodic)
        self.weights = self.new.layer_weights
        self.old_grid = Grid(old.labels.shape, old.periodic)
        self.period = np.zeros(3)
        if old.periodic:
            self.period[1:] = old.labels.shape[1:]
        count = len(grains.radius)
        material = np.stack([grains.material[bonds.first], grains.material[bonds.second]])
        like = material[0] == material[1]
        intact = bonds.state == INTACT
        self.joined = Pairs(bonds.first[intact & like], bonds.second[intact & like], count)
        broken = ~intact & like & (material[0] == ACTIVE)
        self.parted = Pairs(bonds.first[broken], bonds.second[broken], count)
        self.start, self.neighbour = _neighbours(bonds, intact, grains.material)

    def riders(self, material: int) -> tuple[Riders, np.ndarray]:
        """Voxels of a phase where their grains carry them, and their weights before."""
        flat = np.flatnonzero(self.source_grain >= 0)
        flat = flat[self.material[self.source_grain.ravel()[flat]] == material]
        source = self.old_grid.cells(flat)
        grain = self.source_grain.ravel()[flat]
        target, depth = ride(
            source,
            grain,
            self.centre,
            self.shift,
            self.turn,
            self.size,
            self.start,
            self.neighbour,
            self.period,
        )
        return Riders(source, grain, target, depth), self.old.layer_weights[source[:, 0]]

    def weight_at(self, flat: np.ndarray) -> np.ndarray:
        """Weight of cells of the new volume."""
        return self.weights[flat // (self.grid.shape[1] * self.grid.shape[2])]


def _turn(orientation: np.ndarray) -> np.ndarray:
    """Rotation less identity (n, 3, 3) of unit quaternions; exactly 0 for the identity."""
    w, x, y, z = orientation.T
    rows = [
        [-2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), -2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), -2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def _empty(old: Volume, foil: int, thickness: float) -> tuple[Volume, np.ndarray]:
    """The new volume with its collector only, and the cells that solids can land in."""
    layers = int(np.ceil(thickness / old.voxel_size - 1e-9))
    shape = (foil + layers, *old.labels.shape[1:])
    labels = np.zeros(shape, np.uint8)
    common = min(shape[0], old.labels.shape[0])
    labels[:common][old.labels[:common] == COLLECTOR] = COLLECTOR
    volume = replace(
        old, labels=labels, thickness=thickness, particle=None, nanoporosity_field=None
    )
    return volume, labels != COLLECTOR


def _neighbours(bonds: Bonds, intact: np.ndarray, material: np.ndarray):
    """Whose motion each grain's voxels follow: active material follows none of the soft binder."""
    first, second = bonds.first[intact], bonds.second[intact]
    of = np.concatenate([first, second])
    other = np.concatenate([second, first])
    follows = (material[of] == CBD) | (material[other] == ACTIVE)
    of, other = of[follows], other[follows]
    order = np.lexsort((other, of))
    start = np.searchsorted(of[order], np.arange(len(material) + 1)).astype(np.int32)
    return start, other[order].astype(np.int32)
