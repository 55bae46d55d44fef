"""Counts for people."""

from __future__ import annotations

import asyncio

from nightdesk_services.broker.handlers.base import Handler


class StatusHandler(Handler):
    """GET /api/status."""

    async def get(self) -> None:
        """Answer with rates, counts and workers."""
        await self.require("stream")
        totals = await asyncio.to_thread(self.parts.totals.get)
        data = self.parts.monitor.status() | {"phase": self.parts.phase, "totals": totals}
        self.write({"status": "success", "data": data})
