"""A JupyterHub of a test's own, without the platform around it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.ports import free_ports


@contextmanager
def jupyterhub(directory: Path, configuration: str, patience: float = 120) -> Iterator[str]:
    """Run a hub and give the URL of its API; ``PORT`` in its configuration becomes its own."""
    port, public = free_ports(2)
    config = directory / "jupyterhub_config.py"
    config.write_text(configuration.replace("PORT", str(port)))
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config), f"--port={public}"]
    log = directory / "hub.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=directory, stdout=out, stderr=out, env=dict(os.environ))
    url = f"http://127.0.0.1:{port}/hub/api"
    try:
        deadline = time.monotonic() + patience
        while True:
            assert process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, log.read_text()[-2000:]
            try:
                if httpx.get(url, timeout=1).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)
