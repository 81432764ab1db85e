"""Force chains: quasi-linear files of the bodies that carry more than the mean."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

FEWEST = 3
"""Bodies that make a chain, at least."""
_ALONG = np.cos(np.pi / 4)
"""A neighbour continues a chain within 45° of the most compressive direction."""


def force_chains(
    stress: np.ndarray, first: np.ndarray, second: np.ndarray, branch: np.ndarray
) -> np.ndarray:
    """Chain of each body, numbered from 0, −1 for those in none, (b,) int32.

    A body belongs to one when its most compressive principal stress is above the mean of all
    bodies, and two of them are linked when they touch and their branch lies within 45° of the
    direction of that stress in both (Peters et al. 2005, Phys. Rev. E 72, 041307); branches of a
    chain belong to it.

    stress : (b, 3, 3) [Pa], tension positive
    first, second : (k,), bodies in contact; branch : (k, 3) [m], between their centres
    """
    count = len(stress)
    if count == 0:
        return np.zeros(0, np.int32)
    principal, axes = np.linalg.eigh(stress)
    compression, direction = -principal[:, 0], axes[:, :, 0]
    carries = compression > max(float(compression.mean()), 0.0)
    along = branch / np.linalg.norm(branch, axis=1)[:, None]
    linked = carries[first] & carries[second]
    for body in (first, second):
        linked &= np.abs(np.einsum("ki,ki->k", direction[body], along)) >= _ALONG
    links = coo_array((np.ones(linked.sum()), (first[linked], second[linked])), (count, count))
    group = connected_components(links, directed=False)[1]
    inside = np.bincount(group)[group] >= FEWEST
    chain = np.full(count, -1, np.int32)
    chain[inside] = np.unique(group[inside], return_inverse=True)[1]
    return chain


def members(chain: np.ndarray) -> list[np.ndarray]:
    """The bodies of each chain, as `force_chains` numbers them."""
    return [np.flatnonzero(chain == number) for number in range(chain.max(initial=-1) + 1)]
