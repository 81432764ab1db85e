"""Messages of the reader in the words of the command line: options for keys."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from dem.errors import InputError

_ALONE = r"(?<![\w/.'\"-])(?:{})(?![\w/-]|\.\w)"
"""A key by itself: not within a path, a quoted word or a longer name."""
_SPOKEN = (
    (re.compile(r"electrode\.image: "), ""),
    (re.compile(r"(?<!--set )electrode\.image\b"), "VOLUME"),
    (
        re.compile(r"(?<!--set )electrode\.crop\[([012])\]"),
        lambda found: f"--crop along {'zyx'[int(found[1])]}",
    ),
    (
        re.compile(r"(?<!--set )electrode\.([a-z_]+)(?:\[\w+\])*(?:\.([a-z_]+))?"),
        lambda found: _option(found[1]) + (f": {found[2]}" if found[2] else ""),
    ),
    (
        re.compile(_ALONE.format("voxel_size|axis_order|resample_to")),
        lambda found: _option(found[0]),
    ),
    # These are words as well: they are keys only where a sentence names them so.
    (
        re.compile(r"(?:(?<=\()(?:dataset|thresholds)(?=\))|\bdataset(?= is ')"
                   r"|(?<=expected )(?:labels|thresholds)(?= to )|^(?:labels|thresholds)(?=: ))"),
        lambda found: _option(found[0]),
    ),
)  # fmt: skip


@contextmanager
def options_named() -> Iterator[None]:
    """Say what is refused in the block with the options of the command instead of keys."""
    try:
        yield
    except InputError as error:
        raise InputError(in_options(str(error))) from error


def in_options(text: str) -> str:
    """A message of the reader with `--voxel-size` where it names the key `voxel_size`."""
    for pattern, spoken in _SPOKEN:
        text = pattern.sub(spoken, text)
    return text


def _option(key: str) -> str:
    return "--" + key.replace("_", "-")
