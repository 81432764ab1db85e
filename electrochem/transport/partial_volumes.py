"""Conduction between voxels that hold several phases, from the shares of these."""

from typing import NamedTuple

import numpy as np

from dem.errors import InputError
from electrochem.structure.percolation import spanning
from electrochem.transport import partial_kernels as faces
from electrochem.transport import plane_kernels as planes
from electrochem.transport.conductance import Network
from electrochem.transport.conduction import conduct
from electrochem.transport.effective import EffectiveConductivity, Progress
from electrochem.transport.phase_shares import PhaseShares
from voxelize.volume import LABEL_NAMES

_NONE = 1e-6
"""Share of a cell below which it holds nothing: rounding of shares added up."""
_GAP = 1e-3
"""Part of a face below which planes that hold no more of it say nothing about the rest."""
_CLOSED = 1e-6
"""Share of the worst conductor's conductance below which a face is closed: rounding."""


class _Layer(NamedTuple):
    """What the cells of a layer show to their faces; sides as in `plane_kernels.cut_cell`.

    poor : (6, ny, nx), conductivity at a face of what conducts worse than the host
    rich : (6, ny, nx), share of a face that the host and what conducts better fill
    length : (6, ny, nx), resistance of the half line to a face through these alone
    film : (ny, nx), 0 … 1, whether the cell is of a film; across : (ny, nx), what it conducts if so
    holds : (ny, nx) bool, whether the cell holds any of the host and what conducts better
    """

    poor: np.ndarray
    rich: np.ndarray
    length: np.ndarray
    film: np.ndarray
    across: np.ndarray
    holds: np.ndarray


def host_conductivity(
    shares: np.ndarray, conductivity: np.ndarray, periodic: tuple[bool, bool]
) -> float:
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
) -> Network:
    """Conductances of the faces of cells that planes between the phases cut.

    In each cell a phase is bounded by a plane across its smoothed gradient that leaves it its share
    (Youngs 1982). Seen from the host, the worst phase without which the better ones do not span:

    * What conducts worse, or not at all, opens or closes faces: a face conducts as its parts side
      by side. Second order at insulators (Ng, Min and Gibou, J. Comput. Phys. 228 (2009) 8807).
    * What conducts better shortens the way: the line between two centres conducts as its parts one
      behind the other. Second order at perfect conductors (Gibou et al., ibid. 176 (2002) 205).

    Two cells that have nothing of the host in common conduct one behind the other.
    In films thinner than the planes can show, a cell conducts as its phases one behind the other:
    not at all where one of them insulates.

    shares : (phases, nz, ny, nx) float32, adding up to 1; conductivity : (phases,), ≥ 0
    heights : (nz,) [voxels]; periodic : (y, x)
    Raises InputError for shapes that do not fit or conductivities that are none.
    """
    conductivity = np.asarray(conductivity, np.float64)
    _check(shares, conductivity, heights)
    layers, rows, columns = shares.shape[1:]
    net = Network(
        np.zeros((layers + 1, rows, columns), np.float32),
        *np.zeros((2, layers, rows, columns), np.float32),
    )
    if not (conductivity > 0.0).any():
        return net
    z, y, x = net
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
    return net


def effective_conductivity_of_shares(
    parts: PhaseShares,
    conductivity: np.ndarray,
    tolerance: float = 1e-4,
    progress: Progress | None = None,
) -> EffectiveConductivity:
    """Conductivity over the thickness of cells that hold several phases.

    conductivity : (5,) by label, ≥ 0, any unit; otherwise as `effective.effective_conductivity`
    """
    conductivity = np.asarray(conductivity, np.float64)
    if conductivity.shape != (len(LABEL_NAMES),):
        raise InputError(f"conductivity needs {len(LABEL_NAMES)} values, one for each label")
    of_parts = conductivity[list(parts.labels)]
    unit = float(of_parts.max())
    if not 0.0 < unit < np.inf:
        unit = 1.0
    periodic = (parts.periodic, parts.periodic)
    net = face_conductances(parts.shares, of_parts / unit, parts.heights, periodic)
    for faces_of in net:
        faces_of[faces_of < _CLOSED * of_parts[of_parts > 0.0].min(initial=unit) / unit] = 0.0
    if not net.z[0].any():
        return EffectiveConductivity(0.0, 0, 0.0, percolates=False)
    solution = conduct(net, parts.heights, tolerance, progress)
    if solution.conductance == 0.0:
        return EffectiveConductivity(0.0, 0, 0.0, percolates=False)
    area = net.y.shape[1] * net.y.shape[2]
    return EffectiveConductivity(
        value=float(solution.conductance * parts.heights.sum() / area * unit),
        iterations=solution.iterations,
        error_estimate=solution.error_estimate,
        percolates=True,
    )


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
        self.host = host_conductivity(shares, conductivity, periodic)
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
        # Planes of three phases may overlap or leave a gap: up to a whole face, which then has the
        # shares of its cell.
        total += rich
        gap = total < _GAP
        total[gap] = 1.0
        poor /= total
        rich /= total
        if gap.any():
            worse = np.where(self.conductivity < self.host, self.conductivity, 0.0)
            cell = np.tensordot(worse.astype(np.float32), self.shares[:, k], axes=1)
            poor[gap] = np.broadcast_to(cell, gap.shape)[gap]
            rich[gap] = np.broadcast_to(self.rich[k], gap.shape)[gap]
        holds = self.rich[k] > _NONE
        return _Layer(poor, rich, self._half_lines(k, shares, lengths), *self._films(k), holds)

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
        film, across = np.empty((rows, columns)), np.zeros((rows, columns))
        planes.tell_films(self.conducting, k, *self.periodic, film)
        at = film > 0.0
        shares = self.shares[:, k][:, at].astype(np.float64)
        with np.errstate(divide="ignore"):
            terms = np.divide(
                shares, self.conductivity[:, None], out=np.zeros_like(shares), where=shares > 0.0
            )
            across[at] = 1.0 / terms.sum(axis=0)
        return film, across
