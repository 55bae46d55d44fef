"""Pairs of objects that somebody said are not the same thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from pymongo import UpdateOne

from nightdesk_services.marshal.storage.store import Store, now


class Splits:
    """One document per pair; what is here is not linked by position again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def among(self, obj_ids: Iterable[str]) -> set[frozenset[str]]:
        """Return the pairs of some objects that were split."""
        names = [_name(pair) for pair in combinations(sorted(set(obj_ids)), 2)]
        if not names:
            return set()
        found = self._store["splits"].find({"_id": {"$in": names}}, {"obj_ids": 1})
        return {frozenset(one["obj_ids"]) for one in await found.to_list()}

    async def add(self, obj_id: str, others: Iterable[str], author: Mapping[str, Any]) -> None:
        """Note that an object is not the same as some others."""
        pairs = [sorted((obj_id, other)) for other in others if other != obj_id]
        if pairs:
            fields = {"author": dict(author), "created_at": now()}
            await self._store["splits"].bulk_write(
                [
                    UpdateOne(
                        {"_id": _name(pair)}, {"$setOnInsert": {"obj_ids": pair, **fields}}, upsert=True
                    )
                    for pair in pairs
                ]
            )

    async def forget(self, obj_ids: Iterable[str]) -> None:
        """Take back what was said of the pairs of some objects."""
        names = [_name(pair) for pair in combinations(sorted(set(obj_ids)), 2)]
        await self._store["splits"].delete_many({"_id": {"$in": names}})


def _name(pair: Iterable[str]) -> str:
    return "|".join(pair)
