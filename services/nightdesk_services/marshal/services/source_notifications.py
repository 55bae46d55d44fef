"""Telling the members of groups of a source."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.sources import NotificationBody
from nightdesk_services.marshal.services.notices import NoticeService
from nightdesk_services.marshal.services.sources import SourceService
from nightdesk_services.marshal.storage.documents import Documents

_URGENT = {"soft": "", "hard": "Urgent: "}


class SourceNotificationService:
    """Puts a message into the inbox of everybody in some of one's groups."""

    def __init__(self, sent: Documents, service: SourceService, notices: NoticeService) -> None:
        self._sent = sent
        self._service = service
        self._notices = notices

    async def send(self, access: Access, body: NotificationBody) -> Document:
        """Tell everybody but the sender; return the id of what was sent.

        Raises
        ------
        NotFound
            If the sender can know of no such source.
        Denied
            If they are not in one of the groups.
        Invalid
            If one of the groups does not hold the source, so that its members would not see it.
        """
        groups = access.chosen(body.group_ids)
        source = await self._service.require(access, body.source_id)
        if strange := sorted(groups.difference(source["group_ids"])):
            raise Invalid(
                f"groupIds: {body.source_id} is not saved to group {strange[0]}; save it there first"
            )
        text = f"{_URGENT[body.level]}{access.username} points you to {body.source_id}"
        if body.additional_notes and body.additional_notes.strip():
            text += f": {body.additional_notes.strip()}"
        names = {name for group_id in groups for name in access.directory.members(group_id)}
        told = sorted(
            user["_id"]
            for name in names - {access.username}
            if (user := access.directory.user_named(name)) is not None
        )
        for user_id in told:
            await self._notices.tell(user_id, text, f"/source/{body.source_id}", "source")
        made = await self._sent.insert(
            {
                "source_id": body.source_id,
                "group_ids": sorted(groups),
                "level": body.level,
                "additional_notes": body.additional_notes,
                "sent_by_id": access.user_id,
                "told": told,
            }
        )
        return {"id": made["_id"]}
