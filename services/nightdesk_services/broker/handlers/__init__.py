"""HTTP of the broker service."""

from __future__ import annotations

from typing import Any

from nightdesk_services.broker.handlers.health import HealthHandler
from nightdesk_services.broker.handlers.metrics import MetricsHandler
from nightdesk_services.broker.handlers.status import StatusHandler

__all__ = ["routes"]


def routes(prefix: str) -> list[tuple[str, type[Any]]]:
    """Return the routes below a prefix without a slash at its end."""
    return [
        (f"{prefix}/health", HealthHandler),
        (f"{prefix}/metrics", MetricsHandler),
        (f"{prefix}/api/status", StatusHandler),
    ]
