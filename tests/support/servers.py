"""Real store and stream servers for tests, each a process of its own in a temporary directory."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nightdesk.settings import Settings
from nightdesk_hub.embedded import EmbeddedServer, choose

from tests.support.ports import free_ports


class RunningServer:
    """An embedded server that a test may kill and bring back."""

    def __init__(self, server: EmbeddedServer, log: Path) -> None:
        self.server = server
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float = 60) -> None:
        self.server.prepare()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.server.command(),
                stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | self.server.environment(),
            )
        deadline = time.monotonic() + timeout
        while not self.server.ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.server.name} did not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def running(kind: str, directory: Path, **settings: object) -> Iterator[RunningServer]:
    """Start the best (or the named) embedded server of a kind."""
    port, controller = free_ports(2)
    config = Settings(
        data_dir=directory,
        **{f"{kind}_port": port, "stream_controller_port": controller, **settings},
    )
    server = RunningServer(choose(kind, config), directory / f"{kind}.log")
    server.start()
    try:
        yield server
    finally:
        server.stop()
