"""The one door to Numba: compiled once, kept on disk where the disk can be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba as _numba

# untyped: a dispatcher passes as the function that it compiles
numba: Any = _numba
Function = TypeVar("Function", bound=Callable[..., Any])

STAMP = tuple(
    sorted(
        (file.name, file.stat().st_mtime_ns, file.stat().st_size)
        for file in Path(__file__).parent.glob("*.py")
    )
)
"""Changes with any source of this package."""


def compiled(function: Function) -> Function:
    """Compile a function without the interpreter lock, and cache the machine code on disk.

    Numba keeps the code beside the source, else in the user's cache directory or `NUMBA_CACHE_DIR`.
    Where none of them can be written the function is compiled anew by each process (some seconds).
    """
    try:
        made = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no place for the cache
        return numba.njit(nogil=True)(function)
    # Numba looks at the function's own file only, though code of other files is compiled into it
    made._cache._cache_file._source_stamp = STAMP
    return made


def inlined(function: Function) -> Function:
    """Compile a function into its callers, so that it costs no call."""
    return numba.njit(inline="always")(function)
