"""Avro records from columns: many records of one type at once, straight to bytes.

What is equally wide in all records is written into one byte matrix with NumPy, the rest row by row.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

Schema = Any
Column = Any
"""A scalar or None for every record, or an array or list with one value each (NaN or None is null).

Arrays of byte strings must hold strings that are all as long as the array's items."""

_FIXED = {"float": "<f4", "double": "<f8"}
_INTEGERS = ("int", "long")


def varint(value: int) -> bytes:
    """Encode an integer as Avro's zig-zag variable-length number."""
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def binary(value: bytes) -> bytes:
    """Encode bytes with their length."""
    return varint(len(value)) + value


def array(items: Sequence[bytes]) -> bytes:
    """Encode an array of encoded items."""
    return (varint(len(items)) + b"".join(items) + b"\0") if items else b"\0"


def container(schema: Schema, codec: str = "null") -> tuple[bytes, bytes]:
    """Return the head of an object container file and its 16-byte sync marker."""
    text = json.dumps(schema, separators=(",", ":")).encode()
    meta = {"avro.codec": codec.encode(), "avro.schema": text}
    body = b"".join(binary(name.encode()) + binary(value) for name, value in meta.items())
    marker = bytes(np.random.SeedSequence(int.from_bytes(text[:64], "big")).generate_state(4).tobytes())
    return b"Obj\x01" + varint(len(meta)) + body + b"\0" + marker, marker


class RecordEncoder:
    """Writes records of one schema whose fields are numbers, flags and strings, each of them nullable or not.

    Parameters
    ----------
    schema
        Avro record schema without nested types.
    """

    def __init__(self, schema: Schema) -> None:
        self.name: str = schema["name"]
        self.fields = [_Field(field) for field in schema["fields"]]

    def encode(self, columns: Mapping[str, Column], number: int) -> list[bytes]:
        """Encode `number` records.

        Parameters
        ----------
        columns
            Values by field name; a missing one is null (or the schema's default).
        number
            How many records.

        Returns
        -------
        list
            The bytes of each record.

        Raises
        ------
        KeyError
            If a field that is neither nullable nor defaulted has no column, or a column is no field.
        """
        if unknown := columns.keys() - {field.name for field in self.fields}:
            msg = f"{self.name} has no field {', '.join(sorted(unknown))}"
            raise KeyError(msg)
        if not number:
            return []
        pieces: list[list[bytes]] = []
        run = _Run(number)
        for field in self.fields:
            if not field.write(columns, run):
                run.flush(pieces)
                pieces.append(field.rows(columns[field.name], number))
        run.flush(pieces)
        return [b"".join(parts) for parts in zip(*pieces, strict=True)]


class _Run:
    """Neighbouring bytes of fixed width, kept as constants and number columns until they are needed."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.constant = bytearray()
        self.columns: list[tuple[int, NDArray[np.uint8]]] = []

    def number_column(self, values: NDArray[Any]) -> None:
        raw = np.ascontiguousarray(values).view(np.uint8).reshape(self.number, -1)
        self.columns.append((len(self.constant), raw))
        self.constant += bytes(raw.shape[1])

    def flush(self, pieces: list[list[bytes]]) -> None:
        if not self.constant:
            return
        width = len(self.constant)
        if self.columns:
            matrix = np.empty((self.number, width), dtype=np.uint8)
            matrix[:] = np.frombuffer(bytes(self.constant), dtype=np.uint8)
            for start, raw in self.columns:
                matrix[:, start : start + raw.shape[1]] = raw
            whole = matrix.tobytes()
            pieces.append([whole[i : i + width] for i in range(0, len(whole), width)])
        else:
            pieces.append([bytes(self.constant)] * self.number)
        self.constant = bytearray()
        self.columns = []


class _Field:
    def __init__(self, field: Schema) -> None:
        self.name: str = field["name"]
        kinds = field["type"] if isinstance(field["type"], list) else [field["type"]]
        self.branch, self.null = b"", None
        plain = [kind for kind in kinds if kind != "null"]
        if len(kinds) > 1:
            self.branch = varint(kinds.index(plain[0]))
            self.null = varint(kinds.index("null"))
        kind = plain[0]
        self.kind: str = kind["type"] if isinstance(kind, dict) else kind
        self.default: tuple[Any, ...] = (field["default"],) if "default" in field else ()

    def write(self, columns: Mapping[str, Column], run: _Run) -> bool:
        """Add to the run what is the same or equally wide in all records; False if it is neither."""
        if self.name in columns:
            value = columns[self.name]
        elif self.null is not None:
            value = None if not self.default else self.default[0]
        elif self.default:
            value = self.default[0]
        else:
            msg = f"field {self.name} needs a value"
            raise KeyError(msg)
        if not isinstance(value, np.ndarray | list | tuple):
            run.constant += self._one(value)
            return True
        if self.kind in _FIXED and isinstance(value, np.ndarray):
            if self.null is not None and np.isnan(value).any():
                return False
            run.constant += self.branch
            run.number_column(value.astype(_FIXED[self.kind]))
            return True
        if not isinstance(value, np.ndarray) or not len(value):
            return False
        raw: NDArray[Any] | None = None
        if self.kind == "boolean":
            raw = value.astype(np.uint8)
        elif self.kind in _INTEGERS:
            raw = _varints(value.astype(np.int64))
        elif self.kind == "string" and value.dtype.kind == "S":
            run.constant += self.branch
            run.number_column(_strings(value))
            return True
        if raw is None:
            return False
        run.constant += self.branch
        run.number_column(raw)
        return True

    def rows(self, values: Column, number: int) -> list[bytes]:
        """Encode one value per record."""
        listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
        if len(listed) != number:
            msg = f"field {self.name} has {len(listed)} values for {number} records"
            raise ValueError(msg)
        known: dict[Any, bytes] = {}
        return [known.get(value) or known.setdefault(value, self._one(value)) for value in listed]

    def _one(self, value: Any) -> bytes:
        if value is None or (isinstance(value, float) and isnan(value) and self.null is not None):
            if self.null is None:
                msg = f"field {self.name} cannot be null"
                raise KeyError(msg)
            return self.null
        return self.branch + _WRITERS[self.kind](value)


def _varints(values: NDArray[np.int64]) -> NDArray[np.uint8] | None:
    """Encode integers of equally long varints, one row each; None if their lengths differ."""
    coded = ((values << 1) ^ (values >> 63)).view(np.uint64)
    low, high = int(coded.min()), int(coded.max())
    width = max(1, -(-high.bit_length() // 7))
    if width != max(1, -(-low.bit_length() // 7)):
        return None
    shifts = np.arange(width, dtype=np.uint64) * np.uint64(7)
    groups = ((coded[:, None] >> shifts) & np.uint64(0x7F)).astype(np.uint8)
    groups[:, :-1] |= 0x80
    return groups


def _strings(values: NDArray[np.bytes_]) -> NDArray[np.uint8]:
    """Encode byte strings that fill their array's width."""
    head = np.frombuffer(varint(values.dtype.itemsize), dtype=np.uint8)
    text = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    return np.hstack([np.broadcast_to(head, (len(values), len(head))), text])


_WRITERS: dict[str, Callable[[Any], bytes]] = {
    "float": lambda value: struct.pack("<f", value),
    "double": lambda value: struct.pack("<d", value),
    "boolean": lambda value: b"\x01" if value else b"\x00",
    "string": lambda value: binary(str(value).encode()),
    "bytes": binary,
} | {kind: lambda value: varint(int(value)) for kind in _INTEGERS}
