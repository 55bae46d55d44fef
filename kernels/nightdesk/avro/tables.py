"""The decoded columns, and ways out of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from nightdesk.avro.errors import Refusal
from nightdesk.avro.gather import gather
from nightdesk.avro.schema import SPANS, Guards, Layout, Place, Ragged, Scalar
from nightdesk.avro.storage import Storage
from nightdesk.avro.wide import WIDE, wide

Mask = npt.NDArray[np.bool_]

ARROW = {
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.large_string(),
    "bytes": pa.large_binary(),
    "fixed": pa.large_binary(),
    "enum": pa.large_string(),
    "null": pa.null(),
}


class Buffers:
    """The payloads that the tables' strings and bytes lie in; kept as long as the tables."""

    def __init__(self, buffers: Sequence[bytes], held: Sequence[pa.Buffer], origins: npt.NDArray[np.int64]):
        self.bytes = buffers
        self._held = held
        self.origins = origins

    @cached_property
    def addresses(self) -> npt.NDArray[np.int64]:
        """Where each buffer lies in memory."""
        return np.fromiter((buffer.address for buffer in self._held), np.int64, len(self._held))


class Table:
    """Columns of one length: the records, or the items of one array or map.

    Columns are named by dotted paths. Those of items that are no records are called `item`, the keys of a map
    `key`; a branch of a union of several types is `path<type>`.
    """

    def __init__(self, tables: Tables, number: int) -> None:
        self._storage = tables.storage
        self._buffers = tables.buffers
        self._places = tables.layout.places[number]
        self._tables = tables
        self.number = number

    def __len__(self) -> int:
        return int(self._storage.rows[self.number])

    @property
    def columns(self) -> list[str]:
        """Paths of the columns, in the schema's order."""
        return [path for path, place in self._places.items() if isinstance(place.node, Scalar)]

    def cells(self, path: str) -> npt.NDArray[Any]:
        """The numbers of a column without copying; where it is null they are NaN, 0 or arbitrary.

        Enums are the index of the symbol, booleans 0 or 1.

        Raises
        ------
        KeyError
            If there is no such column, or it holds text or bytes.
        """
        node = self._scalar(path)
        if node.kind in SPANS or node.kind == "null":
            raise KeyError(f"{path} is {node.kind}, not a number")
        return self._storage.cells(node.column)

    def valid(self, path: str) -> Mask | None:
        """Where a column has a value; None if everywhere."""
        return self._mask(self._place(path))

    def branch(self, path: str) -> npt.NDArray[np.int64]:
        """Which branch of the union at a path each row took; -1 where the union itself is absent."""
        place = self._tables.layout.unions[self.number].get(path)
        if place is None:
            raise KeyError(f"no union {path}")
        mask = self._mask(place)
        tags = self._storage.cells(place.node.tags).astype(np.int64)
        return tags if mask is None else np.where(mask, tags, -1)

    def spans(self, path: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Where the text or bytes of a column lie, without copying.

        Returns
        -------
        buffer
            Position in `Tables.buffers.bytes`.
        start, stop
            Bytes in that buffer; the same where the column is null or empty.
        """
        _, starts, lengths = self._span(path)
        mask = self.valid(path)
        if mask is not None:
            starts, lengths = np.where(mask, starts, 0), np.where(mask, lengths, 0)
        origins = self._buffers.origins
        # an empty text at the end of the last buffer lies where none begins
        buffer = np.clip(np.searchsorted(origins, starts, side="right") - 1, 0, max(len(origins) - 2, 0))
        start = np.where(lengths > 0, starts - origins[buffer], 0)
        return buffer, start, start + lengths

    def pieces(self, path: str) -> list[bytes | None]:
        """The bytes of a column (text undecoded), each a copy."""
        mask = self.valid(path)
        buffers = self._buffers.bytes
        rows = zip(*(column.tolist() for column in self.spans(path)), strict=True)
        found = [buffers[buffer][start:stop] for buffer, start, stop in rows]
        if mask is None:
            return list(found)
        return [piece if there else None for piece, there in zip(found, mask.tolist(), strict=True)]

    def arrow(self, path: str) -> pa.Array:
        """A column as an Arrow array: numbers without copying; all null if the schema lacks the column."""
        if path not in self._places:
            return pa.nulls(len(self))
        place = self._place(path)
        node = self._scalar(path)
        if node.kind == "null":
            return pa.nulls(len(self))
        mask = self._mask(place)
        valid = None if mask is None or mask.all() else mask
        bits = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
        if node.kind in SPANS:
            offsets, data = self._text(path, valid)
            return pa.Array.from_buffers(
                ARROW[node.kind], len(self), [bits, pa.py_buffer(offsets), pa.py_buffer(data)]
            )
        cells = self._storage.cells(node.column)
        if node.kind == "enum":
            index = cells if valid is None else np.where(valid, cells, 0)
            symbols = pa.array(node.symbols, pa.large_string())
            missing = None if valid is None else ~valid
            return symbols.take(pa.array(index, mask=missing))
        if node.kind == "boolean":
            cells = np.packbits(cells, bitorder="little")
        return pa.Array.from_buffers(ARROW[node.kind], len(self), [bits, pa.py_buffer(cells)])

    def wide(self, paths: Sequence[str]) -> list[pa.Array]:
        """Columns of numbers as Arrow arrays of doubles and 64-bit integers, NaN as null, copied.

        Raises
        ------
        KeyError
            If one of them is no `int`, `long`, `float` or `double`.
        """
        places = [self._place(path) for path in paths]
        if odd := [path for path, place in zip(paths, places, strict=True) if place.node.kind not in WIDE]:
            raise KeyError(f"{odd[0]} is no number that can be widened")
        return wide(self._storage, places, len(self), self._guarded)

    def frame(self, paths: Iterable[str] | None = None) -> pl.DataFrame:
        """Some or all columns as Polars ones; a column that the schema lacks is null."""
        wanted = self.columns if paths is None else list(paths)
        if not wanted:
            return pl.DataFrame()
        return pl.DataFrame(pa.table([self.arrow(path) for path in wanted], names=wanted))

    def offsets(self, path: str) -> npt.NDArray[np.int64]:
        """First row in the child table of each row's array or map, and the end: shape (rows + 1)."""
        place = self._place(path)
        if not isinstance(place.node, Ragged):
            raise KeyError(f"{path} is no array or map")
        counts = self._storage.cells(place.node.counts)
        mask = self._mask(place)
        offsets = np.zeros(len(self) + 1, np.int64)
        np.cumsum(counts if mask is None else np.where(mask, counts, 0), out=offsets[1:])
        return offsets

    def items(self, path: str) -> Table:
        """The items of an array or map of this table; `offsets` tells whose they are."""
        node = self._place(path).node
        if not isinstance(node, Ragged):
            raise KeyError(f"{path} is no array or map")
        return self._tables.table(node.child)

    def _place(self, path: str) -> Place:
        if path not in self._places:
            raise KeyError(f"no column {path}; there are {', '.join(self._places)}")
        return self._places[path]

    def _scalar(self, path: str) -> Scalar:
        node = self._place(path).node
        if not isinstance(node, Scalar):
            raise KeyError(f"{path} is an array or map: its items are a table of their own")
        return node

    def _mask(self, place: Place) -> Mask | None:
        return self._guarded(place.guards)

    def _guarded(self, guards: Guards) -> Mask | None:
        mask: Mask | None = None
        for tags, branch in guards:
            here = self._storage.cells(tags) == branch
            mask = here if mask is None else mask & here
        return mask

    def _span(self, path: str) -> tuple[Scalar, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        node = self._scalar(path)
        if node.kind not in SPANS:
            raise KeyError(f"{path} is {node.kind}, neither text nor bytes")
        starts = self._storage.cells(node.column)
        if node.kind == "fixed":
            return node, starts, np.full(len(self), node.size, np.int64)
        return node, starts, self._storage.cells(node.lengths).astype(np.int64)

    def _text(self, path: str, valid: Mask | None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        _, starts, lengths = self._span(path)
        if valid is not None:
            lengths = np.where(valid, lengths, 0)
        offsets = np.zeros(len(self) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        data = np.empty(max(int(offsets[-1]), 1), np.uint8)
        gather(self._buffers.addresses, self._buffers.origins, starts, offsets, data.ctypes.data)
        return offsets, data


class Tables:
    """What one call of a decoder gave.

    Parameters
    ----------
    layout
        The schema's tables and columns.
    storage
        The cells.
    source
        For each row of the root table, the payload that it came from.
    refusals
        Payloads that could not be decoded; none of their records is in the tables.
    buffers
        The payloads.
    """

    def __init__(
        self,
        layout: Layout,
        storage: Storage,
        source: npt.NDArray[np.int64],
        refusals: list[Refusal],
        buffers: Buffers,
    ) -> None:
        self.layout = layout
        self.storage = storage
        self.source = source
        self.refusals = refusals
        self.buffers = buffers

    def __len__(self) -> int:
        return len(self.root)

    @property
    def root(self) -> Table:
        """One row per record."""
        return self.table(0)

    def table(self, number: int) -> Table:
        """A table by its number in the layout."""
        # not kept here: in a circle, all the memory would live until Python looks for such
        return Table(self, number)

    def to_pylist(self) -> list[Any]:
        """The records as Python values, equal to those of fastavro without logical types."""
        from nightdesk.avro.values import values

        return values(self)
