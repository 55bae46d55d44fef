"""Whether the service works."""

from __future__ import annotations

from nightdesk_services.broker.handlers.base import Handler


class HealthHandler(Handler):
    """GET /health: 200 when alerts are being consumed, 503 before and while not."""

    def get(self) -> None:
        """Answer with the number of workers that consume."""
        running = self.parts.running()
        self.set_status(200 if running else 503)
        self.write({"status": "ok" if running else self.parts.phase, "workers": running})
