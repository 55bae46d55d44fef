"""Answers with very many numbers, which must not keep other requests waiting."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.handlers.base import ApiHandler

_SQUEEZED: Final = 1024 * 1024
"""Bytes of the largest answer that is compressed: that is done in the event loop, and takes 2 ms."""


class NumbersHandler(ApiHandler):
    """A route whose answer is written beside the event loop."""

    async def answer_numbers(self, data: Any) -> None:
        """Send data."""
        body = await asyncio.to_thread(encode, {"status": "success", "data": data})
        self.set_header("Content-Type", "application/json")
        if len(body) > _SQUEEZED:
            self.set_header("Content-Encoding", "identity")
        await self.finish(body)
