"""HTTP of the notifier: for machines that watch it, not for users."""

from __future__ import annotations

from typing import Any

from nightdesk_services.notifier.handlers.health import HealthHandler
from nightdesk_services.notifier.handlers.metrics import MetricsHandler

__all__ = ["routes"]


def routes(prefix: str) -> list[tuple[str, type[Any]]]:
    """Return the routes below a prefix without a slash at its end."""
    return [(f"{prefix}/health", HealthHandler), (f"{prefix}/metrics", MetricsHandler)]
