"""fastavro as the reference, and schemas and values for it."""

from __future__ import annotations

import io
import struct
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fastavro
from fastavro.schema import load_schema
from hypothesis import strategies as st
from nightdesk.avro import Refusal, Tables, compile_schema, decode, errors

# what fastavro lets pass; see nightdesk.avro
STRICTER = {
    errors.LONG_VARINT,
    errors.INT_RANGE,
    errors.BRANCH,
    errors.SYMBOL,
    errors.EMPTY_ITEMS,
    errors.EXPANSION,
}
TEXT = st.text(max_size=6)


def lsst_schema(payload: bytes) -> Any:
    """Schema of a framed LSST packet, from the package that ships them."""
    major, minor = divmod(struct.unpack(">I", payload[1:5])[0], 100)
    package = find_spec("pittgoogle")  # not imported, for it needs Google's cloud
    assert package is not None and package.origin is not None
    folder = Path(package.origin).parent / f"schemas/lsst/{major}/{minor}"
    return without_logical_types(load_schema(str(folder / f"lsst.v{major}_{minor}.alert.avsc")))


def without_logical_types(schema: Any) -> Any:
    """The schema with plain integers where fastavro would make dates of them."""
    if isinstance(schema, dict):
        return {
            k: without_logical_types(v)
            for k, v in schema.items()
            if k not in ("logicalType", "__fastavro_parsed")
        }
    return [without_logical_types(inner) for inner in schema] if isinstance(schema, list) else schema


def encode(schema: Any, value: Any) -> bytes:
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, schema, value)
    return stream.getvalue()


def reference(schema: Any, payload: bytes, start: int = 0) -> Any:
    """What fastavro reads; whatever it raises is raised."""
    return fastavro.schemaless_reader(io.BytesIO(payload[start:]), schema, None)


def same(one: Any, other: Any) -> bool:
    """Equal in value and type, NaN equal to itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other or (one != one and other != other))


def outcome(tables: Tables, payloads: int) -> list[Any]:
    """What became of each payload: its value or its refusal."""
    found: list[Any] = [None] * payloads
    for refusal in tables.refusals:
        found[refusal.index] = refusal
    for source, value in zip(tables.source.tolist(), tables.to_pylist(), strict=True):
        found[source] = value
    return found


def assert_as_fastavro(schema: Any, payloads: list[bytes], start: int = 0) -> int:
    """Decode payloads and compare each with fastavro; the number that were good."""
    tables = decode(compile_schema(schema), payloads, start)
    assert len(tables) + len(tables.refusals) == len(payloads)
    for payload, found in zip(payloads, outcome(tables, len(payloads)), strict=True):
        if isinstance(found, Refusal):
            assert found.reason
            assert 0 <= found.offset <= len(payload)
            if found.code in STRICTER:
                continue
        try:
            wanted = reference(schema, payload, start)
        except (EOFError, IndexError, ValueError, UnicodeDecodeError, OverflowError) as error:
            assert isinstance(found, Refusal), f"fastavro says {error!r} of {payload.hex()}, we read {found}"
            continue
        assert not isinstance(found, Refusal), f"{found.reason}: {payload.hex()} is {wanted}"
        assert same(found, wanted), f"{found} is not {wanted}"
    return len(tables)


@st.composite
def schemas(draw: st.DrawFn, depth: int = 3, names: list[str] | None = None) -> Any:
    """Any schema but recursive ones; named types are used again by name."""
    names = [] if names is None else names
    simple = ["null", "boolean", "int", "long", "float", "double", "string", "bytes"]
    kind = draw(
        st.sampled_from(
            simple
            + ["enum", "fixed", "known"]
            + (["record", "record", "array", "map", "union", "nullable"] * 2 if depth else [])
        )
    )
    if kind in simple:
        return kind
    if kind == "known":
        return draw(st.sampled_from(names)) if names else "int"
    inner = schemas(depth=depth - 1, names=names)
    if kind == "array":
        return {"type": "array", "items": draw(inner)}
    if kind == "map":
        return {"type": "map", "values": draw(inner)}
    if kind == "nullable":
        other = draw(inner)
        if other == "null" or isinstance(other, list):
            return ["null", "long"]
        return draw(st.permutations(["null", other]))
    if kind == "union":
        branches = draw(st.lists(st.sampled_from(simple), min_size=1, max_size=4, unique=True))
        extra = draw(inner)
        if isinstance(extra, dict):
            branches.insert(draw(st.integers(0, len(branches))), extra)
        return branches
    name = f"{kind}_{draw(st.uuids()).hex}"
    if kind == "enum":
        names.append(name)
        return {"type": "enum", "name": name, "symbols": ["A", "B", "C"][: draw(st.integers(1, 3))]}
    if kind == "fixed":
        names.append(name)
        return {"type": "fixed", "name": name, "size": draw(st.integers(0, 5))}
    fields = [
        {"name": f"f{i}", "type": draw(schemas(depth=depth - 1, names=names))}
        for i in range(draw(st.integers(0, 5)))
    ]
    record = {"type": "record", "name": name, "fields": fields}
    names.append(record["name"])
    return record


def values(schema: Any, named: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Encodings of values of a schema, by an encoder of our own: all branches, both kinds of blocks."""
    if isinstance(schema, list):
        return st.integers(0, len(schema) - 1).flatmap(
            lambda i: values(schema[i], named).map(lambda body: long(i) + body)
        )
    kind = schema["type"] if isinstance(schema, dict) else schema
    if kind in named:
        return values(named[kind], named)
    if isinstance(schema, dict) and "name" in schema:
        named[schema["name"]] = schema
    if kind == "record":
        # in order, as a later field may use a type that an earlier one defines
        return st.tuples(*[values(field["type"], named) for field in schema["fields"]]).map(b"".join)
    if kind == "array":
        return st.lists(values(schema["items"], named), max_size=5).flatmap(blocks)
    if kind == "map":
        entry = st.tuples(TEXT.map(text), values(schema["values"], named)).map(b"".join)
        return st.lists(entry, max_size=4).flatmap(blocks)
    if kind == "enum":
        return st.integers(0, len(schema["symbols"]) - 1).map(long)
    if kind == "fixed":
        return st.binary(min_size=schema["size"], max_size=schema["size"])
    return PRIMITIVES[kind]


def long(number: int) -> bytes:
    """Avro's encoding of an integer."""
    number = (number << 1) ^ (number >> 63)
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def text(value: str) -> bytes:
    data = value.encode()
    return long(len(data)) + data


def blocks(items: list[bytes]) -> st.SearchStrategy[bytes]:
    """Items as one block, as blocks of one, or with their size in bytes."""
    whole = b"".join(items)
    if not items:
        return st.just(b"\0")
    return st.sampled_from(
        [
            long(len(items)) + whole + b"\0",
            b"".join(long(1) + item for item in items) + b"\0",
            long(-len(items)) + long(len(whole)) + whole + b"\0",
        ]
    )


PRIMITIVES = {
    "null": st.just(b""),
    "boolean": st.sampled_from([b"\0", b"\1"]),
    "int": (st.integers(-(2**31), 2**31 - 1) | st.integers(-70, 70)).map(long),
    "long": (st.integers(-(2**63), 2**63 - 1) | st.integers(-70, 70)).map(long),
    "float": st.floats(width=32).map(lambda x: struct.pack("<f", x)),
    "double": st.floats().map(lambda x: struct.pack("<d", x)),
    "string": TEXT.map(text),
    "bytes": st.binary(max_size=9).map(lambda data: long(len(data)) + data),
}
