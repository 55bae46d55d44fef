"""A schema as a tree of nodes, each with its place in flat tables.

Every array or map gets a table of its own with one row per item; records and unions lie in the table
around them. Fields are named by dotted paths; a branch of a union of several types is named
`path<type>`, while a value that is merely nullable keeps the path itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from fastavro.schema import parse_schema

from nightdesk.avro.errors import SchemaError

DTYPES = {"boolean": "u1", "int": "<i4", "long": "<i8", "float": "<f4", "double": "<f8", "enum": "<i4"}
DTYPES |= {"tag": "u1", "count": "<i4", "start": "<i8", "length": "<i4"}
SPANS = ("string", "bytes", "fixed")
PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "string", "bytes")
ITEM = "item"
"""Path of a value that has no name: the item of an array or map, or a whole record that is a scalar."""
MAX_NODES = 20_000
MAX_DEPTH = 64
MAX_BRANCHES = 64


Guards = tuple[tuple[int, int], ...]


@dataclass
class Node:
    """A value of the schema."""

    kind: str
    path: str
    table: int
    smallest: int = 0
    """Least number of bytes that one such value takes."""


@dataclass
class Scalar(Node):
    """A value that is one cell of a column."""

    column: int = -1
    """Cells: numbers, or for strings, bytes and fixed the offset of the first byte."""
    lengths: int = -1
    """Column of lengths in bytes (strings and bytes only)."""
    size: int = 0
    """Length in bytes of a fixed."""
    symbols: tuple[str, ...] = ()
    logical: str | None = None


@dataclass
class Record(Node):
    """Named values, one after another."""

    fields: dict[str, Node] = field(default_factory=dict)


@dataclass
class Ragged(Node):
    """An array or a map: a number of rows in a child table."""

    counts: int = -1
    child: int = -1
    key: Scalar | None = None
    item: Node = field(default_factory=lambda: Node("null", "", 0))


@dataclass
class Union(Node):
    """One of several values; the column says which."""

    tags: int = -1
    branches: list[Node] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def nullable(self) -> int | None:
        """Index of the one branch that is not null, if this is a value that may be null."""
        if len(self.branches) == 2 and sum(branch.kind == "null" for branch in self.branches) == 1:
            return int(self.branches[0].kind == "null")
        return None


@dataclass(frozen=True)
class Column:
    """Cells of one width, contiguous in memory."""

    table: int
    kind: str

    @property
    def dtype(self) -> str:
        """NumPy type of the cells."""
        return DTYPES[self.kind]

    @property
    def width(self) -> int:
        """Bytes of one cell."""
        return int(self.dtype[-1])


@dataclass(frozen=True)
class Place:
    """A node that can be asked for by its path."""

    node: Any
    guards: Guards
    """Columns of tags and the branch that each must name for the value to be there."""


class Layout:
    """A schema's tree, tables and columns.

    Parameters
    ----------
    schema
        An Avro schema, parsed or as JSON.

    Raises
    ------
    SchemaError
        If the schema is malformed, refers to itself or is unreasonably large.
    """

    def __init__(self, schema: Any) -> None:
        self.named: dict[str, Any] = {}
        self.columns: list[Column] = []
        self.items: list[Node] = []
        """Item of each table; that of table 0 is the schema itself."""
        self.parents: list[Ragged | None] = [None]
        self._nodes = 0
        self._open: list[str] = []
        try:
            if isinstance(schema, str | bytes):
                schema = _load(schema)
            parsed = parse_schema(schema, self.named, _write_hint=False, _force=True)
            self.root = self._node(parsed, "", 0)
        except SchemaError:
            raise
        except RecursionError:
            raise SchemaError("the schema is nested too deeply") from None
        except Exception as error:
            raise SchemaError(f"not an Avro schema: {error}") from error
        self.items.insert(0, self.root)
        self.places: list[dict[str, Place]] = [{} for _ in self.items]
        """Scalars, arrays and maps of each table by path."""
        self.unions: list[dict[str, Place]] = [{} for _ in self.items]
        for table, (item, parent) in enumerate(zip(self.items, self.parents, strict=True)):
            if parent is not None and parent.key is not None:
                self.places[table]["key"] = Place(parent.key, ())
            self._index(item, ())

    def _column(self, table: int, kind: str) -> int:
        self.columns.append(Column(table, kind))
        return len(self.columns) - 1

    def _index(self, node: Node, guards: Guards) -> None:
        if isinstance(node, Record):
            for inner in node.fields.values():
                self._index(inner, guards)
        elif isinstance(node, Union):
            self.unions[node.table][node.path or ITEM] = Place(node, guards)
            for number, branch in enumerate(node.branches):
                if branch.kind != "null":
                    self._index(branch, (*guards, (node.tags, number)))
        else:
            self.places[node.table][node.path or ITEM] = Place(node, guards)

    def _node(self, schema: Any, path: str, table: int, depth: int = 0) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise SchemaError(f"more than {MAX_NODES} fields when named types are written out")
        if depth > MAX_DEPTH:
            raise SchemaError(f"nested deeper than {MAX_DEPTH} levels at {path or 'the root'}")
        if isinstance(schema, list):
            return self._union(schema, path, table, depth)
        kind = schema["type"] if isinstance(schema, dict) else schema
        if isinstance(kind, dict | list):
            return self._node(kind, path, table, depth + 1)
        if kind in PRIMITIVES:
            logical = schema.get("logicalType") if isinstance(schema, dict) else None
            return self._scalar(Scalar(kind, path, table, logical=logical))
        if kind not in ("record", "error", "enum", "fixed", "array", "map"):
            return self._node(self.named[kind], path, table, depth + 1)
        if kind in {"array", "map"}:
            return self._ragged(schema, kind, path, table, depth)
        name = schema["name"]
        if kind == "enum":
            return self._scalar(Scalar("enum", path, table, symbols=tuple(schema["symbols"])))
        if kind == "fixed":
            if not isinstance(schema["size"], int) or not 0 <= schema["size"] < 2**31:
                raise SchemaError(f"{name} has the impossible size {schema['size']}")
            logical = schema.get("logicalType")
            return self._scalar(Scalar("fixed", path, table, size=schema["size"], logical=logical))
        if name in self._open:
            raise SchemaError(f"{name} contains itself (at {path}): recursive types have no columns")
        self._open.append(name)
        record = Record("record", path, table)
        for member in schema["fields"]:
            inner = f"{path}.{member['name']}" if path else member["name"]
            record.fields[member["name"]] = self._node(member["type"], inner, table, depth + 1)
        record.smallest = sum(node.smallest for node in record.fields.values())
        self._open.pop()
        return record

    def _scalar(self, node: Scalar) -> Scalar:
        if node.kind in SPANS:
            node.column = self._column(node.table, "start")
            if node.kind != "fixed":
                node.lengths = self._column(node.table, "length")
        elif node.kind != "null":
            node.column = self._column(node.table, node.kind)
        node.smallest = {"null": 0, "float": 4, "double": 8, "fixed": node.size}.get(node.kind, 1)
        return node

    def _union(self, schema: list[Any], path: str, table: int, depth: int) -> Union:
        if not 0 < len(schema) <= MAX_BRANCHES:
            raise SchemaError(f"a union of {len(schema)} types at {path}; 1 to {MAX_BRANCHES} are possible")
        union = Union("union", path, table, tags=self._column(table, "tag"))
        union.names = [_name(branch) for branch in schema]
        nullable = len(schema) == 2 and union.names.count("null") == 1
        for branch, name in zip(schema, union.names, strict=True):
            inner = path if nullable or name == "null" else f"{path}<{name}>"
            union.branches.append(self._node(branch, inner, table, depth + 1))
        union.smallest = 1 + min(branch.smallest for branch in union.branches)
        return union

    def _ragged(self, schema: Any, kind: str, path: str, table: int, depth: int) -> Ragged:
        child = len(self.items) + 1
        node = Ragged(kind, path, table, smallest=1, counts=self._column(table, "count"), child=child)
        self.items.append(node)  # holds the place until the item is known
        self.parents.append(node)
        if kind == "map":
            node.key = self._scalar(Scalar("string", "key", child))
        node.item = self._node(schema["items" if kind == "array" else "values"], "", child, depth + 1)
        self.items[child - 1] = node.item
        return node


def _load(text: str | bytes) -> Any:
    if isinstance(text, bytes):
        text = text.decode()
    # a bare type name is a schema too, quoted or not
    return text if text in PRIMITIVES else json.loads(text)


def _name(schema: Any) -> str:
    if isinstance(schema, dict):
        return str(schema.get("name") or _name(schema["type"]))
    return "union" if isinstance(schema, list) else str(schema)
