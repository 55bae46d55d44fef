"""Make a process end with its parent, so that a restart never meets an orphan."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec must not import.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with(parent: int, sig: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent ends; at once if it already has.

    Only Linux can do that; elsewhere the next start ends what was left over.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(sig))
        if os.getppid() != parent:
            os.kill(os.getpid(), sig)


def dying_with_me(sig: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Return a ``preexec_fn`` that binds a child to this process; call it in the main thread."""
    parent = os.getpid()

    def bind() -> None:
        die_with(parent, sig)

    return bind
