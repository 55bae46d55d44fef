"""What the archive holds, and whether it agrees with the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nightdesk.archive.manifest import current
from nightdesk.archive.pieces import candids, pieces
from nightdesk.archive.rewriting import rows_in
from nightdesk.archive.shelves import Shelf


@dataclass(frozen=True)
class NightInfo:
    """A night of the archive."""

    survey: str
    night: int
    alerts: int
    """Each once."""
    files: int
    """Files that count."""
    spool: int
    """Those of them that no rewriting has taken up yet."""
    bytes: int
    retired: int
    """Files that wait to be deleted."""


@dataclass(frozen=True)
class Agreement:
    """What two lists of alerts have in common."""

    same: int
    missing: tuple[int, ...]
    """Candids that the store has and the archive has not, sorted."""
    extra: tuple[int, ...]
    """Candids that the archive has and the store has not, sorted: of alerts that a killed worker had not
    finished, or that the store has deleted."""

    @property
    def agrees(self) -> bool:
        """Whether both have the same alerts."""
        return not self.missing and not self.extra


def info(shelf: Shelf, night: int) -> NightInfo:
    """Return what a night holds."""
    place = shelf.night(night)
    state = current(place)
    entries = state.manifest.files
    alerts = 0
    for piece in pieces(shelf, place, state):
        entry = entries.get(piece.name)
        alerts += (entry.rows if entry else rows_in(place, piece.name)) - len(piece.excluded)
    size = sum(e.bytes for e in entries.values()) + sum(place.size(name) for name in state.spool)
    waiting = len(set(state.manifest.retired) & set(state.names))
    return NightInfo(shelf.survey.name, night, alerts, len(state.live), len(state.spool), size, waiting)


def archived(shelf: Shelf, night: int) -> list[int]:
    """Return the candids of a night as a reader gets them: one that came twice would stand here twice."""
    place = shelf.night(night)
    found: list[int] = []
    for piece in pieces(shelf, place, current(place)):
        left = set(piece.excluded)
        found += [c for c in candids(place, piece.name).to_list() if c not in left]
    return found


def verify(in_archive: Iterable[int], in_store: Iterable[int]) -> Agreement:
    """Compare the alerts of a night in the archive with those in the store.

    Parameters
    ----------
    in_archive, in_store
        Candids.

    Raises
    ------
    ValueError
        If the archive gives an alert twice.
    """
    ours = np.fromiter(in_archive, np.int64)
    unique = np.unique(ours)
    if len(unique) != len(ours):
        msg = f"the archive gives {len(ours) - len(unique)} alerts more than once"
        raise ValueError(msg)
    theirs = np.unique(np.fromiter(in_store, np.int64))
    missing = np.setdiff1d(theirs, unique, assume_unique=True)
    extra = np.setdiff1d(unique, theirs, assume_unique=True)
    return Agreement(len(unique) - len(extra), tuple(missing.tolist()), tuple(extra.tolist()))
