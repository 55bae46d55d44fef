"""Kowalski's filters are this desk's: a pipeline saved here is the next version of the same filter."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Denied, Invalid, NotFound
from nightdesk_services.marshal.models.filters import FilterPatch, FilterPost
from nightdesk_services.marshal.models.kowalski import Autosave, FilterChange, FilterSave
from nightdesk_services.marshal.services.filters import FilterService, check

_OWN = "kowalski"
"""Name in a filter's ``altdata`` of what only Kowalski's clients say."""


class KowalskiFilters:
    """Speaks of filters in Kowalski's words; what may be done is the filters' own to say."""

    def __init__(self, filters: FilterService) -> None:
        self._filters = filters

    async def get(self, access: Access, filter_id: int) -> Document:
        """Return a filter with its versions."""
        return shaped(access, await self.find(access, filter_id))

    async def save(self, access: Access, post: FilterSave) -> Document:
        """Save a pipeline and return the version that it became; the same pipeline is the same version."""
        _refuse_unknown(post)
        survey = _survey(post.catalog)
        source = json.dumps(post.pipeline)
        check("pipeline", source)
        said = _said(post.autosave)
        if post.filter_id is None:
            filter_id = await self._create(access, post, survey, source)
        else:
            filter_id = post.filter_id
            former = await self.find(access, filter_id)
            self._same(access, former, post, survey)
            fields: dict[str, Any] = {"kind": "pipeline", "source": source, "active": post.active}
            if post.active is None and former.get("source") is None:
                fields["active"] = True
            await self._filters.change(access, filter_id, FilterPatch(**fields))
        if said:
            await self._filters.change(access, filter_id, await self._patch(access, filter_id, said))
        found = await self.find(access, filter_id)
        return {**_version(found), "filter_id": filter_id}

    async def change(self, access: Access, patch: FilterChange) -> Document:
        """Change a filter; the version that becomes active is saved anew as the latest."""
        _refuse_unknown(patch)
        former = await self.find(access, patch.filter_id)
        fields: dict[str, Any] = {"active": patch.active}
        if patch.active_fid is not None:
            chosen = version(former, patch.active_fid)
            fields |= {"kind": chosen["kind"], "source": chosen["source"]}
        if said := _said(patch.autosave):
            fields |= (await self._patch(access, patch.filter_id, said)).model_dump(exclude_none=True)
        given = {name: value for name, value in fields.items() if value is not None}
        await self._filters.change(access, patch.filter_id, FilterPatch(**given))
        return await self.get(access, patch.filter_id)

    async def remove(self, access: Access, filter_id: int) -> None:
        """Remove a filter."""
        await self.find(access, filter_id)
        await self._filters.remove(access, filter_id)

    async def find(self, access: Access, filter_id: int) -> Document:
        """Return a filter as this desk has it, with its former versions."""
        try:
            return await self._filters.get(access, filter_id, versions=True)
        except NotFound as error:
            raise Invalid(f"Filter id {filter_id} not found") from error

    async def _create(self, access: Access, post: FilterSave, survey: str, source: str) -> int:
        name = post.name or f"{post.catalog} pipeline"
        stream = _stream(access, post.group_id, survey, post.permissions)
        return await self._filters.create(
            access,
            FilterPost(
                name=name,
                stream_id=stream,
                group_id=post.group_id,
                kind="pipeline",
                source=source,
                active=post.active,
            ),
        )

    @staticmethod
    def _same(access: Access, former: Document, post: FilterSave, survey: str) -> None:
        """Refuse what would move a filter to another group or stream."""
        if former["group_id"] != post.group_id:
            raise Invalid(f"group_id: filter {former['id']} is not of group {post.group_id}")
        if former.get("survey") != survey:
            raise Invalid(f"catalog: filter {former['id']} works on {former.get('survey')}_alerts")
        if extra := set(post.permissions or ()) - set(programs(access, former)):
            raise Denied(f"permissions: the filter's stream has no program {min(extra)}")

    async def _patch(self, access: Access, filter_id: int, said: Document) -> FilterPatch:
        former = await self.find(access, filter_id)
        altdata = former.get("altdata") or {}
        return FilterPatch(autosave=said["active"], altdata=altdata | {_OWN: {"autosave": said["sent"]}})


def shaped(access: Access, found: Document) -> Document:
    """Return a filter in Kowalski's shape."""
    own = (found.get("altdata") or {}).get(_OWN) or {}
    seen: dict[str, Document] = {}
    for past in [*found.get("history", ()), found]:
        if past.get("source") is not None:
            made = _version({**past, "id": found["id"]})
            # one that was made active again stands where it first stood
            seen.setdefault(made["fid"], made)
    kept = own.get("autosave", bool(found.get("autosave")))
    return {
        "filter_id": found["id"],
        "group_id": found["group_id"],
        "name": found["name"],
        "catalog": f"{found.get('survey')}_alerts",
        "permissions": programs(access, found),
        "active": bool(found.get("active")),
        "autosave": kept if bool(kept) == bool(found.get("autosave")) or isinstance(kept, dict) else False,
        "auto_followup": {},
        "update_annotations": False,
        "active_fid": _version(found)["fid"] if found.get("source") is not None else None,
        "fv": list(seen.values()),
        "created_at": found.get("created_at"),
        "last_modified": found.get("modified"),
    }


def version(found: Document, wanted: str | None) -> Document:
    """Return a version of a filter by its name, the latest without one.

    Raises
    ------
    Invalid
        If it has none of that name.
    """
    versions = [past for past in [found, *found.get("history", ())] if past.get("source") is not None]
    past: Document
    for past in versions:
        if wanted is None or fid(found["id"], past["kind"], past["source"]) == wanted:
            return past
    if not versions:
        raise Invalid(f"Filter id {found['id']} has no versions")
    raise Invalid(f"active_fid: filter version fid not in filter {found['id']}: {wanted}")


def fid(filter_id: int, kind: str, source: str) -> str:
    """Return Kowalski's name of a version: six characters that follow from what it does."""
    return hashlib.sha256(f"{filter_id}:{kind}:{source}".encode()).hexdigest()[:6]


def programs(access: Access, found: Document) -> list[int]:
    """Return the programs that a filter's stream brings."""
    stream = access.directory.streams.get(found["stream_id"]) or {}
    return sorted((stream.get("altdata") or {}).get("selector", ()))


def _version(found: Document) -> Document:
    kind, source = found["kind"], found["source"]
    return {
        "fid": fid(found["id"], kind, source),
        "kind": kind,
        # an expression is no pipeline, and is shown as what it is
        "pipeline": source if kind == "pipeline" else None,
        "source": source,
        "created_at": found.get("modified") or found.get("created_at"),
    }


def _survey(catalog: str) -> str:
    for name, survey in SURVEYS.items():
        if catalog == survey.alerts:
            return name
    raise Invalid(f"catalog: no alerts {catalog[:80]!r}; {', '.join(s.alerts for s in SURVEYS.values())}")


def _stream(access: Access, group_id: int, survey: str, permissions: list[int] | None) -> int:
    """Return the group's stream of a survey that brings these programs, and as few others as can be."""
    access.chosen([group_id])
    group = access.directory.groups.get(group_id) or {}
    fitting = []
    for stream_id in group.get("stream_ids", ()):
        altdata = (access.directory.streams.get(stream_id) or {}).get("altdata") or {}
        selector = set(altdata.get("selector", ()))
        if altdata.get("survey") == survey and set(permissions or selector) <= selector:
            fitting.append((len(selector), stream_id))
    if not fitting:
        raise Denied(f"permissions: group {group_id} has no stream of {survey} with these programs")
    return int(min(fitting)[1])


def _said(autosave: bool | Autosave | None) -> Document:
    if autosave is None:
        return {}
    if isinstance(autosave, bool):
        return {"active": autosave, "sent": autosave}
    sent = autosave.model_dump(exclude_unset=True)
    if autosave.pipeline is not None:
        sent["pipeline"] = json.dumps(autosave.pipeline)
        check("pipeline", sent["pipeline"])
    return {"active": autosave.active, "sent": sent}


def _refuse_unknown(sent: FilterSave | FilterChange) -> None:
    """Refuse what nothing here would do, so that nobody waits for it."""
    if sent.auto_followup:
        raise Invalid("auto_followup: this desk triggers no telescope by itself; submit a follow-up request")
    if sent.update_annotations:
        raise Invalid("update_annotations: a candidate keeps the annotations that it passed with")
