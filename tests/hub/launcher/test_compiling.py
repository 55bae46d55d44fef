"""Machine code is made beside the start, and a stop does not wait for it."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import psutil
from nightdesk_hub.launcher.compiling import compiling


def running() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if child.cmdline()[-1:] == ["compile"]:
                found.append(child)
    return found


async def test_it_ends_by_itself(tmp_path: Path) -> None:
    log = tmp_path / "compile.log"
    await asyncio.wait_for(compiling(dict(os.environ), log), 150)
    assert not log.read_text().strip()
    assert not running()


async def test_a_stop_ends_it(tmp_path: Path) -> None:
    task = asyncio.create_task(compiling(dict(os.environ), tmp_path / "compile.log"))
    for _ in range(2000):
        if running():
            break
        await asyncio.sleep(0.01)
    assert running()
    task.cancel()
    await asyncio.wait([task], timeout=20)
    assert task.cancelled()
    assert not running()
