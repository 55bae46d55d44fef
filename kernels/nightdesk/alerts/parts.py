"""The records of one schema as columns, and those of several schemas as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from nightdesk.alerts.batch import Ragged
from nightdesk.alerts.columns import Mask, blobs, cast, fields, frame, present, texts, value
from nightdesk.alerts.layout import SOURCE, Columns, Layout
from nightdesk.alerts.reading import Group
from nightdesk.avro import Table
from nightdesk.avro import schema as avro
from nightdesk.surveys import Survey

Stamps = dict[str, list[bytes | None]]
Names = dict[str, list[str | None]]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Part:
    """Records of one schema, in the survey's own fields."""

    layout: Layout
    source: npt.NDArray[np.int64]
    """Index of the payload that each record came in."""
    frame: pl.DataFrame
    prv: Ragged
    fp: Ragged
    cutouts: Stamps
    cutout_names: Names
    triggered: Mask
    """Which records have the record of the triggering source."""

    def take(self, rows: npt.NDArray[np.int64]) -> Part:
        """Return some records."""
        return replace(
            self,
            source=self.source[rows],
            frame=self.frame[rows],
            prv=self.prv.take(rows),
            fp=self.fp.take(rows),
            cutouts=pick(self.cutouts, rows),
            cutout_names=pick(self.cutout_names, rows),
            triggered=self.triggered[rows],
        )


def pick(lists: dict[str, list[Value]], rows: npt.NDArray[np.int64]) -> dict[str, list[Value]]:
    """Return some items of each list, in the order given."""
    order = rows.tolist()
    return {name: [items[i] for i in order] for name, items in lists.items()}


def part(group: Group, survey: Survey) -> Part:
    """Return the columns of a group of records."""
    layout, root = group.layout, group.tables.root
    own = fields(group.tables.layout.root)
    nodes = dict(own)
    for name, raw in layout.raw.items():
        nodes |= {f"{name}.{field}": node for field, node in fields(own[raw]).items()}
    stamps, names = _stamps(root, own, survey)
    return Part(
        layout=layout,
        source=group.source,
        frame=frame(root, nodes, columns([layout])),
        prv=_ragged(root, own.get(survey.history.prv), layout.prv),
        fp=_ragged(root, own.get(survey.history.fp), layout.fp),
        cutouts=stamps,
        cutout_names=names,
        triggered=present(root, own[layout.raw[SOURCE]])
        if SOURCE in layout.records
        else np.zeros(len(root), np.bool_),
    )


def _ragged(root: Table, node: avro.Node | None, wanted: Columns) -> Ragged:
    inner = value(node)[0] if node else None
    if not isinstance(inner, avro.Ragged) or not wanted:
        return Ragged(np.zeros(len(root) + 1, np.int64), pl.DataFrame(schema=wanted))
    items = root.items(inner.path)
    return Ragged(root.offsets(inner.path), frame(items, fields(inner.item), wanted))


def _stamps(root: Table, own: dict[str, avro.Node], survey: Survey) -> tuple[Stamps, Names]:
    nothing = avro.Node("null", "", 0)
    stamps: Stamps = {}
    names: Names = {}
    for kind, field in survey.stamps.items():
        node = own.get(field, nothing)
        inside = fields(node)
        stamps[kind] = list(blobs(root, inside.get("stampData", node)))
        names[kind] = list(texts(root, inside.get("fileName", nothing)))
    return stamps, names


def columns(layouts: Sequence[Layout]) -> Columns:
    """Return the columns of records of some schemas."""
    found = merged(layout.scalars for layout in layouts)
    for name in dict.fromkeys(n for layout in layouts for n in layout.records):
        inner = merged(layout.records.get(name, {}) for layout in layouts)
        found |= {f"{name}.{field}": dtype for field, dtype in inner.items()}
    return found


def merged(some: Iterable[Columns]) -> Columns:
    """Return the union of several schemas' columns; a type that two disagree on becomes the wider one."""
    union: Columns = {}
    for one in some:
        for name, dtype in one.items():
            known = union.get(name, dtype)
            union[name] = (
                known if known == dtype else pl.String() if pl.String() in (known, dtype) else pl.Float64()
            )
    return union


def stacked(frames: Sequence[pl.DataFrame], wanted: Columns) -> pl.DataFrame:
    """Return rows of several schemas one after another; null where a schema lacks a column."""
    if len(frames) == 1:
        return frames[0]
    return pl.concat([_conformed(one, wanted) for one in frames]) if frames else pl.DataFrame(schema=wanted)


def _conformed(one: pl.DataFrame, wanted: Columns) -> pl.DataFrame:
    there = set(one.columns)
    return pl.DataFrame(
        [
            cast(one.get_column(name), dtype)
            if name in there
            else pl.Series(name, [None], dtype).new_from_index(0, one.height)
            for name, dtype in wanted.items()
        ]
    )


def joined(parts: Sequence[Part], which: Callable[[Part], Ragged], wanted: Columns) -> Ragged:
    """Return the lists of several schemas, one after another."""
    lists = [which(one) for one in parts]
    lengths = np.concatenate([np.empty(0, np.int64), *(one.lengths for one in lists)])
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Ragged(offsets, stacked([one.values for one in lists], wanted))
