"""Union–find: which of many things hang together, each pointing at one that it belongs to."""

from dem.jit import njit


@njit
def root_of(parent, i):
    """The one that stands for all that `i` belongs to; the way to it is shortened.

    parent : (n,) int, of each the next one on the way to its root, of a root itself
    """
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit
def join(parent, a, b):
    """Let two belong together; the lower of their roots stands for both."""
    a, b = root_of(parent, a), root_of(parent, b)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b
