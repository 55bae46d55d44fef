"""The Stream page in a browser, behind the hub: login, numbers, quarantine, themes, and who may what."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from nightdesk.simulate import Night
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.platform import ADMIN, ADMIN_PASSWORD, Platform

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PATH = "/services/stream/"
pytestmark = [
    pytest.mark.platform,
    pytest.mark.browser,
    pytest.mark.timeout(420),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt install chromium)"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def open_stream(
    browser: Browser, platform: Platform, name: str, password: str, scheme: str = "light"
) -> Page:
    """Ask for the page, be sent to the hub's form, and come back."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    page.goto(platform.url + PATH)
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("input[type=submit], button[type=submit]")
    expect(page.locator(".tile .value").first).to_be_visible(timeout=90_000)
    return page


def bad_packet(platform: Platform, directory: Path) -> str:
    """Send some alerts and one packet that is none; return the digest of that one."""
    for alert, _ in zip(Night("ztf", seed=99), range(20), strict=False):
        (directory / f"{alert.candid}.avro").write_bytes(alert.payload)
    noise = os.urandom(4000)
    (directory / "noise.avro").write_bytes(noise)
    assert platform.replay([directory])["lost"] == 0
    return hashlib.sha256(noise).hexdigest()


def test_the_stream_is_watched_and_a_packet_retried_and_deleted(
    browser: Browser, platform: Platform, tmp_path: Path
) -> None:
    page = open_stream(browser, platform, ADMIN, ADMIN_PASSWORD)
    outside: list[str] = []
    page.on(
        "request", lambda request: outside.append(request.url) if platform.url not in request.url else None
    )
    digest = bad_packet(platform, tmp_path)
    expect(page.get_by_role("status").first).to_contain_text("Running since", timeout=60_000)
    expect(page.locator(".tile", has_text="Stored tonight").locator(".value")).not_to_have_text("0")
    row = page.locator("tr", has=page.locator(f'a[href$="{digest}"]'))
    expect(row).to_be_visible(timeout=60_000)
    expect(row).to_contain_text("quarantined")

    with page.expect_download() as download:
        row.get_by_text("Download").click()
    assert hashlib.sha256(Path(download.value.path()).read_bytes()).hexdigest() == digest

    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Retry 1").click()
    expect(row).to_contain_text("came back", timeout=60_000)
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete 1 …").click()
    page.get_by_role("button", name="Keep").click()
    expect(row).to_be_visible()
    page.get_by_role("button", name="Delete 1 …").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0, timeout=30_000)
    expect(page.get_by_text("1 packet deleted.")).to_be_visible()
    assert not [url for url in outside if not url.startswith(("blob:", "data:"))]

    # the person's token stays in a cookie that no script reads, and out of the page
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(platform.url + PATH)}
    (name,) = (name for name in cookies if name == "service-stream")
    assert cookies[name]["httpOnly"]
    source = page.request.get(platform.url + PATH).text()
    assert "Stream" in source
    assert cookies[name]["value"].strip('"') not in source

    theme = page.locator("html")
    expect(theme).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(theme).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Theme: auto").click()
    expect(theme).to_have_attribute("data-theme", "light")
    if shots := os.environ.get("NIGHTDESK_TEST_SCREENSHOTS"):
        page.wait_for_timeout(3000)
        page.screenshot(path=f"{shots}/stream.png", full_page=True)

    # the broker dies and comes back; nobody reloads
    broker = next(
        pid for pid in platform.pids("broker") if "nightdesk_services.broker" in psutil.Process(pid).cmdline()
    )
    psutil.Process(broker).kill()
    expect(page.get_by_role("alert")).to_contain_text("The broker is not reachable", timeout=30_000)
    platform.wait_for("broker")
    expect(page.get_by_role("status").first).to_contain_text("Running since", timeout=60_000)


def test_a_viewer_looks_and_changes_nothing(browser: Browser, platform: Platform) -> None:
    password = platform.add_user("vincent", "--viewer")
    page = open_stream(browser, platform, "vincent", password, "dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Retry")).to_be_disabled()
    expect(page.get_by_label("Select all packets of this page")).to_be_disabled()


def test_nobody_gets_in_without_the_hub(platform: Platform) -> None:
    answer = httpx.get(platform.url + PATH, follow_redirects=True, timeout=90)
    assert answer.url.path == "/hub/login"
    direct = f"http://127.0.0.1:{platform.settings.monitor_port}{PATH}"
    for path in ("", "autoload.js?bokeh-autoload-element=x", "metadata"):
        refused = httpx.get(direct + path)
        assert refused.status_code == 302
        assert "/login" in refused.headers["Location"]
    assert httpx.get(f"{direct}packets/{'0' * 64}").status_code == 403
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade |= {"Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==", "Sec-WebSocket-Protocol": "bokeh, x"}
    assert httpx.get(f"{direct}ws", headers=upgrade).status_code == 403
    assert httpx.get(f"{direct}health").json() == {"status": "ok"}
