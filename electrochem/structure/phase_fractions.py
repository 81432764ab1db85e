"""Phase fractions of the coating and their profile through the thickness."""

import numpy as np

from dem.errors import InputError
from voxelize.volume import CARBON_BINDER, COLLECTOR, CRACK, LABEL_NAMES, PORE, Volume


def coating(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the layers between the two planes, (n, ny, nx), and their weights, (n,).

    Raises InputError for a volume without a coating.
    """
    weights, inside = volume.layer_weights, volume.coating
    if len(weights[inside]) == 0:
        raise InputError("the volume holds no coating: no layer above the collector has thickness")
    return volume.labels[inside], weights[inside]


def down_to_foil(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the layers from the deepest dent in the collector up, (n, ny, nx), and weights."""
    inside = volume.coating
    foil = (layer for layer in range(inside.start) if (volume.labels[layer] != COLLECTOR).any())
    with_dents = slice(next(foil, inside.start), inside.stop)
    return volume.labels[with_dents], volume.layer_weights[with_dents]


def phase_profile(volume: Volume) -> np.ndarray:
    """(n, 5) share of each label in each layer of the coating, from the collector up."""
    return _layer_shares(coating(volume)[0])


def _layer_shares(labels: np.ndarray) -> np.ndarray:
    counts = [np.bincount(layer.ravel(), minlength=len(LABEL_NAMES)) for layer in labels]
    return np.array(counts) / labels[0].size


def phase_fractions(volume: Volume) -> np.ndarray:
    """(5,) volume share of each label in the coating, a cut top layer weighted.

    The coating ends at the collector's face, dents included: as much of it lies below the mean
    plane as of the collector above.
    """
    thickness = coating(volume)[1].sum()
    labels, weights = down_to_foil(volume)
    share = weights @ _layer_shares(labels) / thickness
    share[COLLECTOR] -= (weights.sum() - thickness) / thickness
    return share


def porosity(volume: Volume) -> float:
    """Total porosity: pores, cracks and the binder domain's own nanopores."""
    share = phase_fractions(volume)
    return float(share[PORE] + share[CRACK] + share[CARBON_BINDER] * volume.cbd_nanoporosity)


def porosity_profile(volume: Volume) -> np.ndarray:
    """(n,) total porosity of each layer of the coating, from the collector up."""
    share = phase_profile(volume)
    nanopores = volume.cbd_nanoporosity * share[:, CARBON_BINDER]
    if volume.nanoporosity_field is not None:
        field = volume.nanoporosity_field[volume.coating]
        labels, _ = coating(volume)
        held = [layer[at == CARBON_BINDER].sum() for layer, at in zip(field, labels, strict=True)]
        nanopores = np.array(held, float) / labels[0].size
    return share[:, PORE] + share[:, CRACK] + nanopores
