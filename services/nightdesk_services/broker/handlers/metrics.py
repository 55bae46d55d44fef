"""Counts for Prometheus."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST

from nightdesk_services.broker.handlers.base import Handler
from nightdesk_services.broker.services.metrics import text


class MetricsHandler(Handler):
    """GET /metrics."""

    def get(self) -> None:
        """Answer in Prometheus' text format."""
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(text(self.parts.metrics))
