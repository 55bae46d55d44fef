"""Colours of the plots on a light and on a dark page; surveys differ in dash as well."""

from __future__ import annotations

from nightdesk.plots.palette import INKS, Ink, Theme

__all__ = ["BAR", "CARD", "DASHES", "INKS", "LAG", "LATENCY", "SURVEYS", "Ink", "Theme", "series"]

SURVEYS: tuple[dict[Theme, str], ...] = (
    {"light": "#0b62c4", "dark": "#6cb2ff"},
    {"light": "#b8500b", "dark": "#ff9f5c"},
    {"light": "#00796b", "dark": "#3fd6b5"},
    {"light": "#7a3fb0", "dark": "#c79bff"},
)
DASHES = ("solid", "dashed", "dotdash", "dotted")
LATENCY: dict[str, dict[Theme, str]] = {
    "p50": {"light": "#00796b", "dark": "#3fd6b5"},
    "p90": {"light": "#a87000", "dark": "#f4c04e"},
    "p99": {"light": "#c0362c", "dark": "#ff8a80"},
}
LAG: dict[Theme, str] = {"light": "#7a3fb0", "dark": "#c79bff"}
CARD: dict[Theme, str] = {"light": "#ffffff", "dark": "#181c22"}
"""Background of the cards, as in page.css."""
BAR: dict[Theme, str] = {"light": "#4a7fb5", "dark": "#6a9fd4"}


def series(number: int) -> tuple[dict[Theme, str], str]:
    """Return colours and dash of the n-th survey."""
    return SURVEYS[number % len(SURVEYS)], DASHES[number % len(DASHES)]
