"""The service as a process: it tells, says that it is well, ends in order, and goes on after a sudden end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from nightdesk.settings import Settings

from tests.services.marshal.conftest import Desk
from tests.services.notifier.conftest import RULES, until
from tests.services.notifier.servers import Hook, MailServer
from tests.support.ports import free_ports


@contextmanager
def running(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | settings.environment() | settings.secrets("notify_")
    process = subprocess.Popen([sys.executable, "-m", "nightdesk_services.notifier"], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def well(settings: Settings) -> None:
    """Wait until the process says that it follows the store."""
    url = f"http://127.0.0.1:{settings.notifier_port}/services/notifier/health"
    async with asyncio.timeout(120), httpx.AsyncClient(timeout=10) as http:
        while True:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)


@pytest.mark.timeout(400)
async def test_it_tells_ends_in_order_and_goes_on_after_a_sudden_end(
    desk: Desk, club: int, settings: Settings, mail: MailServer, hook: Hook
) -> None:
    settings = settings.model_copy(update={"notifier_port": free_ports(1)[0]})
    await desk.ok("ben", "PATCH", "internal/profile", {"contact_email": "ben@example.org"})
    await desk.ok("ben", "PATCH", f"{RULES}/settings", {"webhook": f"http://{hook.host}/"})
    rule = {"kind": "mention", "channels": ["email", "webhook"]}
    await desk.ok("ben", "POST", RULES, rule)
    await desk.ok("ana", "POST", "sources", {"id": "Z1", "ra": 1.0, "dec": 1.0, "group_ids": [club]})
    with running(settings) as process:
        await well(settings)
        await desk.ok("ana", "POST", "sources/Z1/comments", {"text": "@ben one"})
        await until(lambda: len(mail.mails) == len(hook.posts) == 1, 60)
        base = f"http://127.0.0.1:{settings.notifier_port}"
        async with httpx.AsyncClient(timeout=10) as http:
            metrics = (await http.get(f"{base}/metrics")).text
        assert 'nightdesk_notifier_queued_total{kind="mention"} 2.0' in metrics
        assert 'nightdesk_notifier_letters_total{channel="email",outcome="sent"} 1.0' in metrics
        assert settings.notify_email.get_secret_value() not in metrics
        process.kill()
        process.wait()
        await desk.ok("ana", "POST", "sources/Z1/comments", {"text": "@ben two"})
    with running(settings) as process:
        await until(lambda: len(mail.mails) == len(hook.posts) == 2, 120)
        await desk.ok("ben", "POST", f"{RULES}/test", {"channel": "email"})
        await until(lambda: len(mail.mails) == 3, 60)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0
    assert [str(sent["Subject"]) for _, sent in mail.mails] == [
        "ana mentioned you on Z1",
        "ana mentioned you on Z1",
        "Test from Nightdesk",
    ]
    assert [post["message"] for post in hook.posts] == ["@ben one", "@ben two"]
