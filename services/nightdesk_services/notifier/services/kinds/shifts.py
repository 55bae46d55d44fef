"""One's shift begins soon, or was changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.notifier.models.occasion import Message, Occasion
from nightdesk_services.notifier.services.kinds.base import Kind
from nightdesk_services.notifier.services.receivers import Receiver
from nightdesk_services.notifier.storage.last import Last

_LEAD: Final = timedelta(hours=1)
_NEW, _SOON, _CHANGED, _GONE = "new", "soon", "changed", "gone"


class Shifts(Kind):
    """Shifts that one takes part in."""

    name = "shift"
    collections = ("shifts",)
    area = "facilities"

    def __init__(self, shifts: Documents, last: Last, time: Callable[[], datetime]) -> None:
        self._shifts = shifts
        self._last = last
        self._time = time

    async def occasions(self, change: Change, rules: Sequence[Document]) -> list[Occasion]:
        """Return what changed of a shift's times, name or people, for those who are or were in it."""
        former, count = await self._last.get(_record(change.key))
        if change.document is None:
            if former is None:
                return []
            about = {"id": change.key, "why": _GONE, "shift": former}
            return [_occasion(f"{change.key}:{_GONE}", about, former, _in(former, rules=rules))]
        told = _told(change.document)
        if former == told:
            return []
        why = _NEW if former is None and change.operation == "insert" else _CHANGED
        about = {"id": change.key, "why": why}
        found = _in(told, former or told, rules=rules)
        return [_occasion(f"{change.key}:{why}:{count}", about, change.document, found)]

    async def told(self, change: Change) -> None:
        """Remember the shift."""
        if change.document is None:
            await self._last.forget(_record(change.key))
        else:
            await self._last.put(_record(change.key), _told(change.document))

    async def soon(self, time: datetime, rules: Sequence[Document]) -> list[Occasion]:
        """Return the shifts that begin within the time that a rule names, or an hour."""
        if not rules:
            return []
        longest = max(_lead(rule) for rule in rules)
        begin = {"start_date": {"$gt": time, "$lte": time + longest}}
        found = []
        for shift in await self._shifts.find(begin):
            near = [rule for rule in rules if shift["start_date"] - _lead(rule) <= time]
            subject = f"{shift['_id']}:{_SOON}:{shift['start_date'].isoformat()}"
            about = {"id": shift["_id"], "why": _SOON}
            found.append(_occasion(subject, about, shift, _in(shift, rules=near)))
        return found

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return whether somebody may know of a shift, by its group."""
        return receiver.access.sees([document["group_id"]])

    async def message(self, receiver: Receiver, about: Document) -> Message | None:
        """Return when the shift begins, in UTC and in one's own time."""
        if about["why"] == _GONE:
            if not self.sees(receiver, about["shift"]):
                return None
            shift = about["shift"]
            return Message(f"The shift {shift['name']} is cancelled", _times(receiver, shift), "/shifts")
        found = await self._shifts.get(about["id"])
        if found is None or not self.sees(receiver, found):
            return None
        name = found["name"]
        if any(one["user_id"] == receiver.access.user_id for one in found["members"]):
            begun = found["start_date"] <= self._time()
            title = {
                # quiet hours may have held it back
                _SOON: f"Your shift {name} has begun" if begun else f"Your shift {name} begins soon",
                _NEW: f"You are in the new shift {name}",
                _CHANGED: f"The shift {name} was changed",
            }[about["why"]]
        elif about["why"] == _CHANGED:
            title = f"You are no longer in the shift {name}"
        else:
            return None
        names = receiver.access.directory.users
        people = [names[one["user_id"]]["username"] for one in found["members"] if one["user_id"] in names]
        text = f"{_times(receiver, found)}\nwith {', '.join(people) or 'nobody'}"
        return Message(title, text, "/shifts")


def _occasion(what: str, about: Document, shift: Document, rules: list[Document]) -> Occasion:
    return Occasion(f"shift:{what}", about, shift, rules)


def _in(*shifts: Document, rules: Sequence[Document]) -> list[Document]:
    """Return the rules of those who are in one of some shifts."""
    people = {one["user_id"] for shift in shifts for one in shift["members"]}
    return [rule for rule in rules if rule["user_id"] in people]


def _told(shift: Document) -> Document:
    """Return what people are told of a shift."""
    return {name: shift[name] for name in ("name", "group_id", "start_date", "end_date", "members")}


def _lead(rule: Document) -> timedelta:
    minutes = rule.get("lead_minutes")
    return _LEAD if minutes is None else timedelta(minutes=minutes)


def _times(receiver: Receiver, shift: Document) -> str:
    start, end = shift["start_date"], shift["end_date"]
    text = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    if str(receiver.zone) != "UTC":
        text += f" ({start.astimezone(receiver.zone):%Y-%m-%d %H:%M} in {receiver.zone})"
    return text


def _record(number: int) -> str:
    return f"shifts:{number}"
