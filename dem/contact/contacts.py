"""The rows of contacts: bonds first, for what is left when they break, then the listed pairs."""

from typing import NamedTuple

import numpy as np


class Contacts(NamedTuple):
    """Rows of m bonds and p listed pairs.

    start : (n + 1,) int64, pair rows of grain i as first body are start[i] … start[i + 1]
    first, second : (m + p,) int32, the two bodies
    rest : (m + p,) [m], distance at which the pair touches (of a bond: its present length)
    image : (m + p,) uint8, 1 where the pair touches across a periodic side
    touched : (m + p,) int32, step of the last touch; without one in the last step no history counts
    spring : (m + p, 4), tangential force on `second` [N] and its stiffness [N/m]
    memory : (m + p,) or (0,), the normal law's; rolling : (m + p, 3) or (0, 3) [N m]
    force : (m + p, 3) [N], on `second`, as recorded at the end of the last call
    rim : (m + p,) int32, place of the row's load where `second` lies in another chunk, else −1
    """

    start: np.ndarray
    first: np.ndarray
    second: np.ndarray
    rest: np.ndarray
    image: np.ndarray
    touched: np.ndarray
    spring: np.ndarray
    memory: np.ndarray
    rolling: np.ndarray
    force: np.ndarray
    rim: np.ndarray


def unlisted(grain_count: int, first, second, length, remembers: bool, rolls: bool) -> Contacts:
    """The rows of the bonds alone: first, second (m,), length (m,) [m]."""
    m = len(second)
    return Contacts(
        start=np.full(grain_count + 1, m, np.int64),
        first=np.array(first, np.int32),
        second=np.array(second, np.int32),
        rest=np.array(length, float),
        image=np.ones(m, np.uint8),
        touched=np.full(m, -1, np.int32),
        spring=np.zeros((m, 4)),
        memory=np.zeros(m if remembers else 0),
        rolling=np.zeros((m if rolls else 0, 3)),
        force=np.zeros((m, 3)),
        rim=np.full(m, -1, np.int32),
    )
