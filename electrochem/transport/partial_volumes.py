"""Conduction between voxels that hold several phases, from the share of each phase in each voxel."""

from typing import NamedTuple

import numpy as np

from dem.errors import InputError
from electrochem.structure.percolation import spanning
from electrochem.transport import partial_kernels as faces
from electrochem.transport import plane_kernels as planes


class _Layer(NamedTuple):
    """What the cells of a layer show to their faces; sides as in `plane_kernels.cut_cell`.

    poor : (6, ny, nx), conductivity at a face of what conducts worse than the host
    rich : (6, ny, nx), share of a face that the host and what conducts better fill
    length : (6, ny, nx), resistance of the half line to a face through these alone
    film : (ny, nx), 0 … 1, whether the cell is of a film; across : (3, ny, nx), what it conducts
        along z, y and x if so
    """

    poor: np.ndarray
    rich: np.ndarray
    length: np.ndarray
    film: np.ndarray
    across: np.ndarray


def host_conductivity(shares: np.ndarray, conductivity: np.ndarray, periodic: bool) -> float:
    """Conductivity of the host: the worst phase without which the better ones do not span.

    Phases fill a voxel here of which they hold a half or more; where even all that conduct do not
    span, the worst of them is the host.
    """
    values = np.unique(conductivity[conductivity > 0.0])[::-1]
    for value in values:
        if spanning(_sum(shares, conductivity >= value) >= 0.5, periodic).any():
            return float(value)
    return float(values[-1])


def _sum(shares: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Share of several phases together; a view where it is one."""
    which = np.flatnonzero(of)
    if len(which) == 1:
        return shares[which[0]]
    total = np.zeros(shares.shape[1:], np.float32)
    for phase in which:
        total += shares[phase]
    return np.minimum(total, 1.0, out=total)


def face_conductances(
    shares: np.ndarray,
    conductivity: np.ndarray,
    heights: np.ndarray,
    periodic: tuple[bool, bool],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Conductances of the faces of cells that planes between the phases cut.

    In each cell a phase is bounded by a plane across its smoothed gradient that leaves it its share
    (Youngs 1982). Seen from the host, the worst phase without which the better ones do not span:

    * What conducts worse, or not at all, opens or closes faces: a face conducts as its parts side by
      side. Second order at insulators (Ng, Min and Gibou, J. Comput. Phys. 228 (2009) 8807).
    * What conducts better shortens the way: the line between two centres conducts as its parts one
      behind the other. Second order at perfect conductors (Gibou et al., ibid. 176 (2002) 205).

    In films thinner than the planes can show, cells conduct as a laminate across their structure
    tensor and, where less than half of one conducts, as their phases one behind the other.

    shares : (phases, nz, ny, nx) float32, adding up to 1; conductivity : (phases,), ≥ 0
    heights : (nz,) [voxels]; periodic : (y, x)
    Returns z (nz+1, ny, nx), y and x (nz, ny, nx) float32 [conductivity × voxel], each of the face
    before the cell, those of index 0 in y and x at the seam; with the faces on the electrodes.
    """
    conductivity = np.asarray(conductivity, np.float64)
    _check(shares, conductivity, heights)
    layers, rows, columns = shares.shape[1:]
    z = np.zeros((layers + 1, rows, columns), np.float32)
    y, x = np.zeros((2, layers, rows, columns), np.float32)
    if not (conductivity > 0.0).any():
        return z, y, x
    cells = _Cells(shares, conductivity, periodic)
    below = None
    for k in range(layers):
        layer = cells.layer(k)
        faces.faces_within(layer, heights[k], *periodic, y[k], x[k])
        if below is None:
            faces.faces_at_end(layer, 0, heights[k], z[0])
        else:
            faces.faces_between(below, layer, heights[k - 1], heights[k], z[k])
        below = layer
    faces.faces_at_end(below, 1, heights[-1], z[-1])
    return z, y, x


def _check(shares, conductivity, heights) -> None:
    if shares.ndim != 4 or len(shares) != len(conductivity) or shares.shape[1] != len(heights):
        raise InputError(
            f"shares of shape {shares.shape} do not fit {len(conductivity)} conductivities and "
            f"{len(heights)} heights: expected (phases, layers, rows, columns)"
        )
    if not (np.isfinite(conductivity) & (conductivity >= 0.0)).all():
        raise InputError(f"conductivities {conductivity.tolist()}: expected finite values ≥ 0")


class _Cells:
    """What each layer of cells shows to its faces, one layer at a time."""

    def __init__(self, shares, conductivity, periodic):
        self.shares, self.conductivity, self.periodic = shares, conductivity, periodic
        self.host = host_conductivity(shares, conductivity, all(periodic))
        self.rich = _sum(shares, conductivity >= self.host)
        self.insulating = _sum(shares, conductivity == 0.0) if (conductivity == 0.0).any() else None
        # How much of the host's conductivity: films are its dips.
        weight = np.minimum(conductivity / self.host, 1.0).astype(np.float32)
        self.conducting = np.zeros(shares.shape[1:], np.float32)
        for share, part in zip(shares, weight, strict=True):
            if part > 0.0:
                self.conducting += part * share

    def layer(self, k: int) -> _Layer:
        rows, columns = self.rich.shape[1:]
        shares, lengths = np.empty((2, 6, rows, columns), np.float32)
        poor, total = np.zeros((2, 6, rows, columns), np.float32)
        for phase, value in enumerate(self.conductivity):
            if 0.0 < value < self.host:
                planes.cut_layer(self.shares[phase], k, *self.periodic, shares, lengths)
                poor += np.float32(value) * shares
                total += shares
        if self.insulating is not None:
            planes.cut_layer(self.insulating, k, *self.periodic, shares, lengths)
            total += shares
        planes.cut_layer(self.rich, k, *self.periodic, shares, lengths)
        rich = shares.copy()
        # Planes of three phases may overlap or leave a gap.
        total += rich
        poor /= total
        rich /= total
        return _Layer(poor, rich, self._half_lines(k, shares, lengths), *self._films(k))

    def _half_lines(self, k, shares, lengths) -> np.ndarray:
        resistance = np.full(shares.shape, 0.5 / self.host, np.float32)
        for phase, value in enumerate(self.conductivity):
            if value > self.host:
                planes.cut_layer(self.shares[phase], k, *self.periodic, shares, lengths)
                resistance -= np.float32(1.0 / self.host - 1.0 / value) * lengths
        best = self.conductivity.max()
        return np.maximum(resistance, np.float32(0.5 / best), out=resistance)

    def _films(self, k) -> tuple[np.ndarray, np.ndarray]:
        rows, columns = self.rich.shape[1:]
        film, along = np.empty((rows, columns)), np.zeros((3, rows, columns))
        planes.tell_films(self.conducting, k, *self.periodic, film, along)
        at = film > 0.0
        shares = self.shares[:, k][:, at].astype(np.float64)
        parallel = self.conductivity @ shares
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(shares > 0.0, shares / self.conductivity[:, None], 0.0)
        series = 1.0 / terms.sum(axis=0)
        beside = np.where(self.conducting[k][at] < 0.5, 0.0, along[:, at])
        across = np.zeros((3, rows, columns))
        across[:, at] = beside * parallel + (1.0 - beside) * series
        return film, across
