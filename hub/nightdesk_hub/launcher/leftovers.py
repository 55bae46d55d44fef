"""End processes of a platform that nobody watches any more, where the kernel did not."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "NIGHTDESK_LAUNCHER"
"""Every process of a platform carries this in its environment: the launcher's pid and the data directory."""


def mark(data_dir: Path) -> dict[str, str]:
    """Return the mark that this launcher puts on its processes."""
    return {MARK: f"{os.getpid()}@{data_dir}"}


def find(data_dir: Path) -> list[psutil.Process]:
    """Return all processes that carry the mark of a launcher on this directory, but for this one's ancestors.

    Only the owner of the directory's lock may take them for leftovers.
    """
    spared = {process.pid for process in (psutil.Process(), *psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in spared:
            continue
        with suppress(psutil.Error):
            if process.environ().get(MARK, "").partition("@")[2] == str(data_dir):
                found.append(process)
    return found


def end(data_dir: Path, report: Callable[[str], None], patience: float = 15.0) -> None:
    """Ask what `find` finds to end, and kill what has not after some seconds."""
    left = find(data_dir)
    if not left:
        return
    report(f"ending {len(left)} processes that were left over")
    for process in left:
        with suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(left, timeout=patience)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
