"""Conditions side by side mean the same as each of them."""

from __future__ import annotations

from nightdesk_services.marshal.services.source_merging import merged


def test_different_fields_stand_side_by_side() -> None:
    assert merged([{"redshift": {"$gte": 1}}, {"group_ids": {"$in": [1]}}]) == {
        "redshift": {"$gte": 1},
        "group_ids": {"$in": [1]},
    }
    assert merged([]) == {}


def test_wanted_ids_are_those_in_every_list_and_come_first() -> None:
    made = merged([{"group_ids": 1}, {"_id": {"$in": ["b", "a", "c"]}}, {"_id": {"$in": ["d", "b"]}}])
    assert list(made) == ["_id", "group_ids"] and made["_id"] == {"$in": ["b"]}
    assert merged([{"_id": {"$in": ["a"]}}, {"_id": {"$in": ["b"]}}])["_id"] == {"$in": []}


def test_what_is_of_one_field_is_all_kept() -> None:
    made = merged([{"_id": {"$nin": ["a"]}}, {"_id": {"$in": ["b"]}}, {"_id": {"$nin": ["c"]}}])
    assert made["_id"] == {"$in": ["b"]}
    assert {"_id": {"$nin": ["c"]}} in made["$and"] and {"_id": {"$nin": ["a"]}} in made["$and"]
    both = merged([{"tns_name": {"$in": [None]}}, {"tns_name": {"$nin": [None]}}])
    assert both == {"tns_name": {"$in": [None]}, "$and": [{"tns_name": {"$nin": [None]}}]}
    either = merged([{"$or": [{"a": 1}]}, {"$or": [{"b": 1}]}])
    assert either == {"$or": [{"a": 1}], "$and": [{"$or": [{"b": 1}]}]}
