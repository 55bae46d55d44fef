"""Answers with very many numbers, which must not keep other requests waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable, Sequence
from typing import Any

from nightdesk_services.marshal.compression import Squeeze, compressed, wanted
from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.handlers.base import ApiHandler


class NumbersHandler(ApiHandler):
    """A route whose answer is written, and compressed, beside the event loop."""

    async def answer_numbers(self, data: Any) -> None:
        """Send data."""
        await self.answer_made(lambda: encode({"status": "success", "data": data}))

    async def answer_made(self, make: Callable[[], bytes]) -> None:
        """Send JSON that a function makes."""
        await self._finish(*await asyncio.to_thread(_made, make, wanted(self.request)))

    async def answer_pieces(self, pieces: AsyncIterable[Callable[[], Sequence[bytes]]]) -> None:
        """Send long JSON that functions make; one piece is made, and compressed, while others are read.

        Nothing is sent before the last one: an error is answered as such.
        """
        squeeze = Squeeze() if wanted(self.request) else None
        made = [await asyncio.to_thread(_piece, make, squeeze) async for make in pieces]
        if squeeze is not None:
            made.append(squeeze.end())
        await self._finish(b"".join(made), squeezed=squeeze is not None)

    async def _finish(self, body: bytes, squeezed: bool) -> None:
        self.set_header("Content-Type", "application/json")
        if squeezed:
            self.set_header("Content-Encoding", "gzip")
        await self.finish(body)


def _made(make: Callable[[], bytes], squeeze: bool) -> tuple[bytes, bool]:
    body = make()
    squeezed = compressed(body) if squeeze else None
    return (body, False) if squeezed is None else (squeezed, True)


def _piece(make: Callable[[], Sequence[bytes]], squeeze: Squeeze | None) -> bytes:
    return b"".join(make() if squeeze is None else map(squeeze.next, make()))
