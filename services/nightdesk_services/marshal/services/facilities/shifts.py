"""Shifts: who of a group looks at the night, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.runs import (
    ShiftPatch,
    ShiftPost,
    ShiftsQuery,
    ShiftUserPatch,
    ShiftUserPost,
    SummaryQuery,
)
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.storage.documents import Documents

_LONGEST_SUMMARY = timedelta(weeks=4)


class ShiftService:
    """Knows the shifts; each is its group's alone, and its admins' to change."""

    def __init__(self, shifts: Documents, comments: Documents) -> None:
        self._shifts = shifts
        self._comments = comments

    async def listing(self, access: Access, query: ShiftsQuery) -> list[Document]:
        """Return the shifts of the person's groups, by their start."""
        groups = access.chosen([query.group_id] if query.group_id is not None else None)
        wanted: dict[str, Any] = {"group_id": {"$in": sorted(groups)}}
        if query.start_date_limit:
            wanted["start_date"] = {"$gte": query.start_date_limit}
        if query.end_date_limit:
            wanted["end_date"] = {"$gte": query.end_date_limit}
        found = await self._shifts.find(wanted, sort=[("start_date", 1), ("_id", 1)])
        return [self._shown(access, one) for one in found]

    async def get(self, access: Access, number: int) -> Document:
        """Return a shift with its people, its group and what was said about it."""
        shift = await self.known(access, number)
        group = access.directory.groups[shift["group_id"]]
        names = {member["username"] for member in group["members"]}
        people = [user for user in access.directory.users.values() if user["username"] in names]
        comments = await self._comments.find({"shift_id": number, "deleted_at": None})
        return self._shown(access, shift) | {
            "group": {
                "id": group["_id"],
                "name": group["name"],
                "has_admin_access": access.administers(group["_id"]),
                "group_users": [_short(user) for user in people],
            },
            "comments": [
                {
                    "id": one["_id"],
                    "created_at": one["created_at"],
                    "modified": one["modified"],
                    "text": one["text"],
                    "author_id": one["author"]["id"],
                    "shift_id": number,
                    "resourceType": "shift",
                }
                for one in comments
            ],
        }

    async def known(self, access: Access, number: int) -> Document:
        """Return a shift of one of the person's groups.

        Raises
        ------
        NotFound
            There is none that they may know of.
        """
        found = await self._shifts.get(number)
        if found is None or not access.sees([found["group_id"]]):
            raise NotFound(f"no shift {number}")
        return found

    async def create(self, access: Access, post: ShiftPost) -> int:
        """Add a shift, with the person and those named as its admins; return its id."""
        access.chosen([post.group_id])
        if post.end_date <= post.start_date:
            raise Invalid("end_date: lies before start_date")
        admins = sorted({access.user_id, *post.shift_admins})
        for user_id in admins:
            self._member(access, post.group_id, user_id, "shift_admins")
        if post.required_users_number is not None and post.required_users_number < len(admins):
            raise Invalid(f"required_users_number: there are {len(admins)} admins already")
        fields = post.model_dump(exclude={"shift_admins"})
        fields["members"] = [{"user_id": i, "admin": True, "needs_replacement": False} for i in admins]
        return int((await self._shifts.insert(fields))["_id"])

    async def change(self, access: Access, number: int, patch: ShiftPatch) -> None:
        """Change a shift, as an admin of it."""
        shift = self._own(access, await self.known(access, number))
        fields = patch.model_dump(exclude_unset=True)
        if patch.required_users_number is not None and patch.required_users_number < len(shift["members"]):
            raise Invalid(f"required_users_number: {len(shift['members'])} have signed up")
        await self._shifts.change(number, fields)

    async def remove(self, access: Access, number: int) -> None:
        """Remove a shift, as an admin of it."""
        self._own(access, await self.known(access, number))
        await self._shifts.remove({"_id": number})

    async def add(self, access: Access, number: int, post: ShiftUserPost) -> Document:
        """Let somebody of the group take part; everybody may sign up themselves."""
        shift = await self.known(access, number)
        if post.user_id != access.user_id or post.admin:
            self._own(access, shift)
        self._member(access, shift["group_id"], post.user_id, "userID")
        if any(one["user_id"] == post.user_id for one in shift["members"]):
            raise Conflict(f"userID: {post.user_id} is in this shift already")
        most = shift.get("required_users_number")
        if most is not None and len(shift["members"]) >= most:
            raise Conflict(f"the shift is full: it needs {most} people")
        member = {
            "user_id": post.user_id,
            "admin": bool(post.admin),
            "needs_replacement": post.needs_replacement,
        }
        # of two who sign up at once, one must see the other
        if not await self._shifts.update(
            {"_id": number, "members": shift["members"]}, {"$push": {"members": member}}
        ):
            raise Conflict("somebody else changed this shift just now; try again")
        return {"shift_id": number, "user_id": post.user_id, "admin": member["admin"]}

    async def change_member(self, access: Access, number: int, user_id: int, patch: ShiftUserPatch) -> None:
        """Change somebody's part in a shift; everybody may ask to be replaced."""
        shift = await self.known(access, number)
        if user_id != access.user_id or patch.admin is not None:
            self._own(access, shift)
        member = self._in(shift, user_id)
        changed = member | {"needs_replacement": patch.needs_replacement}
        if patch.admin is not None:
            changed["admin"] = patch.admin
        members = [changed if one is member else one for one in shift["members"]]
        self._keep_an_admin(members)
        await self._shifts.change(number, {"members": members})

    async def remove_member(self, access: Access, number: int, user_id: int) -> None:
        """Take somebody out of a shift; everybody may leave."""
        shift = await self.known(access, number)
        if user_id != access.user_id:
            self._own(access, shift)
        member = self._in(shift, user_id)
        members = [one for one in shift["members"] if one is not member]
        self._keep_an_admin(members)
        await self._shifts.change(number, {"members": members})

    async def summary(self, access: Access, number: int | None, query: SummaryQuery) -> Document:
        """Return one shift, or those that begin in a span of at most four weeks."""
        if number is not None:
            found = [await self.known(access, number)]
        else:
            if query.start_date is None or query.end_date is None:
                raise Invalid("startDate: give a shift, or startDate and endDate")
            if not timedelta(0) <= query.end_date - query.start_date <= _LONGEST_SUMMARY:
                raise Invalid("endDate: a summary is of at most four weeks")
            between = {"$gte": query.start_date, "$lte": query.end_date}
            groups = {"$in": sorted(access.readable)}
            found = await self._shifts.find({"group_id": groups, "start_date": between})
        shown = [self._shown(access, one) for one in found]
        return {"shifts": {"total": len(shown), "data": shown}, "gcns": {"total": 0, "data": []}}

    def _shown(self, access: Access, shift: Document) -> Document:
        users = access.directory.users
        members = [(one, users[one["user_id"]]) for one in shift["members"] if one["user_id"] in users]
        return shapes.named(shift, "members") | {
            "shift_users_ids": [one["user_id"] for one, _ in members],
            "shift_users": [
                {"id": one["user_id"], "shift_id": shift["_id"], **one}
                | {name: user.get(name) for name in ("username", "first_name", "last_name")}
                for one, user in members
            ],
        }

    def _own(self, access: Access, shift: Document) -> Document:
        mine = any(one["user_id"] == access.user_id and one["admin"] for one in shift["members"])
        if not mine and not access.administers(shift["group_id"]):
            raise Denied("only an admin of the shift or of its group may do this")
        return shift

    def _member(self, access: Access, group_id: int, user_id: int, field: str) -> None:
        user = access.directory.users.get(user_id)
        if user is None or user["username"] not in access.directory.members(group_id):
            # the administrator who makes a shift need not belong to the group
            if user_id == access.user_id and access.super_admin:
                return
            raise Invalid(f"{field}: {user_id} is not in group {group_id}")

    def _in(self, shift: Document, user_id: int) -> Document:
        for one in shift["members"]:
            if one["user_id"] == user_id:
                member: Document = one
                return member
        raise NotFound(f"{user_id} is not in this shift")

    def _keep_an_admin(self, members: list[Document]) -> None:
        if members and not any(one["admin"] for one in members):
            raise Conflict("a shift keeps an admin; make somebody else one first")


def _short(user: Document) -> Document:
    return {"id": user["_id"]} | {
        name: user.get(name) for name in ("username", "first_name", "last_name", "expiration_date")
    }
