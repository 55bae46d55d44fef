"""Handlers under ``<base>/nightdesk/``."""

from __future__ import annotations

from nightdesk_lab.handlers.api import ApiHandler
from nightdesk_lab.handlers.events import EventsHandler
from nightdesk_lab.handlers.plots import LightCurveHandler

__all__ = ["ApiHandler", "EventsHandler", "LightCurveHandler"]
