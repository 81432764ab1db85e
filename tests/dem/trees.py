"""Comparing trees of states to the last bit."""

import dataclasses

import numpy as np


def difference(a, b, where="value") -> str | None:
    """The first place where two trees differ by a bit, a type or an array's memory order."""
    if type(a) is not type(b):
        return f"{where}: {type(a)} became {type(b)}"
    if isinstance(a, np.ndarray):
        same = a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        same = same and a.flags.c_contiguous == b.flags.c_contiguous
        return None if same else where
    if dataclasses.is_dataclass(a):
        a, b = ({f.name: getattr(x, f.name) for f in dataclasses.fields(x)} for x in (a, b))
    if isinstance(a, dict):
        if list(a) != list(b):
            return f"{where}: {list(a)} became {list(b)}"
        pairs = [(key, a[key], b[key]) for key in a]
    elif isinstance(a, list | tuple):
        if len(a) != len(b):
            return f"{where}: {len(a)} became {len(b)} items"
        pairs = [(k, x, y) for k, (x, y) in enumerate(zip(a, b, strict=True))]
    else:
        same = np.array(a).tobytes() == np.array(b).tobytes() if type(a) is not int else a == b
        return None if same else f"{where}: {a!r} became {b!r}"
    return next((d for key, x, y in pairs if (d := difference(x, y, f"{where}.{key}"))), None)
