"""The packages form a chain, dem ← voxelize ← electrochem ← scenarios: none imports backwards."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHAIN = ("dem", "voxelize", "electrochem", "scenarios")


def imported_modules(path: Path) -> list[str]:
    """Top-level names of every module that a file imports, function-level imports included."""
    names = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; the chain is read from full names"
            names.append(node.module)
    return [name.partition(".")[0] for name in names]


def numba_declarations(path: Path) -> list[str]:
    """Compiling names that a file takes from Numba itself."""
    compiling = {"njit", "jit", "prange", "vectorize", "guvectorize", "cfunc", "stencil"}
    names = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "numba":
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names += [node.attr] if node.value.id == "numba" else []
    return sorted(compiling.intersection(names))


@pytest.mark.parametrize("package", CHAIN)
def test_package_imports_nothing_to_its_right(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files, f"no source found in {package}"
    forbidden = set(CHAIN[CHAIN.index(package) + 1 :])
    for path in files:
        backwards = forbidden.intersection(imported_modules(path))
        assert not backwards, f"{path.relative_to(ROOT)} imports {sorted(backwards)}"


def test_kernels_are_declared_through_dem_jit_alone():
    # Numba's own decorators would miss the cache folder and the threading layer chosen there.
    for package in CHAIN:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path != ROOT / "dem" / "jit.py":
                declared = numba_declarations(path)
                assert not declared, f"{path.relative_to(ROOT)} uses numba's {declared}"


def test_a_backward_import_would_be_seen(tmp_path):
    source = tmp_path / "law.py"
    source.write_text("def late():\n    from scenarios.runner import cli\n    return cli\n")
    assert imported_modules(source) == ["scenarios"]


def test_a_kernel_declared_past_dem_jit_would_be_seen(tmp_path):
    source = tmp_path / "kernel.py"
    source.write_text("import numba\nfrom numba import prange\nf = numba.njit(lambda x: x)\n")
    assert numba_declarations(source) == ["njit", "prange"]
