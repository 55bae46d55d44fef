"""The points of light curves that people uploaded."""

from __future__ import annotations

import asyncio
import contextvars
import math
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from pymongo.errors import BulkWriteError, PyMongoError

from nightdesk_services.marshal.storage.documents import Documents
from nightdesk_services.marshal.storage.store import Document, Store, now

NAME = "photometry"
HEARD = "photometry_changes"
"""One document per write and object, for the change stream; the store's clock removes them."""
_BATCH = 2000
_CHUNK = 1000


class Taken(Exception):
    """A point was there already, put there between our look and our write."""


class Photometry(Documents):
    """One document per point; ``key`` is unique and says which measurement it is."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, NAME)

    def bounded(self) -> AbstractContextManager[None]:
        """Bound all waiting for the store inside, where a request as a whole is not."""
        return self._store.bounded()

    async def of(self, obj_ids: Collection[str], seen: Callable[[Document], bool]) -> list[Document]:
        """Return those points of objects that are seen, by time."""
        found = await self._store.among(NAME, "obj_id", obj_ids)
        return sorted((one for one in found if "mjd" in one and seen(one)), key=_by_time)

    async def batches(self, query: Mapping[str, Any]) -> AsyncIterator[list[Document]]:
        """Yield the points of a query in pieces; waiting for each is bounded, not for the whole."""
        cursor = self._store[NAME].find(query, _UNREAD, batch_size=_BATCH)
        async with cursor:
            while True:
                with self._store.bounded():
                    batch = await cursor.to_list(_BATCH)
                if not batch:
                    return
                yield batch

    async def at(
        self, obj_ids: Collection[str], mjds: Collection[float], condition: Mapping[str, Any]
    ) -> list[Document]:
        """Return the points of objects at some times that meet a condition, oldest first."""
        times, found = sorted(set(mjds)), []
        for start in range(0, len(times), _CHUNK):
            query = {
                "obj_id": {"$in": sorted(obj_ids)},
                "mjd": {"$in": times[start : start + _CHUNK]},
                **condition,
            }
            found += await self._store[NAME].find(query).to_list()
        return sorted(found, key=lambda one: one["_id"])

    async def origins(self) -> list[str]:
        """Return all origins, sorted."""
        found = await self._store[NAME].distinct("origin")
        return sorted(one for one in found if one)[:_CHUNK]

    async def has(self, origin: str, condition: Mapping[str, Any]) -> bool:
        """Return whether a point of an origin meets a condition."""
        return await self._store[NAME].find_one({"origin": origin, **condition}, {"_id": 1}) is not None

    async def add(self, points: Sequence[Document], upload_id: str) -> list[int]:
        """Store new points and return their ids: all of them or none.

        Raises
        ------
        Taken
            If one has come to be there.
        """
        time, first = now(), await self._store.next_id(NAME, len(points))
        documents = [
            {"_id": first + i, **point, "upload_id": upload_id, "created_at": time, "modified": time}
            for i, point in enumerate(points)
        ]
        try:
            await self._store[NAME].insert_many(documents, ordered=False)
        except BulkWriteError as error:
            await self._undo(upload_id)
            raise Taken from error
        except PyMongoError:
            await self._undo(upload_id)
            raise
        return [one["_id"] for one in documents]

    async def _undo(self, upload_id: str) -> None:
        """Remove what there is of an upload, with time of its own: that of the request may be up."""

        async def clear() -> None:
            with self._store.bounded():
                await self._store[NAME].delete_many({"upload_id": upload_id})

        await asyncio.create_task(clear(), context=contextvars.Context())

    async def announce(self, seen_by: Mapping[str, tuple[Collection[int], Collection[int]]]) -> None:
        """Note that points of objects changed; object -> groups and streams that see those."""
        if seen_by:
            time = now()
            await self._store[HEARD].insert_many(
                [
                    {
                        "obj_id": obj_id,
                        "group_ids": sorted(group_ids),
                        "stream_ids": sorted(stream_ids),
                        "created_at": time,
                    }
                    for obj_id, (group_ids, stream_ids) in seen_by.items()
                ]
            )


_UNREAD = dict.fromkeys(("key", "upload_id", "modified"), 0)


def _by_time(point: Document) -> tuple[str, float]:
    return point["obj_id"], -math.inf if point["mjd"] is None else point["mjd"]
