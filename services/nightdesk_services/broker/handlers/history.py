"""The last hour, for plots."""

from __future__ import annotations

from tornado.web import HTTPError

from nightdesk_services.broker.handlers.base import Handler


class HistoryHandler(Handler):
    """GET /api/history."""

    async def get(self) -> None:
        """Answer with rate, lag and latency in steps of five seconds; ``since``: Unix time [s]."""
        await self.require("stream")
        try:
            since = float(self.get_query_argument("since", "0"))
        except ValueError as error:
            raise HTTPError(400, "since must be a Unix time in seconds") from error
        self.answer(self.parts.monitor.history.columns(since))
