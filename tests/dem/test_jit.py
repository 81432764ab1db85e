"""The kernels' settings, and the laws' formulas with the JIT off."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from dem.contact.hertz import damping_force, elastic_energy, elastic_force, normal_stiffness
from dem.contact.mindlin import tangential_stiffness
from dem.jit import _source_digest, njit, prange, use_threads
from tests import analytic
from tests.dem.assemblies import POISSON, UM, YOUNG

MODULUS = analytic.contact_modulus(YOUNG, POISSON, YOUNG, POISSON)
SHEAR = analytic.mindlin_modulus(YOUNG, POISSON, YOUNG, POISSON)


@njit(parallel=True, cache=False)
def doubled(values):
    out = np.empty_like(values)
    for i in prange(len(values)):
        out[i] = 2 * values[i]
    return out


def test_threads_are_those_of_openmp():
    pytest.importorskip("numba.np.ufunc.omppool", reason="this Numba was built without OpenMP")
    assert doubled(np.arange(4.0)).tolist() == [0.0, 2.0, 4.0, 6.0]
    # TBB leaks with every region and workqueue costs a hundred times more per region.
    assert numba.threading_layer() == "omp"


def test_kernels_of_other_sources_are_never_loaded(tmp_path):
    """Also below a cache folder of one's own, a digest of the sources keeps old laws apart."""
    program = "import dem.jit, numba; print(numba.config.CACHE_DIR)"
    ran = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert Path(ran.stdout.strip()) == tmp_path / "calendem" / "kernels" / _source_digest()


def test_threads_are_held_within_what_there_is():
    before = numba.get_num_threads()
    try:
        assert use_threads(1) == 1
        assert numba.get_num_threads() == 1
        assert use_threads(10_000) == numba.config.NUMBA_NUM_THREADS
        assert use_threads(None) == numba.config.NUMBA_NUM_THREADS
    finally:
        numba.set_num_threads(before)


@pytest.mark.parametrize("law", ["compiled", "python"])
def test_contact_laws_equal_their_closed_forms(law):
    def of(function):
        return function if law == "compiled" else function.py_func

    for overlap in (1e-4 * UM, 0.05 * UM):
        force = of(elastic_force)(overlap, MODULUS, UM)
        # The same formula in another order of operations.
        assert force == pytest.approx(analytic.hertz_force(overlap, MODULUS, UM), rel=1e-14)
        assert of(tangential_stiffness)(overlap, SHEAR, UM) == pytest.approx(
            analytic.mindlin_stiffness(overlap, SHEAR, UM), rel=1e-14
        )
        h = 1e-5 * overlap
        above, below = (of(elastic_force)(overlap + s, MODULUS, UM) for s in (h, -h))
        # Central differences of relative size 1e-5: truncation 1e-10, rounding 1e-11.
        slope = (above - below) / (2 * h)
        assert of(normal_stiffness)(overlap, MODULUS, UM) == pytest.approx(slope, rel=1e-9)
        above, below = (of(elastic_energy)(overlap + s, MODULUS, UM) for s in (h, -h))
        assert (above - below) / (2 * h) == pytest.approx(force, rel=1e-9)
    assert of(damping_force)(1e3, 2.0, 0.1, 1e-14) == pytest.approx(
        2 * np.sqrt(5 / 6) * 0.1 * np.sqrt(1e-11) * 2.0, rel=1e-14
    )


def test_pair_moves_the_same_with_the_jit_off():
    """One collision in plain Python ends where the compiled one does."""
    program = (
        "import numpy as np\n"
        "from tests.dem.assemblies import UM, free_spheres, material\n"
        "sim = free_spheres([[50*UM]*3, [50*UM, 50.3*UM, 51.9*UM]], UM, 1e-12,\n"
        "    material(friction=0.3, restitution=0.8))\n"
        "sim.grains.velocity[1] = (2.0, 0.0, -3.0)\n"
        "sim.advance(30)\n"
        "print(sim.grains.position.tobytes().hex(), sim.grains.angular_velocity.tobytes().hex())\n"
    )
    results = [
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "NUMBA_DISABLE_JIT": off},
            capture_output=True, text=True, check=True, timeout=300,
        ).stdout
        for off in ("0", "1")
    ]  # fmt: skip
    assert results[0] == results[1]
    assert len(results[0]) > 100
