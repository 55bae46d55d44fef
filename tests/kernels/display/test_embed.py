"""Plots inside HTML, in a real browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from nightdesk.display import embed as module
from nightdesk.display.embed import embed, embed_model
from nightdesk.display.sparkline import sparkline
from nightdesk.plots import light_curve, light_curve_item

POINTS = [
    {"mjd": 60000.0, "filter": "ztfg", "mag": 19.5, "magerr": 0.1, "origin": "detection"},
    {"mjd": 60003.0, "filter": "ztfr", "limiting_mag": 20.5, "origin": "limit"},
    {"mjd": 60005.0, "filter": "ztfr", "mag": 19.1, "magerr": 0.1, "origin": "forced"},
]


@pytest.fixture(autouse=True)
def _new_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_sent", set())


def test_bokehjs_is_sent_once() -> None:
    first, second = embed(light_curve_item(POINTS)), embed(light_curve_item(POINTS))
    assert len(first) > 500_000
    assert len(second) < 50_000
    assert "https://" not in second


def test_a_table_brings_its_own_script() -> None:
    from bokeh.models import ColumnDataSource, DataTable, TableColumn

    embed(light_curve_item(POINTS))
    table = DataTable(source=ColumnDataSource({"a": [1]}), columns=[TableColumn(field="a")])
    assert "bokeh-tables" in embed_model(table)
    assert "bokeh-tables" not in embed_model(light_curve(POINTS))


def test_text_cannot_end_the_script() -> None:
    html = embed({"text": "</script><script>alert(1)</script>"})
    assert "</script><script>alert" not in html


def test_sparkline_draws_each_kind() -> None:
    svg = sparkline(POINTS)
    assert svg.count("<circle") == 2
    assert svg.count("<path") == 1
    assert "1 detections, brightest 19.5 mag" in svg
    assert sparkline([]).endswith("></svg>")


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize(("light", "colour"), [("true", "#00876c"), ("false", "#2fd6a8")])
async def test_it_shows_without_network_in_the_theme_of_the_page(
    tmp_path: Path, light: str, colour: str
) -> None:
    from playwright.async_api import async_playwright

    body = embed(light_curve_item(POINTS, width=400), sparkline(POINTS)) + embed_model(light_curve(POINTS))
    page_file = tmp_path / "page.html"
    page_file.write_text(f'<body data-jp-theme-light="{light}">{body}</body>')
    errors: list[Any] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = await browser.new_page()
        await page.context.set_offline(True)
        # Playwright cannot wrap a built-in method
        page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108
        await page.goto(page_file.as_uri())
        await page.wait_for_function(
            "window.Bokeh && Object.values(Bokeh.index).filter(v => v.model.renderers).length === 2",
            timeout=60_000,
        )
        drawn = await page.evaluate(
            "Object.values(Bokeh.index).flatMap(v => v.model.renderers ?? [])"
            ".map(r => r.glyph.fill_color?.value)"
        )
        assert await page.locator("svg[role=img]").count() == 0, "the plot takes the place of the SVG"
        await browser.close()
    assert not errors
    assert drawn.count(colour) == 2
