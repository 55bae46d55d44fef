"""Answers of many rows that are JSON already: sent at once, or piece by piece as they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from tornado.iostream import StreamClosedError

from nightdesk_services.marshal.handlers.numbers import NumbersHandler

_START, _END = b'{"status":"success","data":[', b"]}"


class RowsHandler(NumbersHandler):
    """A route whose answer is a list of rows."""

    async def answer_rows(self, rows: Sequence[bytes]) -> None:
        """Send rows that are at hand."""
        await self.answer_made(lambda: b"".join((_START, b",".join(rows), _END)))

    async def stream_rows(self, batches: AsyncIterator[Sequence[bytes]]) -> None:
        """Send rows as they are read; an error before the first of them is answered as such."""
        first: Sequence[bytes] = await anext(batches, [])
        self.set_header("Content-Type", "application/json")
        # to squeeze megabytes takes longer than to send them
        self.set_header("Content-Encoding", "identity")
        self.write(_START)
        self.write(b",".join(first))
        begun = bool(first)
        try:
            async for rows in batches:
                if rows:
                    self.write(b"," + b",".join(rows) if begun else b",".join(rows))
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
