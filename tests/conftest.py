"""Fixtures for all rooms: real servers on free ports, a database of one's own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from nightdesk.settings import Settings
from pymongo import MongoClient
from pymongo.database import Database

from tests.support.servers import running


@pytest.hookimpl(tryfirst=True)  # before the hook of xdist that reads the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each file to one process, for its fixtures, and all tests of the platform to the same one."""
    for item in items:
        platform = item.get_closest_marker("platform") or "platform" in getattr(item, "fixturenames", ())
        file = str(item.path.relative_to(config.rootpath / "tests"))
        item.add_marker(pytest.mark.xdist_group("platform" if platform else file))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to run where the groups are not seen: half a file's tests fail without the other half."""
    if hasattr(session.config, "workerinput") and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError("pytest-xdist does not know this pytest: use requirements/constraints.txt")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the report on the official client's functions, where its tests ran."""
    from tests.conformance.report import merge

    if not hasattr(config, "workerinput") and (line := merge()):
        terminalreporter.write_line(line)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes and long texts by their argument: random bytes in a test's name differ between processes."""
    long = isinstance(val, bytes) or (isinstance(val, str) and len(val) > 80)
    return argname if long else None


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> None:
    """Keep a developer's own settings and hub token out of the tests."""
    for name in list(os.environ):
        if name.startswith(("NIGHTDESK_", "JUPYTERHUB_")) and not name.startswith("NIGHTDESK_TEST_"):
            del os.environ[name]


@pytest.fixture(autouse=True, scope="session")
def _no_finalizers_of_gateways() -> None:
    """Let the collector run in any thread: these finalizers wait for a loop, even inside its own thread."""
    from dask_gateway import Gateway, GatewayCluster

    for kind in (Gateway, GatewayCluster):
        del kind.__del__


@pytest.fixture(scope="session")
def store_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URI of a real MongoDB-protocol server; NIGHTDESK_TEST_STORE_URI names another one."""
    if given := os.environ.get("NIGHTDESK_TEST_STORE_URI"):
        yield given
        return
    wanted = os.environ.get("NIGHTDESK_TEST_STORE_SERVER", "")
    with running("store", tmp_path_factory.mktemp("store"), store_server=wanted) as server:
        yield server.server.settings.store


@pytest.fixture(scope="session")
def stream_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap of a real Kafka-protocol broker; NIGHTDESK_TEST_STREAM_BOOTSTRAP names another one."""
    if given := os.environ.get("NIGHTDESK_TEST_STREAM_BOOTSTRAP"):
        yield given
        return
    wanted = os.environ.get("NIGHTDESK_TEST_STREAM_SERVER", "")
    with running("stream", tmp_path_factory.mktemp("stream"), stream_server=wanted) as server:
        yield server.server.settings.stream


@pytest.fixture
def database(store_uri: str) -> Iterator[Database[dict[str, Any]]]:
    """An empty database, dropped afterwards."""
    with MongoClient[dict[str, Any]](store_uri, tz_aware=True, journal=True) as client:
        name = f"test_{uuid.uuid4().hex[:12]}"
        yield client[name]
        client.drop_database(name)


@pytest.fixture
def settings(database: Database[dict[str, Any]], store_uri: str, tmp_path: Any) -> Settings:
    """Settings that point at the real store with a database of one's own."""
    return Settings(data_dir=tmp_path, store_uri=store_uri, store_name=database.name)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The whole platform, started once as a person starts it."""
    from tests.support.platform import Platform

    running_platform = Platform(tmp_path_factory.mktemp("platform"))
    running_platform.start(timeout=300)
    yield running_platform
    running_platform.stop()
