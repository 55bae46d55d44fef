"""Arrays as sets, and arrays of truth values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nightdesk.filters.pipeline import kinds as k
from nightdesk.filters.pipeline.kinds import Array
from nightdesk.filters.pipeline.nodes import truth
from nightdesk.filters.pipeline.operators.arithmetic import failing
from nightdesk.filters.pipeline.operators.arrays import ARRAY
from nightdesk.filters.pipeline.ordering import rank
from nightdesk.filters.pipeline.parsing import strict
from nightdesk.filters.pipeline.values import Lists, Values, booleans, concatenated, null, where


class Members:
    """The members of several columns of sets, as integers that are equal where members are."""

    def __init__(self, values: list[Values], n: int) -> None:
        self.n = n
        self.lists = [value.lists for value in values]
        self.items = concatenated([one.items for one in self.lists])
        codes = rank(self.items)
        self.width = int(codes.max()) + 1 if len(codes) else 1
        starts = np.cumsum([0, *(len(one.owner) for one in self.lists)])
        self.keys = [
            one.owner * self.width + codes[starts[j] : starts[j + 1]] for j, one in enumerate(self.lists)
        ]
        """Row and member of each element, per column."""
        self._all = np.concatenate(self.keys) if self.keys else np.zeros(0, np.int64)

    def arrays(self, keys: Array, *, as_given: bool = False) -> Values:
        """Return arrays of members, each once, in their order or in that of the keys."""
        keys, first = np.unique(keys, return_index=True)
        if as_given:
            keys = keys[np.lexsort([first, keys // self.width])]
        owner = keys // self.width
        every, place = np.unique(self._all, return_index=True)
        offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=self.n))]).astype(np.int64)
        items = self.items.take(place[np.searchsorted(every, keys)]) if len(keys) else self.items.take(keys)
        return Lists(offsets, owner, items).values()

    def lost(self, a: int, b: int) -> Array:
        """Return in which rows a member of one set is not in another."""
        out = np.zeros(self.n, bool)
        out[self.lists[a].owner[~np.isin(self.keys[a], self.keys[b])]] = True
        return out


def _made(name: str, least: int, most: int | None, chosen: Callable[[Members], Array]) -> None:
    @strict(name, least, most)
    def operator(values: list[Values], n: int) -> Values:
        if not values:
            return Lists(np.zeros(n + 1, np.int64), np.zeros(0, np.int64), null(0)).values()
        members = Members(values, n)
        result = members.arrays(chosen(members), as_given=name == "$setDifference")
        nullish = np.logical_or.reduce([value.is_(k.NULLISH) for value in values])
        wrong = np.logical_or.reduce([~value.is_(ARRAY | k.NULLISH) for value in values])
        return where(nullish, null(n), failing(result, wrong, f"{name} takes arrays"))


def _common(members: Members) -> Array:
    keys = members.keys[0]
    for others in members.keys[1:]:
        keys = keys[np.isin(keys, others)]
    return keys


_made("$setUnion", 0, None, lambda members: np.concatenate(members.keys))
_made("$setIntersection", 0, None, _common)
_made("$setDifference", 2, 2, lambda m: m.keys[0][~np.isin(m.keys[0], m.keys[1])])


def _told(name: str, most: int | None, holds: Callable[[Members], Array]) -> None:
    @strict(name, 2, most)
    def operator(values: list[Values], n: int) -> Values:
        wrong = np.logical_or.reduce([~value.is_(ARRAY) for value in values])
        return failing(booleans(holds(Members(values, n))), wrong, f"{name} takes arrays")


def _alike(members: Members) -> Array:
    different = [members.lost(0, j) | members.lost(j, 0) for j in range(1, len(members.keys))]
    return ~np.logical_or.reduce(different)


_told("$setEquals", None, _alike)
_told("$setIsSubset", 2, lambda members: ~members.lost(0, 1))


def _elements(name: str, *, every: bool) -> None:
    @strict(name)
    def operator(values: list[Values], n: int) -> Values:
        (given,) = values
        lists = given.lists
        holds = truth(lists.items)
        hit = np.zeros(n, bool)
        hit[lists.owner[~holds if every else holds]] = True
        return failing(booleans(~hit if every else hit), ~given.is_(ARRAY), f"{name} takes an array")


_elements("$anyElementTrue", every=False)
_elements("$allElementsTrue", every=True)
