"""Tables back to Python values, column by column."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from nightdesk.avro.schema import Node, Ragged, Record, Scalar, Union
from nightdesk.avro.tables import Mask, Tables


def values(tables: Tables) -> list[Any]:
    """The records of the root table.

    Returns
    -------
    list
        Equal to what fastavro reads, without its conversion of logical types.
    """
    return _values(tables, tables.layout.root, None)


def _values(tables: Tables, node: Node, mask: Mask | None) -> list[Any]:
    """Values of a node, one per row of its table; arbitrary where the mask is false."""
    if isinstance(node, Record):
        names = list(node.fields)
        columns = [_values(tables, field, mask) for field in node.fields.values()]
        if not columns:
            return [{} for _ in range(len(tables.table(node.table)))]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    if isinstance(node, Union):
        return _union(tables, node, mask)
    if isinstance(node, Ragged):
        return _ragged(tables, node, mask)
    return _scalar(tables, cast(Scalar, node), mask)


def _scalar(tables: Tables, node: Scalar, mask: Mask | None) -> list[Any]:
    rows = len(tables.table(node.table))
    if node.kind == "null":
        return [None] * rows
    cells = tables.storage.cells(node.column)
    if node.kind == "enum":
        kept = cells if mask is None else np.where(mask, cells, 0)
        return [node.symbols[index] for index in kept.tolist()]
    if node.kind == "boolean":
        return list(cells.astype(bool).tolist())
    if node.lengths < 0 and node.kind != "fixed":
        return list(cells.tolist())
    lengths = np.full(rows, node.size) if node.kind == "fixed" else tables.storage.cells(node.lengths)
    origins, buffers = tables.buffers.origins.tolist(), tables.buffers.bytes
    found: list[Any] = []
    buffer = 0
    there = [True] * rows if mask is None else mask.tolist()
    for start, length, present in zip(cells.tolist(), lengths.tolist(), there, strict=True):
        if not present or not length:
            found.append(b"")
            continue
        while start >= origins[buffer + 1]:
            buffer += 1
        first = start - origins[buffer]
        found.append(buffers[buffer][first : first + length])
    return [piece.decode() for piece in found] if node.kind == "string" else found


def _union(tables: Tables, node: Union, mask: Mask | None) -> list[Any]:
    tags = tables.storage.cells(node.tags)
    if mask is not None:
        tags = np.where(mask, tags, 0)
    masks = [tags == index if mask is None else (tags == index) & mask for index in range(len(node.branches))]
    columns = [_values(tables, branch, here) for branch, here in zip(node.branches, masks, strict=True)]
    return [columns[tag][row] for row, tag in enumerate(tags.tolist())]


def _ragged(tables: Tables, node: Ragged, mask: Mask | None) -> list[Any]:
    counts = tables.storage.cells(node.counts)
    ends = np.cumsum(counts if mask is None else np.where(mask, counts, 0), dtype=np.int64).tolist()
    items = _values(tables, node.item, None)
    ranges = list(zip([0, *ends[:-1]], ends, strict=True)) if ends else []
    if node.key is None:
        return [items[start:stop] for start, stop in ranges]
    keys = _scalar(tables, node.key, None)
    return [dict(zip(keys[start:stop], items[start:stop], strict=True)) for start, stop in ranges]
