"""What a night brought."""

from __future__ import annotations

from tornado.web import HTTPError

from nightdesk_services.broker.handlers.base import Handler


class SummaryHandler(Handler):
    """GET /api/summary."""

    async def get(self) -> None:
        """Answer with the summary of ``night`` (YYYYMMDD, or tonight) and the nights that there are."""
        await self.require("stream")
        night = self.get_query_argument("night", "")
        try:
            found = await self.ask(self.parts.summaries.read, night or None)
        except ValueError as error:
            raise HTTPError(400, "night must be a date YYYYMMDD") from error
        self.answer(found | {"nights": await self.ask(self.parts.summaries.nights)})
