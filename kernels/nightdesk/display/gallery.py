"""Candidates as a gallery of cards: three cutouts, a small light curve, the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nightdesk.client.errors import NightdeskError
from nightdesk.client.source import KINDS
from nightdesk.display.sparkline import sparkline
from nightdesk.display.style import chip, escape, page
from nightdesk.plots.cutouts import address

if TYPE_CHECKING:
    from nightdesk.client.candidates import Candidate, Candidates

SHOWN = 12
"""Most cards in one output; each costs four requests."""


def gallery(candidates: Candidates) -> str:
    """Return candidates as HTML with all images inside."""
    if not candidates:
        return page("No candidates. A longer time, or other cuts, may find some: candidates(since='3d').")
    cards = candidates.desk.together(_card, candidates[:SHOWN])
    more = len(candidates) - len(cards)
    rest = (
        f'<p class="nd-faint">and {more} more: show a slice, such as [{SHOWN}:{2 * SHOWN}]</p>'
        if more
        else ""
    )
    return page(f'<div class="nd-cards">{"".join(cards)}</div>{rest}', f"{len(candidates)} candidates")


def _card(one: Candidate) -> str:
    mag = f"{one.band or ''} {one.magpsf:.2f}" if one.magpsf is not None else one.band or ""
    facts = [mag, f"score {one.score:.2f}" if one.score is not None else "", f"{one.passed_at:%H:%M:%S}"]
    chips = [f"★ {group}" for group in one.groups] + sorted(one.record.get("cross_matches") or {})
    return (
        f'<div class="nd-card"><b>{escape(one.id)}</b> '
        f'<span class="nd-faint">{escape(" · ".join(filter(None, facts)))}</span>'
        f'<div class="nd-stamps">{"".join(_stamp(one, kind) for kind in KINDS)}</div>'
        f"{sparkline(_points(one))}<div>{' '.join(map(chip, chips))}</div></div>"
    )


def _stamp(one: Candidate, kind: str) -> str:
    image = one.image(kind)
    return f'<img src="{address(image)}" alt="{kind} cutout" title="{kind}">' if image else "<div></div>"


def _points(one: Candidate) -> list[dict[str, Any]]:
    # one object that fails must not take the others' pictures away
    try:
        return one.points
    except NightdeskError:
        return []
