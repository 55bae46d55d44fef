"""Whether the service works."""

from __future__ import annotations

from tornado.web import RequestHandler


class HealthHandler(RequestHandler):
    """GET /health: 200 while the store is followed, 503 before and while not."""

    def get(self) -> None:
        """Answer with what it does."""
        listening = self.application.settings["notifier"].following.listening.is_set()
        self.set_status(200 if listening else 503)
        self.write({"status": "ok" if listening else "waiting for the store"})
