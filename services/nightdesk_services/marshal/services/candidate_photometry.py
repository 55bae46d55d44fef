"""Finding objects by what was noted on the points of their light curves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.models.candidates import CandidatesQuery
from nightdesk_services.marshal.services.constraints import constraint
from nightdesk_services.marshal.storage.bounds import between
from nightdesk_services.marshal.storage.documents import Documents


class CandidatePhotometry:
    """Asks the annotations of photometry points."""

    def __init__(self, annotations: Documents, points: Documents) -> None:
        self._annotations = annotations
        self._points = points

    async def annotated(self, access: Access, query: CandidatesQuery) -> Callable[[str], bool]:
        """Return whether objects have as many annotations on their points as asked, by every constraint."""
        base: Document = {}
        if at := between(query.photometry_annotations_after, query.photometry_annotations_before):
            base["created_at"] = at
        if query.photometry_annotations_origin:
            base["origin"] = {"$in": query.photometry_annotations_origin}
        wanted = [
            base | constraint("photometryAnnotationsFilter", text)
            for text in query.photometry_annotations_filter
        ]
        if not wanted and (base or query.photometry_annotations_count is not None):
            wanted = [base]
        least = query.photometry_annotations_count or 1
        counts = [await self._counts(access, one) for one in wanted]
        return lambda obj_id: all(count[obj_id] >= least for count in counts)

    async def _counts(self, access: Access, wanted: Document) -> Counter[str]:
        """Return how many annotations that the person sees meet a condition, by object."""
        seen = access.condition | wanted | {"deleted_at": None}
        notes = await self._annotations.find(seen, fields={"photometry_id": 1})
        per_point = Counter(one["photometry_id"] for one in notes)
        if not per_point:
            return Counter()
        on = {"_id": {"$in": sorted(per_point)}} | access.measured
        made: Counter[str] = Counter()
        for point in await self._points.find(on, fields={"obj_id": 1}):
            made[point["obj_id"]] += per_point[point["_id"]]
        return made
