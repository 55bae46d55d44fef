"""A marshal in a thread over the real store, and the official client with every successful call noted."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from nightdesk.settings import Settings
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.marshal.app import application
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.factory import Marshal
from pymongo import MongoClient
from pymongo.database import Database
from skyportal_py.client import SkyPortal
from tornado.httpserver import HTTPServer

from tests.conformance.receivers import Receiver, receiving
from tests.conformance.report import FUNCTIONS, keep
from tests.services.marshal.world import Names
from tests.support.ports import free_ports

_RESULTS: dict[str, str] = {}
_OUTCOME = pytest.StashKey[str]()


class Recorded(SkyPortal):
    """The official client; what returned without an error is in `calls`."""

    calls: list[str]


def _noted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(self: Recorded, *args: Any, **kwargs: Any) -> Any:
        answer = function(self, *args, **kwargs)
        self.calls.append(name)
        return answer

    return call


for _name, _method in FUNCTIONS.items():
    setattr(Recorded, _method, _noted(_name, getattr(SkyPortal, _method)))


@dataclass
class Desk:
    """A running marshal and who asks it."""

    marshal: Marshal
    database: Database[dict[str, Any]]
    url: str
    calls: list[str] = field(default_factory=list)
    clients: dict[str, Recorded] = field(default_factory=dict)

    def client(self, who: str = "ana") -> Recorded:
        """Return the official client with the token of ana, ben, cleo, viewer or root (an administrator)."""
        if who not in self.clients:
            made = Recorded(base_url=self.url, headers={"Authorization": f"token {who}"}, timeout=60)
            made.calls = self.calls
            self.clients[who] = made
        return self.clients[who]


@pytest.fixture(scope="module")
def desk(store_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A marshal of the module's own, with the default streams, group and filters."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    settings = Settings(data_dir=tmp_path_factory.mktemp("desk"), store_uri=store_uri, store_name=name)
    with MongoClient[dict[str, Any]](store_uri, tz_aware=True, journal=True) as client:
        ensure_defaults(client[name])
        with _served(settings) as (marshal, url):
            running = Desk(marshal, client[name], url)
            yield running
            for one in running.clients.values():
                one.close()
        client.drop_database(name)


class _served:
    """A marshal in a thread of its own while the context lasts."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> tuple[Marshal, str]:
        self._thread.start()
        return self._do(self._start())

    def __exit__(self, *_: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    async def _start(self) -> tuple[Marshal, str]:
        config = replace(MarshalConfig(self._settings), store_timeout=10.0, token_cache=1)
        self._marshal = Marshal.create(config, Names())
        await self._marshal.prepare()
        self._server = HTTPServer(application(self._marshal), max_body_size=64 * 1024 * 1024)
        (port,) = free_ports(1)
        self._server.listen(port, "127.0.0.1")
        return self._marshal, f"http://127.0.0.1:{port}{config.prefix}".rstrip("/")

    async def _stop(self) -> None:
        self._server.stop()
        await self._server.close_all_connections()
        await self._marshal.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Note how a test's own part ended, for `noted`."""
    report = yield
    if call.when == "call":
        item.stash[_OUTCOME] = "pass" if report.passed else f"{item.originalname} failed"  # type: ignore[attr-defined]
    return report


@pytest.fixture(autouse=True)
def noted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Note the functions that a test called, by how the test ended."""
    yield
    desk = request.node.funcargs.get("desk")
    if not isinstance(desk, Desk):
        return
    outcome = request.node.stash.get(_OUTCOME, "its test did not run")
    for name in desk.calls:
        if _RESULTS.get(name, "pass") == "pass":
            _RESULTS[name] = outcome
    desk.calls.clear()


def pytest_sessionfinish() -> None:
    """Leave the results where the run's report is made of them."""
    if _RESULTS:
        keep(_RESULTS)


@pytest.fixture
def attachment(tmp_path: Path) -> Path:
    """A small file to attach."""
    path = tmp_path / "note.txt"
    path.write_text("seeing 1.1 arcsec\n")
    return path


@pytest.fixture(scope="module")
def telescope() -> Iterator[Receiver]:
    """A telescope's server, to which alone the desk may send."""
    with receiving() as receiver, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIGHTDESK_FACILITY_HOSTS", json.dumps([receiver.host]))
        yield receiver


@pytest.fixture
def fresh(telescope: Receiver) -> None:
    """The telescope's server answers all with success."""
    telescope.reset()
