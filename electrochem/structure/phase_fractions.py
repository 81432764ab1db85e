"""Phase fractions of the coating and their profile through the thickness."""

import numpy as np

from dem.errors import InputError
from voxelize.volume import CARBON_BINDER, CRACK, LABEL_NAMES, PORE, Volume


def coating(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the layers between the two planes, (n, ny, nx), and their weights, (n,).

    Raises InputError for a volume without a coating.
    """
    weights = volume.layer_weights
    inside = weights > 0.0
    if not inside.any():
        raise InputError("the volume holds no coating: no layer above the collector has thickness")
    return volume.labels[inside], weights[inside]


def phase_profile(volume: Volume) -> np.ndarray:
    """(n, 5) share of each label in each layer of the coating, from the collector up."""
    labels, _ = coating(volume)
    counts = [np.bincount(layer.ravel(), minlength=len(LABEL_NAMES)) for layer in labels]
    return np.array(counts) / labels[0].size


def phase_fractions(volume: Volume) -> np.ndarray:
    """(5,) volume share of each label in the coating, a cut top layer weighted."""
    _, weights = coating(volume)
    return weights @ phase_profile(volume) / weights.sum()


def porosity(volume: Volume) -> float:
    """Total porosity: pores, cracks and the binder domain's own nanopores."""
    share = phase_fractions(volume)
    return float(share[PORE] + share[CRACK] + share[CARBON_BINDER] * volume.cbd_nanoporosity)


def porosity_profile(volume: Volume) -> np.ndarray:
    """(n,) total porosity of each layer of the coating, from the collector up."""
    share = phase_profile(volume)
    nanopores = volume.cbd_nanoporosity * share[:, CARBON_BINDER]
    if volume.nanoporosity_field is not None:
        field = volume.nanoporosity_field[volume.layer_weights > 0.0]
        labels, _ = coating(volume)
        held = [layer[at == CARBON_BINDER].sum() for layer, at in zip(field, labels, strict=True)]
        nanopores = np.array(held, float) / labels[0].size
    return share[:, PORE] + share[:, CRACK] + nanopores
