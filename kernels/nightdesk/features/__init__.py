"""What light curves look like, in numbers: features per band and colours, over many objects at once."""

from __future__ import annotations

from nightdesk.features.catalogue import ACROSS, PER_BAND, Feature
from nightdesk.features.curves import LightCurves
from nightdesk.features.periods import PeriodSearch
from nightdesk.features.table import features, names

__all__ = ["ACROSS", "PER_BAND", "Feature", "LightCurves", "PeriodSearch", "features", "names"]
