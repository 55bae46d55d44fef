"""Which catalogues somebody may ask."""

from __future__ import annotations

from nightdesk.crossmatch import Shelf
from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.access import Access
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.kowalski.readers import (
    AlertsReader,
    LabelsReader,
    ObjectsReader,
    Reader,
    RowsReader,
)
from nightdesk_services.marshal.storage.kowalski import Raw


class Catalogs:
    """The surveys' collections as far as streams go, and the catalogues that are loaded. Nothing else."""

    def __init__(self, raw: Raw, shelf: Shelf) -> None:
        self._raw = raw
        self._shelf = shelf

    def of(self, access: Access) -> dict[str, Reader]:
        """Return what a person may ask, by name."""
        found: list[Reader] = []
        for survey in SURVEYS.values():
            programs = access.programs(survey.name)
            if programs is None or programs:
                kinds = (AlertsReader, ObjectsReader, LabelsReader)
                found += [kind(self._raw, access, survey) for kind in kinds]
        known = {one.name: one for one in found}
        # an alert stream is never hidden by a catalogue that somebody gave its name
        return {one.name: RowsReader(one) for one in self._shelf.catalogues()} | known


def chosen(catalogs: dict[str, Reader], name: str) -> Reader:
    """Return a catalogue by name; one that is not there and one of others are told in the same words.

    Raises
    ------
    Invalid
        If there is none for the asker.
    """
    if name not in catalogs:
        known = ", ".join(sorted(catalogs)) or "you have none"
        raise Invalid(f"catalog: there is no {name[:80]!r} for you; {known}")
    return catalogs[name]
