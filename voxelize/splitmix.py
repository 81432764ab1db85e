"""SplitMix64: random-looking numbers from a counter, the same on every machine.

Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA (2014).
"""

import numpy as np

from dem.jit import njit

STEP = 0x9E3779B97F4A7C15
"""What the counter grows by."""


@njit
def mixed(counter):
    """The random-looking uint64 that belongs to a counter, or to each of an array of them."""
    z = (counter ^ (counter >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit
def drawn(counter):
    """The counter's next value and a number in [0, 1)."""
    counter = counter + np.uint64(STEP)
    return counter, np.float64(mixed(counter) >> np.uint64(11)) * 2.0**-53
