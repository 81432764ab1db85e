"""How a command ends: its exit code, and what it says on standard error."""

import errno
import sys

DONE, WRONG_INPUT, FAILED, INTERRUPTED = 0, 2, 3, 130

FAILURES = (RuntimeError, ArithmeticError, MemoryError)
"""What a run may fail with, told in its own sentence."""


def failed(text: str, code: int) -> int:
    """Say each line of a text on standard error; returns the code."""
    sys.stdout.flush()
    for line in text.splitlines():
        print(f"calendem: {line}", file=sys.stderr)
    return code


def reason(error: OSError) -> str:
    """What the system refused, in words, with the file."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full{where}; free some space"
    return f"{error.strerror or error}{where}"
