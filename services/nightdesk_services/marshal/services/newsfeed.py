"""What was new lately, as far as a person may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.services.teams import TeamService
from nightdesk_services.marshal.storage.news import News

MOST = 1000
_DEFAULT = 50
_LOOK = 1000
"""Newest records of a kind that are looked through."""


@dataclass(frozen=True)
class Kind:
    """One kind of news."""

    type: str
    """Its name in an item."""
    category: str
    """Its name in the preferences."""
    collection: str
    area: str
    """Area whose scope it needs."""
    message: Callable[[Document], str]


KINDS = (
    Kind("comment", "comments", "comments", "comments", lambda one: str(one.get("text") or "")),
    Kind(
        "classification",
        "classifications",
        "classifications",
        "sources",
        lambda one: f"classified as {one.get('classification')}",
    ),
    Kind("spectrum", "spectra", "spectra", "sources", lambda _: "new spectrum"),
    Kind("photometry", "photometry", "photometry", "sources", lambda _: "new photometry"),
)


class NewsFeed:
    """Newest first; what one does not care about is left out by the preferences ``newsFeed``."""

    def __init__(self, news: News, teams: TeamService) -> None:
        self._news = news
        self._teams = teams

    async def items(self, access: Access, num_items: int | None, team_id: int | None) -> list[Document]:
        """Return the newest items.

        Parameters
        ----------
        num_items
            How many; the larger of this and the person's preference is taken.
        team_id
            Only what concerns sources that groups of this team have saved.
        """
        preferences = _mapping(access.directory.users.get(access.user_id, {}).get("preferences"), "newsFeed")
        wanted = _mapping(preferences, "categories")
        own = preferences.get("numItems")
        asked = [n for n in (num_items, own if isinstance(own, int) else None) if n is not None]
        count = min(max(asked, default=_DEFAULT), MOST)
        groups: Collection[int] | None = None if access.super_admin else access.readable
        if team_id is not None:
            team = set((await self._teams.find(access, team_id))["group_ids"])
            groups = team & access.readable
            if not groups:
                raise NotFound(f"no team {team_id}")
        items: list[Document] = []
        if access.has("sources", "read") and wanted.get("sources", True):
            items += await self._sources(groups, count)
        for kind in KINDS:
            if access.has(kind.area, "read") and wanted.get(kind.category, True):
                found = await self._records(access, kind, _LOOK if team_id is not None else 2 * count)
                if team_id is not None:
                    saved = await self._news.saved_to({one["obj_id"] for one in found}, groups or ())
                    found = [one for one in found if one["obj_id"] in saved]
                found = [one for one in found if _cared_for(access, kind, one, wanted)]
                items += [_item(access, kind, one) for one in found[:count]]
        items.sort(key=lambda item: item["time"], reverse=True)
        return items[:count]

    async def _sources(self, groups: Collection[int] | None, count: int) -> list[Document]:
        found = await self._news.saves(groups, count)
        return [
            {"type": "source", "time": at, "message": "new source saved", "source_id": obj_id}
            for obj_id, at in found
        ]

    async def _records(self, access: Access, kind: Kind, limit: int) -> list[Document]:
        readers = None if access.super_admin else access.readable
        found = await self._news.records(kind.collection, readers, limit)
        return found if access.super_admin else access.visible(found)


def _cared_for(access: Access, kind: Kind, one: Document, wanted: Document) -> bool:
    if kind.type == "comment" and not wanted.get("includeCommentsFromBots", False):
        return not _bot(access, one)
    if kind.type == "classification" and not wanted.get("includeMLClassifications", False):
        return not one.get("ml")
    return True


def _author(access: Access, one: Document) -> Document:
    said = one.get("author") or {}
    number = said.get("id", one.get("owner_id"))
    return said if number is None else access.directory.users.get(number, said)


def _bot(access: Access, one: Document) -> bool:
    return bool(one.get("bot") or _author(access, one).get("is_bot"))


def _item(access: Access, kind: Kind, one: Document) -> Document:
    author = _author(access, one)
    names = ("username", "first_name", "last_name")
    item: Document = {
        "type": kind.type,
        "time": one["created_at"],
        "message": kind.message(one),
        "source_id": one["obj_id"],
        "author_info": {name: author.get(name) for name in names} | {"is_bot": bool(author.get("is_bot"))},
    }
    if kind.type == "comment":
        item["author"] = author.get("username")
    if kind.type == "classification":
        item["classification"] = one.get("classification")
    return item


def _mapping(value: Any, name: str) -> Document:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
