"""What an Avro schema holds, for checking a declaration against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]


class Fields:
    """Fields of a record's schema, types by their definition and without their null.

    Parameters
    ----------
    schema
        Schema of the packet, as JSON gives it.
    """

    def __init__(self, schema: Schema) -> None:
        self._names: dict[str, Any] = {}
        self._learn(schema, str(schema.get("namespace", "")))
        self.name = full_name(schema)
        """Full name of the schema."""
        self.packet = self.of(schema)
        """Fields of the packet."""

    def of(self, kind: Any) -> dict[str, Any]:
        """Return the fields of a record; none of what is no record."""
        kind = self.plain(kind)
        if not isinstance(kind, Mapping) or kind.get("type") != "record":
            return {}
        return {field["name"]: self.plain(field["type"]) for field in kind["fields"]}

    def items(self, kind: Any) -> dict[str, Any]:
        """Return the fields of the records in an array; none of what is no such array."""
        kind = self.plain(kind)
        return self.of(kind["items"]) if isinstance(kind, Mapping) and kind.get("type") == "array" else {}

    def plain(self, kind: Any) -> Any:
        """Return a type by its definition, without its null."""
        if isinstance(kind, list):
            rest = [k for k in kind if k != "null"]
            return self.plain(rest[0]) if len(rest) == 1 else kind
        return self._names.get(kind, kind) if isinstance(kind, str) else kind

    def _learn(self, kind: Any, space: str) -> None:
        if isinstance(kind, list):
            for one in kind:
                self._learn(one, space)
        if not isinstance(kind, Mapping):
            return
        space = str(kind.get("namespace", space))
        if "name" in kind:
            short = str(kind["name"]).rpartition(".")[2]
            self._names |= {short: kind, f"{space}.{short}": kind, str(kind["name"]): kind}
        for inner in (kind.get("items"), kind.get("values"), *(f["type"] for f in kind.get("fields", ()))):
            self._learn(inner, space)


def full_name(schema: Schema) -> str:
    """Return the name of a schema with its namespace."""
    name, space = str(schema.get("name", "")), schema.get("namespace")
    return f"{space}.{name}" if space and "." not in name else name


def word(kind: Any) -> str:
    """Return a type in one word, as ``double``."""
    return str(kind.get("type", "?")) if isinstance(kind, Mapping) else str(kind)
