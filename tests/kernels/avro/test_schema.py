"""Schemas: what compiles, and what is refused with which words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from nightdesk.avro import SchemaError, compile_schema, decode

from tests.kernels.avro.support import encode


def record(*fields: tuple[str, Any], name: str = "R") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": n, "type": t} for n, t in fields]}


def test_text_bytes_and_parsed_json_are_one_program() -> None:
    schema = record(("x", "int"))
    assert compile_schema(schema) is compile_schema(json.dumps(schema))
    assert compile_schema(json.dumps(schema).encode()) is compile_schema(schema)


def test_columns_are_named_by_paths() -> None:
    inner = record(("a", "int"), ("b", ["null", "string"]), name="I")
    schema = record(
        ("x", "double"),
        ("inner", ["null", inner]),
        ("again", "I"),
        ("many", {"type": "array", "items": "I"}),
        ("numbers", {"type": "map", "values": {"type": "array", "items": "long"}}),
        ("either", ["int", "null", "string"]),
    )
    root = decode(compile_schema(schema), []).root
    assert root.columns == ["x", "inner.a", "inner.b", "again.a", "again.b", "either<int>", "either<string>"]
    assert root.items("many").columns == ["a", "b"]
    assert root.items("numbers").columns == ["key"]
    assert root.items("numbers").items("item").columns == ["item"]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("{", "not an Avro schema"),
        (b"\xff", "not UTF-8"),
        ('{"type": "what"}', "not an Avro schema"),
        (record(("x", "Unknown")), "Unknown"),
        (record(("next", ["null", "R"])), "contains itself"),
        (record(("children", {"type": "array", "items": "R"})), "contains itself"),
        ({"type": "fixed", "name": "F", "size": -1}, "size"),
        ([], "a union of 0 types"),
    ],
)
def test_refused_schemas(schema: Any, words: str) -> None:
    with pytest.raises(SchemaError, match=words):
        compile_schema(schema)


def test_names_that_double_at_each_level_are_refused_before_they_fill_the_memory() -> None:
    schema: Any = record(("x", "int"), name="L0")
    for level in range(1, 40):
        schema = record(("a", schema), ("b", f"L{level - 1}"), name=f"L{level}")
    with pytest.raises(SchemaError, match=r"more than|deeper"):
        compile_schema(schema)


def test_deep_nesting_is_refused() -> None:
    schema: Any = "int"
    for _ in range(80):
        schema = {"type": "array", "items": schema}
    with pytest.raises(SchemaError, match="deep"):
        compile_schema(schema)
    with pytest.raises(SchemaError, match=r"deep|not an Avro"):
        compile_schema('{"type":"array","items":' * 100_000)


def test_names_of_a_namespace() -> None:
    schema = {
        "type": "record",
        "name": "A",
        "namespace": "org.sky",
        "fields": [
            {"name": "b", "type": {"type": "enum", "name": "B", "symbols": ["X", "Y"]}},
            {"name": "c", "type": "org.sky.B"},
            {"name": "d", "type": ["null", "B"]},
        ],
    }
    value = {"b": "X", "c": "Y", "d": "Y"}
    assert decode(compile_schema(schema), [encode(schema, value)]).to_pylist() == [value]
