"""The kernels' settings, the cache that keeps none of an edited law, and the JIT off."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from dem.contact.damping.restitution import Restitution
from dem.contact.normal.hertz import Hertz
from dem.contact.roles import drag, push, spring, stored
from dem.contact.tangential.mindlin import Mindlin
from dem.jit import njit, prange, threading_layer, use_threads
from dem.sources import _imported as imported
from dem.sources import digest_behind
from tests import analytic
from tests.dem.assemblies import POISSON, UM, YOUNG

ROOT = Path(__file__).resolve().parents[2]
MODULUS = analytic.contact_modulus(YOUNG, POISSON, YOUNG, POISSON)
SHEAR = analytic.mindlin_modulus(YOUNG, POISSON, YOUNG, POISSON)


@njit(parallel=True, cache=False)
def doubled(values):
    out = np.empty_like(values)
    for i in prange(len(values)):
        out[i] = 2 * values[i]
    return out


@njit(cache=False)
def quotient(numerator, denominator):
    return numerator / denominator


@njit(cache=False, parallel=True)
def region(values):
    for i in prange(len(values)):
        values[i] += 1.0


@njit(cache=False)
def many_regions(count, values):
    for _ in range(count):
        region(values)


def run_python(program, folder=ROOT, **settings) -> subprocess.CompletedProcess:
    """A new process in the project's root, or a copy of it, with changes to its environment."""
    environment = {**os.environ, "PYTHONPATH": str(folder), **settings}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=folder,
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip


def resident_memory() -> int:
    """Memory of this process [bytes]."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_threads_are_those_of_openmp():
    pytest.importorskip("numba.np.ufunc.omppool", reason="this Numba was built without OpenMP")
    assert doubled(np.arange(4.0)).tolist() == [0.0, 2.0, 4.0, 6.0]
    # TBB leaks with every region and workqueue costs a hundred times more per region.
    assert numba.threading_layer() == "omp"
    assert threading_layer() == "omp"


def test_another_threading_layer_is_warned_of():
    program = "import dem.jit; dem.jit.use_threads(1)"
    assert run_python(program).stderr == ""
    said = run_python(program, NUMBA_THREADING_LAYER="workqueue").stderr
    assert "RuntimeWarning: kernels run on the threading layer workqueue instead of omp" in said


@pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="needs Linux's /proc")
def test_parallel_regions_leave_no_memory_behind():
    values, before = np.zeros(2), numba.get_num_threads()
    numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
    try:
        many_regions(1000, values)
        at_first = resident_memory()
        many_regions(100_000, values)
        grown = resident_memory() - at_first
    finally:
        numba.set_num_threads(before)
    assert values.tolist() == [101_000.0, 101_000.0]
    # TBB leaves 7 kB behind a region, 700 MB here; less than 8 MB is not the regions' doing.
    assert grown < 8e6


def test_division_by_zero_follows_ieee():
    assert quotient(1.0, 0.0) == np.inf
    assert np.isnan(quotient(0.0, 0.0))


def test_kernels_of_other_sources_are_never_loaded(tmp_path):
    """Also below a cache folder of one's own, a digest of the sources keeps old laws apart."""
    program = "import dem.quasistatic; print(dem.quasistatic.row_sums.stats.cache_path)"
    ran = run_python(program, NUMBA_CACHE_DIR=str(tmp_path))
    folder = tmp_path / "calendem" / "kernels" / digest_behind("dem.quasistatic")
    assert folder in Path(ran.stdout.strip()).parents


def modules(folder=ROOT) -> dict[str, Path]:
    """Every file of the packages that kernels stand in, by module."""
    return {
        ".".join(path.relative_to(folder).with_suffix("").parts): path
        for package in ("dem", "voxelize", "electrochem")
        for path in sorted((folder / package).rglob("*.py"))
    }


def test_digest_sees_every_import():
    """The quick look for imports finds what Python's own parser does."""
    files = modules()
    for path in files.values():
        named = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
        assert {files[name] for name in named & files.keys()} <= imported(path), path


def test_digest_of_a_kernel_covers_what_it_reaches_and_no_more(tmp_path):
    for package in ("dem", "voxelize", "electrochem"):
        shutil.copytree(ROOT / package, tmp_path / package)
    program = (
        "from dem.sources import digest_behind\n"
        "names = 'dem.integrate', 'dem.contact.forces', 'voxelize.regions'\n"
        "print([digest_behind(name) for name in names])"
    )

    def digests_after_editing(*file: str) -> list[str]:
        if file:
            path = tmp_path.joinpath(*file)
            path.write_text(path.read_text() + "# edited\n")
        return ast.literal_eval(run_python(program, tmp_path).stdout)

    first = digests_after_editing()
    assert digests_after_editing("dem", "calender.py") == first
    assert digests_after_editing("voxelize", "split", "watershed.py") == first
    # The time loop meets its laws by their roles and imports none of their files.
    law = digests_after_editing("dem", "contact", "normal", "hertz.py")
    assert law[0] != first[0]
    vector = digests_after_editing("dem", "vector.py")
    assert vector[0] != law[0]
    # Forces are handed a `Motion` and read its fields by their places.
    motion = digests_after_editing("dem", "integrate.py")
    assert all(after != before for after, before in zip(motion, vector, strict=True))


PROBE = """

from typing import NamedTuple as Coefficients
from dem.contact import roles
from dem.jit import njit as compiled

class Probed(Coefficients):
    share: float

@compiled
def probed(x):
    return x + {added}

@roles.reach.of(Probed)
def probed_reach(law, radius):
    return law.share * probed(radius)
"""


def copy_with_probes(folder) -> dict[str, Path]:
    """A copy of the sources with one more law in each law file, and a kernel elsewhere for each.

    The kernel calls the law by its role, as those of contacts do. Returns the law files by module.
    """
    for package in ("dem", "voxelize", "electrochem"):
        shutil.copytree(ROOT / package, folder / package)
    laws = {
        ".".join(path.relative_to(folder).with_suffix("").parts): path
        for room in ("contact", "bonding")
        for path in sorted((folder / "dem" / room).rglob("*.py"))
    }
    kernels = "from dem.contact.roles import reach\nfrom dem.jit import njit\n"
    for number, (module, path) in enumerate(laws.items()):
        path.write_text(path.read_text() + PROBE.format(added=0.0))
        kernels += (
            f"from {module.removesuffix('.__init__')} import Probed as Law{number}\n"
            f"@njit\ndef kernel{number}(x):\n    return reach(Law{number}(1.0), x)\n"
        )
    (folder / "dem" / "probes.py").write_text(kernels)
    return laws


@pytest.mark.parametrize("digest", ["of the sources", "of nothing"])
def test_editing_a_law_changes_the_force_of_kernels_in_other_files(tmp_path, digest):
    """Each law file of a copy is edited; a new process with the same cache must compute anew."""
    laws = copy_with_probes(tmp_path)
    assert {"dem.contact.normal.hertz", "dem.contact.rolling.spring", "dem.bonding.laws"} <= {*laws}
    if digest == "of nothing":
        sources = tmp_path / "dem" / "sources.py"
        pinned = "\n\ndef digest_behind(module):\n    return 'pinned'\n"
        sources.write_text(sources.read_text() + pinned)
    program = (
        "from dem import probes\n"
        f"print([getattr(probes, f'kernel{{k}}')(1.0) for k in range({len(laws)})])\n"
    )

    def forces() -> list[float]:
        ran = run_python(program, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
        return ast.literal_eval(ran.stdout)

    assert forces() == [1.0] * len(laws)
    for number, path in enumerate(laws.values()):
        path.write_text(path.read_text().replace("x + 0.0", f"x + {number + 1}.0"))
    edited = [number + 2.0 for number in range(len(laws))]
    # With a digest that misses the edit Numba keeps the old force: what this test is there to see.
    assert forces() == (edited if digest == "of the sources" else [1.0] * len(laws))


def test_threads_are_held_within_what_there_is():
    before = numba.get_num_threads()
    try:
        assert use_threads(1) == 1
        assert numba.get_num_threads() == 1
        assert use_threads(10_000) == numba.config.NUMBA_NUM_THREADS
        assert use_threads(None) == numba.config.NUMBA_NUM_THREADS
    finally:
        numba.set_num_threads(before)


@njit(cache=False)
def contact(normal, damping, tangential, overlap):
    """What the kernels take of the laws of one contact with R* = 1 µm and m* = 10⁻¹⁴ kg."""
    force, stiffness, radius, _, _ = push(normal, overlap, 1e-6, 0.0)
    return (
        force, stiffness, stored(normal, overlap, 1e-6, 0.0),
        drag(damping, stiffness, radius, 1e-14), spring(tangential, stiffness, radius),
    )  # fmt: skip


@pytest.mark.parametrize("evaluated", ["compiled", "in Python"])
def test_contact_laws_equal_their_closed_forms(evaluated):
    of = contact if evaluated == "compiled" else contact.py_func
    laws = Hertz(MODULUS), Restitution(0.1), Mindlin(SHEAR, 0.3)
    for overlap in (1e-4 * UM, 0.05 * UM):
        force, stiffness, energy, drag_of, tangential = of(*laws, overlap)
        # The same formulas in another order of operations.
        close = {"rel": 1e-14, "abs": 0.0}
        assert force == pytest.approx(analytic.hertz_force(overlap, MODULUS, UM), **close)
        assert energy == pytest.approx(analytic.hertz_energy(overlap, MODULUS, UM), **close)
        assert tangential == pytest.approx(analytic.mindlin_stiffness(overlap, SHEAR, UM), **close)
        assert drag_of == pytest.approx(
            2 * np.sqrt(5 / 6) * 0.1 * np.sqrt(stiffness * 1e-14), **close
        )
        h = 1e-5 * overlap
        above, below = of(*laws, overlap + h), of(*laws, overlap - h)
        # Central differences of relative size 1e-5: truncation 1e-10, rounding 1e-11.
        slopes = [(above[k] - below[k]) / (2 * h) for k in (0, 2)]
        assert slopes == pytest.approx([stiffness, force], rel=1e-9, abs=0.0)


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
