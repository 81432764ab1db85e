"""Memory that a virtual machine must first be given by its host, which can take seconds a GB."""

import numpy as np


def touch(size: float) -> None:
    """Have so many bytes given to the machine before anything is timed, and let go of them."""
    np.ones(int(size) // 8)
