"""Whether a volume is large enough to stand for its electrode."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from dem.errors import InputError
from electrochem.structure.phase_fractions import coating, phase_fractions, porosity
from electrochem.structure.surface_area import surface_areas
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume

Figure = Callable[[Volume], float]


def _am_pore(volume: Volume) -> float:
    return surface_areas(volume).am_pore


FIGURES: dict[str, Figure] = {
    "porosity": porosity,
    "am_fraction": lambda volume: float(phase_fractions(volume)[ACTIVE_MATERIAL]),
    "am_pore_area_m2_m3": _am_pore,
}
"""Figures whose spread is told, by their columns."""

_SMALLEST = 8
"""Least edge of a part [voxels]."""


@dataclass(frozen=True, eq=False)
class Spread:
    """How a figure varies between equal parts of the volume, each as thick as the coating.

    whole : of the whole volume
    parts : (m,), of each of them, in raster order
    """

    whole: float
    parts: np.ndarray

    @property
    def deviation(self) -> float:
        """Standard deviation between the parts."""
        return float(self.parts.std(ddof=1))

    @property
    def relative_error(self) -> float:
        """Standard error of the whole volume's figure over the figure, were the parts independent:
        the deviation shrinks with the root of their number. Neighbours are alike at edges of a few
        particles, which makes it too small there. nan for a figure of 0."""
        if self.whole == 0.0:
            return np.nan
        return float(self.deviation / np.sqrt(len(self.parts)) / abs(self.whole))


@dataclass(frozen=True, eq=False)
class Representativeness:
    """Size of a volume in particles, and the spread of its figures between its parts.

    index : edge of the cube of the coating's volume over `grain_size`; Saxena et al. ask for 5
    grain_size : [m], 6 V/S of the active material (Sauter's mean diameter of its particles)
    edge : (k,) [m], in-plane edge of the parts, the root of their footprint
    spread : for each figure, one `Spread` for each edge
    """

    index: float
    grain_size: float
    edge: np.ndarray
    spread: dict[str, tuple[Spread, ...]]


def representativeness(
    volume: Volume,
    splits: tuple[int, ...] = (2, 3, 4),
    figures: dict[str, Figure] | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Representativeness:
    """Cut the footprint into 2 × 2, 3 × 3, 4 × 4 parts and measure each as a volume of its own.

    Lim et al., Small 2025, give an index that must exceed 5 without defining it; it is taken here
    as in what they cite, rock images' length over the effective grain size (Saxena et al., Adv.
    Water Resour. 116 (2018) 127), with the length and the size told above.

    splits : parts along each edge of the footprint; what is left over at its far sides is left out
    figures : by their names; `FIGURES` where None. Others may cost more, such as a tortuosity.
    Raises InputError for a volume without active material, for splits below 2 and for parts of
    less than 8 voxels' edge.
    """
    tell = progress or (lambda share, note: None)
    figures = FIGURES if figures is None else figures
    ny, nx = volume.labels.shape[1:]
    if not splits or min(splits) < 2 or min(ny, nx) // max(splits) < _SMALLEST:
        raise InputError(
            f"splits is {splits}; expected whole numbers from 2 to {min(ny, nx) // _SMALLEST}, "
            f"so that parts of {ny} × {nx} voxels have {_SMALLEST} or more to an edge"
        )
    tell(0.0, "representativeness")
    active = float(phase_fractions(volume)[ACTIVE_MATERIAL])
    if active == 0.0:
        raise InputError("the coating holds no active material, whose grain size is the measure")
    found = surface_areas(volume)
    if found.am_pore + found.am_cbd == 0.0:
        raise InputError("the active material has no surface, so its grain size cannot be told")
    grain_size = 6.0 * active / (found.am_pore + found.am_cbd)
    # Surfaces take most of the time: those of the whole are found already.
    whole = {
        name: found.am_pore if figure is _am_pore else figure(volume)
        for name, figure in figures.items()
    }
    spread: dict[str, list[Spread]] = {name: [] for name in figures}
    steps = len(splits) + 1
    for done, split in enumerate(splits, start=1):
        tell(done / steps, f"{split} × {split} parts")
        measured = [[figure(part) for figure in figures.values()] for part in _parts(volume, split)]
        for name, values in zip(figures, np.array(measured).T, strict=True):
            spread[name].append(Spread(whole[name], values))
    tell(1.0, "representativeness measured")
    length = np.cbrt(volume.footprint * volume.voxel_size * float(coating(volume)[1].sum()))
    edges = [volume.voxel_size * np.sqrt((ny // split) * (nx // split)) for split in splits]
    return Representativeness(
        index=float(length / grain_size),
        grain_size=float(grain_size),
        edge=np.array(edges),
        spread={name: tuple(of) for name, of in spread.items()},
    )


def _parts(volume: Volume, split: int) -> Iterator[Volume]:
    ny, nx = (size // split for size in volume.labels.shape[1:])
    for row in range(split):
        for column in range(split):
            here = np.s_[:, row * ny : (row + 1) * ny, column * nx : (column + 1) * nx]
            labels, field = volume.labels[here], volume.nanoporosity_field
            nanoporosity = volume.cbd_nanoporosity
            if field is not None:
                field = field[here]
                of_domain = field[labels == CARBON_BINDER]
                nanoporosity = float(of_domain.mean(dtype=float)) if len(of_domain) else 0.0
            yield replace(
                volume, labels=labels, periodic=False, cbd_nanoporosity=nanoporosity,
                particle=None, nanoporosity_field=field,
            )  # fmt: skip
