"""Answers with very many numbers, which must not keep other requests waiting."""

from __future__ import annotations

import asyncio
from typing import Any

from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.handlers.base import ApiHandler


class NumbersHandler(ApiHandler):
    """A route whose answer is written beside the event loop."""

    async def answer_numbers(self, data: Any) -> None:
        """Send data."""
        body = await asyncio.to_thread(encode, {"status": "success", "data": data})
        self.set_header("Content-Type", "application/json")
        await self.finish(body)
