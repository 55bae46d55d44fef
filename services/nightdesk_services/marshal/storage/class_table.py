"""Which objects are of which class, in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from nightdesk_services.marshal.storage.mirror import Mirror
from nightdesk_services.marshal.storage.store import Document, Store


@dataclass(frozen=True, slots=True)
class _Row:
    obj_id: str
    classification: str
    taxonomy_id: int | None
    group_ids: frozenset[int]


class ClassTable(Mirror):
    """All classifications that stand, by their class."""

    def __init__(self, store: Store) -> None:
        fields = ("obj_id", "classification", "taxonomy_id", "group_ids", "deleted_at")
        super().__init__(store, "classifications", fields)
        self._rows: dict[int, _Row] = {}
        self._named: dict[str, dict[int, _Row]] = {}

    async def objects(
        self,
        groups: Collection[int] | None,
        names: Collection[str] | None = None,
        taxonomy_ids: Collection[int] | None = None,
    ) -> set[str]:
        """Return the objects that have a class.

        Parameters
        ----------
        groups
            Only by classifications that one of these groups holds, where given.
        names
            Only those of one of these classes, where given.
        taxonomy_ids
            Only by classifications of one of these taxonomies, where given.
        """
        await self.refresh()
        chosen = self._named.values() if names is None else [self._named.get(name, {}) for name in set(names)]
        held = None if groups is None else frozenset(groups)
        return {
            row.obj_id
            for rows in chosen
            for row in rows.values()
            if (held is None or not held.isdisjoint(row.group_ids))
            and (taxonomy_ids is None or row.taxonomy_id in taxonomy_ids)
        }

    def _take(self, documents: Iterable[Document]) -> None:
        for one in documents:
            number = one["_id"]
            if (before := self._rows.pop(number, None)) is not None:
                del self._named[before.classification][number]
            if one.get("deleted_at") is None:
                row = _Row(
                    one["obj_id"],
                    one["classification"],
                    one.get("taxonomy_id"),
                    frozenset(one.get("group_ids", ())),
                )
                self._rows[number] = row
                self._named.setdefault(row.classification, {})[number] = row
