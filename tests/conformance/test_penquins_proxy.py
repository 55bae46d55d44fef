"""Kowalski's client through the proxy of JupyterHub, as people reach the desk."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conformance.alerts import Noted, seen_by_all
from tests.conformance.conftest import Desk
from tests.support.ports import free_ports

PROXY = Path(__file__).parents[2] / "hub" / "node_modules" / ".bin" / "configurable-http-proxy"


@pytest.fixture(scope="module")
def proxy(desk: Desk) -> Iterator[int]:
    """A proxy with the hub's route to the marshal, and the one that a site adds; the port that people see."""
    if not PROXY.exists() or shutil.which("node") is None:
        pytest.skip("configurable-http-proxy is not installed")
    public, private = free_ports(2)
    token = secrets.token_hex(16)
    process = subprocess.Popen(
        [str(PROXY), f"--port={public}", f"--api-port={private}", "--ip=127.0.0.1", "--api-ip=127.0.0.1"],
        env={"PATH": os.environ["PATH"], "CONFIGPROXY_AUTH_TOKEN": token},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    marshal = urlsplit(desk.url)
    routes = {
        # as JupyterHub adds it for a service
        "/services/marshal": f"http://{marshal.netloc}",
        # as docs/how-to/use-penquins.md says
        "/api": f"{desk.url}/kowalski/",
    }
    try:
        for path, target in routes.items():
            _add(f"http://127.0.0.1:{private}/api/routes{path}", target, token)
        seen_by_all(desk)
        yield public
    finally:
        process.terminate()
        process.wait(10)


def _add(address: str, target: str, token: str, patience: float = 30) -> None:
    """Add a route as soon as the proxy listens."""
    ends = time.monotonic() + patience
    headers = {"Authorization": f"token {token}"}
    while True:
        try:
            httpx.post(address, json={"target": target}, headers=headers).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.mark.parametrize("path", ["/services/marshal/kowalski/", ""])
def test_people_reach_it_through_the_hub(desk: Desk, proxy: int, path: str) -> None:
    where = {"protocol": "http", "host": "127.0.0.1", "port": f"{proxy}{path}"}
    with Noted(desk, username="ana", password="ana", **where, timeout=30) as one:
        assert one.ask("count_documents", {"catalog": "ZTF_alerts", "filter": {}}) == 12
        assert one.api("get", "api/filters/1")["data"]["catalog"] == "ZTF_alerts"
        whole = one.ask("find", {"catalog": "ZTF_alerts", "filter": {}}, limit=3)
        assert all(alert["cutoutScience"]["stampData"] for alert in whole)
