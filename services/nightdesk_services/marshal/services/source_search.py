"""Which sources meet a condition, in what order: from columns in memory, and the store for the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.source_merging import merged
from nightdesk_services.marshal.storage.source_table import NUMBERS, SourceTable, as_number
from nightdesk_services.marshal.storage.sources import Sources

_COMPARISONS: Final = {
    "$gt": np.greater,
    "$gte": np.greater_equal,
    "$lt": np.less,
    "$lte": np.less_equal,
}
_SAVE_FIELDS: Final = frozenset({"active", "saved_at", "saved_by.id", "group_id"})
_FEW = 1000
"""So many sources are named to the store when it is asked which of them meet the rest of a condition."""

Mask = NDArray[np.bool_]


class SourceSearch:
    """Answers conditions on sources as `SourceConditions` makes them."""

    def __init__(self, sources: Sources, table: SourceTable) -> None:
        self._sources = sources
        self._table = table

    async def containing(self, text: str) -> list[str]:
        """Return the ids that have a text somewhere, whatever its case."""
        await self._table.refresh()
        part = text.lower()
        return [self._table.ids[row] for row, lower in enumerate(self._table.lower) if part in lower]

    async def ids(
        self,
        condition: Mapping[str, Any],
        *,
        by: str = "_id",
        descending: bool = False,
        groups: Collection[int] | None = None,
    ) -> list[str]:
        """Return the ids of sources in order.

        Parameters
        ----------
        by
            Field to sort by; ``saved_at`` is the last save to one of `groups`, or to any if None. What lacks
            the field is the smallest.
        """
        if by not in ("_id", "saved_at", *NUMBERS):
            return await self._sources.ids(condition, by=by, descending=descending)
        await self._table.refresh()
        mask = np.ones(len(self._table), np.bool_)
        rest: list[Document] = []
        for field, wanted in _flat(condition):
            known = self._known(field, wanted)
            if known is None:
                rest.append({field: wanted})
            else:
                mask &= known
        if rest and mask.any():
            mask &= await self._meeting(rest, mask)
        return self._table.named(self._sorted(mask, by, groups, descending))

    def _known(self, field: str, wanted: Any) -> Mask | None:
        """Return which rows meet a condition on one field, None if the columns do not tell."""
        table = self._table
        if not isinstance(wanted, Mapping):
            return None
        if field == "_id" and wanted.keys() == {"$in"}:
            return self._mask(table.rows(wanted["$in"]))
        if field == "_id" and wanted.keys() == {"$nin"}:
            return ~self._mask(table.rows(wanted["$nin"]))
        if field == "group_ids" and wanted.keys() == {"$in"}:
            return self._mask(table.saves(wanted["$in"])[0])
        if field == "saves" and wanted.keys() == {"$elemMatch"}:
            return self._saved(wanted["$elemMatch"])
        if field in NUMBERS and wanted.keys() <= _COMPARISONS.keys():
            return _within(table.number(field), wanted)
        return None

    def _saved(self, save: Mapping[str, Any]) -> Mask | None:
        group = save.get("group_id")
        if not save.keys() <= _SAVE_FIELDS or save.get("active") is not True:
            return None
        rows, times = self._table.saves(None if group is None else group["$in"], save.get("saved_by.id"))
        return self._mask(rows[_within(times, save.get("saved_at", {}))])

    async def _meeting(self, rest: list[Document], mask: Mask) -> Mask:
        """Return which rows meet what only the store can tell."""
        if mask.sum() <= _FEW:
            rest = [*rest, {"_id": {"$in": [self._table.ids[row] for row in np.flatnonzero(mask)]}}]
        found = await self._sources.ids(merged(rest))
        return self._mask(self._table.rows(found), len(mask))

    def _sorted(
        self, mask: Mask, by: str, groups: Collection[int] | None, descending: bool
    ) -> NDArray[np.int64]:
        order = self._table.order()
        # sources may have come while the store was asked
        order = order[order < len(mask)]
        rows = order[mask[order]]
        if by == "_id":
            return rows[::-1] if descending else rows
        if by == "saved_at":
            key = np.full(len(self._table), -np.inf)
            np.maximum.at(key, *self._table.saves(groups))
        else:
            key = np.nan_to_num(self._table.number(by), nan=-np.inf)
        return rows[np.argsort(-key[rows] if descending else key[rows], kind="stable")]

    def _mask(self, rows: NDArray[np.int64], length: int | None = None) -> Mask:
        mask = np.zeros(length or len(self._table), np.bool_)
        mask[rows[rows < len(mask)]] = True
        return mask


def _flat(condition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the conditions on fields that must all hold."""
    for field, wanted in condition.items():
        if field == "$and":
            for one in wanted:
                yield from _flat(one)
        else:
            yield field, wanted


def _within(values: NDArray[Any], bounds: Mapping[str, Any]) -> Mask:
    mask = np.ones(len(values), np.bool_)
    for name, bound in bounds.items():
        mask &= _COMPARISONS[name](values, as_number(bound))
    return mask
