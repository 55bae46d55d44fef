"""What every channel is asked."""

from __future__ import annotations

from typing import Protocol

from nightdesk_services.notifier.models.occasion import Letter
from nightdesk_services.notifier.services.receivers import Receiver


class Channel(Protocol):
    """One way to people."""

    async def send(self, receiver: Receiver, letter: Letter) -> None:
        """Send a letter to somebody.

        Raises
        ------
        DeliveryError
            If it was not taken, or cannot be sent at all.
        """
        ...
