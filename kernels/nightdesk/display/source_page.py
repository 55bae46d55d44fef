"""A source as on its page in the Lab: place, cutouts, light curve, neighbours, classes, talk."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nightdesk.client.errors import NightdeskError
from nightdesk.client.source import neighbours
from nightdesk.display.embed import embed
from nightdesk.display.sparkline import sparkline
from nightdesk.display.style import chip, escape, page
from nightdesk.plots import light_curve_item
from nightdesk.sky import radec_str

if TYPE_CHECKING:
    from nightdesk.client.source import Source


def source_page(source: Source) -> str:
    """Return a source as HTML with its plot and images inside."""
    record, points, images = source.record, [], ""
    with suppress(NightdeskError):  # what cannot be had is left out
        found = source.page()
        record, points, cutouts = found["source"], found["photometry"], found["cutouts"]
        cutouts.size = 140
        images = cutouts._repr_html_()
    curve = embed(light_curve_item(points), sparkline(points, width=520, height=160))
    body = (
        f'{_head(source, record.get("classifications") or [])}<div class="nd-page">'
        f"<div>{images}{_neighbours(neighbours(record)[:5])}</div>"
        f'<div class="nd-curve">{curve}</div></div>{_talk(record.get("comments") or [])}'
    )
    return page(body, repr(source))


def _head(source: Source, classes: list[dict[str, Any]]) -> str:
    where = " ".join(radec_str(source.ra, source.dec))
    redshift = chip(f"z = {source.redshift:.4f}") if source.redshift is not None else ""
    saved = "".join(chip(f"★ {group}") for group in source.groups)
    said = "".join(chip(_class(one)) for one in classes)
    return (
        f'<div class="nd-head"><span class="nd-name">{escape(source.id)}</span>'
        f'<span class="nd-mono">{escape(where)}</span>'
        f'<span class="nd-faint">{source.ra:.6f} {source.dec:+.6f}</span>{redshift}{said}{saved}</div>'
    )


def _class(one: dict[str, Any]) -> str:
    sure = one.get("probability")
    return str(one["classification"]) + (f" {sure:.0%}" if sure is not None else "")


def _neighbours(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return '<div class="nd-faint">No neighbour in the catalogues</div>'
    lines = "".join(
        f'<tr><td>{escape(row["catalog"])}</td><td class="nd-number">{row["distance_arcsec"]:.2f}″</td>'
        f"<td>{escape(row.get('id', ''))}</td></tr>"
        for row in rows
    )
    return f"<table><tbody>{lines}</tbody></table>"


def _talk(comments: list[dict[str, Any]]) -> str:
    return "".join(
        f"<div><b>{escape(_author(one))}</b> {escape(one['text'])} "
        f'<span class="nd-faint">{escape(str(one.get("created_at", ""))[:16].replace("T", " "))}</span></div>'
        for one in comments[:5]
    )


def _author(comment: dict[str, Any]) -> str:
    author = comment.get("author")
    return str(author["username"] if isinstance(author, dict) else author or "?")
