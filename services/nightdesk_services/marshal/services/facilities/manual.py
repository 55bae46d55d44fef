"""A facility without a machine: requests wait in a queue that people work through."""

from __future__ import annotations

from typing import ClassVar

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.facilities import forms
from nightdesk_services.marshal.services.facilities.facility import (
    CANCELLED,
    SUBMITTED,
    Ability,
    Endpoint,
    Facility,
    Outcome,
)


class ManualFacility(Facility):
    """Keeps requests and sends nothing; who observes them sets their status."""

    abilities: ClassVar[frozenset[Ability]] = frozenset({"submit", "update", "delete"})
    addressed: ClassVar[bool] = False

    def form(self, instrument: Document) -> Document:
        """Ask for exposures in the instrument's filters, with words for the observer."""
        form = forms.imaging(instrument)
        notes = {"type": "string", "maxLength": 10_000, "title": "Notes for the observer"}
        return form | {"properties": form["properties"] | {"notes": notes}}

    async def submit(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Put it in the queue."""
        return Outcome(True, SUBMITTED, {})

    async def update(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Leave it in the queue as it is now."""
        return Outcome(True, SUBMITTED, {})

    async def cancel(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Take it out of the queue."""
        return Outcome(True, CANCELLED, {})

    async def poll(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Leave it as it is: nobody but a person knows."""
        return Outcome(True, None, {})
