"""Indexes of the marshal's collections; each one serves a query of this package."""

from __future__ import annotations

from typing import Any

from nightdesk_services.marshal.storage.store import Store

_TOMBSTONE_SECONDS = 24 * 3600

_INDEXES: dict[str, list[tuple[list[tuple[str, int]], dict[str, Any]]]] = {
    "users": [([("username", 1)], {"unique": True})],
    "candidates": [
        ([("passed_at", -1)], {}),
        ([("objectId", 1), ("passed_at", -1)], {}),
    ],
    "sources": [
        ([("group_ids", 1), ("modified", -1)], {}),
        ([("hpx12", 1)], {}),
        ([("hpx6", 1)], {}),
    ],
    "filters": [([("group_id", 1)], {})],
    "comments": [([("obj_id", 1)], {}), ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS})],
    "classifications": [
        ([("obj_id", 1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "annotations": [([("obj_id", 1)], {})],
    "listings": [
        ([("user_id", 1), ("list_name", 1), ("obj_id", 1)], {"unique": True}),
        ([("obj_id", 1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
}


async def ensure_indexes(store: Store) -> None:
    """Create what is missing."""
    for collection, indexes in _INDEXES.items():
        for keys, options in indexes:
            await store[collection].create_index(keys, **options)
