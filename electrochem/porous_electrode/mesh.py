"""Finite volumes through the cell and, beside them, shells of a particle's radius."""

from dataclasses import dataclass

import numpy as np

from electrochem.porous_electrode.cell import Cell


@dataclass(frozen=True)
class Resolution:
    """Number of finite volumes: through an electrode, through the separator, along the radius."""

    electrode: int = 20
    separator: int = 8
    radial: int = 20


@dataclass(frozen=True, eq=False)
class Mesh:
    """Finite volumes from the negative side (x = 0) to the positive collector.

    width, porosity, transport : (n,) [m], –, porosity/τ² of each volume
    solid : one slice of the n volumes for each porous electrode
    shell_volume : (nr,) ∫ρ² dρ of each shell, ρ = r/R; face_area : (nr−1,) ρ² of inner faces
    shell_distance : (nr−1,) between neighbours' means; surface_distance : last mean to ρ = 1
    """

    width: np.ndarray
    porosity: np.ndarray
    transport: np.ndarray
    solid: tuple[slice, ...]
    shell_volume: np.ndarray
    face_area: np.ndarray
    shell_distance: np.ndarray
    surface_distance: float

    @property
    def position(self) -> np.ndarray:
        """(n,) centres [m]."""
        return np.cumsum(self.width) - 0.5 * self.width


def build(cell: Cell, resolution: Resolution) -> Mesh:
    """The mesh of a cell: even volumes in each layer, shells that thin towards the surface."""
    layers = [(cell.separator, resolution.separator), (cell.positive, resolution.electrode)]
    if not cell.is_half:
        layers.insert(0, (cell.negative, resolution.electrode))
    counts = [count for _, count in layers]
    ends = np.cumsum(counts)

    def spread(values):
        return np.repeat(np.array(values, dtype=float), counts)

    # Gradients gather under the surface: thickness falls evenly to a quarter of the innermost's.
    thickness = np.linspace(8.0, 1.0, resolution.radial)
    edge = np.concatenate([[0.0], np.cumsum(thickness)]) / thickness.sum()
    # Distances that make differences of shell means exact for c ∝ ρ², the profile under a steady
    # flux: mean ρ² differs by 2 ρ_face times the distance.
    mean_square = 0.6 * np.diff(edge**5) / np.diff(edge**3)
    return Mesh(
        width=spread([layer.thickness / count for layer, count in layers]),
        porosity=spread([layer.porosity for layer, _ in layers]),
        transport=spread([layer.porosity / layer.tortuosity_factor for layer, _ in layers]),
        solid=tuple(
            slice(int(end - count), int(end))
            for (layer, count), end in zip(layers, ends, strict=True)
            if layer is not cell.separator
        ),
        shell_volume=np.diff(edge**3) / 3.0,
        face_area=edge[1:-1] ** 2,
        shell_distance=np.diff(mean_square) / (2.0 * edge[1:-1]),
        surface_distance=float(0.5 * (1.0 - mean_square[-1])),
    )
