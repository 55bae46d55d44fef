"""Where a facility says that its data are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

KINDS: Final = ("photometry", "spectra")
MOST: Final = 100
"""Addresses of one kind that are kept."""
_LONGEST: Final = 2000


def links_in(answer: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the web addresses of data in an answer, by kind; what is none is left out."""
    found = {kind: [one for one in _listed(answer.get(kind)) if _is_link(one)][:MOST] for kind in KINDS}
    return {kind: list(dict.fromkeys(links)) for kind, links in found.items() if links}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_link(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    # anything else could run where somebody clicks on it
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.password is None
