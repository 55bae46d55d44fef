"""Machine code is made while the platform starts; whoever needs it meanwhile waits for what is on its way."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


async def compiling(environment: dict[str, str], log: Path) -> None:
    """Run ``nightdesk compile``; when cancelled, end it. Without it, who needs code makes it."""
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "nightdesk_hub.cli",
            "compile",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
        )
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
