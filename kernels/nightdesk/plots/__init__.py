"""Pictures of alerts: light curves and cutouts, for notebooks and panels alike."""

from __future__ import annotations

from nightdesk.plots.cutouts import Cutouts, cutouts
from nightdesk.plots.item import light_curve_item
from nightdesk.plots.light_curve import light_curve

__all__ = ["Cutouts", "cutouts", "light_curve", "light_curve_item"]
