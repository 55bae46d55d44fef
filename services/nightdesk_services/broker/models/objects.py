"""An object as the broker remembers it, and what a batch adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from nightdesk_services.common.packed import Points

Document = dict[str, Any]
Keys = npt.NDArray[np.int64]
"""Identities of points, see `nightdesk_services.broker.services.points.keys`."""

NO_KEYS: Final[Keys] = np.zeros(0, np.int64)


@dataclass(frozen=True)
class KnownObject:
    """What the store has of an object."""

    version: int
    detections: Points
    limits: Keys
    """Non-detections."""
    forced: Keys
    """Forced photometry."""
    place: Document = field(default_factory=dict)
    """Position and HEALPix fields."""
    matches: dict[str, list[Document]] = field(default_factory=dict)
    """Catalogue -> matches, nearest first."""


@dataclass(frozen=True)
class ObjectUpdate:
    """An object as it is after a batch."""

    object_id: str
    known: KnownObject | None
    """As it was before; None if it is new."""
    place: Document
    detections: Points
    limits: Keys
    forced: Keys
    summary: Document
    """``n_det``, ``first_jd``, ``last_jd`` of the whole light curve."""
    matches: dict[str, list[Document]] = field(default_factory=dict)
    added: bytes = b""
    """The points that are new, in full: ``prv_candidates`` and ``fp_hists`` as a BSON document."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        known = self.known
        return (
            known is None
            or self.matches != known.matches
            or len(self.detections) != len(known.detections)
            or len(self.limits) != len(known.limits)
            or len(self.forced) != len(known.forced)
        )
