"""Addresses of data in what facilities answer."""

from __future__ import annotations

from nightdesk_services.marshal.services.facilities.links import MOST, links_in


def test_only_web_addresses_are_kept() -> None:
    bad = [
        "javascript:alert(1)",
        "ftp://x/y",
        "https://",
        "https://me:pass@x/",
        "https://x/\n",
        7,
        None,
        "x" * 3000,
    ]
    assert links_in({"photometry": ["https://x/1", *bad, "https://x/1"]}) == {"photometry": ["https://x/1"]}
    assert links_in({"spectra": "http://x/2", "other": "http://x/3"}) == {"spectra": ["http://x/2"]}
    assert links_in({"photometry": {"url": "http://x"}}) == {}


def test_an_endless_list_ends() -> None:
    found = links_in({"spectra": [f"https://x/{i}" for i in range(10 * MOST)]})
    assert len(found["spectra"]) == MOST
