"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def electrode_data() -> Path:
    """Folder of real electrode volumes; tests that need it skip where it is absent."""
    root = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("CALENDEM_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real electrode data at {folder}; set CALENDEM_DATA to its folder")
    return folder
