"""A labelled volume: what a segmentation gives and what the analysis reads."""

from dataclasses import dataclass

import numpy as np

PORE, ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK = 0, 1, 2, 3, 4
LABEL_NAMES = ("pore", "active material", "carbon-binder domain", "collector", "crack")
PHASES = {
    "pore": PORE,
    "active_material": ACTIVE_MATERIAL,
    "cbd": CARBON_BINDER,
    "collector": COLLECTOR,
    "crack": CRACK,
}
"""Names of the phases in a label map; as a map, the labels that `write_labels` writes."""


@dataclass(frozen=True, eq=False)
class Volume:
    """Phases on a cubic grid, through-plane first; index (k, j, i) is (z, y, x).

    labels : (nz, ny, nx) uint8, the constants above; the collector, if any, comes first
    voxel_size : [m]
    periodic : whether the two in-plane directions are periodic
    thickness : [m], coating from the collector's coated face to its upper plane
    cbd_nanoporosity : pore share inside the carbon-binder domain, over all of it
    particle : (nz, ny, nx) int32 or None, id ≥ 0 of the active particle a voxel is of, else −1
    nanoporosity_field : (nz, ny, nx) float32 or None, pore share inside each voxel of the domain,
        nan elsewhere; None where it is `cbd_nanoporosity` everywhere
    """

    labels: np.ndarray
    voxel_size: float
    periodic: bool
    thickness: float
    cbd_nanoporosity: float
    particle: np.ndarray | None = None
    nanoporosity_field: np.ndarray | None = None

    @property
    def collector_layers(self) -> int:
        """Layers that the collector would fill if it were flat: z = 0, the mean plane of its
        coated face, lies on top of the last of them."""
        return foil_layers_of(self.labels)

    @property
    def footprint(self) -> float:
        """In-plane area [m²]."""
        return self.labels.shape[1] * self.labels.shape[2] * self.voxel_size**2

    @property
    def layer_weights(self) -> np.ndarray:
        """(nz,) share of each layer that lies below the coating's upper plane, 0 … 1."""
        return layer_weights(
            len(self.labels), self.collector_layers, self.thickness / self.voxel_size
        )

    @property
    def coating(self) -> slice:
        """Layers between the mean plane of the coated face and the upper plane."""
        above = np.flatnonzero(self.layer_weights > 0.0)
        return slice(self.collector_layers, int(above[-1]) + 1 if len(above) else 0)

    def fraction(self, label: int) -> float:
        """Volume share of a phase in the coating, a cut top layer weighted; what lies in dents of
        the collector's coated face is of the coating."""
        per_layer = (self.labels == label).mean(axis=(1, 2))
        weights = self.layer_weights
        return float((per_layer * weights).sum() / weights[self.coating].sum())


def layer_weights(layers: int, foil: int, thickness: float) -> np.ndarray:
    """Share of each layer (layers,) below a coating's upper plane, at a thickness [voxels] above
    the foil's layers."""
    weights = np.clip(thickness - (np.arange(layers) - foil), 0.0, 1.0)
    # A thickness that is a whole number of voxels up to rounding weighs its layers as whole.
    return np.where(np.abs(weights - np.round(weights)) < 1e-9, np.round(weights), weights)


def foil_layers_of(labels: np.ndarray) -> int:
    """Layers (of nz, ny, nx) that the collector's voxels would fill, to the nearest whole one."""
    found = 0
    # Up to the first layer without any: all of a large volume would take its time at each call.
    for layer in labels:
        inside = np.count_nonzero(layer == COLLECTOR)
        if inside == 0:
            break
        found += inside
    return round(found / labels[0].size)


def foil_layers(thickness: float, voxel_size: float) -> int:
    """Whole layers of voxels that a foil is drawn in: none for the thickness 0, else at least one.

    thickness, voxel_size : [m]
    """
    return 0 if thickness == 0.0 else max(1, round(thickness / voxel_size))
