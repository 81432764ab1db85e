"""The formats that are read, one after the other."""

import pytest

from tests.voxelize.read.stacks import FORMATS


@pytest.fixture(params=FORMATS)
def stack(request, tmp_path):
    """Writes an array in one of the formats and returns its path."""
    folder = tmp_path / "stack"
    folder.mkdir()
    return lambda labels: FORMATS[request.param](folder, labels)
