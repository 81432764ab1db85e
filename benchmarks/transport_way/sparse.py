"""The same finite volumes as a sparse matrix, solved by pyamg's Ruge–Stuben multigrid.

    python -m benchmarks.transport_way.sparse '{"labels": FILE.npy, "conductivity": […], …}'

Nothing of it is shared with the project's solver: conductances, clusters and matrix are NumPy's and
SciPy's. Prints one line of JSON.
"""

import json
import sys
import time

import numpy as np
from scipy.ndimage import label
from scipy.sparse import coo_array, diags_array

from benchmarks.transport_way.memory import touch


def through(conducting: np.ndarray) -> np.ndarray:
    """The clusters that touch both ends; sides closed."""
    number, _ = label(conducting)
    both = np.intersect1d(number[0], number[-1])
    return np.isin(number, both[both > 0])


def assemble(conductivity: np.ndarray):
    """Matrix, right-hand side and cells of A x = b: ends at potentials 1 and 0, sides closed.

    conductivity : (nz, ny, nx). A face is two half cells in series, an end half a cell.
    Returns the matrix (csr), b, and the cells, (nz, ny, nx) bool, in whose order they are.
    """
    k = np.asarray(conductivity, np.float64)
    cells = through(k > 0.0)
    number = np.full(k.shape, -1, np.int32)
    count = int(cells.sum())
    number[cells] = np.arange(count, dtype=np.int32)
    one, other, face = [], [], []
    for axis in range(3):
        low = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        high = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        joined = cells[low] & cells[high]
        below, above = k[low][joined], k[high][joined]
        one.append(number[low][joined])
        other.append(number[high][joined])
        face.append(2.0 * below * above / (below + above))
    one, other, face = (np.concatenate(parts) for parts in (one, other, face))
    diagonal = np.bincount(one, face, count) + np.bincount(other, face, count)
    source = np.zeros(count)
    ends = [2.0 * k[end][cells[end]] for end in (0, -1)]
    for end, conductance in zip((0, -1), ends, strict=True):
        diagonal[number[end][cells[end]]] += conductance
    source[number[0][cells[0]]] = ends[0]
    upper = coo_array((-face, (one, other)), shape=(count, count)).tocsr()
    return (upper + upper.T + diags_array(diagonal)).tocsr(), source, cells


def conductivity_of(x: np.ndarray, matrix, source: np.ndarray, shape: tuple) -> float:
    """From the dissipation of the field x, whose error is the square of the field's."""
    dissipated = source.sum() - source @ x - x @ (source - matrix @ x)
    return float(dissipated * shape[0] / (shape[1] * shape[2]))


def residual(x: np.ndarray, matrix, source: np.ndarray) -> float:
    """Relative, as pyamg's conjugate gradients take it."""
    return float(np.linalg.norm(source - matrix @ x) / np.linalg.norm(source))


def main() -> None:
    """One solve."""
    import pyamg

    asked = json.loads(sys.argv[1])
    labels = np.load(asked["labels"])
    touch(300 * labels.size)
    begun = time.process_time()
    matrix, source, _ = assemble(np.array(asked["conductivity"])[labels])
    assembled = time.process_time()
    hierarchy = pyamg.ruge_stuben_solver(matrix, max_coarse=200)
    set_up = time.process_time()
    history: list[float] = []
    x = hierarchy.solve(source, tol=asked["residual"], accel="cg", maxiter=500, residuals=history)
    solved = time.process_time()
    print(json.dumps({
        "value": conductivity_of(x, matrix, source, labels.shape),
        "iterations": len(history) - 1,
        "residual": residual(x, matrix, source),
        "cpu_seconds_assembly": assembled - begun,
        "cpu_seconds_setup": set_up - assembled,
        "cpu_seconds": solved - assembled,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
