"""Default follow-up requests: made of themselves whenever a source is saved to a group."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta

from nightdesk_services.marshal.access import Access, Document, Identity, barred
from nightdesk_services.marshal.exceptions import Invalid, MarshalError, NotFound
from nightdesk_services.marshal.models.followup import (
    Constraints,
    DefaultPost,
    RequestPost,
    RequestPut,
)
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.facilities import forms
from nightdesk_services.marshal.services.facilities.allocations import AllocationService
from nightdesk_services.marshal.services.followup.constraints import RequestConstraints
from nightdesk_services.marshal.services.followup.dispatch import Dispatch
from nightdesk_services.marshal.services.followup.requests import FollowupService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import Store, now

log = logging.getLogger(__name__)

_SERVICE = "service:"
_WINDOW = ("start_date", "end_date")
_OVER = "deleted"


class DefaultRequestService:
    """A default request is its allocation's group's; it acts with the rights that its maker has by then."""

    def __init__(
        self,
        *,
        store: Store,
        dispatch: Dispatch,
        defaults: Documents,
        requests: Documents,
        followup: FollowupService,
        allocations: AllocationService,
        constraints: RequestConstraints,
        people: PeopleService,
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._defaults = defaults
        self._requests = requests
        self._followup = followup
        self._allocations = allocations
        self._constraints = constraints
        self._people = people

    async def listing(self, access: Access) -> list[Document]:
        """Return the default requests of the person's groups."""
        wanted = {} if access.super_admin else {"group_id": {"$in": sorted(access.readable)}}
        return await self._shown(access, await self._defaults.find(wanted))

    async def get(self, access: Access, number: int) -> Document:
        """Return one default request."""
        return (await self._shown(access, [await self._known(access, number)]))[0]

    async def create(self, access: Access, post: DefaultPost) -> int:
        """Add a default request and return its id.

        Raises
        ------
        Invalid
            If its payload names the dates, which are those of the saving, or does not fit the form.
        """
        allocation, instrument, facility, _ = await self._allocations.facility(
            access, post.allocation_id, "allocation_id"
        )
        if given := [name for name in _WINDOW if name in post.payload]:
            raise Invalid(f"payload.{given[0]}: not to be given; it is set when a source is saved")
        forms.check(facility.form(instrument), post.payload | _window(post.validity_days))
        if post.source_filter.group_id not in access.readable:
            raise Invalid(f"source_filter.group_id: no group {post.source_filter.group_id} of yours")
        access.require_groups(post.target_group_ids or [], "target_group_ids")
        await self._constraints.check(access, post.constraints)
        constraints = post.constraints.model_dump(exclude_defaults=True)
        fields = post.model_dump(exclude=set(Constraints.model_fields))
        made = await self._defaults.insert(
            fields
            | {
                "constraints": post.constraints.model_dump() if constraints else None,
                "target_group_ids": sorted(set(post.target_group_ids or [])),
                "requester_id": access.user_id,
                "group_id": allocation["group_id"],
            }
        )
        return int(made["_id"])

    async def remove(self, access: Access, number: int) -> None:
        """Remove a default request."""
        access.require_removing_request(await self._known(access, number))
        await self._defaults.remove({"_id": number})

    def saved(self, obj_id: str, group_ids: Collection[int]) -> None:
        """Begin to make the requests that are due because an object was saved to some groups."""
        if group_ids:
            self._dispatch.start(lambda: self.make(obj_id, group_ids))

    async def make(self, obj_id: str, group_ids: Collection[int]) -> list[int]:
        """Make the requests that are due, and return their ids."""
        with self._store.bounded():
            due = await self._defaults.find({"source_filter.group_id": {"$in": sorted(group_ids)}})
        made: list[int] = []
        for default in due:
            try:
                with self._store.bounded():
                    number = await self._make(obj_id, default)
            except MarshalError as error:
                log.warning(
                    "default request %d was not made for %s: %s", default["_id"], obj_id, error.message
                )
            else:
                made += [] if number is None else [number]
        return made

    async def _make(self, obj_id: str, default: Document) -> int | None:
        access = await self._maker(default)
        access.require_acl("Upload data")
        if not access.sees([default["source_filter"]["group_id"]]):
            raise NotFound("its maker is no longer in the group whose sources it is for")
        payload = default["payload"] | _window(default.get("validity_days"))
        living = await self._requests.one(
            {"obj_id": obj_id, "allocation_id": default["allocation_id"], "status": {"$ne": _OVER}}
        )
        if living is not None:
            if default.get("implements_update") and _outranks(default, living):
                priority = {"priority": default["payload"]["priority"]}
                put = RequestPut(
                    obj_id=obj_id,
                    allocation_id=living["allocation_id"],
                    payload=living["payload"] | priority,
                )
                await self._followup.change(access, living["_id"], put)
            return None
        made = await self._followup.post(
            access,
            RequestPost(
                obj_id=obj_id,
                allocation_id=default["allocation_id"],
                payload=payload,
                target_group_ids=default["target_group_ids"] or None,
                comment=default.get("comment"),
                **(default.get("constraints") or {}),
            ),
        )
        if made.get("ignored"):
            log.info("default request %d was not made for %s: %s", default["_id"], obj_id, made["message"])
        return None if made["id"] is None else int(made["id"])

    async def _maker(self, default: Document) -> Access:
        """Return the rights that the maker of a default request has now, without any token."""
        directory = await self._people.directory()
        user = directory.users.get(default["requester_id"])
        if user is None or barred(user):
            raise NotFound("its maker is not here any longer")
        name = user["username"]
        service = name.startswith(_SERVICE)
        identity = Identity(
            name.removeprefix(_SERVICE), False, frozenset(), kind="service" if service else "user"
        )
        return Access(user["_id"], identity, directory)

    async def _known(self, access: Access, number: int) -> Document:
        found = await self._defaults.get(number)
        if found is None or not access.sees([found["group_id"]]):
            raise NotFound(f"no default follow-up request {number}")
        return found

    async def _shown(self, access: Access, rows: list[Document]) -> list[Document]:
        allocations = await self._allocations.by_id(access, {row["allocation_id"] for row in rows})
        users, groups = access.directory.users, access.directory.groups
        made = []
        for row in rows:
            requester = users.get(row["requester_id"])
            made.append(
                shapes.named(row, "group_id", "target_group_ids")
                | {
                    "allocation": allocations.get(row["allocation_id"]),
                    "requester": shapes.person(requester) if requester else None,
                    "target_groups": [
                        shapes.named_group(groups[i])
                        for i in row["target_group_ids"]
                        if i in groups and access.knows(i)
                    ],
                }
            )
        return made


def _window(days: int | None) -> Document:
    """Return the dates of a request that is made now."""
    today = now().date()
    return {"start_date": today.isoformat(), "end_date": (today + timedelta(days=days or 1)).isoformat()}


def _outranks(default: Document, living: Document) -> bool:
    """Return whether a default request is more urgent than the one that there is."""
    new, old = (one["payload"].get("priority") for one in (default, living))
    if new is None:
        return False
    if old is None:
        return True
    return bool(new < old if default.get("priority_order") == "desc" else new > old)
