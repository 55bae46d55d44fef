"""From what changes in the store to what is to be told."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.storage.changes import Change
from nightdesk_services.marshal.storage.store import Store
from nightdesk_services.notifier.services.kinds.base import Kind
from nightdesk_services.notifier.services.queueing import Queueing
from nightdesk_services.notifier.services.receivers import Receivers
from nightdesk_services.notifier.services.rulebook import RuleBook
from nightdesk_services.notifier.storage.changes import FollowedChanges

log = logging.getLogger(__name__)

PEOPLE: Final = ("users", "groups", "streams", "notification_settings")
RULES: Final = "notification_rules"


class Following:
    """Follows the store."""

    def __init__(
        self,
        *,
        store: Store,
        changes: FollowedChanges,
        kinds: Sequence[Kind],
        rulebook: RuleBook,
        receivers: Receivers,
        queueing: Queueing,
    ) -> None:
        self._store = store
        self._changes = changes
        self._rulebook = rulebook
        self._receivers = receivers
        self._queueing = queueing
        self._kinds: dict[str, list[Kind]] = defaultdict(list)
        for kind in kinds:
            for collection in kind.collections:
                self._kinds[collection].append(kind)

    @property
    def listening(self) -> asyncio.Event:
        """Set while the store is followed."""
        return self._changes.listening

    @property
    def gaps(self) -> int:
        """How often the place in the change stream was lost."""
        return self._changes.gaps

    async def run(self) -> None:
        """Follow, until cancelled."""
        await self._changes.follow(self.handle)

    async def handle(self, change: Change) -> None:
        """Tell what a change gives to tell.

        Raises
        ------
        Unavailable
            If the store does not answer: the change must come again.
        """
        if change.collection in PEOPLE:
            self._receivers.forget()
        elif change.collection == RULES:
            self._rulebook.forget()
        for kind in self._kinds.get(change.collection, ()):
            try:
                with self._store.bounded():
                    await self._tell(kind, change)
            except Unavailable:
                raise
            except Exception:
                # one odd document must not silence all that follow
                log.exception("a change of %s %s cannot be told of", change.collection, change.key)

    async def _tell(self, kind: Kind, change: Change) -> None:
        rules = await self._rulebook.of(kind.name)
        for occasion in await kind.occasions(change, rules):
            if occasion.rules:
                await self._queueing.tell(kind, occasion)
        await kind.told(change)
