"""Run one of the hub's services: log file, health, quick restarts, and no life after the hub.

JupyterHub looks at its services every 30 s and starts an ended one again, at once and for ever. This stands
between the two.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from nightdesk_gateway.death import die_with

from nightdesk_hub.launcher.probe import answers
from nightdesk_hub.launcher.state import Desk
from nightdesk_hub.launcher.watched import Program, Watched


async def watch(program: Program, desk: Desk, parent: int) -> None:
    """Keep the program running until this process is told to stop, or its parent is gone."""
    told = asyncio.Event()
    for sig in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sig, told.set)
    watched = Watched(program, desk, report=lambda line: print(line, file=sys.stderr, flush=True))
    watched.start()
    while not told.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(told.wait(), 1)
        except TimeoutError:
            continue
    await watched.stop()


def main() -> None:
    """Read the command line and watch."""
    parent = os.getppid()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--data-dir", required=True, type=Path)
    parser.add_argument("--health", default="", help="URL that answers when the service is well")
    parser.add_argument("--port", action="append", default=[], metavar="SETTING=NUMBER")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    die_with(parent)
    ports = {name: int(number) for name, number in (item.split("=") for item in options.port)}
    program = Program(
        name=options.name,
        command=lambda: options.command,
        ready=(lambda: answers(options.health)) if options.health else (lambda: True),
        environment=lambda: dict(os.environ),
        ports=ports,
        stop_timeout=15,
    )
    asyncio.run(watch(program, Desk(options.data_dir), parent))


if __name__ == "__main__":
    main()
