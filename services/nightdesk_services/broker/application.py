"""What the handlers are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from nightdesk_services.broker.services.monitor import Monitor
from nightdesk_services.broker.services.quarantining import QuarantineDesk
from nightdesk_services.broker.services.retrying import Retrying
from nightdesk_services.broker.services.summaries import Summaries
from nightdesk_services.broker.services.totals import Totals


@dataclass
class Parts:
    """The singletons of the service's process."""

    monitor: Monitor
    metrics: CollectorRegistry
    totals: Totals
    quarantine: QuarantineDesk
    retrying: Retrying
    summaries: Summaries
    running: Callable[[], int]
    """Number of workers that consume."""
    phase: str = "starting"
    """What the service is doing, for people."""
