"""A robotic telescope's server on 127.0.0.1: keeps what it gets, answers what it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, and what is answered."""

    url: str = ""
    host: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    code: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    open: threading.Event = field(default_factory=threading.Event)
    """Cleared to keep everybody waiting."""

    def reset(self) -> None:
        """Forget everything and answer all with success."""
        self.got.clear()
        self.tokens.clear()
        self.code, self.answer = 200, {}
        self.open.set()

    def actions(self, number: int) -> list[str]:
        """Return what was asked about a request, in order."""
        return [one["action"] for one in self.got if (one.get("request") or {}).get("id") == number]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run one in a thread."""
    receiver = Receiver()
    receiver.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.got.append(body)
            receiver.tokens.append(self.headers.get("Authorization", ""))
            receiver.open.wait(30)
            sent = json.dumps(receiver.answer).encode()
            self.send_response(receiver.code)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.host = f"127.0.0.1:{server.server_address[1]}"
    receiver.url = f"http://{receiver.host}/requests"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.open.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
