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
        body, squeezed = await asyncio.to_thread(_made, make, wanted(self.request))
        self.set_header("Content-Type", "application/json")
        if squeezed is not None:
            self.set_header("Content-Encoding", "gzip")
        await self.finish(body if squeezed is None else squeezed)


def _made(make: Callable[[], bytes], squeeze: bool) -> tuple[bytes, bytes | None]:
    body = make()
    return body, compressed(body) if squeeze else None
