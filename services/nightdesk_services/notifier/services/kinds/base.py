"""What every kind of notification is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.notifier.models.occasion import Message, Occasion
from nightdesk_services.notifier.services.receivers import Receiver

_LONGEST = 2000


class Kind:
    """One kind: which changes concern whom, who may see them, and how they are told."""

    name: ClassVar[str]
    """As rules call it."""
    collections: ClassVar[tuple[str, ...]] = ()
    """Whose changes it looks at."""
    area: ClassVar[str] = ""
    """Area whose scope one needs to be told, if any."""
    inboxed: ClassVar[bool] = False
    """Whether the marshal leaves a message in the inbox by itself."""

    async def occasions(self, change: Change, rules: Sequence[Document]) -> list[Occasion]:
        """Return what a change gives to tell, with the rules that ask for it."""
        return []

    async def told(self, change: Change) -> None:
        """Note that everybody who asked was told of a change."""

    def sees(self, receiver: Receiver, document: Document) -> bool:
        """Return whether somebody may be told of a record, as it is now."""
        raise NotImplementedError

    async def message(self, receiver: Receiver, about: Document) -> Message | None:
        """Return what somebody is told, of the record as it is now; None if there is nothing to tell."""
        raise NotImplementedError

    def allows(self, receiver: Receiver) -> bool:
        """Return whether somebody holds the scope that this needs."""
        return not self.area or receiver.access.has(self.area, "read")


def of_groups(rule: Document, group_ids: Sequence[int]) -> bool:
    """Return whether a rule is about what these groups hold."""
    wanted = rule.get("group_ids")
    return not wanted or not set(wanted).isdisjoint(group_ids)


def shortened(text: str, longest: int = _LONGEST) -> str:
    """Return a text that is not too long for a message."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
