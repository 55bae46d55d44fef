"""What lists of sources are selected and sorted by, in memory: the store would look at every source."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

import numpy as np
from bson import DatetimeMS
from numpy.typing import NDArray

from nightdesk_services.marshal.storage.mirror import Mirror
from nightdesk_services.marshal.storage.store import Document, Store

NUMBERS: Final = ("ra", "dec", "redshift", "t0", "score", "created_at", "modified")
"""Fields of a source that are columns here; times are in ms since 1970 UTC, what lacks is NaN."""
_ROOM = 1024
_GONE = -1


class SourceTable(Mirror):
    """Columns of all sources; one that was removed stays, but no group holds it."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, "sources", (*NUMBERS, "saves"))
        self._row: dict[str, int] = {}
        self.ids: list[str] = []
        self.lower: list[str] = []
        self._order = np.zeros(0, np.int64)
        self._names = np.zeros(0, dtype=object)
        self._numbers = {name: np.full(_ROOM, np.nan) for name in NUMBERS}
        self._saves = {name: np.zeros(_ROOM, np.int64) for name in ("row", "group", "user", "at")}
        self._saved = 0
        self._saves_of: dict[int, range] = {}

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def room(self) -> int:
        """How many saves there is room taken for."""
        return self._saved

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a column, one number for each row."""
        return self._numbers[name][: len(self)]

    def rows(self, obj_ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows of sources, leaving out those that are unknown."""
        found = (self._row.get(obj_id) for obj_id in obj_ids)
        return np.array([row for row in found if row is not None], np.int64)

    def saves(
        self, groups: Collection[int] | None = None, user_id: int | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows and the times, in ms since 1970, of the saves that stand.

        Parameters
        ----------
        groups
            Only those to one of these groups.
        user_id
            Only those by one person.
        """
        group = self._saves["group"][: self._saved]
        keep = group != _GONE if groups is None else np.isin(group, list(groups))
        if user_id is not None:
            keep &= self._saves["user"][: self._saved] == user_id
        return self._saves["row"][: self._saved][keep], self._saves["at"][: self._saved][keep]

    def order(self) -> NDArray[np.int64]:
        """Return the rows in the order of their ids."""
        if len(self._order) != len(self):
            self._order = np.array(sorted(range(len(self)), key=self.ids.__getitem__), np.int64)
            self._names = np.array(self.ids, dtype=object)
        return self._order

    def named(self, rows: NDArray[np.int64]) -> list[str]:
        """Return the ids of rows that `order` knows."""
        names: list[str] = self._names[rows].tolist()
        return names

    def _take(self, documents: Iterable[Document]) -> None:
        for one in documents:
            row = self._row.get(one["_id"])
            if row is None:
                row = self._row[one["_id"]] = len(self.ids)
                self.ids.append(one["_id"])
                self.lower.append(one["_id"].lower())
                if row >= len(self._numbers["ra"]):
                    self._numbers = {name: _with_room(column, row) for name, column in self._numbers.items()}
            for name, column in self._numbers.items():
                column[row] = as_number(one.get(name))
            self._take_saves(row, [save for save in one.get("saves", ()) if save["active"]])

    def _take_saves(self, row: int, saves: list[Document]) -> None:
        places = self._saves_of.get(row, range(0))
        for place in places:
            self._saves["group"][place] = _GONE
        if len(saves) > len(places):
            places = self._saves_of[row] = range(self._saved, self._saved + len(saves))
            self._saved = places.stop
            if self._saved >= len(self._saves["row"]):
                self._saves = {name: _with_room(column, self._saved) for name, column in self._saves.items()}
        for place, save in zip(places, saves, strict=False):
            self._saves["row"][place] = row
            self._saves["group"][place] = save["group_id"]
            self._saves["user"][place] = save["saved_by"]["id"]
            self._saves["at"][place] = as_number(save["saved_at"])


def as_number(value: Any) -> float:
    """Return a value as a number of a column."""
    if value is None:
        return np.nan
    return float(int(DatetimeMS(value)) if isinstance(value, datetime) else value)


def _with_room(column: NDArray[Any], place: int) -> NDArray[Any]:
    """Return a column, made longer, that has a place."""
    return np.concatenate([column, np.zeros(max(place, len(column)), column.dtype)])
