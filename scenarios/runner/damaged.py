"""Files of a run folder that are there but cannot be read: cut short, or edited by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dem.errors import InputError


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Raise InputError, naming the file, where reading it in the block fails."""
    try:
        yield
    except InputError:
        raise
    except (OSError, ValueError, KeyError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path}: it cannot be read ({why}); expected the file as the run wrote it"
        ) from None
