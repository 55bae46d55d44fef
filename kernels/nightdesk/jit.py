"""Functions compiled by Numba: once, kept on disk, and anew when any source beside them changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba as _numba

# untyped: a dispatcher passes as the function that it compiles
_njit: Any = _numba.njit
Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Compile a function without the interpreter lock, and cache the machine code on disk.

    Where no place for the cache can be written, each process compiles the function anew.
    """
    try:
        made = _njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return _njit(nogil=True)(function)
    # Numba looks at the function's own file only, though code of its neighbours is compiled into it
    made._cache._cache_file._source_stamp = _stamp(Path(function.__code__.co_filename).parent)
    return made


@cache
def _stamp(directory: Path) -> tuple[tuple[str, int, int], ...]:
    found = ((file.name, file.stat()) for file in directory.glob("*.py"))
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))
