"""Digest of the project's sources, which names its compiled kernels and marks its checkpoints."""

import hashlib
from importlib import metadata
from pathlib import Path

_PACKAGES = ("dem", "voxelize", "electrochem")


def source_digest() -> str:
    """Digest of every source file and of Numba's version, 16 hexadecimal digits."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(metadata.version("numba").encode())
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


SOURCES = source_digest()
"""Of the sources that this process began with."""
