"""The Scan panel and the source page in a real browser, before a marshal in memory."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.labextension import objects
from tests.labextension.fake_marshal import FakeMarshal
from tests.labextension.lab import SECRET, chromium, lab
from tests.support.ports import free_ports

pytestmark = [pytest.mark.browser, pytest.mark.skipif(chromium() is None, reason="Chromium is not installed")]

GRACE = {"id": 8, "username": "grace"}
SECONDS = 1000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeMarshal, str]]:
    """A marshal and a JupyterLab that talks to it."""
    fake_port, lab_port = free_ports(2)
    fake = FakeMarshal(fake_port)
    fake.start()
    with lab(tmp_path_factory.mktemp("lab"), lab_port, fake.url) as url:
        yield fake, url
    if not fake.loop.is_closed():
        fake.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=45 * SECONDS)
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture
def marshal(desk: tuple[FakeMarshal, str]) -> FakeMarshal:
    """The marshal, with a night of four candidates."""
    fake = desk[0]
    if fake.loop.is_closed():
        fake.start()
    fake.do(fake.night.clear)
    for index in range(4):
        fake.do(fake.night.add, index, 10.0 * index + 5)
    return fake


@pytest.fixture(scope="module")
def window(browser: Any, desk: tuple[FakeMarshal, str]) -> Iterator[Any]:
    """One browser window on JupyterLab; nothing may go wrong in it."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    view = context.new_page()
    broken: list[str] = []
    view.on("pageerror", lambda error: broken.append(str(error)))
    view.goto(f"{desk[1]}/lab?token={SECRET}")
    # the panel opens by itself
    view.wait_for_selector(".jp-nightdesk-Scan", timeout=90 * SECONDS)
    view.set_default_timeout(45 * SECONDS)
    yield view
    context.close()
    assert broken == []


AFRESH = """async () => {
    const app = window.jupyterapp;
    for (const widget of [...app.shell.widgets('main')]) {
        if (widget.sessionContext) {  // JupyterLab throws where a notebook goes before its kernel has come
            await widget.sessionContext.ready;
            const kernel = widget.sessionContext.session?.kernel;
            await kernel?.info;
            for (let calm = 0; kernel && calm < 5; calm += kernel._futures.size ? -calm : 1) {
                await new Promise(done => setTimeout(done, 100));  // nor while the widgets' subshell is begun
            }
            await widget.sessionContext.shutdown();
        }
        widget.dispose();
    }
    const panel = await app.commands.execute('nightdesk:scan');
    const all = { groupId: null, filterId: null, sortBy: 'passed_at', minScore: 0, hours: 24 };
    panel.content.model.setQuery({ ...all, hideRejected: true, hideSaved: false });
}"""


@pytest.fixture
def page(window: Any, marshal: FakeMarshal) -> Any:
    """The window with a fresh Scan panel and nothing else."""
    window.mouse.move(1, 1)
    window.evaluate(AFRESH)
    window.wait_for_selector('[data-state="live"]')
    window.wait_for_selector('[data-testid="nightdesk-candidate"]')
    return window


def cards(page: Any) -> Any:
    return page.locator('[data-testid="nightdesk-candidate"]')


def names(page: Any) -> list[str]:
    return [card.get_attribute("data-obj-id") for card in cards(page).all()]


def card(page: Any, index: int) -> Any:
    return page.locator(f'[data-testid="nightdesk-candidate"][data-obj-id="{objects.name_of(index)}"]')


def current(page: Any) -> str | None:
    return page.locator(".jp-nightdesk-Card.jp-mod-current").get_attribute("data-obj-id")


def until(page: Any, condition: Any) -> None:
    """Wait for something that happens outside of the page."""
    deadline = time.monotonic() + 100
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within a hundred seconds"
        page.wait_for_timeout(50)


def test_cards_show_what_one_decides_by(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    expect(cards(page)).to_have_count(4)
    assert names(page) == [objects.name_of(index) for index in range(4)], "newest first"
    first, known = card(page, 0), marshal.night.cards[objects.name_of(0)]
    expect(first.locator(".jp-nightdesk-Cutout-image")).to_have_count(3)
    assert first.locator("img").first.evaluate("image => image.naturalWidth") == 63
    assert first.locator("img").first.evaluate("i => getComputedStyle(i).imageRendering") == "pixelated"
    # the light curve is Bokeh's own canvas, in its shadow tree
    expect(first.locator(".jp-nightdesk-LightCurve canvas").first).to_be_visible()
    expect(first.locator('[data-badge="magnitude"]')).to_contain_text(f"{known['magpsf']:.2f}")
    expect(first.locator('[data-badge="score"]')).to_contain_text(f"{known['score']:.2f}")
    expect(first.locator('[data-badge="match"]')).to_have_count(len(known["cross_matches"]))
    expect(first).to_contain_text("Infant supernovae")
    assert not any(cookie for _, _, cookie in marshal.night.requests), "the browser's cookies stay here"


def test_the_keyboard_moves_saves_rejects_and_undoes(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    night = marshal.night
    one, two, three = (objects.name_of(index) for index in (0, 1, 2))
    page.locator(".jp-nightdesk-Scan-list").focus()
    page.keyboard.press("j")
    assert current(page) == one
    page.keyboard.press("ArrowDown")
    assert current(page) == two
    page.keyboard.press("k")
    assert current(page) == one

    page.keyboard.press("s")
    expect(card(page, 0).locator('[data-badge="saved"]').first).to_be_visible()
    until(page, lambda: [group["id"] for group in night.cards[one]["saved_groups"]] == [1, 2])
    until(page, lambda: night.selection == [one])

    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(card(page, 1)).to_have_count(0)
    assert current(page) == three, "the next one comes up"
    until(page, lambda: night.cards[two]["rejected"])

    page.keyboard.press("u")
    expect(card(page, 1)).to_be_visible()
    assert names(page) == [objects.name_of(index) for index in range(4)], "it is where it was"
    until(page, lambda: not night.cards[two]["rejected"])
    page.keyboard.press("u")
    until(page, lambda: not night.cards[one]["is_source"])
    expect(card(page, 0).locator('[data-badge="saved"]')).to_have_count(0)

    page.keyboard.press("Shift+Slash")
    expect(page.locator(".jp-nightdesk-Help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".jp-nightdesk-Help")).to_have_count(0)


def test_what_the_marshal_refuses_is_put_back_and_said(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    marshal.night.failing.add("/listing")
    card(page, 1).locator('[data-testid="nightdesk-reject"]').click()
    expect(page.get_by_role("alert")).to_contain_text("the store is away")
    expect(card(page, 1)).to_be_visible()
    assert names(page)[1] == objects.name_of(1)


def test_new_ones_wait_while_one_looks_and_come_when_asked(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    card(page, 1).click(position={"x": 300, "y": 12})
    before = card(page, 1).bounding_box()
    for index in (70, 71):
        marshal.do(marshal.night.add, index)
    pill = page.locator('[data-testid="nightdesk-new"]')
    expect(pill).to_have_text(re.compile("2 new"))
    expect(page.locator(".jp-nightdesk-Scan-live")).to_have_text("2 new candidates")
    assert card(page, 1).bounding_box() == before, "nothing moves under one's eyes"
    expect(cards(page)).to_have_count(4)
    pill.click()
    expect(cards(page)).to_have_count(6)
    assert names(page)[:2] == [objects.name_of(71), objects.name_of(70)]
    expect(card(page, 71).locator(".jp-nightdesk-Cutout-image")).to_have_count(3)


def test_an_untouched_list_fills_by_itself(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    marshal.do(marshal.night.add, 80)
    expect(card(page, 80)).to_be_visible()
    assert names(page)[0] == objects.name_of(80)


def test_a_comment_is_written_and_anothers_comes_without_reloading(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    night, name = marshal.night, objects.name_of(0)
    page.locator(".jp-nightdesk-Scan-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("c")
    box = card(page, 0).locator('[data-testid="nightdesk-comment-input"]')
    expect(box).to_be_focused()
    # letters that are keys of the panel are letters here
    page.keyboard.type("jsr: looks like a Ia")
    page.keyboard.press("Enter")
    said = card(page, 0).locator('[data-testid="nightdesk-comment"]')
    expect(said).to_have_count(1)
    expect(said).to_contain_text("jsr: looks like a Ia")
    assert night.comments[name][0]["author"]["username"] == "ada"
    assert not night.cards[name]["is_source"]
    assert not night.cards[name]["rejected"]
    marshal.do(night.say, name, "I can take a spectrum", GRACE)
    expect(said).to_have_count(2)
    expect(said.first).to_contain_text("grace")
    expect(card(page, 0)).to_be_focused()


def test_a_broken_marshal_is_said_and_mends_itself(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    expect(cards(page)).to_have_count(4)
    marshal.stop()
    expect(page.locator('[data-state="reconnecting"]').first).to_be_visible()
    page.get_by_role("button", name="Reload", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The list was not reloaded")
    expect(cards(page)).to_have_count(4)
    page.locator('[data-testid="nightdesk-group"]').select_option(label="Sitewide Group")
    expect(page.get_by_text("The candidates could not be loaded")).to_be_visible()
    marshal.night.sockets.clear()
    marshal.night.add(90)
    marshal.start()
    expect(page.locator('[data-state="live"]').first).to_be_visible()
    expect(cards(page)).to_have_count(5)


def test_choosing_narrows_the_list(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    page.locator('[data-testid="nightdesk-group"]').select_option(label="Supernovae")
    expect(cards(page)).to_have_count(1)
    page.locator('[data-testid="nightdesk-group"]').select_option(label="all my groups")
    expect(cards(page)).to_have_count(4)
    page.locator('[data-testid="nightdesk-sort"]').select_option(label="score")
    expected = sorted(marshal.night.cards.values(), key=lambda one: -one["score"])
    until(page, lambda: names(page) == [one["id"] for one in expected])
    page.locator('[data-testid="nightdesk-search"]').fill(objects.name_of(2)[-6:])
    until(page, lambda: objects.name_of(2) in names(page) and len(names(page)) < 4)


def test_the_source_page_has_it_all_and_gives_it_to_a_notebook(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    name = objects.name_of(0)
    night = marshal.night
    page.locator(".jp-nightdesk-Scan-list").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    source = page.locator(f'[data-testid="nightdesk-source"][data-obj-id="{name}"]')
    expect(source.locator("h1")).to_have_text(name)
    expect(source.locator(".jp-nightdesk-LightCurve canvas").first).to_be_visible()
    expect(source.locator(".jp-nightdesk-Cutout-image")).to_have_count(3)
    present = source.locator('[data-testid="nightdesk-present"]')
    expect(present).to_have_attribute("aria-label", "ben is looking at this page too")
    matches = night.cards[name]["cross_matches"]
    expect(source.locator("[data-section=crossmatches] tbody tr")).to_have_count(len(matches))
    expect(source.locator(".jp-nightdesk-Sky-match")).to_have_count(len(matches))

    source.locator('[data-testid="nightdesk-source-save"]').click()
    expect(source.locator('[data-testid="nightdesk-saved-group"]')).to_have_count(1)
    source.locator('[data-testid="nightdesk-class"]').select_option("Ia")
    source.locator('[data-testid="nightdesk-classify"]').click()
    expect(source.locator('[data-testid="nightdesk-classification"]')).to_contain_text("Ia")

    source.locator('[data-testid="nightdesk-comment-input"]').fill("mine")
    source.locator('[data-testid="nightdesk-comment-input"]').press("Enter")
    said = source.locator('[data-testid="nightdesk-comment"]')
    expect(said).to_have_count(1)
    marshal.do(night.say, name, "yours", GRACE)
    expect(said).to_have_count(2)
    expect(said.nth(1).get_by_role("button")).to_have_count(0)
    said.nth(0).get_by_role("button", name="Delete comment").click()
    expect(said).to_have_count(1)
    expect(said).to_contain_text("yours")

    source.locator('[data-testid="nightdesk-insert"]').click()
    cell = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    expect(cell).to_contain_text(f'source = nightdesk.source("{name}")', timeout=60 * SECONDS)


def test_the_plot_follows_the_theme(page: Any, desk: tuple[FakeMarshal, str]) -> None:
    with page.expect_response(lambda answer: "theme=dark" in answer.url and "light-curve" in answer.url):
        page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    assert page.locator("body").get_attribute("data-jp-theme-light") == "false"


def test_no_token_of_the_hub_reaches_the_browser(page: Any) -> None:
    from tests.labextension.fake_marshal import TOKEN

    stored = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
    assert TOKEN not in stored
    assert TOKEN not in page.content()


def test_five_hundred_candidates_stay_light(page: Any, marshal: FakeMarshal) -> None:
    from playwright.sync_api import expect

    for index in range(100, 600):
        marshal.do(marshal.night.add, index, float(index))
    page.locator('[data-testid="nightdesk-candidate"]').first.wait_for()
    page.get_by_role("button", name="Reload", exact=True).click()
    expect(page.locator('[data-testid="nightdesk-count"]')).to_have_text("504 candidates")
    expect(cards(page)).to_have_count(50)
    scroller = page.locator(".jp-nightdesk-Scan-list")

    def all_there() -> bool:
        # as a person does, on and on: a connection that is lost meanwhile begins the list anew
        scroller.evaluate("node => node.scrollTo(0, node.scrollHeight)")
        return cards(page).count() == 504

    until(page, all_there)
    # plots live only near the view
    until(page, lambda: 0 < page.locator(".jp-nightdesk-LightCurve-layer").count() < 20)
