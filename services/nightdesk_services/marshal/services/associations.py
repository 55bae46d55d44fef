"""Looking for the counterparts of what was just saved, apart from the person who saved it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

from nightdesk_services.common.tasks import Background
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.services.identity import IdentityService
from nightdesk_services.marshal.storage.store import Store

log = logging.getLogger(__name__)

_AGAIN = 2.0
"""Seconds until an absent store is asked again."""


class Associations(Background):
    """Links sources with other surveys' objects, one after another, soon after they are saved."""

    def __init__(self, store: Store, identity: IdentityService) -> None:
        self._store = store
        self._identity = identity
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def saved(self, obj_id: str, group_ids: Collection[int]) -> None:
        """Look for the counterparts of an object soon, whichever groups it was saved to."""
        if group_ids:
            self._waiting.put_nowait(obj_id)

    async def _run(self) -> None:
        while True:
            obj_id = await self._waiting.get()
            try:
                with self._store.bounded():
                    await self._identity.associate(obj_id)
            except Unavailable as error:
                log.warning("counterparts of %s are looked for later: %s", obj_id, error.message)
                self._waiting.put_nowait(obj_id)
                await asyncio.sleep(_AGAIN)
            except Exception:
                log.exception("counterparts of %s could not be looked for", obj_id)
