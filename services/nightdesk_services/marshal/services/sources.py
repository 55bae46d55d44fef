"""Saved sources: saving, taking back, and what a person sees of one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from nightdesk import sky

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid, NotFound
from nightdesk_services.marshal.models.sources import SourcePatch, SourcePost, SourceQuery
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.source_details import Passed, SourceDetails
from nightdesk_services.marshal.services.source_refusals import PARTS_OF_A_SOURCE, refuse
from nightdesk_services.marshal.services.source_views import SourceViews
from nightdesk_services.marshal.storage.sources import Sources
from nightdesk_services.marshal.storage.store import now

_NOT_STORED = {
    "id",
    "group_ids",
    "ra",
    "dec",
    "alias",
    "refresh_source",
    "ignore_if_in_group_ids",
    "saver_per_group_id",
}


class SourceService:
    """One object is one source, whoever saves it; every group sees its own saves."""

    def __init__(
        self,
        *,
        sources: Sources,
        views: SourceViews,
        objects: ObjectService,
        details: SourceDetails,
    ) -> None:
        self._sources = sources
        self._views = views
        self._objects = objects
        self._details = details
        self.on_saved: list[Callable[[str, list[int]], None]] = []
        """Told, whenever an object is saved, of it and the groups that it was not saved to before."""

    async def saved(self, access: Access, obj_id: str) -> Document | None:
        """Return a source if one of the person's groups has saved it."""
        found = await self._sources.get(obj_id)
        return found if access.sees_source(found) else None

    async def require(self, access: Access, obj_id: str) -> Document:
        """Return a source that one of the person's groups has saved.

        Raises
        ------
        NotFound
            If none has.
        """
        source = await self.saved(access, obj_id)
        if source is None:
            raise NotFound(f"no source {obj_id}")
        return source

    async def get(
        self, access: Access, obj_id: str, query: SourceQuery, passed: Passed | None = None
    ) -> Document:
        """Return an object's page: the source, or what the archive knows of an object that is not saved.

        Parameters
        ----------
        passed
            Its candidates, where they are being asked for already.
        """
        refuse(query, PARTS_OF_A_SOURCE)
        source, brief, ahead = await asyncio.gather(
            self.saved(access, obj_id),
            self._objects.brief(access, obj_id),
            self._details.ahead(access, obj_id, query, passed),
        )
        if source is None and brief is None:
            raise NotFound(f"no source {obj_id}")
        survey, aux = brief or (None, {})
        known = source or {"_id": obj_id, "ra": aux.get("ra"), "dec": aux.get("dec")}
        if query.tns_name is not None and _bare(query.tns_name) != _bare(known.get("tns_name") or ""):
            raise NotFound(f"no source {obj_id} with the TNS name {query.tns_name}")
        lon, lat = sky.galactic(known["ra"], known["dec"])
        summary = self._views.summary(access, known)
        duplicates, details = await asyncio.gather(
            self._views.duplicates(access, known),
            self._details.of(access, known, query, ahead, summary["groups"]),
        )
        shown = summary | {
            "gal_lon": float(lon),
            "gal_lat": float(lat),
            "first_detected": shapes.time_of_jd(aux.get("first_jd")),
            "last_detected": shapes.time_of_jd(aux.get("last_jd")),
            "photometry_exists": brief is not None or await self._views.uploaded(access, obj_id),
            "duplicates": duplicates,
        }
        if known.get("host_id") is not None:
            shown["host"] = (await self._views.hosts([known])).get(known["host_id"])
        shown |= details
        if not query.extras:
            return shown
        return (
            shown
            | self._views.extras(access, known)
            | {
                "survey": survey.name if survey else None,
                "n_det": aux.get("n_det"),
                "cross_matches": shapes.matches(aux.get("cross_matches")),
            }
        )

    async def groups(self, access: Access, obj_id: str) -> list[Document]:
        """Return the person's groups that a source is saved to, and those it is proposed to."""
        source = await self.saved(access, obj_id)
        waiting = await self._views.requested(access, obj_id)
        if source is None and not waiting:
            raise NotFound(f"no source {obj_id}")
        held = self._views.summary(access, source)["groups"] if source else []
        return [*held, *waiting]

    async def save(self, access: Access, post: SourcePost) -> Document:
        """Save an object to groups; it may be there already.

        Raises
        ------
        Denied
            If the person is not in one of the groups, or may not save to it.
        Invalid
            If nothing says where an object is that no archive knows.
        """
        if post.group_ids is None:
            own = [i for i, m in access.memberships.items() if m.get("can_save", True)]
            wanted = [i for i in own if not access.directory.groups[i].get("single_user_group")]
        else:
            wanted = post.group_ids
        if not wanted:
            raise Invalid("group_ids: name at least one group that you belong to")
        groups = access.savable(wanted)
        savers = {group_id: self._saver(access, post, group_id) for group_id in groups}
        fields, before = _given(post), await self._sources.get(post.id)
        if before is None:
            await self._sources.create(await self._place(access, post) | {"redshift": None} | fields)
        held = set((before or {}).get("group_ids", ()))
        groups = [i for i in groups if held.isdisjoint((post.ignore_if_in_group_ids or {}).get(i, ()))]
        if fields:
            await self._sources.change(post.id, fields, _history(access, fields))
        new = [i for i in groups if await self._sources.save(post.id, i, savers[i])]
        for tell in self.on_saved:
            tell(post.id, new)
        return {"id": post.id, "saved_to_groups": groups}

    async def unsave(self, access: Access, obj_id: str, group_id: int) -> None:
        """Take a source out of a group."""
        access.savable([group_id])
        if not await self._sources.unsave(obj_id, group_id):
            raise NotFound(f"{obj_id} is not saved to group {group_id}")

    async def change(self, access: Access, obj_id: str, patch: SourcePatch) -> None:
        """Set what people found out about a source."""
        source = await self.changeable(access, obj_id)
        fields = _given(patch)
        if patch.ra is not None or patch.dec is not None:
            ra = source["ra"] if patch.ra is None else patch.ra
            dec = source["dec"] if patch.dec is None else patch.dec
            fields |= _placed(ra, dec)
        if not fields:
            raise Invalid("nothing to change was given")
        await self._sources.change(obj_id, fields, _history(access, fields))

    async def changeable(self, access: Access, obj_id: str) -> Document:
        """Return a source that the person may change.

        Raises
        ------
        Denied
            If they may save to none of the groups that hold it.
        """
        source = await self.require(access, obj_id)
        if not any(access.may_save(i) for i in source["group_ids"]):
            raise Denied("you may not save to any group that holds this source")
        return source

    def pushed(self, access: Access, source: Document) -> tuple[str, Document] | None:
        """Return what a change of a source means to a person: an action and its data; None if nothing."""
        if not source["saves"] or not access.sees(save["group_id"] for save in source["saves"]):
            return None
        if not access.sees_source(source):
            return "delete", {"id": source["_id"], "groups": []}
        return "update", self._views.summary(access, source) | self._views.extras(access, source)

    def _saver(self, access: Access, post: SourcePost, group_id: int) -> Document:
        """Return who is to stand as the one who saved to a group."""
        user_id = (post.saver_per_group_id or {}).get(group_id, access.user_id)
        if user_id == access.user_id:
            return access.author
        user = access.directory.users.get(user_id)
        if user is None or user["username"] not in access.directory.members(group_id):
            raise Invalid(f"saver_per_group_id: user {user_id} is not in group {group_id}")
        if not access.administers(group_id):
            raise Denied(f"saver_per_group_id: only an admin of group {group_id} names another saver")
        return {"id": user_id, "username": user["username"]}

    async def _place(self, access: Access, post: SourcePost) -> Document:
        ra, dec, origin = post.ra, post.dec, "Nightdesk"
        brief = await self._objects.brief(access, post.id)
        if brief is not None:
            survey, aux = brief
            ra, dec, origin = aux["ra"], aux["dec"], survey.name
        elif ra is None or dec is None:
            raise Invalid(f"ra, dec: no archive knows {post.id}, so its position must be given")
        return {"_id": post.id, "origin": origin} | _placed(ra, dec)


def _placed(ra: float, dec: float) -> Document:
    fine, coarse = (int(sky.pixel(ra, dec, order)) for order in (sky.FINE, sky.COARSE))
    return {"ra": ra, "dec": dec, "hpx12": fine, "hpx6": coarse}


def _given(sent: SourcePost | SourcePatch) -> dict[str, Any]:
    """Return the fields that were sent, by their names in the store."""
    fields = sent.model_dump(exclude_unset=True, exclude=_NOT_STORED)
    if sent.alias is not None:
        fields["aliases"] = sent.alias
    return fields


def _history(access: Access, fields: Document) -> Document:
    """Return what goes on record of a redshift or a summary that is set."""
    by = {"set_by_user_id": access.user_id, "set_at_utc": now().isoformat()}
    made: Document = {}
    if "redshift" in fields:
        made["redshift_history"] = by | {
            "value": fields["redshift"],
            "uncertainty": fields.get("redshift_error"),
            "origin": fields.get("redshift_origin"),
        }
    if "summary" in fields and "summary_history" not in fields:
        made["summary_history"] = by | {"summary": fields["summary"], "is_bot": access.bot}
    return made


def _bare(name: str) -> str:
    return name.replace(" ", "").lower()
