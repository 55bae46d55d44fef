"""What became of replayed packets."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Refused:
    """A file that went to the quarantine."""

    file: str
    reason: str


@dataclass
class ReplaySummary:
    """What became of replayed packets."""

    published: int = 0
    """Packets sent, each counted once."""
    stored: int = 0
    """Alerts that are in the store now and were not before."""
    duplicates: int = 0
    """Alerts that were in the store before, or more than once in the input."""
    quarantined: list[Refused] = field(default_factory=list)
    """Packets that could not be used."""
    lost: int = 0
    """Packets that had not been dealt with when this gave up."""
    republished: int = 0
    """Packets sent again because the stream had lost them."""
    elapsed_s: float = 0.0
    alerts_per_s: float = 0.0
    """Alerts stored or found to be duplicates, per second."""
    error: str = ""
    """Why it gave up, if it did."""

    def to_json(self) -> str:
        """Return the summary as JSON."""
        return json.dumps(asdict(self), indent=1)
