"""Run a user's server with a log of its own; it may outlive the hub, but not the launcher."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
from pathlib import Path
from types import FrameType

from nightdesk_gateway.death import dying_with_me

from nightdesk_hub.launcher.logfile import rotate


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main() -> int:
    """Start the command, pass signals on, and end it when the process it is tied to is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", required=True, type=int, help="process whose end ends the command")
    parser.add_argument("--log", required=True, type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    rotate(options.log)
    with options.log.open("ab") as out:
        bind = dying_with_me()
        # This process has one thread, so that running Python between fork and exec is safe.
        child = subprocess.Popen(options.command, stdout=out, stderr=subprocess.STDOUT, preexec_fn=bind)  # noqa: PLW1509

    def forward(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    for sig in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sig, forward)
    while True:
        try:
            return child.wait(1)
        except subprocess.TimeoutExpired:
            if not _lives(options.to):
                break
    child.terminate()
    try:
        return child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


if __name__ == "__main__":
    raise SystemExit(main())
