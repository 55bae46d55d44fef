"""A new order of follow-up requests, by how bright their objects are."""

from __future__ import annotations

from collections.abc import Sequence

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.followup import PrioritizationPut, RequestPut
from nightdesk_services.marshal.models.sources import PhotometryQuery
from nightdesk_services.marshal.services.facilities import forms
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.followup.dispatch import Dispatch
from nightdesk_services.marshal.services.followup.requests import FollowupService
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.services.photometry import PhotometryService
from nightdesk_services.marshal.storage.store import Store

_FAINTEST = 99.0
"""Magnitude of what was never detected."""


class PriorityService:
    """Spreads priorities evenly over the range of magnitudes, as SkyPortal does."""

    def __init__(
        self,
        *,
        store: Store,
        dispatch: Dispatch,
        followup: FollowupService,
        allocations: AllocationService,
        photometry: PhotometryService,
        sight: RequestSight,
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._followup = followup
        self._allocations = allocations
        self._photometry = photometry
        self._sight = sight

    async def change(self, access: Access, put: PrioritizationPut) -> None:
        """Give some requests new priorities and tell their facilities; the most urgent has the largest.

        Raises
        ------
        Invalid
            If a facility takes no such priority, or what they are to be ordered by is not known here.
        """
        if put.priority_type == "localization":
            if put.localization_id is None:
                raise Invalid("localizationId: needed where priorityType is localization")
            raise Invalid(
                f"localizationId: this desk holds no localization {put.localization_id}; "
                "order the requests by priorityType magnitude"
            )
        requests = [
            await self._sight.known(access, number, "requestIds") for number in dict.fromkeys(put.request_ids)
        ]
        for request in requests:
            access.require_changing_request(request)
        magnitudes = [await self._peak(access, request["obj_id"]) for request in requests]
        brightest_first = put.magnitude_ordering == "ascending"
        chosen = priorities(
            magnitudes, put.minimum_priority, put.maximum_priority, brightest_first=brightest_first
        )
        changed = [
            (request, request["payload"] | {"priority": priority})
            for request, priority in zip(requests, chosen, strict=True)
        ]
        # all or none: a wrong bound must not leave half of them in the old order
        for request, payload in changed:
            await self._check(request, payload)

        async def told() -> None:
            for request, payload in changed:
                put_one = RequestPut(
                    obj_id=request["obj_id"], allocation_id=request["allocation_id"], payload=payload
                )
                with self._store.bounded():
                    await self._followup.change(access, request["_id"], put_one)

        # many facilities take longer than one request of a person may
        await self._dispatch.run(f"priorities {access.user_id}", told)

    async def _check(self, request: Document, payload: Document) -> None:
        allocation = await self._allocations.document(request["allocation_id"])
        _, instrument, facility, _ = await self._allocations.route(allocation, "requestIds", "update")
        forms.check(facility.form(instrument), payload)

    async def _peak(self, access: Access, obj_id: str) -> float:
        """Return the brightest magnitude of an object that the person sees."""
        try:
            points = await self._photometry.points(access, obj_id, PhotometryQuery())
        except NotFound:
            return _FAINTEST
        return min((point["mag"] for point in points if point["mag"] is not None), default=_FAINTEST)


def priorities(magnitudes: Sequence[float], lowest: int, highest: int, *, brightest_first: bool) -> list[int]:
    """Return a priority for each magnitude, linear between the ends; all are equal where those are.

    Examples
    --------
    >>> priorities([18.0, 20.0, 19.0], 1, 5, brightest_first=True)
    [5, 1, 3]
    """
    bright, faint = min(magnitudes), max(magnitudes)
    if bright == faint:
        return [highest] * len(magnitudes)
    weights = [(faint - one) / (faint - bright) for one in magnitudes]
    if not brightest_first:
        weights = [1 - weight for weight in weights]
    return [round(lowest + weight * (highest - lowest)) for weight in weights]
