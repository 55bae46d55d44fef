"""The inbox on the desk."""

from __future__ import annotations

from nightdesk_services.marshal.storage.notifications import Notifications
from nightdesk_services.notifier.models.occasion import Letter
from nightdesk_services.notifier.services.receivers import Receiver


class Inbox:
    """Leaves a message that the marshal pushes to its reader."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications

    async def send(self, receiver: Receiver, letter: Letter) -> None:
        """Leave it, once however often it is sent."""
        if letter.number is None:
            msg = f"no id was reserved in the inbox for {letter.key}"
            raise ValueError(msg)
        text = f"{letter.title}\n{letter.text}" if letter.text else letter.title
        await self._notifications.put(letter.number, receiver.access.user_id, text, letter.url, letter.kind)
