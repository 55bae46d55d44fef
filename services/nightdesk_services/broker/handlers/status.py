"""Counts for people."""

from __future__ import annotations

import asyncio

from nightdesk_services.broker.handlers.base import Handler
from nightdesk_services.broker.models.errors import StoreUnavailableError


class StatusHandler(Handler):
    """GET /api/status."""

    async def get(self) -> None:
        """Answer with rates, counts and workers; what the store knows is null while it does not answer."""
        await self.require("stream")
        totals = await asyncio.to_thread(self.parts.totals.get)
        try:
            # asking a store that just did not answer would only make the page wait
            tonight = None if totals is None else await asyncio.to_thread(self.parts.summaries.tonight)
        except StoreUnavailableError:
            tonight = None
        data = {"phase": self.parts.phase, "totals": totals, "tonight": tonight}
        self.answer(self.parts.monitor.status() | data)
