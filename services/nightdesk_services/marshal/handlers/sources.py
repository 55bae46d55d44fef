"""Saved sources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from functools import partial

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.numbers import NumbersHandler
from nightdesk_services.marshal.handlers.routes import OBJECT, Routes
from nightdesk_services.marshal.models import sources as models
from nightdesk_services.marshal.models.archive import ImageQuery
from nightdesk_services.marshal.services.color_mag import color_mag
from nightdesk_services.marshal.services.source_page import Part, Rows


class Sources(ApiHandler):
    """Saved sources."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List one page."""
        query = self.query(models.SourcesQuery)
        self.answer(await self.marshal.source_listing.page(self.access, query))

    @needs("sources", "write")
    async def post(self) -> None:
        """Save an object."""
        self.answer(await self.marshal.sources.save(self.access, self.body(models.SourcePost)))


class Source(ApiHandler):
    """One source."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Show it."""
        query = self.query(models.SourceQuery)
        self.answer(await self.marshal.sources.get(self.access, obj_id, query))

    @needs("sources", "read")
    async def head(self, obj_id: str) -> None:
        """Tell whether it is saved."""
        if await self.marshal.sources.saved(self.access, obj_id) is None:
            raise NotFound(f"no source {obj_id}")

    @needs("sources", "write")
    async def patch(self, obj_id: str) -> None:
        """Change what is known of it."""
        await self.marshal.sources.change(self.access, obj_id, self.body(models.SourcePatch))
        self.answer()

    @needs("sources", "write")
    async def delete(self, obj_id: str) -> None:
        """Take it out of a group, which the body names or the address."""
        asked = self.body(models.UnsaveQuery) if self.request.body else self.query(models.UnsaveQuery)
        await self.marshal.sources.unsave(self.access, obj_id, asked.group_id)
        self.answer()


class Page(NumbersHandler):
    """All of one source."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Show what its page shows: the source with what was said of it, its points, spectra and cutouts."""
        parts = self.marshal.source_page.parts(self.access, obj_id, self.query(ImageQuery))
        async with aclosing(parts):
            await self.answer_pieces(_pieces(parts))


class SavedGroups(ApiHandler):
    """The groups of a source."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """List those that saved it and those that it is proposed to."""
        self.answer(await self.marshal.sources.groups(self.access, obj_id))


class Labels(ApiHandler):
    """Who has looked at a source."""

    @needs("sources", "write")
    async def post(self, obj_id: str) -> None:
        """Note that the person has."""
        groups = self.body(models.LabelsBody).group_ids
        await self.marshal.looks.add(self.access, obj_id, groups)
        self.answer()

    @needs("sources", "write")
    async def delete(self, obj_id: str) -> None:
        """Take that back."""
        groups = self.body(models.LabelsBody).group_ids
        await self.marshal.looks.remove(self.access, obj_id, groups)
        self.answer()


class ColorMag(ApiHandler):
    """Colours and absolute magnitudes of a source."""

    @needs("sources", "read")
    async def get(self, obj_id: str) -> None:
        """Work them out of its annotations."""
        found = await self.marshal.sources.get(self.access, obj_id, models.SourceQuery())
        self.answer(color_mag(found["annotations"], self.query(models.ColorMagQuery)))


class Tns(ApiHandler):
    """What the Transient Name Server calls a source."""

    @needs("sources", "write")
    async def get(self, obj_id: str) -> None:
        """Ask for a look into its table; the answer comes to the inbox and onto the source."""
        await self.marshal.source_lookups.ask_tns(self.access, obj_id, self.query(models.TnsQuery))
        self.answer()


class Mpc(ApiHandler):
    """Known minor planets at a source's place."""

    @needs("sources", "write")
    async def post(self, obj_id: str) -> None:
        """Ask for a search; the answer comes to the inbox and onto the source."""
        await self.marshal.source_lookups.ask_mpc(self.access, obj_id, self.body(models.MpcBody))
        self.answer()


class Notifications(ApiHandler):
    """Messages that point to sources."""

    @needs("sources", "write", acl="Upload data")
    async def post(self) -> None:
        """Send one to the inbox of everybody in some groups."""
        body = self.body(models.NotificationBody)
        self.answer(await self.marshal.source_notifications.send(self.access, body))


class Exists(ApiHandler):
    """Whether there is a source already."""

    @needs("sources", "read")
    async def get(self, obj_id: str | None = None) -> None:
        """Look for it by name or place."""
        self.answer(await self.marshal.looks.exists(self.access, obj_id, self.query(models.ExistsQuery)))


async def _pieces(parts: AsyncIterator[Part]) -> AsyncIterator[Callable[[], Sequence[bytes]]]:
    before = b'{"status":"success","data":{'
    async for name, part in parts:
        yield partial(_json, before + encode(name) + b":", part)
        before = b","
    yield lambda: (b"}}",)


def _json(before: bytes, part: Document | list[Document] | Rows | None) -> Sequence[bytes]:
    if isinstance(part, Rows):
        return before + b"[", b",".join(part.encoded), b"]"
    return before, encode(part)


ROUTES: Routes = [
    ("sources", Sources),
    ("source_exists", Exists),
    (f"source_exists/{OBJECT}", Exists),
    (f"sources/{OBJECT}", Source),
    (f"sources/{OBJECT}/page", Page),
    (f"sources/{OBJECT}/tns", Tns),
    (f"sources/{OBJECT}/mpc", Mpc),
    ("source_notifications", Notifications),
    (f"sources/{OBJECT}/groups", SavedGroups),
    (f"sources/{OBJECT}/labels", Labels),
    (f"sources/{OBJECT}/color_mag", ColorMag),
]
