"""``nightdesk up`` keeps a platform alive, ends it in order, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest
from pymongo import MongoClient

from tests.support.platform import ADMIN, Platform

pytestmark = pytest.mark.platform


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of this module's own, which its tests hurt."""
    with Platform(tmp_path_factory.mktemp("own")) as platform:
        yield platform


def kill(platform: Platform, name: str) -> int:
    pid = platform.pids(name)[0]
    os.kill(pid, signal.SIGKILL)
    return pid


def back(platform: Platform, name: str, pid: int) -> dict[str, object]:
    """Wait until the process is another one and answers."""
    deadline = time.monotonic() + 60
    while (row := platform.wait_for(name)[name])["pid"] == pid:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return row


def test_a_second_start_says_that_it_runs_and_where(own: Platform) -> None:
    done = own.run("up")
    assert done.returncode == 1
    assert own.process is not None
    assert f"already running (pid {own.process.pid}, {own.url})" in done.stderr


def test_status_tells_programs_and_people(own: Platform) -> None:
    done = own.run("status", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["url"] == own.url
    assert own.process is not None
    assert told["pid"] == own.process.pid
    names = {row["name"] for row in told["processes"] if row["healthy"]}
    services = {"marshal", "broker", "monitor", "notifier", "dask-gateway", "idle-culler"}
    assert names == {"store", "stream", "proxy", "hub"} | services
    assert told["settings"]["store_port"] == own.settings.store_port
    assert "admin_password" not in told["settings"]
    shown = own.run("status")
    assert all(name in shown.stdout for name in names)


def test_a_taken_port_is_reported_by_name(own: Platform, tmp_path: Path) -> None:
    other = Platform(tmp_path, hub_port=own.settings.hub_port, gateway_port=own.settings.gateway_port)
    other.start(wait=False)
    assert other.process is not None
    assert other.process.wait(30) == 1
    said = other.log.read_text()
    assert f"port {own.settings.hub_port} (NIGHTDESK_HUB_PORT) is in use by node (pid " in said
    assert f"port {own.settings.gateway_port} (NIGHTDESK_GATEWAY_PORT) is in use by dask-gateway-pro" in said
    assert other.processes() == []


def test_all_listen_on_this_machine_only(own: Platform) -> None:
    addresses = {
        connection.laddr.ip
        for process in own.processes()
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert {address.removeprefix("::ffff:") for address in addresses} == {"127.0.0.1"}


def test_logs_are_printed_by_name(own: Platform) -> None:
    done = own.run("logs", "dask-gateway", "-n", "100")
    assert "Dask-Gateway server started" in done.stdout
    wrong = own.run("logs", "nonsense")
    assert wrong.returncode == 1
    assert "there is no log 'nonsense'; there are broker, compile, dask-gateway, hub" in wrong.stderr


def test_a_killed_store_comes_back_with_its_data(own: Platform) -> None:
    with MongoClient[dict[str, int]](own.settings.store, journal=True) as client:
        client["probe"]["kept"].insert_one({"_id": 2**62})
    row = back(own, "store", kill(own, "store"))
    assert row["restarts"] == 1
    with MongoClient[dict[str, int]](own.settings.store) as client:
        assert client["probe"]["kept"].find_one() == {"_id": 2**62}


@pytest.mark.parametrize("name", ["marshal", "broker", "dask-gateway"])
def test_a_killed_service_comes_back_on_its_port(own: Platform, name: str) -> None:
    began = time.monotonic()
    row = back(own, name, kill(own, name))
    assert row["restarts"] == 1
    assert row["reason"] == ""
    assert time.monotonic() - began < 45


def test_users_stay_at_work_while_proxy_and_hub_are_killed(own: Platform) -> None:
    with closing(own.login()) as client:
        assert client.post(f"/hub/api/users/{ADMIN}/server").status_code in (201, 202)
        until(lambda: (client.get(f"/hub/api/users/{ADMIN}").json()["servers"].get("") or {}).get("ready"))
        (server,) = own.servers_of(ADMIN)

        def answers() -> bool:
            # The cookies are the hub's and the server's own; the server asks the hub about them.
            try:
                return client.get(f"/user/{ADMIN}/api/kernels").status_code == 200
            except httpx.HTTPError:
                return False

        # The first page logs in at the server; what follows is answered with its cookie.
        client.get(f"/user/{ADMIN}/lab").raise_for_status()
        assert answers()
        back(own, "hub", kill(own, "hub"))
        own.wait_for("marshal", "broker", "dask-gateway")
        until(answers)
        back(own, "proxy", kill(own, "proxy"))
        until(answers)
        assert own.servers_of(ADMIN) == [server]


def test_a_killed_launcher_leaves_nothing_and_the_next_start_finds_all(own: Platform) -> None:
    own.add_user("ada")
    assert own.servers_of(ADMIN)
    own.kill()
    until(lambda: own.processes() == [])
    assert own.run("status").returncode == 1
    own.start()
    assert "password:" in own.log.read_text().split("Nightdesk is at")[1]
    assert "password:" not in own.log.read_text().split("Nightdesk is at")[2]
    own.login("ada").close()
    with MongoClient[dict[str, int]](own.settings.store) as client:
        assert client["probe"]["kept"].find_one() == {"_id": 2**62}


def test_down_ends_all_in_order(own: Platform) -> None:
    before = len(own.log.read_text())
    done = own.run("down")
    assert done.returncode == 0, done.stderr
    assert own.process is not None
    assert own.process.wait(10) == 0
    assert own.processes() == []
    said = own.log.read_text()[before:]
    ended = [line.split()[1] for line in said.splitlines() if " is down (" in line]
    assert ended == ["hub", "proxy", "stream", "store"]
    assert "left over" not in said
    assert "nothing runs on" in own.run("down").stderr


def until(condition: object, timeout: float = 60) -> None:
    assert callable(condition)
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
