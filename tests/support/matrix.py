"""Repeat the store and stream tests on every server that this machine has; ``make test-real``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from nightdesk_hub.embedded import SERVERS

GIVEN = ("NIGHTDESK_TEST_STORE_URI", "NIGHTDESK_TEST_STREAM_BOOTSTRAP")


def main(arguments: list[str]) -> int:
    """Run pytest once per server, or once where servers are given by URL; return the worst code."""
    runs: list[dict[str, str]] = []
    if any(os.environ.get(name) for name in GIVEN):
        runs.append({})
    else:
        for server in SERVERS:
            if lack := server.missing():
                print(f"{server.name}: not here, it needs {lack}", flush=True)
            else:
                runs.append({f"NIGHTDESK_TEST_{server.kind.upper()}_SERVER": server.name})
    worst = 0
    for extra in runs:
        print(f"\n{' '.join(f'{k}={v}' for k, v in extra.items()) or 'servers given by URL'}", flush=True)
        command = [sys.executable, "-m", "pytest", "-m", "real", "-q", *arguments]
        worst = max(worst, subprocess.call(command, env=os.environ | extra, cwd=Path(__file__).parents[2]))
    return worst


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
