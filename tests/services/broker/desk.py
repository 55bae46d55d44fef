"""A store, a stream and the broker service, each a real process that a test may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from nightdesk.settings import Settings
from nightdesk_services.broker.replay import ReplaySummary, replay
from nightdesk_services.common.store import connect

from tests.support.ports import free_ports
from tests.support.servers import RunningServer, running


class Desk:
    """The three processes, and what a test asks of them."""

    def __init__(self, settings: Settings, store: RunningServer, stream: RunningServer) -> None:
        self.settings = settings
        self.store = store
        self.stream = stream
        self.database = connect(settings)
        self.broker: subprocess.Popen[bytes] | None = None

    def start_broker(self) -> None:
        log = (self.settings.data_dir / "broker.log").open("ab")
        self.broker = subprocess.Popen(
            [sys.executable, "-m", "nightdesk_services.broker"],
            env=os.environ | self.settings.environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        until(lambda: self.get("/health").status_code == 200, 90, "the broker did not start")

    def stop_broker(self) -> int:
        assert self.broker is not None
        self.broker.send_signal(signal.SIGTERM)
        return self.broker.wait(60)

    def get(self, path: str) -> httpx.Response:
        url = f"http://127.0.0.1:{self.settings.broker_port}/services/broker{path}"
        try:
            return httpx.get(url, timeout=5)
        except httpx.TransportError:
            return httpx.Response(503)

    def workers(self) -> list[int]:
        """Process ids of the workers that consume."""
        data = self.get("/api/status").json()["data"]
        return [w["pid"] for w in data["workers"] if w["alive"] and psutil.pid_exists(w["pid"])]

    def log(self) -> str:
        return (self.settings.data_dir / "broker.log").read_text()


class Replaying:
    """A replay that goes on while the test does other things."""

    def __init__(self, desk: Desk, *paths: Path, **options: Any) -> None:
        self._result: ReplaySummary | BaseException | None = None
        self.done = 0

        def run() -> None:
            try:
                chosen = {"timeout": 120, **options}
                self._result = replay(desk.settings, paths, progress=self._progress, **chosen)
            except BaseException as error:
                self._result = error

        self._thread = threading.Thread(target=run)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def _progress(self, done: int, _total: int) -> None:
        self.done = done

    def summary(self) -> ReplaySummary:
        self._thread.join()
        if isinstance(self._result, BaseException):
            raise self._result
        assert self._result is not None
        return self._result


def until(condition: Callable[[], bool], seconds: float, message: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, message
        time.sleep(0.1)


@contextmanager
def desk(directory: Path, stream: str = "", **settings: Any) -> Iterator[Desk]:
    """Start all three; end what is left of them."""
    wanted = {
        "store": os.environ.get("NIGHTDESK_TEST_STORE_SERVER", ""),
        "stream": stream or os.environ.get("NIGHTDESK_TEST_STREAM_SERVER", ""),
    }
    for name in wanted:
        (directory / name).mkdir()
    with (
        running("store", directory / "store", store_server=wanted["store"]) as store,
        running("stream", directory / "stream", stream_server=wanted["stream"]) as stream_,
    ):
        made = Desk(
            Settings(
                data_dir=directory,
                store_uri=store.server.settings.store,
                stream_bootstrap=stream_.server.settings.stream,
                broker_port=free_ports(1)[0],
                **settings,
            ),
            store,
            stream_,
        )
        try:
            made.start_broker()
            yield made
        finally:
            if made.broker is not None and made.broker.poll() is None:
                try:
                    made.stop_broker()
                except subprocess.TimeoutExpired:
                    made.broker.kill()
            made.database.client.close()
