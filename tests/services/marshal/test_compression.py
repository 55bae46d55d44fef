"""Answers are compressed for those who take it, and are the same as others get."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from nightdesk_services.marshal.compression import Compression, compressed
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from tests.support.ports import free_ports

ROWS = b'{"rows":[' + b",".join(b'{"n":%d}' % n for n in range(20_000)) + b"]}"


class Answer(RequestHandler):
    """What is asked for, in so many pieces."""

    async def get(self, kind: str) -> None:
        pieces, size = int(self.get_argument("pieces")), int(self.get_argument("size"))
        self.set_header("Content-Type", kind)
        if kind == "application/zip+json":
            self.set_header("Content-Encoding", "identity")
            self.set_header("Content-Type", "application/json")
        body = ROWS[:size]
        step = -(-size // pieces)
        for start in range(0, size, step)[:-1]:
            self.write(body[start : start + step])
            await self.flush()
        self.finish(body[(pieces - 1) * step :])


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    (port,) = free_ports(1)
    server = HTTPServer(Application([("/(.*)", Answer)], transforms=[Compression]))
    server.listen(port, "127.0.0.1")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/") as made:
        yield made
    server.stop()


@pytest.mark.parametrize("pieces", [1, 2, 7])
@pytest.mark.parametrize("taken", ["gzip", "gzip, deflate, br", "identity", ""])
async def test_the_answer_is_the_same(client: httpx.AsyncClient, pieces: int, taken: str) -> None:
    asked = {"pieces": pieces, "size": len(ROWS)}
    answer = await client.get("application/json", params=asked, headers={"Accept-Encoding": taken})
    assert answer.content == ROWS
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert ("Content-Encoding" in answer.headers) == ("gzip" in taken)
    if "gzip" in taken:
        assert answer.num_bytes_downloaded < len(ROWS) / 3


@pytest.mark.parametrize(
    ("kind", "size"), [("application/json", 500), ("image/png", 50_000), ("application/zip+json", 50_000)]
)
async def test_what_is_small_or_compressed_stays(client: httpx.AsyncClient, kind: str, size: int) -> None:
    answer = await client.get(kind, params={"pieces": 1, "size": size}, headers={"Accept-Encoding": "gzip"})
    assert answer.headers.get("Content-Encoding", "identity") == "identity"
    assert answer.content == ROWS[:size]
    assert int(answer.headers["Content-Length"]) == size


async def test_each_piece_can_be_read_when_it_comes(client: httpx.AsyncClient) -> None:
    asked = {"pieces": 4, "size": 40_000}
    reader, seen = zlib.decompressobj(31), b""
    async with client.stream(
        "GET", "text/plain", params=asked, headers={"Accept-Encoding": "gzip"}
    ) as answer:
        async for chunk in answer.aiter_raw():
            seen += reader.decompress(chunk)
            assert seen, "a first piece gives something to read"
    assert seen == ROWS[:40_000]


def test_a_whole_answer_is_compressed_where_it_is_worth_it() -> None:
    made = compressed(ROWS)
    assert made is not None
    assert zlib.decompress(made, 31) == ROWS
    assert compressed(ROWS[:1023]) is None
