"""Classical observing runs: nights at a telescope, and their targets."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound, absent
from nightdesk_services.marshal.models.runs import AssignmentPost, AssignmentPut, NotObserved, RunPost, RunPut
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.facilities.instruments import InstrumentService
from nightdesk_services.marshal.services.facilities.night import ephemeris, site_of, up
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.sources import Sources


class RunService:
    """Knows the runs; one without a group is everybody's."""

    def __init__(
        self,
        runs: Documents,
        assignments: Documents,
        instruments: InstrumentService,
        sources: Sources,
        objects: ObjectService,
    ) -> None:
        self._runs = runs
        self._assignments = assignments
        self._instruments = instruments
        self._sources = sources
        self._objects = objects

    async def listing(self, access: Access) -> list[Document]:
        """Return the runs that the person may see, the latest first."""
        found = await self._runs.find(self._visible(access), sort=[("calendar_date", -1), ("_id", -1)])
        return [shapes.named(one) | {"instrument": await self._instrument(one)} for one in found]

    async def get(self, access: Access, number: int) -> Document:
        """Return a run with its night, its targets and when they are up."""
        run = await self.known(access, number)
        instrument = await self._instrument(run)
        site = site_of(instrument["telescope"])
        day = date.fromisoformat(run["calendar_date"])
        rows = await self._assignments.find({"run_id": number})
        places = await self._places(access, rows)
        times = await asyncio.to_thread(
            lambda: {
                obj_id: up(site, day, place["ra"], place["dec"]) if site else (None, None)
                for obj_id, place in places.items()
            }
        )
        users = access.directory.users
        owner = users.get(run["owner_id"])
        group = access.directory.groups.get(run["group_id"]) if run.get("group_id") else None
        return shapes.named(run, "created_at", "modified", "run_end_utc") | {
            "ephemeris": await asyncio.to_thread(ephemeris, site, day) if site else {},
            "instrument": instrument,
            "group": shapes.named_group(group) if group else None,
            "owner": shapes.person(owner) if owner else None,
            "assignments": [
                _assignment(access, row, places[row["obj_id"]])
                | dict(zip(("rise_time_utc", "set_time_utc"), map(_iso, times[row["obj_id"]]), strict=True))
                for row in rows
                if row["obj_id"] in places
            ],
        }

    async def known(self, access: Access, number: int, field: str = "") -> Document:
        """Return a run that the person may see.

        Raises
        ------
        NotFound
            There is none that they may know of; `Invalid` if a field of a request named it.
        """
        found = await self._runs.get(number)
        if found is None or not (found.get("group_id") is None or access.sees([found["group_id"]])):
            raise absent(f"observing run {number}", field)
        return found

    async def create(self, access: Access, post: RunPost) -> int:
        """Add a run of the person and return its id."""
        fields = post.model_dump(mode="json") | {"owner_id": access.user_id}
        fields["duration"] = post.duration or 1
        self._check_group(access, post.group_id)
        instrument = await self._instruments.known(post.instrument_id, "instrument_id")
        fields["run_end_utc"] = await self._end(instrument, fields)
        return int((await self._runs.insert(fields))["_id"])

    async def change(self, access: Access, number: int, put: RunPut) -> None:
        """Change a run, as its owner."""
        run = self._own(access, await self.known(access, number))
        fields = put.model_dump(mode="json", exclude_unset=True)
        self._check_group(access, put.group_id)
        after = run | fields
        instrument = await self._instruments.known(after["instrument_id"], "instrument_id")
        await self._runs.change(number, fields | {"run_end_utc": await self._end(instrument, after)})

    async def remove(self, access: Access, number: int) -> None:
        """Remove a run and its targets, as its owner."""
        self._own(access, await self.known(access, number))
        await self._assignments.remove({"run_id": number})
        await self._runs.remove({"_id": number})

    async def restatus(self, access: Access, number: int, change: NotObserved) -> int:
        """Give all targets of a run that have some status another one; return how many."""
        await self.known(access, number)
        return await self._assignments.update(
            {"run_id": number, "status": change.current_status}, {"$set": {"status": change.new_status}}
        )

    async def assignments(self, access: Access) -> list[Document]:
        """Return the targets of all runs that the person may see."""
        runs = await self._runs.find(self._visible(access), fields={"_id": 1})
        rows = await self._assignments.find({"run_id": {"$in": [one["_id"] for one in runs]}})
        places = await self._places(access, rows)
        return [_assignment(access, row, places[row["obj_id"]]) for row in rows if row["obj_id"] in places]

    async def assignment(self, access: Access, number: int) -> Document:
        """Return one target."""
        row, place = await self._assigned(access, number)
        return _assignment(access, row, place)

    async def assign(self, access: Access, post: AssignmentPost) -> int:
        """Make an object that the person may see a target of a run; return its id."""
        await self.known(access, post.run_id, "run_id")
        if not await self._places(access, [{"obj_id": post.obj_id}]):
            raise Invalid(f"obj_id: no object {post.obj_id}")
        if await self._assignments.one({"run_id": post.run_id, "obj_id": post.obj_id}):
            raise Conflict("obj_id: the object is a target of this run already")
        made = await self._assignments.insert(
            post.model_dump()
            | {
                "status": post.status or "pending",
                "comment": post.comment or "",
                "requester_id": access.user_id,
                "last_modified_by_id": access.user_id,
            }
        )
        return int(made["_id"])

    async def change_assignment(self, access: Access, number: int, put: AssignmentPut) -> None:
        """Change a target."""
        await self._assigned(access, number)
        fields = put.model_dump(exclude_unset=True) | {"last_modified_by_id": access.user_id}
        await self._assignments.change(number, fields)

    async def remove_assignment(self, access: Access, number: int) -> None:
        """Take a target off its run."""
        await self._assigned(access, number)
        await self._assignments.remove({"_id": number})

    async def _assigned(self, access: Access, number: int) -> tuple[Document, Document]:
        row = await self._assignments.get(number)
        if row is not None:
            try:
                await self.known(access, row["run_id"])
            except NotFound:
                row = None
        place = (await self._places(access, [row])).get(row["obj_id"]) if row else None
        if row is None or place is None:
            raise NotFound(f"no assignment {number}")
        return row, place

    async def _places(self, access: Access, rows: list[Document]) -> dict[str, Document]:
        """Return where the objects are that the person may see."""
        found: dict[str, Document] = {}
        for obj_id in {row["obj_id"] for row in rows}:
            source = await self._sources.get(obj_id)
            if source is not None and access.sees(source.get("group_ids", ())):
                groups = shapes.groups(access, source["group_ids"])
                found[obj_id] = {name: source[name] for name in ("ra", "dec")} | {
                    "id": obj_id,
                    "groups": [group["name"] for group in groups],
                }
            elif (brief := await self._objects.brief(access, obj_id)) is not None:
                found[obj_id] = {name: brief[1][name] for name in ("ra", "dec")} | {
                    "id": obj_id,
                    "groups": [],
                }
        return found

    async def _instrument(self, run: Document) -> Document:
        return await self._instruments.shown(await self._instruments.known(run["instrument_id"]))

    async def _end(self, instrument: Document, run: Document) -> datetime | None:
        """Return sunrise after the run's last night."""
        site = site_of(await self._instruments.telescope(instrument))
        last = date.fromisoformat(run["calendar_date"]) + timedelta(days=run["duration"] - 1)
        sunrise = (await asyncio.to_thread(ephemeris, site, last))["sunrise_utc"] if site else None
        return datetime.fromisoformat(sunrise) if sunrise else None

    def _visible(self, access: Access) -> dict[str, Any]:
        return {} if access.super_admin else {"group_id": {"$in": [None, *sorted(access.readable)]}}

    def _check_group(self, access: Access, group_id: int | None) -> None:
        if group_id is not None:
            access.chosen([group_id])

    def _own(self, access: Access, run: Document) -> Document:
        if not access.super_admin and run["owner_id"] != access.user_id:
            raise Denied("only the owner of an observing run may change it")
        return run


def _assignment(access: Access, row: Document, place: Document) -> Document:
    requester = access.directory.users.get(row["requester_id"])
    return shapes.named(row) | {
        "obj": {name: place[name] for name in ("id", "ra", "dec")},
        "requester": shapes.person(requester) if requester else None,
        "accessible_group_names": place["groups"],
    }


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="seconds")
