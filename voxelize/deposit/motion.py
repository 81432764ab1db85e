"""The motion of the grains as the voxels see it, and the empty volume that they move into."""

from typing import NamedTuple

import numpy as np

from dem.bonds import INTACT, Bonds
from dem.fragments import fragments, inside_active
from dem.grains import CBD, Grains
from dem.jit import njit
from voxelize.deposit.extent import extents, pulls
from voxelize.deposit.output import empty_volume
from voxelize.divide.decompose import Decomposition


class Carriers(NamedTuple):
    """Moving grains, in voxels of the unloaded picture and index order (z, y, x).

    centre, shift : (g, 3), where a grain was and how far it went; turn : (g, 3, 3), its rotation
        less the identity
    size : (g,), radius of the sphere of the grain's volume
    low, high : (g, 3), reach of its voxels from its centre before it moved
    least_pull, most_pull : (g, 3), between which its neighbours pull its voxels from its own
        rigid motion; pull : (g,), greatest of any component
    start, neighbour : (g + 1,), (b,) int32, whose motion a grain's voxels follow: those joined by
        intact bonds, neighbour[start[g]:start[g + 1]]
    material, particle, body : (g,) int32; body : what keeps a volume of its own, a fragment or a
        binder grain
    source : (nz, ny, nx) int32, grain of each voxel of the unloaded picture, −1 for none
    period : (3,), 0 along an axis that is not periodic
    """

    centre: np.ndarray
    shift: np.ndarray
    turn: np.ndarray
    size: np.ndarray
    low: np.ndarray
    high: np.ndarray
    least_pull: np.ndarray
    most_pull: np.ndarray
    pull: np.ndarray
    start: np.ndarray
    neighbour: np.ndarray
    material: np.ndarray
    particle: np.ndarray
    body: np.ndarray
    source: np.ndarray
    period: np.ndarray


class Frame(NamedTuple):
    """The new volume: labels (nz, ny, nx) uint8, foil and old_foil layers below the coating.

    ratio : its voxel size over the old one's; periodic : in plane
    weight : (nz,), share of each layer inside the coating
    """

    labels: np.ndarray
    foil: int
    old_foil: int
    ratio: float
    periodic: bool
    weight: np.ndarray


class Motion:
    """The motion of the grains of a decomposition, and the empty volume that it leads into."""

    def __init__(
        self,
        decomposition: Decomposition,
        grains: Grains,
        bonds: Bonds,
        thickness: float,
        voxel_size: float | None = None,
    ):
        old = decomposition.volume
        h, foil = old.voxel_size, old.collector_layers
        self.old = old
        self.material, self.particle = grains.material, grains.particle
        reference = decomposition.grains
        centre = np.ascontiguousarray(reference.position[:, ::-1]) / h + [foil, 0.0, 0.0]
        shift = np.ascontiguousarray((grains.position - reference.position)[:, ::-1]) / h
        turn = np.ascontiguousarray(rotation(grains.orientation)[:, ::-1, ::-1])
        period = np.zeros(3)
        if old.periodic:
            period[1:] = old.labels.shape[1:]
        low, high = extents(decomposition.grain, centre, period)
        intact = bonds.state == INTACT
        start, neighbour = _neighbours(bonds, intact, grains.material)
        least, most = pulls(centre, shift, turn, low, high, start, neighbour, period)
        self.carriers = Carriers(
            centre=centre, shift=shift, turn=turn,
            size=np.cbrt(0.75 / np.pi * reference.volume) / h, low=low, high=high,
            least_pull=least, most_pull=most,
            pull=np.maximum(most, -least).max(axis=1, initial=0.0),
            start=start, neighbour=neighbour, material=grains.material, particle=grains.particle,
            body=_bodies(grains, bonds), source=decomposition.grain, period=period,
        )  # fmt: skip
        rigid = foil - decomposition.foil_layers
        self.new, ratio, layers = empty_volume(old, thickness, voxel_size, rigid)
        self.foil_growth = layers.made / max(decomposition.foil_layers / ratio, 1e-9)
        self.frame = Frame(
            labels=self.new.labels, foil=layers.foil, old_foil=foil, ratio=ratio,
            periodic=old.periodic, weight=layers.weight,
        )  # fmt: skip
        broken = ~intact & inside_active(grains, bonds)
        self.parted = links(bonds, broken, len(grains.radius))


def rotation(orientation: np.ndarray) -> np.ndarray:
    """Rotation less identity (n, 3, 3) of unit quaternions; exactly 0 for the identity."""
    w, x, y, z = orientation.T
    rows = [
        [-2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), -2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), -2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def links(bonds: Bonds, which: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Bonds by grain: (count + 1,) starts and the other ends, ascending, both int32."""
    return _by_grain(bonds.first, bonds.second, which, which, count)


def _neighbours(bonds: Bonds, intact: np.ndarray, material: np.ndarray):
    """Whose motion each grain's voxels follow: dense solids follow none of the soft binder."""
    first, second = material[bonds.first], material[bonds.second]
    alike = first == second
    to_second, to_first = intact & (alike | (first == CBD)), intact & (alike | (second == CBD))
    return _by_grain(bonds.first, bonds.second, to_second, to_first, len(material))


@njit
def _by_grain(first, second, to_second, to_first, count):
    """Starts (count + 1,) and other ends of each grain's bonds, ascending, as the bonds are sorted.

    to_second, to_first : (m,) bool, which bonds list their second grain at their first, and back
    """
    start = np.zeros(count + 1, np.int32)
    for b in range(len(first)):
        start[first[b] + 1] += to_second[b]
        start[second[b] + 1] += to_first[b]
    for g in range(count):
        start[g + 1] += start[g]
    other, at = np.empty(start[count], np.int32), start[:-1].copy()
    # Lower ends first: those of bonds whose second grain it is.
    for b in range(len(first)):
        if to_first[b]:
            other[at[second[b]]] = first[b]
            at[second[b]] += 1
    for b in range(len(first)):
        if to_second[b]:
            other[at[first[b]]] = second[b]
            at[first[b]] += 1
    return start, other


def _bodies(grains: Grains, bonds: Bonds) -> np.ndarray:
    """Fragments of dense solids and single grains of binder, numbered 0 … n−1, (g,) int32."""
    fragment = fragments(grains, bonds).astype(np.int64)
    is_binder = grains.material == CBD
    fragment[is_binder] = fragment.max(initial=-1) + 1 + np.flatnonzero(is_binder)
    return np.unique(fragment, return_inverse=True)[1].astype(np.int32)
