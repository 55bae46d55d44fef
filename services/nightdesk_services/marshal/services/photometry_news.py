"""Telling open pages that the photometry of an object changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.storage.photometry import Photometry


class PhotometryNews:
    """Notes once per object what a write changed; the change stream carries it to the pages."""

    def __init__(self, points: Photometry) -> None:
        self._points = points

    async def tell(self, documents: Iterable[Document]) -> None:
        """Note that measurements of objects are new, changed or gone."""
        seen_by: dict[str, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
        for one in documents:
            groups, streams = seen_by[one["obj_id"]]
            groups.update(one.get("group_ids") or ())
            streams.update(one.get("stream_ids") or ())
        await self._points.announce(seen_by)


def heard(access: Access, document: Document) -> tuple[str, Document] | None:
    """Return what such a note means to a person: an action and its data; None if nothing."""
    return ("refresh", {"obj_id": document["obj_id"]}) if access.sees_measured(document) else None
