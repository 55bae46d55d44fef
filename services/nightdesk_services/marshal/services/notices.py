"""The inbox: what the desk has to tell one person."""

from __future__ import annotations

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.services import shapes
from nightdesk_services.marshal.storage.notifications import Notifications

_MOST = 500


class NoticeService:
    """Everybody's messages are theirs alone, also from administrators."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications

    async def tell(self, user_id: int, text: str, url: str, kind: str) -> None:
        """Leave a message for somebody; `kind` says what it is about, as ``mention``."""
        await self._notifications.put(await self._notifications.reserve(), user_id, text, url, kind)

    async def listing(self, access: Access) -> list[Document]:
        """Return one's latest messages, newest first."""
        return [shapes.named(one) for one in await self._notifications.of(access.user_id, _MOST)]

    async def mark(self, access: Access, number: int | None, viewed: bool) -> None:
        """Mark one of one's messages, or all, as read or unread."""
        found = await self._notifications.change(access.user_id, {"viewed": viewed}, number)
        self._require(found, number)

    async def remove(self, access: Access, number: int | None) -> None:
        """Remove one of one's messages, or all."""
        self._require(await self._notifications.remove(access.user_id, number), number)

    def _require(self, found: int, number: int | None) -> None:
        if number is not None and not found:
            raise NotFound(f"no notification {number}")
