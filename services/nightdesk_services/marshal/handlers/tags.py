"""Tags on objects."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, Routes
from nightdesk_services.marshal.models.tags import (
    TagDelete,
    TagOptionPatch,
    TagOptionPost,
    TagPost,
    TagsQuery,
)


class TagOptions(ApiHandler):
    """The tags there are."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.tags.options())

    @needs("sources", "write", acl="Manage sources")
    async def post(self) -> None:
        """Make one."""
        self.answer(await self.marshal.tags.create_option(self.body(TagOptionPost)))


class TagOption(ApiHandler):
    """One tag."""

    @needs("sources", "write", acl="Manage sources")
    async def patch(self, number: str) -> None:
        """Change it."""
        await self.marshal.tags.change_option(int(number), self.body(TagOptionPatch))
        self.answer()

    @needs("sources", "write", acl="Manage sources")
    async def delete(self, number: str) -> None:
        """Remove it."""
        await self.marshal.tags.remove_option(int(number))
        self.answer()


class Tags(ApiHandler):
    """Which objects carry which tags."""

    @needs("sources", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.tags.listing(self.access, self.query(TagsQuery)))

    @needs("sources", "write")
    async def post(self) -> None:
        """Put a tag on an object."""
        self.answer(await self.marshal.tags.put(self.access, self.body(TagPost)))


class Tag(ApiHandler):
    """A tag on an object."""

    @needs("sources", "write")
    async def delete(self, number: str) -> None:
        """Take it off."""
        group_ids = self.body(TagDelete).group_ids if self.request.body else None
        await self.marshal.tags.remove(self.access, int(number), group_ids)
        self.answer()


ROUTES: Routes = [
    ("objtagoption", TagOptions),
    (f"objtagoption/{ID}", TagOption),
    ("objtag", Tags),
    (f"objtag/{ID}", Tag),
]
