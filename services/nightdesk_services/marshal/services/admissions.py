"""Wishes to join a group, and what its admins say to them."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Conflict, Denied, Invalid, NotFound
from nightdesk_services.marshal.models.groups import AdmissionPatch, AdmissionPost
from nightdesk_services.marshal.services import profiles
from nightdesk_services.marshal.services.groups import GroupService, new_member
from nightdesk_services.marshal.services.notices import NoticeService
from nightdesk_services.marshal.services.people import PeopleService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.people import People


class AdmissionService:
    """A request is seen by who made it and by the admins of the group."""

    def __init__(
        self,
        requests: Documents,
        people: PeopleService,
        storage: People,
        groups: GroupService,
        notices: NoticeService,
    ) -> None:
        self._notices = notices
        self._requests = requests
        self._people = people
        self._storage = storage
        self._groups = groups

    async def own(self, access: Access) -> list[Document]:
        """Return the requests that the person made."""
        found = await self._requests.find({"user_id": access.user_id})
        return [self._shape(access, one) for one in found if one["group_id"] in access.directory.groups]

    async def listing(self, access: Access, group_id: int | None) -> list[Document]:
        """Return the requests that the person made or has to answer, for one group or for all."""
        administered = [i for i in access.directory.groups if access.administers(i)]
        query: Document = {"$or": [{"user_id": access.user_id}, {"group_id": {"$in": administered}}]}
        if group_id is not None:
            query["group_id"] = group_id
        found = await self._requests.find(query)
        return [self._shape(access, one) for one in found if one["group_id"] in access.directory.groups]

    async def get(self, access: Access, number: int) -> Document:
        """Return one request."""
        return self._shape(access, await self._find(access, number))

    async def create(self, access: Access, post: AdmissionPost) -> int:
        """Ask to join a group; one that accepts by itself takes the person in at once."""
        if post.user_id != access.user_id:
            raise Denied("userID: nobody can ask for somebody else")
        group = access.directory.groups.get(post.group_id)
        if group is None or not access.knows(post.group_id):
            raise NotFound(f"groupID: no group {post.group_id}")
        if group.get("single_user_group"):
            raise Invalid(f"groupID: group {post.group_id} is for one person")
        if post.group_id in access.memberships:
            raise Conflict(f"groupID: you are in group {post.group_id} already")
        self._groups.require_streams(access, group, access.username)
        pending = {"user_id": access.user_id, "group_id": post.group_id, "status": "pending"}
        if await self._requests.one(pending):
            raise Conflict(f"groupID: you have asked to join group {post.group_id} already")
        accepted = bool(group.get("auto_accept_requests"))
        made = await self._requests.insert(pending | {"status": "accepted" if accepted else "pending"})
        if accepted:
            await self._join(post.group_id, access.username)
            return int(made["_id"])
        for member in group["members"]:
            admin = access.directory.user_named(member["username"]) if member.get("admin") else None
            if admin is not None:
                await self._tell(admin["_id"], f"{access.username} asks to join the group {group['name']}")
        return int(made["_id"])

    async def change(self, access: Access, number: int, patch: AdmissionPatch) -> None:
        """Accept or decline a request."""
        request = await self._find(access, number)
        access.require_admin(request["group_id"])
        if patch.status == "accepted":
            group = access.directory.groups[request["group_id"]]
            user = access.directory.users.get(request["user_id"])
            if user is None or user.get("deleted_at") is not None:
                raise NotFound("the user who asked is not on this desk any more")
            self._groups.require_streams(access, group, user["username"])
            await self._join(request["group_id"], user["username"])
        await self._requests.change(number, {"status": patch.status})
        if patch.status != request["status"]:
            name = access.directory.groups[request["group_id"]]["name"]
            await self._tell(request["user_id"], f"your request to join the group {name} is {patch.status}")

    async def remove(self, access: Access, number: int) -> None:
        """Take a request back."""
        request = await self._find(access, number)
        if request["user_id"] != access.user_id:
            raise Denied("only who made a request may take it back")
        await self._requests.remove({"_id": number})

    async def _join(self, group_id: int, username: str) -> None:
        await self._storage.join(group_id, new_member(username))
        self._people.forget()

    async def _tell(self, user_id: int, text: str) -> None:
        await self._notices.tell(user_id, text, "/groups", "group_admission_request")

    async def _find(self, access: Access, number: int) -> Document:
        found = await self._requests.get(number)
        if (
            found is None
            or found["group_id"] not in access.directory.groups
            or not (found["user_id"] == access.user_id or access.administers(found["group_id"]))
        ):
            raise NotFound(f"no admission request {number}")
        return found

    def _shape(self, access: Access, request: Document) -> Document:
        user = access.directory.users.get(request["user_id"])
        return {
            "id": request["_id"],
            **{name: request[name] for name in ("created_at", "modified", "user_id", "group_id", "status")},
            "user": profiles.user(access, user) if user else None,
            "group": profiles.group(access.directory.groups[request["group_id"]]),
        }
