"""Streams: what surveys' programmes there are, and who was granted which."""

from __future__ import annotations

from typing import Any

from nightdesk.surveys import SURVEYS

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.streams import StreamPatch, StreamPost
from nightdesk_services.marshal.services import profiles
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.filters import Filters
from nightdesk_services.marshal.storage.people import People


class StreamService:
    """Administrators make streams and grant them; into a stream that says so everybody may come."""

    def __init__(self, people: PeopleService, storage: People, filters: Filters) -> None:
        self._people = people
        self._storage = storage
        self._filters = filters

    def listing(self, access: Access) -> list[Document]:
        """Return the streams that the person has, and those that are open to everybody."""
        streams = sorted(access.directory.streams.items())
        return [profiles.stream(one) for _, one in streams if _seen(access, one)]

    def get(self, access: Access, stream_id: int) -> Document:
        """Return one stream."""
        return profiles.stream(self._find(access, stream_id))

    async def create(self, access: Access, post: StreamPost) -> int:
        """Make a stream."""
        self._free(access, post.name, None)
        fields = {"name": post.name, "altdata": checked(post.altdata or {}), "auto_join": post.auto_join}
        made = await self._storage.add_stream(fields)
        self._people.forget()
        return made

    async def change(self, access: Access, stream_id: int, patch: StreamPatch) -> None:
        """Change a stream."""
        former = self._find(access, stream_id)
        self._free(access, patch.name, stream_id)
        fields: dict[str, Any] = {"name": patch.name}
        if patch.auto_join is not None:
            fields["auto_join"] = patch.auto_join
        if patch.altdata is not None:
            fields["altdata"] = checked(patch.altdata)
            survey = (former.get("altdata") or {}).get("survey")
            if fields["altdata"].get("survey") != survey and await self._filters.on_stream(stream_id):
                raise Conflict(f"altdata: filters on this stream read alerts of {survey}")
        await self._storage.change_stream(stream_id, fields)
        self._people.forget()

    async def remove(self, access: Access, stream_id: int) -> None:
        """Remove a stream that no filter works on, and every grant of it."""
        self._find(access, stream_id)
        if working := await self._filters.on_stream(stream_id):
            raise Conflict(f"{working} filters work on this stream; remove them first")
        await self._storage.remove_stream(stream_id)
        self._people.forget()

    async def grant(self, access: Access, stream_id: int, user_id: int) -> Document:
        """Grant a stream to somebody, or take one for oneself that is open to everybody."""
        stream = self._find(access, stream_id)
        user = access.directory.users.get(user_id)
        if not access.super_admin and (user_id != access.user_id or not stream.get("auto_join")):
            raise Denied("only an administrator grants streams; you may join open ones yourself")
        if user is None or user.get("deleted_at") is not None:
            raise NotFound(f"user_id: no user {user_id}")
        if stream_id in (user.get("stream_ids") or ()):
            raise Conflict(f"{user['username']} has stream {stream_id} already")
        await self._storage.give(user_id, "stream_ids", [stream_id])
        self._people.forget()
        return {"stream_id": stream_id, "user_id": user_id}

    async def revoke(self, access: Access, stream_id: int, user_id: int) -> None:
        """Take a stream from somebody; what their groups bring is taken from the groups."""
        self._find(access, stream_id)
        user = access.directory.users.get(user_id)
        if user is None:
            raise NotFound(f"no user {user_id}")
        by_group = access.directory.streams_by_group(user["username"])
        if through := [str(i) for i, streams in sorted(by_group.items()) if stream_id in streams]:
            raise Conflict(f"{user['username']} has this stream by group {', '.join(through)}")
        if not await self._storage.take(user_id, "stream_ids", stream_id):
            raise NotFound(f"{user['username']} has no stream {stream_id}")
        self._people.forget()

    def _find(self, access: Access, stream_id: int) -> Document:
        found = access.directory.streams.get(stream_id)
        if found is None or not _seen(access, found):
            raise NotFound(f"no stream {stream_id}")
        return found

    def _free(self, access: Access, name: str, stream_id: int | None) -> None:
        if any(one["name"] == name and i != stream_id for i, one in access.directory.streams.items()):
            raise Conflict(f"name: there is a stream {name!r} already")


def _seen(access: Access, stream: Document) -> bool:
    return stream["_id"] in access.stream_ids or bool(stream.get("auto_join"))


def checked(altdata: Document) -> Document:
    """Return what a stream says of its alerts, with its survey named.

    Every request asks it for the programmes that a person may see, and the broker for the filters' survey,
    so an odd one must never be stored.
    """
    result = dict(altdata)
    collection = result.get("collection")
    named = next((name for name, survey in SURVEYS.items() if survey.alerts == collection), None)
    if "survey" not in result and named is not None:
        result["survey"] = named
    if "survey" in result and result["survey"] not in SURVEYS:
        raise Invalid(f"altdata.survey: one of {', '.join(SURVEYS)}")
    selector = result.get("selector", [])
    if not isinstance(selector, list) or not all(type(one) is int for one in selector):
        raise Invalid("altdata.selector: a list of programme ids")
    return result
