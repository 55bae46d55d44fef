"""Groups, streams and filters."""

from __future__ import annotations

from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.models.filters import FilterPatch, FilterPost, FiltersQuery
from nightdesk_services.marshal.models.groups import GroupPost, GroupPut, GroupsQuery, MemberPatch, MemberPost
from nightdesk_services.marshal.services import shapes


class Groups(ApiHandler):
    """All groups."""

    @needs("groups", "read")
    async def get(self) -> None:
        """List groups, or those of a name."""
        query = self.query(GroupsQuery)
        if query.name is not None:
            self.answer(self.marshal.groups.named(self.access, query.name))
            return
        self.answer(self.marshal.groups.listing(self.access, single=query.include_single_user_groups))

    @needs("groups", "write")
    async def post(self) -> None:
        """Make a group."""
        self.answer({"id": await self.marshal.groups.create(self.access, self.body(GroupPost))})


class Group(ApiHandler):
    """One group."""

    @needs("groups", "read")
    async def get(self, group_id: str) -> None:
        """Show it."""
        self.answer(await self.marshal.groups.get(self.access, int(group_id)))

    @needs("groups", "write")
    async def put(self, group_id: str) -> None:
        """Change it."""
        await self.marshal.groups.change(self.access, int(group_id), self.body(GroupPut))
        self.answer()

    @needs("groups", "write")
    async def delete(self, group_id: str) -> None:
        """Remove it."""
        await self.marshal.groups.remove(self.access, int(group_id))
        self.answer()


class GroupUsers(ApiHandler):
    """The members of a group."""

    @needs("groups", "write")
    async def post(self, group_id: str) -> None:
        """Take somebody in."""
        post = self.body(MemberPost)
        self.answer(await self.marshal.groups.add_member(self.access, int(group_id), post))

    @needs("groups", "write")
    async def patch(self, group_id: str) -> None:
        """Change what somebody may do."""
        patch = self.body(MemberPatch)
        await self.marshal.groups.change_member(self.access, int(group_id), patch)
        self.answer()


class GroupUser(ApiHandler):
    """One member of a group."""

    @needs("groups", "write")
    async def delete(self, group_id: str, user: str) -> None:
        """Take them out."""
        await self.marshal.groups.remove_member(self.access, int(group_id), user)
        self.answer()


class Streams(ApiHandler):
    """The streams of the person's groups."""

    @needs("groups", "read")
    async def get(self, stream_id: str | None = None) -> None:
        """List them, or show one."""
        found = {
            number: shapes.named(stream)
            for number, stream in sorted(self.access.directory.streams.items())
            if number in self.access.stream_ids
        }
        if stream_id is None:
            self.answer(list(found.values()))
        elif int(stream_id) in found:
            self.answer(found[int(stream_id)])
        else:
            raise NotFound(f"no stream {stream_id}")


class Filters(ApiHandler):
    """The filters of the person's groups."""

    @needs("filters", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.filters.listing(self.access, self.query(FiltersQuery).group_id))

    @needs("filters", "write")
    async def post(self) -> None:
        """Make one."""
        self.answer({"id": await self.marshal.filters.create(self.access, self.body(FilterPost))})


class Filter(ApiHandler):
    """One filter."""

    @needs("filters", "read")
    async def get(self, filter_id: str) -> None:
        """Show it with its history."""
        self.answer(await self.marshal.filters.get(self.access, int(filter_id)))

    @needs("filters", "write")
    async def patch(self, filter_id: str) -> None:
        """Change it."""
        self.answer(await self.marshal.filters.change(self.access, int(filter_id), self.body(FilterPatch)))

    @needs("filters", "write")
    async def delete(self, filter_id: str) -> None:
        """Remove it."""
        await self.marshal.filters.remove(self.access, int(filter_id))
        self.answer()


ROUTES: Routes = [
    ("groups", Groups),
    (f"groups/{ID}", Group),
    (f"groups/{ID}/users", GroupUsers),
    (rf"groups/{ID}/users/{OBJECT}", GroupUser),
    ("streams", Streams),
    (f"streams/{ID}", Streams),
    ("filters", Filters),
    (f"filters/{ID}", Filter),
]
