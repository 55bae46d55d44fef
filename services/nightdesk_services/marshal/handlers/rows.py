"""Answers of many rows: encoded at once, or written piece by piece as they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from tornado.iostream import StreamClosedError

from nightdesk_services.marshal.handlers.base import ApiHandler

_START, _END = b'{"status":"success","data":[', b"]}"
_encoder = msgspec.json.Encoder()


class RowsHandler(ApiHandler):
    """A route whose answer is a list of rows of plain values; NaN becomes null."""

    def answer_rows(self, rows: Sequence[Any]) -> None:
        """Send rows that are at hand."""
        self.set_header("Content-Type", "application/json")
        self.finish(b"".join((_START, _joined(rows), _END)))

    async def stream_rows(self, batches: AsyncIterator[Sequence[Any]]) -> None:
        """Send rows as they are read; an error before the first of them is answered as such."""
        first: Sequence[Any] = await anext(batches, [])
        self.set_header("Content-Type", "application/json")
        # to squeeze megabytes takes longer than to send them
        self.set_header("Content-Encoding", "identity")
        self.write(_START)
        self.write(_joined(first))
        begun = bool(first)
        try:
            async for rows in batches:
                if rows:
                    self.write(b"," + _joined(rows) if begun else _joined(rows))
                    begun = True
                    await self.flush()
            self.write(_END)
            await self.finish()
        except StreamClosedError:
            return
        except Exception:
            # half an answer must not pass for a whole one
            if self.request.connection is not None:
                self.request.connection.stream.close()  # type: ignore[attr-defined]
            raise


def _joined(rows: Sequence[Any]) -> bytes:
    return _encoder.encode(rows)[1:-1]
