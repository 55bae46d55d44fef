"""Cutouts as HTML."""

from __future__ import annotations

from nightdesk.plots import cutouts

PNG = b"\x89PNG\r\n\x1a\n"


def test_three_panels_with_a_place_for_what_is_missing() -> None:
    html = cutouts(science=PNG, difference="https://a.test/x.png?a=1&b=2", title="<ZTF>")._repr_html_()
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in html
    assert 'src="https://a.test/x.png?a=1&amp;b=2"' in html
    assert html.count("<figure") == 3
    assert html.count("<img") == 2
    assert "&lt;ZTF&gt;" in html
    assert "Template" in html


def test_said_in_words() -> None:
    assert repr(cutouts(science=PNG, title="ZTF18abc")) == "<Cutouts ZTF18abc: science>"
    assert repr(cutouts()) == "<Cutouts: none>"
