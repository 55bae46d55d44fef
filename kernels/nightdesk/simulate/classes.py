"""The kinds of things that make alerts, and how many of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Life(Enum):
    """How long a thing is there."""

    STAYS = "stays"
    """Always there, alerts now and then."""
    EVENT = "event"
    """Happens once, lasts for weeks."""
    MOMENT = "moment"
    """Seen in one visit; the next alert is another object."""


@dataclass(frozen=True)
class Kind:
    """A class of objects."""

    label: str
    life: Life
    real: bool
    share: float
    """Expected share of all alerts."""
    yields: tuple[float, float]
    """Measured, ZTF and LSST: alerts per visit of one member, or days that an event is bright enough."""


KINDS: Final = (
    Kind("SN Ia", Life.EVENT, True, 0.12, (26, 27.7)),
    Kind("SN II", Life.EVENT, True, 0.06, (64.8, 60.1)),
    Kind("SN Ibc", Life.EVENT, True, 0.03, (18.6, 18.6)),
    Kind("CV", Life.STAYS, True, 0.03, (0.321, 0.332)),
    Kind("Flare star", Life.STAYS, True, 0.01, (0.0048, 0.0077)),
    Kind("AGN", Life.STAYS, True, 0.13, (0.323, 0.55)),
    Kind("RR Lyrae", Life.STAYS, True, 0.13, (0.531, 0.63)),
    Kind("Eclipsing binary", Life.STAYS, True, 0.08, (0.324, 0.342)),
    Kind("Mira", Life.STAYS, True, 0.05, (0.953, 0.944)),
    Kind("Asteroid", Life.MOMENT, True, 0.16, (1.04, 1.02)),
    Kind("Dipole", Life.STAYS, False, 0.08, (0.0575, 0.316)),
    Kind("Cosmic ray", Life.MOMENT, False, 0.04, (1.0, 1.0)),
    Kind("Hot pixel", Life.MOMENT, False, 0.04, (1.0, 1.0)),
    Kind("Edge", Life.MOMENT, False, 0.04, (1.0, 1.0)),
)

LABELS: Final = tuple(kind.label for kind in KINDS)
INDEX: Final = {kind.label: i for i, kind in enumerate(KINDS)}


def shares(mix: Mapping[str, float] | None) -> dict[str, float]:
    """Return the share of each class, normalised; `mix` overrides single ones (0 leaves a class out).

    Raises
    ------
    ValueError
        If a class is unknown, a share negative, or nothing is left.
    """
    found = {kind.label: kind.share for kind in KINDS}
    for label, share in (mix or {}).items():
        if label not in found:
            msg = f"no class {label!r}; there are {', '.join(LABELS)}"
            raise ValueError(msg)
        if share < 0:
            msg = f"the share of {label} is negative"
            raise ValueError(msg)
        found[label] = float(share)
    total = sum(found.values())
    if not total:
        msg = "the mix leaves nothing to observe"
        raise ValueError(msg)
    return {label: share / total for label, share in found.items()}
