"""A hub that knows some tokens, for handlers that ask whose a token is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from nightdesk.scopes import scope

READ, WRITE = scope("stream", "read"), scope("stream", "write")
TOKENS = {"reader": [READ], "writer": [READ, WRITE], "stranger": [scope("candidates", "read")]}
"""Token -> scopes; its owner has the same name."""


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        token = self.headers.get("Authorization", "").removeprefix("token ")
        found = TOKENS.get(token)
        self.send_response(200 if found else 403)
        self.end_headers()
        model = {"kind": "user", "name": token, "groups": [], "admin": False, "scopes": found}
        self.wfile.write(json.dumps(model if found else {"message": "no"}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def hub() -> Iterator[dict[str, str]]:
    """Run it; gives the environment that a service of it has."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/hub/api"
        yield {"JUPYTERHUB_API_TOKEN": "service", "JUPYTERHUB_API_URL": url}
    finally:
        server.shutdown()
        server.server_close()
