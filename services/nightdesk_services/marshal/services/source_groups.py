"""What a source is to a group: saved there, or proposed to it."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid, NotFound
from nightdesk_services.marshal.models.sharing import SourceGroupPatch, SourceGroupsPost
from nightdesk_services.marshal.models.sources import SourcePost
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.sources import Sources


class SourceGroupService:
    """One saves to one's own groups; to others one proposes, and they decide."""

    def __init__(
        self, requests: Documents, sources: Sources, service: SourceService, objects: ObjectService
    ) -> None:
        self._requests = requests
        self._sources = sources
        self._service = service
        self._objects = objects

    async def post(self, access: Access, post: SourceGroupsPost) -> None:
        """Save a source to some groups, propose it to those of others, take it out of some."""
        groups = access.directory.groups
        asked = {"inviteGroupIds": post.invite_group_ids, "unsaveGroupIds": post.unsave_group_ids}
        for name, chosen in asked.items():
            if unknown := [i for i in chosen if i not in groups or not access.knows(i)]:
                raise Invalid(f"{name}: no group {unknown[0]}")
        mine = [i for i in post.invite_group_ids if i in access.readable]
        own = access.savable(mine) if mine else []
        out = access.savable(post.unsave_group_ids) if post.unsave_group_ids else []
        saved = await self._service.saved(access, post.obj_id)
        brief = None if saved else await self._objects.brief(access, post.obj_id)
        if saved is None and brief is None:
            raise NotFound(f"objId: no source {post.obj_id}")
        if out and (saved is None or not set(out) <= set(saved["group_ids"])):
            raise NotFound(f"unsaveGroupIds: {post.obj_id} is not saved to all of these groups")
        if own:
            await self._service.save(access, SourcePost(id=post.obj_id, group_ids=own))
            await self._requests.remove({"obj_id": post.obj_id, "group_id": {"$in": own}})
        for group_id in sorted(set(post.invite_group_ids) - set(own)):
            await self._propose(access, post.obj_id, group_id, saved or (brief[1] if brief else {}))
        for group_id in out:
            await self._service.unsave(access, post.obj_id, group_id)

    async def change(self, access: Access, obj_id: str, patch: SourceGroupPatch) -> None:
        """Accept or decline what was proposed to one's group, or save or unsave what was saved once."""
        group_id = patch.group_id
        if group_id not in access.readable:
            raise NotFound(f"groupID: no group {group_id} of yours")
        access.savable([group_id])
        source = await self._sources.get(obj_id)
        saves = [s for s in (source or {}).get("saves", ()) if s["group_id"] == group_id]
        which = {"obj_id": obj_id, "group_id": group_id}
        request = await self._requests.one(which)
        if request is None and not saves:
            raise NotFound(f"{obj_id} was neither saved nor proposed to group {group_id}")
        active = any(save["active"] for save in saves)
        if patch.active and not active:
            place = {name: request[name] for name in ("ra", "dec")} if request and source is None else {}
            await self._service.save(access, SourcePost(id=obj_id, group_ids=[group_id], **place))
        elif active and not patch.active:
            await self._sources.unsave(obj_id, group_id)
        if not patch.requested:
            await self._requests.remove(which)
        elif request is None:
            place = {"ra": (source or {}).get("ra"), "dec": (source or {}).get("dec")}
            await self._requests.insert(which | place | {"requested_by": access.author})

    async def _propose(self, access: Access, obj_id: str, group_id: int, known: Document) -> None:
        source = await self._sources.get(obj_id)
        which = {"obj_id": obj_id, "group_id": group_id}
        if group_id in (source or {}).get("group_ids", ()) or await self._requests.one(which):
            return
        # the group may have no stream that knows the object: it is told where to look
        place = {"ra": known["ra"], "dec": known["dec"]}
        await self._requests.insert(which | place | {"requested_by": access.author})
