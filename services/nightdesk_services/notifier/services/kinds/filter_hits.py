"""An object passed a filter that one chose."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk.archive.nights import night_of
from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.notifier.models.occasion import Message, Occasion
from nightdesk_services.notifier.services.kinds.base import Kind
from nightdesk_services.notifier.services.receivers import Receiver


class FilterHits(Kind):
    """New candidates; of an object that passes a filter again and again one is told once a night."""

    name = "filter_hit"
    collections = ("candidates",)
    area = "candidates"

    def __init__(self, candidates: Candidates, filters: Documents) -> None:
        self._candidates = candidates
        self._filters = filters

    async def occasions(self, change: Change, rules: Sequence[Document]) -> list[Occasion]:
        """Return a new candidate, for those who chose its filter or one of its groups."""
        document = change.document
        if document is None or change.operation != "insert":
            return []
        groups, number = set(document["group_ids"]), document["filter_id"]
        found = [
            rule
            for rule in rules
            if number in (rule.get("filter_ids") or ()) or not groups.isdisjoint(rule.get("group_ids") or ())
        ]
        if not found:
            return []
        subject = f"filter_hit:{number}:{document['objectId']}:{_night(document)}"
        return [Occasion(subject, {"id": document["_id"]}, document, found)]

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return whether somebody may know of a candidate: by its groups, and by the alert's program."""
        access = receiver.access
        point = access.sees_point(document["survey"], document.get("programid"))
        return point and access.sees(document["group_ids"])

    async def message(self, receiver: Receiver, about: Document) -> Message | None:
        """Return the filter, and the alert in short."""
        document = (await self._candidates.by_id([about["id"]])).get(about["id"])
        if document is None or not self.sees(receiver, document):
            return None
        passed = await self._filters.get(document["filter_id"])
        known = passed is not None and receiver.access.sees([passed["group_id"]])
        name = passed["name"] if passed is not None and known else "a filter"
        obj_id = document["objectId"]
        return Message(f"{obj_id} passed {name}", _alert(document), f"/source/{obj_id}")


def _alert(candidate: Document) -> str:
    """Return an alert in one line: brightness of the difference image, score, place."""
    parts = []
    if candidate.get("magpsf") is not None:
        error = candidate.get("sigmapsf")
        parts.append(
            f"{candidate.get('band') or ''} = {candidate['magpsf']:.2f}".strip()
            + (f" ± {error:.2f}" if error is not None else "")
            + " mag (difference)"
        )
    if candidate.get("score") is not None:
        parts.append(f"score {candidate['score']:.2f}")
    if candidate.get("ra") is not None and candidate.get("dec") is not None:
        parts.append(f"RA {candidate['ra']:.5f}°, Dec {candidate['dec']:+.5f}°")
    return "; ".join(parts)


def _night(candidate: Document) -> int | str:
    """Return the night of a candidate at its telescope; of one without alert the day on which it passed."""
    survey = SURVEYS.get(candidate["survey"])
    if survey is None or candidate.get("jd") is None:
        return f"{candidate['passed_at']:%Y%m%d}"
    return night_of(candidate["jd"], survey)
