"""Why a follow-up request is not handed in: what its maker wanted not to be so of the object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.models.followup import Constraints
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.facilities.runs import RunService
from nightdesk_services.marshal.services.followup.sight import RequestSight
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.records import Records
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import now

_DONE = {"$regex": "submitted|completed", "$options": "i"}


class RequestConstraints:
    """Looks at an object and what lies near it, as far as the person sees it."""

    def __init__(
        self,
        *,
        requests: Documents,
        sight: RequestSight,
        sources: Sources,
        classifications: Records,
        spectra: Documents,
        assignments: Documents,
        runs: RunService,
        allocations: AllocationService,
    ) -> None:
        self._requests = requests
        self._sight = sight
        self._sources = sources
        self._classifications = classifications
        self._spectra = spectra
        self._assignments = assignments
        self._runs = runs
        self._allocations = allocations

    async def check(self, access: Access, wanted: Constraints) -> None:
        """Raise an error unless the person may know of all that the constraints name."""
        for name in ("source_group_ids", "ignore_source_group_ids"):
            access.require_groups(getattr(wanted, name), name)
        for number in wanted.ignore_allocation_ids:
            await self._allocations.known(access, number, "ignore_allocation_ids")

    async def why_not(
        self, access: Access, place: Document, allocation_id: int, wanted: Constraints
    ) -> str | None:
        """Return why a request is not to be handed in, None if nothing speaks against it.

        Parameters
        ----------
        place
            The object's name and place: ``id``, ``ra``, ``dec`` in degrees.
        """
        near = [
            one
            for one in await self._sources.near(place["ra"], place["dec"], wanted.radius)
            if access.sees(one["group_ids"])
        ]
        ids = sorted({place["id"], *(one["_id"] for one in near)})
        about = access.condition | {"obj_id": {"$in": ids}}
        own: set[int] = {
            group_id for one in near if one["_id"] == place["id"] for group_id in one["group_ids"]
        }
        groups = {group_id for one in near for group_id in one["group_ids"]}
        if not set(wanted.source_group_ids) <= own:
            return "source_group_ids: the object is not saved to all of these groups"
        if not groups.isdisjoint(wanted.ignore_source_group_ids):
            return "ignore_source_group_ids: a source here is saved to one of these groups"
        if wanted.not_if_duplicates:
            theirs = {"$in": [allocation_id, *wanted.ignore_allocation_ids]}
            asked = await self._sight.condition(
                access, {"allocation_id": theirs, "obj_id": {"$in": ids}, "status": _DONE}
            )
            if await self._requests.one(asked):
                return "not_if_duplicates: there is such a request already"
        if wanted.not_if_classified and await self._classifications.any_of(about | {"ml": {"$ne": True}}):
            return "not_if_classified: a source here is classified"
        if wanted.not_if_spectra_exist and await self._spectra.one(about):
            return "not_if_spectra_exist: there is a spectrum of a source here"
        if wanted.not_if_tns_classified and any((one.get("tns_name") or "").startswith("SN") for one in near):
            return "not_if_tns_classified: a source here is classified in TNS"
        if wanted.not_if_tns_reported is not None and _reported(near, wanted.not_if_tns_reported):
            return "not_if_tns_reported: a source here was reported to TNS longer ago"
        if wanted.not_if_assignment_exists and await self._assigned(access, ids):
            return "not_if_assignment_exists: a source here is a target of an observing run"
        return None

    async def _assigned(self, access: Access, obj_ids: list[str]) -> bool:
        rows = await self._assignments.find({"obj_id": {"$in": obj_ids}}, fields={"run_id": 1})
        for run_id in {row["run_id"] for row in rows}:
            try:
                await self._runs.known(access, run_id)
            except NotFound:
                continue
            return True
        return False


def _reported(near: Sequence[Document], hours: float) -> bool:
    """Return whether a source was discovered in TNS more than some hours ago."""
    times = (_discovered(one.get("tns_info")) for one in near if one.get("tns_name"))
    return any((now() - time).total_seconds() > 3600 * hours for time in times if time is not None)


def _discovered(info: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(info["discoverydate"])
    except (TypeError, KeyError, ValueError):
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time
