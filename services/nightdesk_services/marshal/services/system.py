"""The instance itself: what runs here, what it holds, what it takes."""

from __future__ import annotations

import asyncio
import functools
import subprocess
from importlib.metadata import version
from pathlib import Path

from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.access import SITEWIDE, Access, Document
from nightdesk_services.marshal.roles import ACLS, ROLES
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.storage.overview import Overview

_COMMITS = 100
_SKIPPED = ("bump", "pin")
_NUMBERS = frozenset({"int", "long", "double", "decimal"})


class SystemService:
    """True values, and none that is a secret."""

    def __init__(self, overview: Overview) -> None:
        self._overview = overview

    async def gitlog(self) -> list[Document]:
        """Return the newest commits of the code that runs, if it runs from a repository."""
        return list(await asyncio.to_thread(_gitlog))

    async def dbinfo(self) -> Document:
        """Return whether there is any source; there is no Postgres here, so it has no version."""
        return {"source_table_empty": await self._overview.empty("sources"), "postgres_version": None}

    async def altdata(self, access: Access) -> Document:
        """Return the keys in the ``altdata`` of the sources that the person sees: key -> types, count."""
        found = await self._overview.keys("sources", "altdata", self._groups(access))
        result: Document = {}
        for one in found:
            entry = result.setdefault(one["key"], {"types": [], "count": 0})
            entry["count"] += one["count"]
            if (kind := _kind(one["type"])) not in entry["types"]:
                entry["types"].append(kind)
        return result

    async def annotations(self, access: Access) -> Document:
        """Return the keys of the annotations that the person sees: origin -> ``{key: type}`` each."""
        found = await self._overview.keys("annotations", "data", self._groups(access), by="origin")
        result: Document = {}
        for one in found:
            result.setdefault(str(one["by"]), {}).setdefault(one["key"], _kind(one["type"]))
        return {origin: [{key: kind} for key, kind in keys.items()] for origin, keys in result.items()}

    def config(self, access: Access) -> Document:
        """Return what clients may build on."""
        return {
            "version": version("nightdesk"),
            "surveys": list(SURVEYS),
            "publicGroupName": access.directory.groups.get(SITEWIDE, {}).get("name"),
            "publicGroupId": SITEWIDE,
            "invitationsEnabled": True,
            "roles": list(ROLES),
            "acls": list(ACLS),
            "thumbnailTypes": list(shapes.THUMBNAILS),
        } | {_camel(name): values for name, values in enums().items()}

    async def statistics(self) -> Document:
        """Return how much of everything there is."""
        result: Document = dict(await self._overview.counts())
        for survey in SURVEYS.values():
            jd = await self._overview.last_alert(survey.alerts)
            result[f"Latest alert of {survey.name}"] = shapes.time_of_jd(jd)
        return result

    def _groups(self, access: Access) -> frozenset[int] | None:
        return None if access.super_admin else access.readable


@functools.cache
def enums() -> dict[str, list[str]]:
    """Return the lists of values that fields of requests take."""
    bands = {f"{name.lower()}{band}" for name, survey in SURVEYS.items() for band in survey.bands}
    return {
        "THUMBNAIL_TYPES": list(shapes.THUMBNAILS),
        "ALLOWED_MAGSYSTEMS": ["ab"],
        "ALLOWED_BANDPASSES": sorted(bands),
    }


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def _kind(type_: str) -> str:
    return "number" if type_ in _NUMBERS else type_


@functools.cache
def _gitlog() -> tuple[Document, ...]:
    """Read it once: the code that runs does not change under way."""
    root = next((p for p in Path(__file__).parents if (p / ".git").exists()), None)
    if root is None:
        return ()
    form = "--pretty=format:%cI%x1f%H%x1f%an%x1f%s"
    command = ["git", "-C", str(root), "log", "--no-merges", f"-{2 * _COMMITS}", form]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    entries: list[Document] = []
    for line in said.splitlines():
        time, sha, name, description = line.split("\x1f", 3)
        if not description.lower().startswith(_SKIPPED):
            entries.append({"time": time, "sha": sha[:8], "name": name, "description": description})
    return tuple(entries[:_COMMITS])
