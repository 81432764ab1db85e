"""Settings of the mechanics' tests."""

import numba
import pytest


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """A few grains need no second thread, which a busy machine would keep waiting at each step."""
    count = numba.get_num_threads()
    numba.set_num_threads(1)
    yield
    numba.set_num_threads(count)
