"""Counts for Prometheus."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST
from tornado.web import RequestHandler


class MetricsHandler(RequestHandler):
    """GET /metrics."""

    def get(self) -> None:
        """Answer in Prometheus' text format."""
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.write(self.application.settings["notifier"].metrics.text())
