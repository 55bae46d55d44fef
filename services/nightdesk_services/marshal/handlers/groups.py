"""Groups, requests to join them, and their filters."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import ID, OBJECT, Routes
from nightdesk_services.marshal.models import groups as models
from nightdesk_services.marshal.models.filters import FilterPatch, FilterPost, FiltersQuery
from nightdesk_services.marshal.models.groups import GroupPost, GroupPut, GroupsQuery, MemberPatch, MemberPost


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
        users = self.query(models.GroupQuery).include_group_users
        self.answer(await self.marshal.groups.get(self.access, int(group_id), users=users))

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


class PublicGroup(ApiHandler):
    """The group of everybody."""

    @needs("groups", "read")
    async def get(self) -> None:
        """Show it."""
        self.answer(await self.marshal.groups.public(self.access))


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


class FromGroups(ApiHandler):
    """The members of other groups."""

    @needs("groups", "write")
    async def post(self, group_id: str) -> None:
        """Take them in."""
        chosen = self.body(models.FromGroups).from_group_ids
        await self.marshal.groups.add_from_groups(self.access, int(group_id), chosen)
        self.answer()


class GroupStreams(ApiHandler):
    """The streams of a group."""

    @needs("groups", "write", acl="System admin")
    async def post(self, group_id: str) -> None:
        """Grant it one."""
        stream_id = self.body(models.GroupStream).stream_id
        self.answer(await self.marshal.groups.grant(self.access, int(group_id), stream_id))


class GroupStream(ApiHandler):
    """One stream of a group."""

    @needs("groups", "write", acl="System admin")
    async def delete(self, group_id: str, stream_id: str) -> None:
        """Take it from the group."""
        await self.marshal.groups.withdraw(self.access, int(group_id), int(stream_id))
        self.answer()


class Admissions(ApiHandler):
    """Requests to join groups."""

    @needs("groups", "read")
    async def get(self) -> None:
        """List one's own and those to answer."""
        group_id = self.query(models.AdmissionsQuery).group_id
        self.answer(await self.marshal.admissions.listing(self.access, group_id))

    @needs("groups", "write")
    async def post(self) -> None:
        """Ask to join."""
        post = self.body(models.AdmissionPost)
        self.answer({"id": await self.marshal.admissions.create(self.access, post)})


class Admission(ApiHandler):
    """One request to join a group."""

    @needs("groups", "read")
    async def get(self, number: str) -> None:
        """Show it."""
        self.answer(await self.marshal.admissions.get(self.access, int(number)))

    @needs("groups", "write")
    async def patch(self, number: str) -> None:
        """Answer it."""
        patch = self.body(models.AdmissionPatch)
        await self.marshal.admissions.change(self.access, int(number), patch)
        self.answer()

    @needs("groups", "write")
    async def delete(self, number: str) -> None:
        """Take it back."""
        await self.marshal.admissions.remove(self.access, int(number))
        self.answer()


class Filters(ApiHandler):
    """The filters of the person's groups."""

    @needs("filters", "read")
    async def get(self) -> None:
        """List them."""
        self.answer(await self.marshal.filters.listing(self.access, self.query(FiltersQuery)))

    @needs("filters", "write", acl="Upload data")
    async def post(self) -> None:
        """Make one."""
        self.answer({"id": await self.marshal.filters.create(self.access, self.body(FilterPost))})


class Filter(ApiHandler):
    """One filter."""

    @needs("filters", "read")
    async def get(self, filter_id: str) -> None:
        """Show it, with its history if that is asked for."""
        versions = self.query(FiltersQuery).include_versions
        self.answer(await self.marshal.filters.get(self.access, int(filter_id), versions=versions))

    @needs("filters", "write", acl="Upload data")
    async def patch(self, filter_id: str) -> None:
        """Change it."""
        self.answer(await self.marshal.filters.change(self.access, int(filter_id), self.body(FilterPatch)))

    @needs("filters", "write", acl="Upload data")
    async def delete(self, filter_id: str) -> None:
        """Remove it."""
        await self.marshal.filters.remove(self.access, int(filter_id))
        self.answer()


ROUTES: Routes = [
    ("groups", Groups),
    ("groups/public", PublicGroup),
    (f"groups/{ID}", Group),
    (f"groups/{ID}/usersFromGroups", FromGroups),
    (f"groups/{ID}/streams", GroupStreams),
    (f"groups/{ID}/streams/{ID}", GroupStream),
    (f"groups/{ID}/users", GroupUsers),
    (rf"groups/{ID}/users/{OBJECT}", GroupUser),
    ("group_admission_requests", Admissions),
    (f"group_admission_requests/{ID}", Admission),
    ("filters", Filters),
    (f"filters/{ID}", Filter),
]
