"""What is selected in memory is what the store would select."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from nightdesk_services.marshal.services.source_search import SourceSearch
from nightdesk_services.marshal.storage.source_table import SourceTable
from nightdesk_services.marshal.storage.sources import Sources

from tests.services.marshal.conftest import Desk

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
GROUPS = (11, 12, 13)


def source(n: int, dice: np.random.Generator) -> dict[str, Any]:
    groups = sorted({int(g) for g in dice.choice(GROUPS, int(dice.integers(0, 4)))})
    times = {g: BEGAN + timedelta(minutes=int(dice.integers(0, 30))) for g in GROUPS}
    return {
        "_id": f"{'abZ'[n % 3]}{n:03d}",
        "ra": float(dice.uniform(0, 360)),
        "dec": float(dice.uniform(-90, 90)),
        "redshift": None if n % 4 == 0 else round(float(dice.uniform(0, 0.3)), 1),
        "tns_name": "SN 2026a" if n % 5 == 0 else None,
        "group_ids": groups,
        "saves": [
            {
                "group_id": g,
                "saved_by": {"id": 1 + n % 2, "username": "x"},
                "saved_at": times[g],
                "active": g in groups,
            }
            for g in GROUPS
        ],
        "created_at": BEGAN,
        "modified": BEGAN + timedelta(minutes=n % 7),
    }


@pytest.fixture
async def search(desk: Desk) -> AsyncIterator[SourceSearch]:
    dice = np.random.default_rng(3)
    desk.database["sources"].delete_many({})
    desk.database["sources"].insert_many([source(n, dice) for n in range(60)])
    table = SourceTable(desk.marshal.store)
    yield SourceSearch(Sources(desk.marshal.store), table)
    await table.stop()


CONDITIONS: list[dict[str, Any]] = [
    {},
    {"_id": {"$in": ["a000", "b001", "nothing"]}},
    {"_id": {"$nin": ["a000", "b001", "nothing"]}},
    {"group_ids": {"$in": [11]}},
    {"group_ids": {"$in": [12, 13]}, "redshift": {"$gte": 0.1}},
    {"redshift": {"$gte": 0.1, "$lte": 0.2}},
    {"redshift": {"$gt": 0.1, "$lt": 0.2}},
    {"modified": {"$gte": BEGAN + timedelta(minutes=3)}},
    {"saves": {"$elemMatch": {"active": True}}},
    {"saves": {"$elemMatch": {"active": True, "saved_by.id": 2}}, "group_ids": {"$in": [11]}},
    {"saves": {"$elemMatch": {"active": True, "group_id": {"$in": [11]}, "saved_by.id": 2}}},
    {"saves": {"$elemMatch": {"active": True, "saved_at": {"$gte": BEGAN + timedelta(minutes=20)}}}},
    {"tns_name": {"$nin": [None, ""]}},
    {"tns_name": {"$in": [None, ""]}, "group_ids": {"$in": [13]}},
    {"$or": [{"group_ids": {"$in": [11]}}, {"_id": {"$in": ["a000"]}}], "redshift": {"$gte": 0.0}},
    {
        "$and": [
            {"redshift": {"$gte": 0.1}},
            {"redshift": {"$lte": 0.2}},
            {"_id": {"$regex": "A", "$options": "i"}},
        ]
    },
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
@pytest.mark.parametrize(("by", "descending"), [("_id", False), ("redshift", True), ("ra", False)])
async def test_the_store_selects_the_same(
    desk: Desk, search: SourceSearch, condition: dict[str, Any], by: str, descending: bool
) -> None:
    expected = await Sources(desk.marshal.store).ids(condition, by=by, descending=descending)
    assert await search.ids(condition, by=by, descending=descending) == expected


@pytest.mark.parametrize("groups", [None, (11,), (12, 13)])
async def test_the_last_save_to_the_groups_that_are_asked_for_counts(
    desk: Desk, search: SourceSearch, groups: tuple[int, ...] | None
) -> None:
    saved = {
        one["_id"]: max(
            (
                s["saved_at"]
                for s in one["saves"]
                if s["active"] and (groups is None or s["group_id"] in groups)
            ),
            default=datetime(1970, 1, 1),
        ).replace(tzinfo=UTC)
        for one in desk.database["sources"].find()
    }
    found = await search.ids({}, by="saved_at", descending=True, groups=groups)
    assert found == sorted(sorted(saved), key=lambda i: saved[i], reverse=True)


async def test_changes_are_seen_at_once(desk: Desk, search: SourceSearch) -> None:
    sources = Sources(desk.marshal.store)
    held = {"group_ids": {"$in": [99]}}
    assert await search.ids(held) == []
    await sources.create({"_id": "new", "ra": 1.0, "dec": 2.0, "redshift": None})
    await sources.save("new", 99, {"id": 1, "username": "ana"})
    await sources.save("a000", 99, {"id": 1, "username": "ana"})
    assert await search.ids(held, by="saved_at") == ["new", "a000"]
    assert await search.containing("NE") == ["new"]
    await sources.unsave("a000", 99)
    await sources.change("new", {"redshift": 0.25})
    assert await search.ids(held) == ["new"]
    assert await search.ids(held | {"redshift": {"$gte": 0.2}}) == ["new"]


async def test_columns_grow(desk: Desk, search: SourceSearch) -> None:
    dice = np.random.default_rng(4)
    await search.ids({})
    fresh = [source(n, dice) | {"_id": f"x{n:05d}", "modified": datetime.now(UTC)} for n in range(3000)]
    desk.database["sources"].insert_many(fresh)
    expected = sorted(one["_id"] for one in fresh if 11 in one["group_ids"])
    assert [i for i in await search.ids({"group_ids": {"$in": [11]}}) if i.startswith("x")] == expected


async def test_what_is_read_again_takes_no_more_room(desk: Desk) -> None:
    sources, table = Sources(desk.marshal.store), SourceTable(desk.marshal.store)
    search = SourceSearch(sources, table)
    await sources.create({"_id": "new", "ra": 1.0, "dec": 2.0, "redshift": None})
    for group in (1, 2, 3):
        await sources.save("new", group, {"id": 1, "username": "ana"})
        await search.ids({})
    await sources.unsave("new", 2)
    for _ in range(50):
        assert await search.ids({"group_ids": {"$in": [1]}}) == ["new"]
        assert await search.ids({"group_ids": {"$in": [2]}}) == []
    assert table.room <= 6
    await table.stop()


async def test_a_clock_that_is_fast_hides_nothing(desk: Desk, search: SourceSearch) -> None:
    sources = Sources(desk.marshal.store)
    await search.ids({})
    future = datetime.now(UTC) + timedelta(days=1)
    desk.database["sources"].update_one({"_id": "a000"}, {"$set": {"modified": future}})
    await search.ids({})
    await sources.save("b001", 99, {"id": 1, "username": "ana"})
    assert await search.ids({"group_ids": {"$in": [99]}}) == ["b001"]
