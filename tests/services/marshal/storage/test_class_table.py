"""Classes of objects in memory, as they are given, changed and withdrawn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from nightdesk_services.marshal.storage.class_table import ClassTable
from nightdesk_services.marshal.storage.records import Records

from tests.services.marshal.conftest import Desk


@pytest.fixture
async def table(desk: Desk) -> AsyncIterator[ClassTable]:
    made = ClassTable(desk.marshal.store)
    yield made
    await made.stop()


def classification(obj_id: str, name: str, *groups: int, taxonomy: int = 1) -> dict[str, Any]:
    return {"obj_id": obj_id, "classification": name, "taxonomy_id": taxonomy, "group_ids": list(groups)}


async def test_groups_classes_and_taxonomies_bound_what_is_found(desk: Desk, table: ClassTable) -> None:
    records = Records(desk.marshal.store, "classifications")
    await records.insert(classification("a", "Ia", 1))
    await records.insert(classification("b", "Ia", 2))
    await records.insert(classification("c", "TDE", 2, taxonomy=7))
    assert await table.objects(None) == {"a", "b", "c"}
    assert await table.objects([1]) == {"a"}
    assert await table.objects([]) == set()
    assert await table.objects(None, ["Ia", "Ia", "nothing"]) == {"a", "b"}
    assert await table.objects([2, 3], ["TDE"], [7]) == {"c"}
    assert await table.objects([2], ["TDE"], [1]) == set()


async def test_changes_are_seen_at_once(desk: Desk, table: ClassTable) -> None:
    records = Records(desk.marshal.store, "classifications")
    number = (await records.insert(classification("a", "Ia", 1)))["_id"]
    assert await table.objects(None, ["Ia"]) == {"a"}
    await records.change(number, {"classification": "II"})
    assert await table.objects(None, ["Ia"]) == set()
    assert await table.objects(None, ["II"]) == {"a"}
    await records.bury(number, {})
    assert await table.objects(None) == set()
