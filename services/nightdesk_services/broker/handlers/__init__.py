"""HTTP of the broker service."""

from __future__ import annotations

from typing import Any

from nightdesk_services.broker.handlers.health import HealthHandler
from nightdesk_services.broker.handlers.history import HistoryHandler
from nightdesk_services.broker.handlers.metrics import MetricsHandler
from nightdesk_services.broker.handlers.quarantine import (
    DeleteHandler,
    PayloadHandler,
    QuarantineHandler,
    RetryHandler,
)
from nightdesk_services.broker.handlers.status import StatusHandler
from nightdesk_services.broker.handlers.summary import SummaryHandler

__all__ = ["routes"]


def routes(prefix: str) -> list[tuple[str, type[Any]]]:
    """Return the routes below a prefix without a slash at its end."""
    return [
        (f"{prefix}/health", HealthHandler),
        (f"{prefix}/metrics", MetricsHandler),
        (f"{prefix}/api/status", StatusHandler),
        (f"{prefix}/api/history", HistoryHandler),
        (f"{prefix}/api/summary", SummaryHandler),
        (f"{prefix}/api/quarantine", QuarantineHandler),
        (f"{prefix}/api/quarantine/retry", RetryHandler),
        (f"{prefix}/api/quarantine/delete", DeleteHandler),
        (f"{prefix}/api/quarantine/([0-9a-f]{{64}})/payload", PayloadHandler),
    ]
