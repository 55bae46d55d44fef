"""Reading and taking back who has looked at which source."""

from __future__ import annotations

from collections.abc import Collection

from nightdesk_services.marshal.storage.labels import Labels
from nightdesk_services.marshal.storage.store import Document, Store


class SourceLabels(Labels):
    """The looks at sources, by object, person and group."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._labels = store["source_labels"]

    async def objects(self, group_ids: Collection[int], labeller_id: int | None = None) -> list[str]:
        """Return the objects that somebody looked at for some groups, sorted."""
        query: Document = {"group_id": {"$in": sorted(group_ids)}}
        if labeller_id is not None:
            query["labeller_id"] = labeller_id
        return sorted(await self._labels.distinct("obj_id", query))

    async def of(self, obj_ids: Collection[str], group_ids: Collection[int]) -> list[Document]:
        """Return the looks at some objects for some groups."""
        query = {"obj_id": {"$in": sorted(obj_ids)}, "group_id": {"$in": sorted(group_ids)}}
        return await self._labels.find(query).to_list()

    async def remove(self, obj_id: str, labeller_id: int, group_ids: Collection[int]) -> None:
        """Take back that somebody looked at a source; nothing happens where they have not."""
        which = {"obj_id": obj_id, "labeller_id": labeller_id, "group_id": {"$in": sorted(group_ids)}}
        await self._labels.delete_many(which)
