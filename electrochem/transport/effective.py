"""Effective conductivity of a volume between two of its planes: any phases, along any axis."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dem.errors import InputError
from electrochem.structure.phase_fractions import coating
from electrochem.transport.conductance import Network, faces_between, look_up
from electrochem.transport.conduction import conduct
from electrochem.transport.flux import face_flows
from voxelize.volume import LABEL_NAMES, Volume

AXES = ("z", "y", "x")
"""Names of the axes in the order of indices; z is through the plane."""
Progress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class Cells:
    """What conducts, cell by cell, along the axes z, y and x.

    conductivity : three arrays (nz, ny, nx) float32, ≥ 0, in `unit`; may be one array three times
    spacing : (nz,), (ny,), (nx,) edges of the cells [voxels]
    periodic : whether each axis is; electrodes are put where one ends all the same
    unit : of the conductivities, any
    """

    conductivity: tuple[np.ndarray, np.ndarray, np.ndarray]
    spacing: tuple[np.ndarray, np.ndarray, np.ndarray]
    periodic: tuple[bool, bool, bool] = (False, False, False)
    unit: float = 1.0

    def turned(self, axis: str) -> "Cells":
        """The same with this axis first, in the place of z.

        Raises InputError for an axis that is none.
        """
        if axis not in AXES:
            raise InputError(f'axis is "{axis}"; expected one of {", ".join(AXES)}')
        if axis == AXES[0]:
            return self
        order = turned_order(axis)
        known = {}
        for k in self.conductivity:
            # One array stays one: it is turned once.
            if id(k) not in known:
                known[id(k)] = np.ascontiguousarray(k.transpose(order))
        return replace(
            self,
            conductivity=tuple(known[id(self.conductivity[a])] for a in order),
            spacing=tuple(self.spacing[a] for a in order),
            periodic=tuple(self.periodic[a] for a in order),
        )


def turned_order(axis: str) -> list[int]:
    """The axes with this one first, the others in their order."""
    first = AXES.index(axis)
    return [first, *(other for other in range(3) if other != first)]


@dataclass(frozen=True)
class EffectiveConductivity:
    """Conductivity of a volume along an axis, in the unit of the conductivities given.

    value : 0 where nothing conducts from plane to plane
    iterations : of the conjugate gradients
    error_estimate : of the value, relative; of the solution of the discrete equations alone,
        the error of the voxel staircase (first order in the voxel size) comes on top
    percolates : whether a conducting path leads from plane to plane
    """

    value: float
    iterations: int
    error_estimate: float
    percolates: bool


@dataclass(frozen=True, eq=False)
class Conducted:
    """A solved field, along the axes of the cells as they were turned.

    effective : the conductivity; potential : (nz, ny, nx), 1 on the first plane and 0 on the last
    net : the network [unit]; both None where nothing conducts from plane to plane
    spacing, unit : of the cells
    """

    effective: EffectiveConductivity
    net: Network | None
    potential: np.ndarray | None
    spacing: tuple[np.ndarray, np.ndarray, np.ndarray]
    unit: float


def conduct_cells(
    cells: Cells,
    tolerance: float = 1e-4,
    progress: Progress | None = None,
    amend: Callable[[Network, Cells], None] | None = None,
) -> Conducted:
    """Solve for the field between electrodes on the first and the last plane of the cells.

    Finite volumes: two half cells in series at each face, potentials held on the two planes
    themselves; the sides are periodic or carry no flow. Clusters that do not join both planes
    carry none.

    tolerance : relative, of the estimated error of the conductivity
    amend : changes the network in place before it is solved
    Raises InputError for an impossible tolerance.
    """
    if not 0.0 < tolerance < 1.0:
        raise InputError(f"tolerance is {tolerance}: expected a number between 0 and 1")
    spacing, unit = cells.spacing, cells.unit
    net = faces_between(cells.conductivity, spacing, cells.periodic[1:])
    if amend is not None:
        amend(net, cells)
    # What is no longer needed makes room for the solver's vectors.
    del cells
    solution = conduct(net, spacing[0], tolerance, progress)
    if solution.conductance == 0.0:
        nothing = EffectiveConductivity(0.0, 0, 0.0, percolates=False)
        return Conducted(nothing, None, None, spacing, unit)
    area = float(spacing[1].sum() * spacing[2].sum())
    effective = EffectiveConductivity(
        value=float(solution.conductance * spacing[0].sum() / area * unit),
        iterations=solution.iterations,
        error_estimate=solution.error_estimate,
        percolates=True,
    )
    return Conducted(effective, net, solution.potential, spacing, unit)


def cells_of(volume: Volume, conductivity: np.ndarray) -> Cells:
    """The coating's cells, a cut top layer as thick as its weight.

    conductivity : (5,) by label, finite and ≥ 0, or (n, ny, nx), of the coating's voxels
    Raises InputError for a conductivity that is negative or not finite, or no coating.
    """
    labels, heights = coating(volume)
    conductivity = np.asarray(conductivity)
    if conductivity.ndim == 1:
        table = _checked_table(conductivity)
        unit = float(table.max()) or 1.0
        k = np.empty(labels.shape, np.float32)
        look_up((table / unit).astype(np.float32), labels, k)
    else:
        _check_map(conductivity, labels)
        unit = float(conductivity.max()) or 1.0
        k = (conductivity / conductivity.dtype.type(unit)).astype(np.float32, copy=False)
    rows, columns = labels.shape[1:]
    spacing = heights, np.ones(rows), np.ones(columns)
    return Cells((k, k, k), spacing, (False, volume.periodic, volume.periodic), unit)


def _checked_table(conductivity: np.ndarray) -> np.ndarray:
    conductivity = conductivity.astype(np.float64)
    if conductivity.shape != (len(LABEL_NAMES),):
        raise InputError(f"conductivity needs {len(LABEL_NAMES)} values, one for each label")
    for name, value in zip(LABEL_NAMES, conductivity, strict=True):
        if not 0.0 <= value < np.inf:
            raise InputError(f"conductivity of {name} is {value}: expected a finite value ≥ 0")
    return conductivity


def _check_map(conductivity: np.ndarray, labels: np.ndarray) -> None:
    if conductivity.shape != labels.shape:
        raise InputError(
            f"conductivity has the shape {conductivity.shape}; expected {labels.shape}, the "
            "coating's voxels, or a value for each label"
        )
    if not (conductivity.min() >= 0.0 and conductivity.max() < np.inf):
        raise InputError("conductivity holds values below 0 or not finite: expected finite, ≥ 0")


def effective_conductivity(
    volume: Volume,
    conductivity: np.ndarray,
    tolerance: float = 1e-4,
    progress: Progress | None = None,
    axis: str = "z",
) -> EffectiveConductivity:
    """Conductivity along an axis; along z from the collector's coated face to the upper plane.

    conductivity : (5,) by label, or (n, ny, nx) of the coating's voxels; ≥ 0, any unit
    tolerance, progress : as in `conduct_cells`
    Raises InputError for a conductivity that is negative or not finite.
    """
    return conduct_cells(cells_of(volume, conductivity).turned(axis), tolerance, progress).effective


@dataclass(frozen=True, eq=False)
class ConductivityTensor:
    """Conductivity tensor, in the unit of the conductivities given.

    value : (3, 3) symmetric, axes z, y, x
    asymmetry : largest difference of two that should be equal, over the largest entry: of what the
        electrodes on the faces cost a volume that is not much larger than its structure
    error_estimate : largest of the three solutions', relative: of the diagonal; entries off it err
        by up to its root, as the field does
    """

    value: np.ndarray
    asymmetry: float
    error_estimate: float


def conductivity_tensor(
    along: Callable[[str, Progress], Conducted], progress: Progress | None = None
) -> ConductivityTensor:
    """The full tensor: a solution along each axis, whose mean flux is a column of it.

    along : solves along an axis: `lambda axis, on: conduct_cells(cells.turned(axis), 1e-4, on)`
    Electrodes stand on the faces of each axis in turn, and the other sides are periodic or carry
    no flow. Where nothing spans along an axis, its column is zero.
    """
    tensor, error = np.zeros((3, 3)), 0.0
    for column, axis in enumerate(AXES):

        def on(share: float, note: str, begun: int = column) -> None:
            if progress is not None:
                progress((begun + share) / 3, note)

        solved = along(axis, on)
        tensor[turned_order(axis), column] = mean_flux(solved)
        error = max(error, solved.effective.error_estimate)
    largest = np.abs(tensor).max()
    asymmetry = float(np.abs(tensor - tensor.T).max() / largest) if largest > 0.0 else 0.0
    return ConductivityTensor(0.5 * (tensor + tensor.T), asymmetry, error)


def mean_flux(solved: Conducted) -> np.ndarray:
    """(3,) mean flux density per mean gradient along the turned axes; the first is the conductivity
    itself."""
    if solved.net is None:
        return np.zeros(3)
    total = np.zeros(3)
    for axis, flow in enumerate(face_flows(solved.net, solved.potential)):
        reach = solved.spacing[axis]
        # From centre to centre; half a cell to an electrode.
        between = 0.5 * (reach + np.roll(reach, 1))
        if axis == 0:
            between = np.concatenate(([0.5 * reach[0]], between[1:], [0.5 * reach[-1]]))
        others = tuple(other for other in range(3) if other != axis)
        total[axis] = flow.sum(axis=others, dtype=float) @ between
    length = solved.spacing[0].sum()
    volume = length * solved.spacing[1].sum() * solved.spacing[2].sum()
    return solved.unit * total * length / volume
