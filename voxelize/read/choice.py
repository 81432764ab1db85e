"""Which of a file's arrays are the labels: the one that is named, else the only one it can be."""

import difflib
from collections.abc import Mapping
from pathlib import Path

from dem.errors import InputError

_USUAL = ("label", "labels")
_MOST_NAMED = 12


def chosen(path: Path, what: str, shapes: Mapping[str, tuple[int, ...]], name: str | None) -> str:
    """The name of the array to read; InputError, listing what there is, where that is not plain.

    Without a name: the only array with three axes, else the one called `label` or `labels`.
    """
    if name is not None:
        if name in shapes:
            return name
        near = difflib.get_close_matches(name, shapes, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"{path}: holds no {what} {name!r}, expected one of {_listed(shapes)}{hint}"
        )
    solid = [each for each, shape in shapes.items() if sum(n > 1 for n in shape) >= 3]
    # A volume one voxel thick, but only where there is no other.
    solid = solid or [each for each, shape in shapes.items() if len(shape) >= 3]
    if len(solid) == 1:
        return solid[0]
    usual = [each for each in solid if each.rpartition("/")[2] in _USUAL]
    if len(usual) == 1:
        return usual[0]
    if not solid:
        raise InputError(
            f"{path}: holds no {what} with three axes, expected one; it holds {_listed(shapes)}"
        )
    raise InputError(
        f"{path}: holds {len(solid)} {what}s with three axes, expected the name of one (dataset): "
        f"{_listed({each: shapes[each] for each in solid})}"
    )


def _listed(shapes: Mapping[str, tuple[int, ...]]) -> str:
    names = [f"{name} {' × '.join(map(str, shape))}".strip() for name, shape in shapes.items()]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return (", ".join(names[:_MOST_NAMED]) + more) or "nothing"
