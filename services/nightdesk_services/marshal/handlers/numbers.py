"""Answers with very many numbers, which must not keep other requests waiting."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec

from nightdesk_services.marshal.encoding import dumps
from nightdesk_services.marshal.handlers.base import ApiHandler

_AT_ONCE: Final = 10_000
"""Numbers that are written before the interpreter may turn to something else, about a millisecond's work."""
_SQUEEZED: Final = 256 * 1024
"""Bytes of the largest answer that is compressed: that is done in the event loop."""
_DEEPEST: Final = 5
"""Levels down to which an answer may hold long lists of floats."""
_encoder = msgspec.json.Encoder()


class NumbersHandler(ApiHandler):
    """A route whose answer is written beside the event loop."""

    async def answer_numbers(self, data: Any) -> None:
        """Send data."""
        body = await asyncio.to_thread(written, {"status": "success", "data": data})
        self.set_header("Content-Type", "application/json")
        if len(body) > _SQUEEZED:
            self.set_header("Content-Encoding", "identity")
        await self.finish(body)


def written(value: Any, depth: int = 0) -> bytes:
    """Return the same JSON as `dumps` with lists of floats written piece by piece, and much quicker."""
    if not isinstance(value, (dict, list)) or depth > _DEEPEST:
        return dumps(value).encode()
    if isinstance(value, dict):
        parts = (b"%b:%b" % (dumps(str(k)).encode(), written(v, depth + 1)) for k, v in value.items())
        return b"{%b}" % b",".join(parts)
    if set(map(type, value)) == {float}:
        pieces = (value[i : i + _AT_ONCE] for i in range(0, len(value), _AT_ONCE))
        return b"[%b]" % b",".join(_encoder.encode(piece)[1:-1] for piece in pieces)
    return b"[%b]" % b",".join(written(one, depth + 1) for one in value)
