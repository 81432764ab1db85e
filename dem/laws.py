"""Laws that compose: a law is a NamedTuple of coefficients, a role a function of it.

`role("push")` makes a function of a law and its arguments; `@push.of(Hertz)` gives it Hertz's
kernel. Inside kernels the choice is made when they are compiled, outside by the law's class, so a
law costs the same as if it were written in place, and runs with the JIT off.
"""

from collections.abc import Callable
from typing import Any

from numba.extending import overload

from dem.jit import leaf

LANES = 64
"""Rows that a kernel computes side by side; one slot of its scratch holds so many values."""


class Role:
    """A function of a law, with one kernel for each class of laws."""

    def __init__(self, name: str):
        self.name = name
        self.kernels: dict[type, Callable] = {}

    def __call__(self, law: Any, *arguments):
        kernel = self.kernels[type(law)]
        # With NUMBA_DISABLE_JIT set a kernel is the function itself.
        return getattr(kernel, "py_func", kernel)(law, *arguments)

    def of(self, cls: type) -> Callable:
        """Decorator: the kernel of this role for the laws of a class."""

        def register(function):
            self.kernels[cls] = leaf(function)
            return self.kernels[cls]

        return register


def role(name: str) -> Callable:
    """A new role; what it returns is called in kernels and outside them alike."""
    kernels = Role(name)

    def dispatch(law, *arguments):
        return kernels(law, *arguments)

    dispatch.__name__ = dispatch.__qualname__ = name

    @overload(dispatch, jit_options={"forceinline": True, "error_model": "numpy"}, strict=False)
    def choose(law, *arguments):
        kernel = kernels.kernels.get(getattr(law, "instance_class", None))
        return None if kernel is None else lambda law, *arguments: kernel(law, *arguments)

    dispatch.of = kernels.of
    dispatch.kernels = kernels.kernels
    return dispatch


def in_lane(law, scratch, slot, lane):
    """The law whose coefficients stand in the slots from `slot` on of one lane of the scratch.

    `law` : any law of the class wanted; scratch : (slots · LANES,), slot by slot
    """
    return type(law)(*(scratch[(slot + k) * LANES + lane] for k in range(len(law))))


def at_row(law, table, row, column):
    """The law whose coefficients stand in `table[row, column …]`, table : (rows, columns)."""
    return type(law)(*(table[row, column + k] for k in range(len(law))))


@overload(in_lane, jit_options={"forceinline": True, "error_model": "numpy"}, strict=False)
def _in_lane(law, scratch, slot, lane):
    values = (
        f"scratch[(slot + {k}) * {LANES} + lane]" for k in range(len(law.instance_class._fields))
    )
    return _constructor(law.instance_class, "law, scratch, slot, lane", values)


@overload(at_row, jit_options={"forceinline": True, "error_model": "numpy"}, strict=False)
def _at_row(law, table, row, column):
    values = (f"table[row, column + {k}]" for k in range(len(law.instance_class._fields)))
    return _constructor(law.instance_class, "law, table, row, column", values)


def _constructor(cls: type, arguments: str, values) -> Callable:
    # Numba cannot call a class with a number of arguments that is known only here.
    namespace = {"cls": cls}
    exec(f"def construct({arguments}):\n    return cls({', '.join(values)})\n", namespace)
    return namespace["construct"]


@leaf
def triple(scratch, slot, lane):
    """Three slots of a lane, as a vector."""
    return (
        scratch[slot * LANES + lane],
        scratch[(slot + 1) * LANES + lane],
        scratch[(slot + 2) * LANES + lane],
    )
