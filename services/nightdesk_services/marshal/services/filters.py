"""Filters: checked when saved, versioned when changed."""

from __future__ import annotations

import json
from typing import Any

from nightdesk.filters import Expression, FilterError
from nightdesk.filters.pipeline import Pipeline, PipelineError

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.filters import FilterPatch, FilterPost, FiltersQuery
from nightdesk_services.marshal.services import filter_shapes, profiles
from nightdesk_services.marshal.services.filter_shapes import BROKER
from nightdesk_services.marshal.storage.filters import Filters


class FilterService:
    """Members of a group see its filters, its admins change them."""

    def __init__(self, filters: Filters) -> None:
        self._filters = filters

    async def listing(self, access: Access, query: FiltersQuery) -> list[Document]:
        """Return the filters of the person's groups."""
        chosen = access.chosen(None if query.group_id is None else [query.group_id])
        found = await self._filters.of_groups(chosen)
        if query.include_versions:
            return [filter_shapes.whole(one, history=False) for one in found]
        return [filter_shapes.official(one) for one in found]

    async def get(self, access: Access, filter_id: int, *, versions: bool = False) -> Document:
        """Return a filter, with its former versions if they are asked for."""
        found = await self._find(access, filter_id)
        if versions:
            return filter_shapes.whole(found)
        stream = access.directory.streams.get(found["stream_id"])
        return filter_shapes.official(found) | {
            "stream": profiles.stream(stream) if stream else None,
            "group": profiles.group(access.directory.groups[found["group_id"]]),
            "broker": BROKER if found.get("broker_id") else None,
        }

    async def create(self, access: Access, post: FilterPost) -> int:
        """Store a new filter and return its id."""
        access.chosen([post.group_id])
        access.require_admin(post.group_id)
        group = access.directory.groups.get(post.group_id)
        stream = access.directory.streams.get(post.stream_id)
        if group is None:
            raise Invalid(f"group_id: no group {post.group_id}")
        if stream is None or post.stream_id not in group.get("stream_ids", ()):
            raise Denied(f"stream_id: group {post.group_id} has no stream {post.stream_id}")
        if post.broker_id not in (None, BROKER["id"]):
            raise Invalid(f"broker_id: the broker of this desk is number {BROKER['id']}")
        survey = (stream.get("altdata") or {}).get("survey")
        fields = post.model_dump(exclude={"altdata"}, exclude_none=True)
        if post.source is None:
            if post.active or post.kind:
                raise Invalid("source: a filter of this desk's broker needs one")
            code: Document = {"kind": None, "source": None, "active": False}
        else:
            _runnable(survey, post.stream_id)
            kind = post.kind or "expression"
            check(kind, post.source)
            code = {"kind": kind, "source": post.source, "active": post.active is not False}
        return await self._filters.insert(
            {
                **fields,
                **code,
                "altdata": post.altdata or {},
                "survey": survey,
                "version": 1,
                "author": access.author,
                "autosave": False,
                "history": [],
            }
        )

    async def change(self, access: Access, filter_id: int, patch: FilterPatch) -> Document:
        """Change a filter; another source becomes its next version, and the former is kept."""
        former = await self._find(access, filter_id)
        access.require_admin(former["group_id"])
        for name in ("group_id", "stream_id"):
            if getattr(patch, name) not in (None, former[name]):
                raise Invalid(f"{name}: a filter stays where it is; make another there")
        kept = {"group_id", "stream_id", "kind", "source"}
        fields: dict[str, Any] = patch.model_dump(exclude=kept, exclude_none=True)
        kind, source = patch.kind or former["kind"] or "expression", patch.source or former["source"]
        past = None
        if source is None and (patch.kind or patch.active):
            raise Invalid("source: a filter of this desk's broker needs one")
        if source != former["source"] or (source is not None and kind != former["kind"]):
            _runnable(former.get("survey"), former["stream_id"])
            check(kind, source)
            fields |= {"kind": kind, "source": source, "version": former["version"], "author": access.author}
            if former["source"] is not None:
                fields["version"] += 1
                names = ("version", "source", "author", "modified", "kind")
                past = {name: former.get(name) for name in names}
            elif patch.active is None:
                fields["active"] = True
        if fields and not await self._filters.change(filter_id, former["version"], fields, past):
            raise Conflict("somebody else has just changed this filter; look at it again")
        return await self.get(access, filter_id, versions=True)

    async def remove(self, access: Access, filter_id: int) -> None:
        """Remove a filter."""
        found = await self._find(access, filter_id)
        access.require_admin(found["group_id"])
        await self._filters.remove(filter_id)

    async def _find(self, access: Access, filter_id: int) -> Document:
        found = await self._filters.get(filter_id)
        if found is None or not access.sees([found["group_id"]]):
            raise NotFound(f"no filter {filter_id}")
        return found


def _runnable(survey: str | None, stream_id: int) -> None:
    if survey is None:
        raise Invalid(f"stream_id: stream {stream_id} names no survey, so no filter can run on it")


def check(kind: str, source: str) -> None:
    """Raise `Invalid` with the place of the error if a filter's source is none of its kind."""
    try:
        if kind == "pipeline":
            Pipeline(json.loads(source), chosen=False)
        else:
            Expression(source)
    except json.JSONDecodeError as error:
        raise Invalid(f"source: line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from error
    except PipelineError as error:
        raise Invalid(f"source: {error}") from error
    except FilterError as error:
        raise Invalid(f"source: position {error.position}: {error}") from error
