"""Two people, one desk: a candidate arrives, one saves and comments, the other sees it at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nightdesk.simulate import Night
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from pymongo import MongoClient

from tests.support.platform import ADMIN, ADMIN_PASSWORD, Platform

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.platform,
    pytest.mark.browser,
    pytest.mark.timeout(420),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt install chromium)"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_desk(browser: Browser, platform: Platform, name: str, password: str) -> Page:
    """Log in through the hub's form and wait for the Scan panel of one's own JupyterLab."""
    page = browser.new_context(viewport={"width": 1500, "height": 950}).new_page()
    page.goto(f"{platform.url}/hub/login")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("input[type=submit], button[type=submit]")
    expect(page.locator(".jp-nightdesk-Scan")).to_be_visible(timeout=120_000)
    expect(page.locator(".jp-nightdesk-Scan .jp-nightdesk-Connection")).to_contain_text(
        "live", timeout=30_000
    )
    return page


def card(page: Page, object_id: str) -> Locator:
    """Return a candidate's card; what arrived while one looked waits behind a button."""
    found = page.locator(f'[data-testid=nightdesk-candidate][data-obj-id="{object_id}"]')
    pill = page.locator(".jp-nightdesk-NewPill")
    for _ in range(60):
        if found.count():
            break
        if pill.count() and pill.first.is_visible():
            pill.first.click()
        page.wait_for_timeout(500)
    expect(found).to_have_count(1)
    found.scroll_into_view_if_needed()
    return found


def tonight(platform: Platform, directory: Path) -> str:
    """Send some simulated alerts through the platform; return the newest candidate's objectId."""
    for alert, _ in zip(Night("ztf", seed=4242), range(80), strict=False):
        (directory / f"{alert.candid}.avro").write_bytes(alert.payload)
    assert platform.replay([directory])["lost"] == 0
    with MongoClient(platform.settings.store) as client:
        rows = client[platform.settings.store_name]["candidates"].find({"survey": "ZTF"})
        return str(max(rows, key=lambda row: row["passed_at"])["objectId"])


def test_two_people_work_one_night(browser: Browser, platform: Platform, tmp_path: Path) -> None:
    henrietta = open_desk(browser, platform, ADMIN, ADMIN_PASSWORD)
    grace = open_desk(browser, platform, "grace", platform.add_user("grace"))
    name = tonight(platform, tmp_path)

    mine = card(henrietta, name)
    expect(mine.locator("img.jp-nightdesk-Cutout-image")).to_have_count(3, timeout=30_000)
    expect(mine.locator(".jp-nightdesk-LightCurve canvas").first).to_be_visible(timeout=30_000)
    theirs = card(grace, name)

    mine.locator("[data-testid=nightdesk-save]").click()
    expect(mine.locator("[data-testid=nightdesk-save]")).to_be_disabled(timeout=15_000)
    mine.locator("[data-testid=nightdesk-comment-open]").click()
    words = "Rising fast: worth a spectrum tonight?"
    mine.locator("[data-testid=nightdesk-comment-input]").fill(words)
    mine.locator("[data-testid=nightdesk-comment-input]").press("Enter")
    expect(mine).to_contain_text(words, timeout=15_000)

    # Grace has not reloaded anything.
    expect(theirs).to_contain_text(words, timeout=15_000)
    expect(theirs).to_contain_text("admin")

    theirs.locator("[data-testid=nightdesk-open]").click()
    page = grace.locator(".jp-nightdesk-Source")
    expect(page).to_contain_text(name, timeout=30_000)
    expect(page).to_contain_text(words)
    shots = os.environ.get("NIGHTDESK_TEST_SCREENSHOTS")
    if shots:
        grace.wait_for_timeout(3000)
        henrietta.screenshot(path=f"{shots}/scan.png")
        grace.screenshot(path=f"{shots}/source.png")
