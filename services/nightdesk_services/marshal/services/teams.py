"""Teams: groups that work together; who is in one of them is in the team."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.teams import TeamFields, TeamPost, TeamPut
from nightdesk_services.marshal.storage.documents import Documents

_FIELDS = (
    "created_at",
    "modified",
    "name",
    "nickname",
    "description",
    "primary_color",
    "secondary_color",
    "logo_url",
    "background_url",
)


class TeamService:
    """The admins of a group bring it into a team, and thereby show its name and members to the others."""

    def __init__(self, teams: Documents) -> None:
        self._teams = teams

    async def listing(self, access: Access) -> Document:
        """Return the teams of the person by name, without their members."""
        groups = sorted(access.readable)
        found = await self._teams.find({"group_ids": {"$in": groups}}, sort=[("name", 1)])
        return {"teams": [_shape(access, one) for one in found]}

    async def get(self, access: Access, number: int) -> Document:
        """Return one team with its members."""
        team = await self.find(access, number)
        users = {name: access.directory.user_named(name) for name in _members(access, team)}
        names = ("username", "first_name", "last_name")
        return _shape(access, team) | {
            "users": [
                {"id": user["_id"]} | {name: user.get(name) for name in names}
                for _, user in sorted(users.items())
                if user is not None
            ]
        }

    async def create(self, access: Access, post: TeamPost) -> int:
        """Make a team of groups that the person administers."""
        await self._free(post.name)
        if not post.group_ids:
            raise Invalid("group_ids: a team has at least one group")
        self._administered(access, set(post.group_ids))
        fields = post.model_dump(exclude={"group_ids"})
        made = await self._teams.insert(
            fields | {"group_ids": sorted(set(post.group_ids)), "author": access.author}
        )
        return int(made["_id"])

    async def change(self, access: Access, number: int, put: TeamPut) -> None:
        """Change a team; groups come and go by their own admins alone."""
        team = await self._own(access, number)
        given = put.model_fields_set
        fields = put.model_dump(include=given & set(TeamFields.model_fields))
        if "name" in given:
            if put.name is None:
                raise Invalid("name: a team has one")
            if put.name != team["name"]:
                await self._free(put.name)
            fields["name"] = put.name
        if "group_ids" in given:
            wanted = set(put.group_ids or ())
            if not wanted:
                raise Invalid("group_ids: a team has at least one group; remove the team instead")
            living = set(team["group_ids"]) & set(access.directory.groups)
            self._administered(access, wanted - living)
            for group_id in sorted(living - wanted):
                access.require_admin(group_id)
            fields["group_ids"] = sorted(wanted)
        await self._teams.change(number, fields)

    async def remove(self, access: Access, number: int) -> None:
        """Remove a team; its groups stay."""
        await self._own(access, number)
        await self._teams.remove({"_id": number})

    async def find(self, access: Access, number: int) -> Document:
        """Return a team's record; `NotFound` unless one of its groups is the person's."""
        found = await self._teams.get(number)
        if found is None or not access.sees(found["group_ids"]):
            raise NotFound(f"no team {number}")
        return found

    async def _own(self, access: Access, number: int) -> Document:
        team = await self.find(access, number)
        if not any(access.administers(i) for i in team["group_ids"]):
            raise Denied("only an admin of one of its groups may change a team")
        return team

    async def _free(self, name: str) -> None:
        if await self._teams.one({"name": name}):
            raise Conflict(f"name: there is a team {name!r} already")

    def _administered(self, access: Access, group_ids: set[int]) -> None:
        for group_id in sorted(group_ids):
            group = access.directory.groups.get(group_id)
            if group is None or not access.knows(group_id):
                raise Invalid(f"group_ids: no group {group_id}")
            if group.get("single_user_group"):
                raise Invalid(f"group_ids: group {group_id} is for one person")
            access.require_admin(group_id)


def _members(access: Access, team: Document) -> set[str]:
    return {name for group_id in team["group_ids"] for name in access.directory.members(group_id)}


def _shape(access: Access, team: Document) -> Document:
    groups = access.directory.groups
    return {
        "id": team["_id"],
        **{name: team.get(name) for name in _FIELDS},
        "groups": [
            {"id": i, "name": groups[i]["name"], "nickname": groups[i].get("nickname")}
            for i in team["group_ids"]
            if i in groups
        ],
        "num_members": len(_members(access, team)),
    }
