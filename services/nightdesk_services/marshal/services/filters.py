"""Filters: checked when saved, versioned when changed."""

from __future__ import annotations

import json
from typing import Any

from nightdesk.filters import Expression, FilterError
from nightdesk.filters.pipeline import Pipeline, PipelineError

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.filters import FilterPatch, FilterPost
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.storage.filters import Filters


class FilterService:
    """Members of a group see its filters, its admins change them."""

    def __init__(self, filters: Filters) -> None:
        self._filters = filters

    async def listing(self, access: Access, group_id: int | None) -> list[Document]:
        """Return the filters of the person's groups."""
        chosen = access.chosen(None if group_id is None else [group_id])
        return [shapes.named(found, "history") for found in await self._filters.of_groups(chosen)]

    async def get(self, access: Access, filter_id: int) -> Document:
        """Return a filter with its former versions."""
        return shapes.named(await self._find(access, filter_id))

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
        check(post.kind, post.source)
        return await self._filters.insert(
            {
                **post.model_dump(),
                "survey": (stream.get("altdata") or {}).get("survey"),
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
        fields: dict[str, Any] = patch.model_dump(exclude_none=True)
        past = None
        if patch.source is not None and patch.source != former["source"]:
            check(former["kind"], patch.source)
            fields |= {"version": former["version"] + 1, "author": access.author}
            past = {name: former.get(name) for name in ("version", "source", "author", "modified")}
        if fields and not await self._filters.change(filter_id, former["version"], fields, past):
            raise Conflict("somebody else has just changed this filter; look at it again")
        return await self.get(access, filter_id)

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
