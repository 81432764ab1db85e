"""Extrapolation of a transport figure to voxels of no size, with its uncertainty."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from electrochem.transport.phase_shares import PhaseShares
from voxelize.volume import COLLECTOR, Volume

_HALF = ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0))
_QUARTER = ((0, 1, 2), (1, 3, 0), (2, 0, 3), (3, 2, 1))
"""Where every second and every fourth voxel is taken from; each axis begins at each place alike."""
_FEWEST = 6
"""Cells along an edge below which a coarser volume is not looked at."""
_FARTHEST = 0.5
"""Change on halving the resolution, of the figure itself, above which it tells no limit."""
_LEAST, _MOST = 0.6, 2.0
"""Orders that an error in its asymptotic range may show."""
_COUNTED = 2e-3
"""Least error of a figure from shares that are counted on 2³ to 4³ points, as at spheres."""
_TRUST = 0.15
"""Share of the correction that stays uncertain where three resolutions agree on their order."""


@dataclass(frozen=True)
class Extrapolated:
    """A figure at its own resolution and its limit at voxels of no size.

    value : the limit, or `fine` where there is none; uncertainty : of the limit, to either side,
        nan where there is none
    fine, coarse, coarsest : at the voxel size, at twice (mean over offsets) and at four times it;
        nan where not solved
    spread : standard deviation of the coarse figures; order : of the error, as the three show it,
        nan where they do not
    note : why there is no limit, else empty
    """

    value: float
    uncertainty: float
    fine: float
    coarse: float
    coarsest: float
    spread: float
    order: float
    note: str


def richardson(
    sample: Volume | PhaseShares,
    solve: Callable[[Volume | PhaseShares], float],
    progress: Callable[[float, str], None] | None = None,
) -> Extrapolated:
    """Solve at one, two and four times the voxel size and extrapolate (Richardson 1911).

    Labels are sampled at every second voxel, from four of the eight that may be first, and every
    fourth: staircases of the same kind, whose error is of first order. Shares of phases are
    averaged over 2³ cells, with an error of first (conductors) to second order (insulators); the
    order is what three resolutions show between these, second where they show none.

    solve : the figure of a sample, 0 where nothing percolates; what a volume is relieved of, as
        loose peaks, must be so before
    """
    fine = float(solve(sample))
    if fine == 0.0:
        return _none(fine, np.nan, "nothing conducts from plane to plane at the voxel size")
    shares = isinstance(sample, PhaseShares)
    if min(_cells(sample), default=0) < 2 * _FEWEST:
        return _none(fine, np.nan, f"fewer than {2 * _FEWEST} voxels along an edge")
    # Work goes with the number of voxels: four samples of an eighth, four of a 64th.
    coarse = _solved(sample, 2, solve, progress, 0.64, 0.32)
    if min(coarse) == 0.0:
        return _none(fine, np.mean(coarse), "at twice the voxel size it does not percolate")
    change = fine - float(np.mean(coarse))
    if abs(change) > _FARTHEST * fine:
        return _none(
            fine, np.mean(coarse), f"it changes by {abs(change) / fine:.0%} with the voxel size"
        )
    coarsest, order = np.nan, np.nan
    if min(_cells(sample)) >= 4 * _FEWEST:
        found = _solved(sample, 4, solve, progress, 0.96, 0.04)
        if min(found) > 0.0:
            coarsest = float(np.mean(found))
            order = _order(coarsest, float(np.mean(coarse)), fine)
    spread = float(np.std(coarse, ddof=1)) if len(coarse) > 1 else 0.0
    value, uncertainty = _limit(fine, change, order, shares)
    if np.isfinite(coarsest) and not _LEAST <= order <= _MOST:
        # Errors that do not fall in order may cancel by chance at one of the sizes.
        uncertainty = max(uncertainty, abs(change), 0.5 * abs(float(np.mean(coarse)) - coarsest))
    if shares:
        uncertainty = max(uncertainty, _COUNTED * fine)
    # The fine figure is of one offset too: half the coarse one's spread, and it counts twice.
    noise = spread * np.sqrt(1.0 + 1.0 / len(coarse))
    return Extrapolated(
        value, float(np.hypot(uncertainty, noise)), fine, float(np.mean(coarse)), coarsest, spread,
        order, "",
    )  # fmt: skip


def _none(fine: float, coarse: float, note: str) -> Extrapolated:
    return Extrapolated(fine, np.nan, fine, float(coarse), np.nan, np.nan, np.nan, note)


def _cells(sample: Volume | PhaseShares) -> tuple[int, ...]:
    """Cells along each edge, those of a single one left out: a plane volume stays one."""
    if isinstance(sample, PhaseShares):
        shape = sample.shares.shape[1:]
    else:
        shape = (sample.coating.stop - sample.coating.start, *sample.labels.shape[1:])
    return tuple(size for size in shape if size > 1)


def _solved(sample, times, solve, progress, begun, share) -> list[float]:
    if isinstance(sample, PhaseShares):
        coarser = sample.coarser() if times == 2 else sample.coarser().coarser()
        return [float(solve(coarser))]
    found = []
    for first in _HALF if times == 2 else _QUARTER:
        if progress is not None:
            progress(begun + share * len(found) / 4, f"at {times} times the voxel size")
        found.append(float(solve(every(sample, times, first))))
    return found


def _order(coarsest: float, coarse: float, fine: float) -> float:
    ratio = (coarse - coarsest) / (fine - coarse) if fine != coarse else np.nan
    return float(np.log2(ratio)) if ratio > 0.0 else np.nan


def _limit(fine: float, change: float, order: float, shares: bool) -> tuple[float, float]:
    """The limit of a figure that changed by `change`, and its uncertainty from the order's."""

    def correction(by: float) -> float:
        return change / (2.0**by - 1.0)

    if shares:
        # Both orders are at work in one sample: neither is ruled out by three figures.
        by = float(np.clip(order, 1.0, 2.0)) if np.isfinite(order) else 2.0
        value = correction(by)
        return fine + value, max(abs(correction(1.0) - value), abs(correction(2.0) - value))
    value = correction(1.0)
    if np.isfinite(order):
        shown = correction(float(np.clip(order, _LEAST, _MOST)))
        return fine + value, max(abs(shown - value), _TRUST * abs(value))
    return fine + value, 0.6 * abs(value)


def every(volume: Volume, times: int, first: tuple[int, int, int]) -> Volume:
    """Every second, third … voxel of a volume as one of that many times the size.

    Layers are counted from the coated face, so that the coating stays as thick; beyond its last
    layer the last one is taken. An odd end has one voxel more or less, as the offset has it.

    first : (z, y, x), the first voxel taken; 0 along an edge of a single voxel
    """
    foil, inside = volume.collector_layers, volume.coating
    below, above = -(-foil // times), -(-(inside.stop - inside.start) // times)
    layers = foil + times * np.arange(-below, above) + first[0]
    layers[:below] = np.clip(layers[:below], 0, max(foil - 1, 0))
    layers[below:] = np.minimum(layers[below:], inside.stop - 1)
    rows, columns = (
        np.arange(start if size > times else 0, size, times)
        for start, size in zip(first[1:], volume.labels.shape[1:], strict=True)
    )

    def taken(field: np.ndarray | None) -> np.ndarray | None:
        if field is None:
            return None
        return np.ascontiguousarray(field[layers][:, rows][:, :, columns])

    coarse = replace(
        volume, labels=taken(volume.labels), voxel_size=times * volume.voxel_size,
        particle=taken(volume.particle), nanoporosity_field=taken(volume.nanoporosity_field),
    )  # fmt: skip
    if coarse.collector_layers != below:
        # Dents of less than a coarse voxel move its mean plane: without them it stays.
        coarse.labels[:below] = COLLECTOR
    return coarse
