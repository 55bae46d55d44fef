"""Simulated nights on the stream or in files (the sky itself is `nightdesk.simulate`)."""

from __future__ import annotations

from nightdesk_services.simulate.course import SimulationSummary, run

__all__ = ["SimulationSummary", "run"]
