"""The service as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import httpx
from nightdesk.settings import Settings
from nightdesk_services.marshal.app import application
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.factory import Marshal
from tornado.httpserver import HTTPServer

from tests.services.marshal.world import Names
from tests.support.ports import free_ports


async def test_nobody_is_served_before_the_store_is_ready(settings: Settings) -> None:
    marshal = Marshal.create(MarshalConfig(settings), Names())
    server = HTTPServer(application(marshal))
    (port,) = free_ports(1)
    server.listen(port, "127.0.0.1")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}{marshal.config.prefix}") as http:
        for path in ("health", "api/groups"):
            answer = await http.get(path, headers={"Authorization": "token ana"})
            assert answer.status_code == 503
            assert "store" in answer.json()["message"]
        await marshal.prepare()
        assert (await http.get("health")).status_code == 200
    server.stop()
    await marshal.close()


def test_it_serves_and_ends(settings: Settings) -> None:
    port, hub = free_ports(2)
    environment = os.environ | settings.model_copy(update={"marshal_port": port}).environment()
    environment["JUPYTERHUB_API_URL"] = f"http://127.0.0.1:{hub}/hub/api"
    process = subprocess.Popen([sys.executable, "-m", "nightdesk_services.marshal"], env=environment)
    try:
        base = f"http://127.0.0.1:{port}/services/marshal"
        deadline = time.monotonic() + 120
        while True:
            assert process.poll() is None
            assert time.monotonic() < deadline
            try:
                answer = httpx.get(f"{base}/health", timeout=10)
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            if answer.status_code == 200 and answer.json()["data"]["listening"]:
                break
            time.sleep(0.1)
        refused = httpx.get(f"{base}/api/groups", headers={"Authorization": "token x"}, timeout=10)
        assert refused.status_code == 503
        assert "hub" in refused.json()["message"]
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
