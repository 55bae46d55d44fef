"""Answers with very many numbers, which must not keep other requests waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from nightdesk_services.marshal.compression import compressed, wanted
from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.handlers.base import ApiHandler


class NumbersHandler(ApiHandler):
    """A route whose answer is written, and compressed, beside the event loop."""

    async def answer_numbers(self, data: Any) -> None:
        """Send data."""
        await self.answer_made(lambda: encode({"status": "success", "data": data}))

    async def answer_made(self, make: Callable[[], bytes]) -> None:
        """Send JSON that a function makes."""
        self.set_header("Content-Type", "application/json")
        if not wanted(self.request):
            return await self.finish(await asyncio.to_thread(make))
        body = await asyncio.to_thread(lambda: compressed(make()))
        self.set_header("Content-Encoding", "gzip")
        await self.finish(body)
