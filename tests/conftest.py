"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

from dem.jit import use_threads


@pytest.fixture(scope="session")
def electrode_data() -> Path:
    """Folder of real electrode volumes; tests that need it skip where it is absent."""
    root = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("CALENDEM_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real electrode data at {folder}; set CALENDEM_DATA to its folder")
    return folder


@pytest.fixture(autouse=True)
def one_thread():
    """Each test begins on one thread: the suite runs on as many workers as there are cores."""
    use_threads(1)
