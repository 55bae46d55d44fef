"""Uploading points: new ones only, or what is new among them, or copies of another object's."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from nightdesk_services.marshal.access import SITEWIDE, Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid
from nightdesk_services.marshal.models.photometry import PhotometryPost, UpsertQuery
from nightdesk_services.marshal.services.photometry_checks import Checks
from nightdesk_services.marshal.services.photometry_news import PhotometryNews
from nightdesk_services.marshal.services.photometry_rows import BRIGHTNESS, rows_of, same
from nightdesk_services.marshal.storage.photometry import Photometry, Taken

_HOLDERS: Final = ("group_ids", "stream_ids")
_NO_OWNER: Final = {"owner_id": None}
_OVERWRITTEN: Final = (*BRIGHTNESS, "snr", "ra", "dec", "ra_unc", "dec_unc", "altdata")
_TOLD = 5
"""Most points that an error names."""


class PhotometryPosts:
    """All points of a request are stored, or none."""

    def __init__(self, points: Photometry, checks: Checks, news: PhotometryNews) -> None:
        self._points = points
        self._checks = checks
        self._news = news

    async def post(self, access: Access, post: PhotometryPost) -> Document:
        """Store new points and return their ids.

        Raises
        ------
        Invalid
            If one of them cannot be used, or is there already; says which row.
        """
        rows = await self._rows(access, post)
        if repeated := _repeated(rows):
            raise Invalid(f"the following photometry is given twice: rows {repeated[0]} and {repeated[1]}")
        if there := await self._there(access, rows):
            raise Invalid(f"the following photometry already exists: {_named(rows, there)}")
        return await self._added(rows)

    async def upsert(self, access: Access, post: PhotometryPost, query: UpsertQuery) -> Document:
        """Store the points that are new, show those that are there to further groups; return all ids.

        Raises
        ------
        Denied
            If flux shall be ignored by somebody else than a super admin, or a point that is there is somebody
            else's to share.
        """
        loose = query.duplicate_ignore_flux
        if loose and not access.super_admin:
            raise Denied("duplicate_ignore_flux: only a super admin may ignore the flux")
        rows = await self._rows(access, post)
        there = await self._there(access, rows, ignore_flux=loose)
        for row, before in there.items():
            self._require_sharable(access, row, before, rows[row]["group_ids"])
        firsts: dict[bytes, int] = {}
        for row, point in enumerate(rows):
            if row not in there:
                firsts.setdefault(same(point), row)
        new = [rows[row] for row in firsts.values()]
        added = await self._added(new) if new else {"ids": [], "upload_id": None}
        ids = dict(zip(firsts, added["ids"], strict=True))
        await self._widen(rows, there, overwrite=loose and query.overwrite_flux)
        found = [there[row]["_id"] if row in there else ids[same(point)] for row, point in enumerate(rows)]
        return {"ids": found, "upload_id": added["upload_id"]}

    async def copies(self, access: Access, points: Sequence[Document]) -> int:
        """Store those of some points that are new, as the person's own; return how many."""
        firsts = {same(point): point for point in points}
        there = await self._there(access, list(firsts.values()))
        new = [point for row, point in enumerate(firsts.values()) if row not in there]
        if new:
            await self._added(new)
        return len(new)

    async def _rows(self, access: Access, post: PhotometryPost) -> list[Document]:
        """Return the points of a request as they shall be stored."""
        named = [SITEWIDE] if post.group_ids == "all" else post.group_ids or []
        holders = {
            "group_ids": access.holding([int(group_id) for group_id in named]),
            "stream_ids": access.granted(post.stream_ids or ()),
            "owner_id": access.user_id,
        }
        rows = await asyncio.to_thread(rows_of, post)
        await self._checks.known(access, rows)
        return [row | holders for row in rows]

    async def _there(
        self, access: Access, rows: Sequence[Document], *, ignore_flux: bool = False
    ) -> dict[int, Document]:
        """Return which rows the person could see before: row -> point."""
        obj_ids = {row["obj_id"] for row in rows}
        found = await self._points.at(obj_ids, {row["mjd"] for row in rows}, access.measured)
        known: dict[bytes, Document] = {}
        # whoever uploaded it
        for one in found:
            known.setdefault(same(one | _NO_OWNER, ignore_flux=ignore_flux), one)
        keys = (same(row | _NO_OWNER, ignore_flux=ignore_flux) for row in rows)
        return {row: known[key] for row, key in enumerate(keys) if key in known}

    async def _added(self, rows: Sequence[Document]) -> Document:
        upload_id = str(uuid.uuid4())
        points = [row | {"key": same(row)} for row in rows]
        try:
            ids = await self._points.add(points, upload_id)
        except Taken as error:
            raise Invalid("the following photometry already exists: it was just uploaded by you") from error
        await self._news.tell(rows)
        return {"ids": ids, "upload_id": upload_id}

    def _require_sharable(self, access: Access, row: int, point: Document, group_ids: list[int]) -> None:
        further = set(group_ids) - set(point["group_ids"]) - {access.own_group}
        if not further or access.super_admin or point.get("owner_id") == access.user_id:
            return
        if not any(access.memberships.get(i, {}).get("can_share_photometry") for i in point["group_ids"]):
            raise Denied(
                f"group_ids: row {row} is there, uploaded by somebody else, and none of your groups that "
                "hold it lets you share its photometry"
            )

    async def _widen(self, rows: Sequence[Document], there: dict[int, Document], *, overwrite: bool) -> None:
        """Show points to further groups, and set what they measured where that is asked for."""
        changed: list[Document] = []
        for row, point in there.items():
            new, before = rows[row], len(changed)
            more = {name: sorted(set(new[name]) - set(point.get(name) or ())) for name in _HOLDERS}
            if any(more.values()):
                update = {name: {"$each": ids} for name, ids in more.items()}
                await self._points.update({"_id": point["_id"]}, {"$addToSet": update})
                changed.append(new)
            if overwrite and point.get("origin") and new["origin"]:
                fields = {name: new[name] for name in _OVERWRITTEN}
                with suppress(Conflict):
                    # the same measurement may stand there as another point
                    await self._points.change(point["_id"], fields | {"key": same(point | fields)})
                    changed.append(new)
            if len(changed) > before:
                changed.append(point)
        await self._news.tell(changed)


def _repeated(rows: Sequence[Document]) -> tuple[int, int] | None:
    seen: dict[bytes, int] = {}
    for row, point in enumerate(rows):
        before = seen.setdefault(same(point), row)
        if before != row:
            return before, row
    return None


def _named(rows: Sequence[Document], there: dict[int, Document]) -> str:
    told = []
    for row, before in list(there.items())[:_TOLD]:
        point = rows[row]
        told.append(
            f"row {row} ({point['obj_id']}, MJD {point['mjd']}, {point['filter']}) is point {before['_id']}"
        )
    return "; ".join(told) + (f"; and {len(there) - _TOLD} more" if len(there) > _TOLD else "")
