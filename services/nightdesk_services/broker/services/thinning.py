"""Cutouts of old alerts that nobody looks at make room for those of new ones."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from nightdesk.surveys import SURVEYS, Survey

from nightdesk_services.broker.models.errors import StoreUnavailableError
from nightdesk_services.common.cutouts import CHOSEN, CutoutPacks, Listed

log = logging.getLogger(__name__)

Document = dict[str, Any]
_TOGETHER: Final = 20
"""Packs whose chosen cutouts go into one: each has few."""


class Store(Protocol):
    """What it needs of the store."""

    def documents(self, survey: Survey, candids: set[int], packs: set[str]) -> list[Document]:
        """Return the documents of alerts whose cutouts lie in some packs."""
        ...

    def followed(self, object_ids: set[str]) -> set[str]:
        """Return which objects are sources, or in somebody's list."""
        ...

    def candidates(self, survey: Survey, object_ids: set[str]) -> set[int]:
        """Return which alerts of objects passed a filter."""
        ...

    def move(self, survey: Survey, before: Sequence[Document], after: Sequence[Document]) -> None:
        """Tell of cutouts that were copied into another pack."""
        ...

    def drop(self, survey: Survey, documents: Sequence[Document]) -> None:
        """Delete the documents of cutouts, but for those that were moved meanwhile."""
        ...


@dataclass
class Thinned:
    """What became of a date's cutouts."""

    survey: str
    day: str
    """UTC date on which the alerts came, as ``yyyymmdd``."""
    packs: int = 0
    chosen: int = 0
    """Alerts whose cutouts stay."""
    dropped: int = 0
    """Alerts whose cutouts are gone."""
    freed: int = 0
    """Bytes."""
    unlisted: int = 0
    """Packs without a list of their alerts, which are left alone."""


class Thinning:
    """Keeps of old cutouts those of sources, of objects in lists, and of candidates.

    At any moment the process may end: cutouts are copied before the store tells of the copy, and a pack goes
    last, so that the next time finds what is still to be done.
    """

    def __init__(self, store: Store, packs: CutoutPacks) -> None:
        self._store = store
        self._packs = packs
        self._stop = threading.Event()

    def stop(self) -> None:
        """Have what is going on end soon; from another thread."""
        self._stop.set()

    def sweep(self, days: int, now: float | None = None) -> list[Thinned]:
        """Thin out what came more than a number of days ago.

        Parameters
        ----------
        now
            Unix time.
        """
        before = datetime.fromtimestamp(time.time() if now is None else now, UTC) - timedelta(days=days)
        made = []
        for survey, day in self.days(f"{before:%Y%m%d}", SURVEYS.values()):
            try:
                made.append(self.thin(survey, day))
            except (StoreUnavailableError, OSError) as error:
                log.warning("cutouts of %s, %s are thinned out later: %s", survey.name, day, error)
        for one in made:
            if one.packs > one.unlisted:
                log.info("cutouts thinned out: %s", one)
        return made

    def days(self, before: str, surveys: Iterable[Survey]) -> list[tuple[Survey, str]]:
        """Return the dates with packs that are earlier than a date (``yyyymmdd``)."""
        return [(one, day) for one in surveys for day in self._packs.days(one) if day < before]

    def thin(
        self,
        survey: Survey,
        day: str,
        *,
        rehearse: bool = False,
        tell: Callable[[int, int], None] = lambda done, total: None,
    ) -> Thinned:
        """Thin out the cutouts of a date.

        Parameters
        ----------
        rehearse
            Change nothing, and tell what would be done.
        tell
            Told how many packs are done, and of how many.

        Raises
        ------
        StoreUnavailableError
            If the store does not answer; call again.
        """
        packs = list(self._packs.packs(survey, day).items())
        made = Thinned(survey.name, day, packs=len(packs))
        for start in range(0, len(packs), _TOGETHER):
            if self._stop.is_set():
                break
            sizes = dict(packs[start : start + _TOGETHER])
            listed = dict(self._listed(sizes))
            made.unlisted += len(sizes) - len(listed)
            chosen, dropped = self._parted(survey, listed)
            made.chosen += len(chosen)
            made.dropped += len(dropped)
            made.freed += sum(sizes[name] for name in listed) - sum(map(_size, chosen))
            if not rehearse:
                self._rearrange(survey, listed, chosen, dropped)
            tell(min(start + _TOGETHER, len(packs)), len(packs))
        return made

    def _listed(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, list[Listed]]]:
        for name, size in sizes.items():
            alerts = self._packs.listed(name, size)
            if alerts is not None:
                yield name, alerts

    def _parted(
        self, survey: Survey, listed: dict[str, list[Listed]]
    ) -> tuple[list[Document], list[Document]]:
        """Return the documents of alerts whose cutouts stay, and of the others."""
        alerts = [alert for one in listed.values() for alert in one]
        documents = self._store.documents(survey, {alert.candid for alert in alerts}, set(listed))
        objects = {alert.object_id for alert in alerts}
        followed, candidates = self._store.followed(objects), self._store.candidates(survey, objects)
        stays = [one["objectId"] in followed or one["_id"] in candidates for one in documents]
        return (
            [one for one, stay in zip(documents, stays, strict=True) if stay],
            [one for one, stay in zip(documents, stays, strict=True) if not stay],
        )

    def _rearrange(
        self, survey: Survey, packs: dict[str, list[Listed]], chosen: list[Document], dropped: list[Document]
    ) -> None:
        whole = [self._packs.whole(one, _stamps(one)) for one in chosen]
        self._store.move(survey, chosen, self._packs.keep(survey, whole, CHOSEN))
        self._store.drop(survey, dropped)
        for name in packs:
            self._packs.remove(name)


def _stamps(document: Document) -> list[str]:
    return [name for name, value in document.items() if isinstance(value, dict) and "at" in value]


def _size(document: Document) -> int:
    return sum(document[name]["size"] for name in _stamps(document))
