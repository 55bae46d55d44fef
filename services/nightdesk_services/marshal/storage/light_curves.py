"""Light curves of many objects, as the broker stored them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping

from nightdesk.surveys import Survey

from nightdesk_services.common.light_curves import UNREAD, whole
from nightdesk_services.marshal.storage.store import Document, Store


class LightCurves:
    """Reads two collections of a survey, once each for all objects."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, survey: Survey, obj_ids: Collection[str]) -> dict[str, Document]:
        """Return the light curves of those objects that the survey knows, in the order of the objects."""
        wanted = {"$in": sorted(set(obj_ids))}
        hidden = dict.fromkeys((*UNREAD, "cross_matches"), 0)
        # versions first: a point that is folded between the two reads is then seen twice, not missed
        versions: dict[str, list[Document]] = defaultdict(list)
        async for version in self._store[survey.objects].find({"objectId": wanted}, hidden):
            versions[version["objectId"]].append(version)
        if not versions:
            return {}
        found = await self._store[survey.aux].find({"_id": {"$in": list(versions)}}).to_list()
        known = {obj_id: versions[obj_id] for obj_id in obj_ids if obj_id in versions}
        return await asyncio.to_thread(_joined, survey, known, {one["_id"]: one for one in found})

    async def known(self, survey: Survey, obj_ids: Collection[str]) -> set[str]:
        """Return those objects that the survey knows."""
        ids, found = sorted(set(obj_ids)), set()
        for start in range(0, len(ids), _CHUNK):
            query = {"objectId": {"$in": ids[start : start + _CHUNK]}}
            part = self._store[survey.objects].find(query, {"_id": 0, "objectId": 1})
            found |= {one["objectId"] async for one in part}
        return found


_CHUNK = 1000


def _joined(
    survey: Survey, versions: Mapping[str, list[Document]], aux: Mapping[str, Document]
) -> dict[str, Document]:
    made = {}
    for name, own in versions.items():
        document = whole(survey, own, aux.get(name))
        if document is not None:
            made[name] = document
    return made
