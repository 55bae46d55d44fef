"""What the notifier itself has to tell one person."""

from __future__ import annotations

from typing import Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.notifier.models.occasion import Message
from nightdesk_services.notifier.services.kinds.base import Kind
from nightdesk_services.notifier.services.receivers import Receiver

UNDELIVERED: Final = "undelivered"


class Tests(Kind):
    """A message that one asked for, to try a channel."""

    name = "test"

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return yes: it tells nothing."""
        return True

    async def message(self, receiver: Receiver, about: Document) -> Message:
        """Return it."""
        text = f"You asked for this, {receiver.access.username}. Notifications reach you here."
        return Message("Test from Nightdesk", text, "/")


class Undelivered(Kind):
    """Messages that could not be delivered, for the inbox."""

    name = UNDELIVERED

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return yes: it was made of what the person could see."""
        return True

    async def message(self, receiver: Receiver, about: Document) -> Message:
        """Return what could not be delivered, and why."""
        title = f"Could not be delivered by {about['channel']}: {about['why']}"
        return Message(title, about["text"], about["url"])
