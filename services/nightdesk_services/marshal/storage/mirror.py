"""Some fields of a whole collection in memory, where the store would have to look at every document."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from nightdesk_services.common.tasks import Background
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.storage.store import Document, Store, now

log = logging.getLogger(__name__)

_OVERLAP: Final = timedelta(seconds=10)
"""How far clocks of marshals may differ."""
_AT_ONCE: Final = 5000
_PATIENCE: Final = 5.0
"""Seconds that a request waits until all is read."""
_LONGEST: Final = 300.0
"""Seconds that the reading of everything may take."""
_REST: Final = 1.0
"""Seconds until a store that did not answer is asked again."""


class Mirror(Background):
    """Reads everything once, from `start` on or at first use, and before every use what has changed.

    Whatever writes a document of the collection must set its ``modified``. One that is removed from the store
    stays here; nothing that was visible may be removed there without a change that makes it invisible.
    """

    def __init__(self, store: Store, collection: str, fields: Iterable[str]) -> None:
        self._store = store
        self._collection = collection
        self._fields = dict.fromkeys((*fields, "modified"), 1)
        self.whole = asyncio.Event()
        """Set once everything has been read."""
        self._since = now()

    async def refresh(self) -> None:
        """Read what has changed.

        Raises
        ------
        Unavailable
            If everything is being read for the first time and that takes long.
        """
        if not self.whole.is_set():
            self.start()
            try:
                await asyncio.wait_for(self.whole.wait(), _PATIENCE)
            except TimeoutError:
                msg = f"the desk is still reading its {self._collection}; try again in some seconds"
                raise Unavailable(msg) from None
        asked = now()
        query = {"modified": {"$gte": self._since - _OVERLAP}}
        self._take(await self._store[self._collection].find(query, self._fields).to_list())
        self._since = max(self._since, asked)

    async def _run(self) -> None:
        while True:
            try:
                return await self._read()
            except Unavailable as error:
                log.warning("the %s are not read yet: %s", self._collection, error.message)
            except Exception:
                log.exception("the %s could not be read", self._collection)
            await asyncio.sleep(_REST)

    async def _read(self) -> None:
        self._since = now()
        with self._store.bounded(_LONGEST):
            cursor = self._store[self._collection].find({}, self._fields, batch_size=_AT_ONCE)
            async with cursor:
                while part := await cursor.to_list(_AT_ONCE):
                    self._take(part)
        self.whole.set()

    @abstractmethod
    def _take(self, documents: Iterable[Document]) -> None:
        """Take over documents that are new, or have changed."""
