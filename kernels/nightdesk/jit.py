"""Functions compiled by Numba: once for all processes, and anew when any source beside them changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numba as _numba

# untyped: a dispatcher passes as the function that it compiles
_njit: Any = _numba.njit
Function = TypeVar("Function", bound=Callable[..., Any])

_PATIENCE: Final = 120.0
_LOOK_EVERY: Final = 0.05


def jit(function: Function) -> Function:
    """Compile a function without the interpreter lock, and cache the machine code on disk.

    Numba keeps the code beside the source, else in the user's cache directory or `NUMBA_CACHE_DIR`. Of
    several processes that need it at the same time one compiles it, and the others wait. Where no place for
    the cache can be written, each process compiles the function anew.
    """
    try:
        made = _njit(nogil=True, cache=True)(function)
    except RuntimeError:
        return _njit(nogil=True)(function)
    # Numba looks at the function's own file only, though code of its neighbours is compiled into it
    made._cache._cache_file._source_stamp = _stamp(Path(function.__code__.co_filename).parent)
    made._cache = _Together(made._cache)
    return made


def inlined(function: Function) -> Function:
    """Compile a function into its callers, so that it costs no call."""
    made: Function = _njit(inline="always")(function)
    return made


@cache
def _stamp(directory: Path) -> tuple[tuple[str, int, int], ...]:
    found = ((file.name, file.stat()) for file in directory.glob("*.py"))
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))


class _Together:
    """A function's cache, of which no two processes make the same entry.

    Numba asks for an entry, and if there is none compiles it and hands it in; between the two a lock is held.
    The system takes it back from a process that ends.
    """

    def __init__(self, own: Any) -> None:
        self._own = own
        self._lock: int | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return an entry, None if it is to be compiled."""
        found = self._own.load_overload(signature, context)
        if found is None and self._waited():
            found = self._own.load_overload(signature, context)
            if found is not None:
                self._let_go()
        return found

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep an entry."""
        try:
            self._own.save_overload(signature, data)
        finally:
            self._let_go()

    def _waited(self) -> bool:
        """Take the lock, and return whether another process may have made the entry since."""
        if self._lock is not None:  # a compilation that failed has left it
            return False
        try:
            self._own._impl.locator.ensure_cache_path()
            name = Path(self._own.cache_path) / f"{self._own._impl.filename_base}.lock"
            self._lock = os.open(name, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            return False
        try:
            import fcntl
        except ImportError:  # Windows, where notebooks may be, and workers are not
            return False
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(_LOOK_EVERY)
            else:
                return True
        return True

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
