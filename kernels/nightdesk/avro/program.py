"""From a schema to the small table of integers that the interpreter runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from nightdesk.avro import operations as ops
from nightdesk.avro.errors import SchemaError
from nightdesk.avro.lessons import Lessons
from nightdesk.avro.schema import ITEM, Layout, Node, Ragged, Record, Scalar, Union
from nightdesk.avro.storage import Plan

KINDS = {
    "float": ops.FLOAT,
    "double": ops.DOUBLE,
    "boolean": ops.BOOLEAN,
    "int": ops.INT,
    "long": ops.LONG,
    "string": ops.STRING,
    "bytes": ops.BYTES,
    "enum": ops.ENUM,
    "fixed": ops.FIXED,
}


MAX_CELLS = 1000
"""Values of an item that may have shapes."""
MAX_ARRAYS = 8
"""Arrays and maps of a schema whose items may have shapes."""


@dataclass(frozen=True, eq=False)
class Program:
    """A compiled schema; made by `compile_schema`, run by `decode`."""

    layout: Layout
    code: npt.NDArray[np.int64]
    """One instruction a row, see `nightdesk.avro.interpreter`."""
    jumps: npt.NDArray[np.int64]
    """Where the branches of unions begin."""
    paths: list[list[str]]
    """The fields that each instruction reads."""
    depth: int
    """Greatest number of arrays and maps within one another."""
    plan: Plan
    """How the columns lie in memory."""
    lessons: Lessons
    """Shapes of items, kept between calls."""

    def field(self, instruction: int, step: int) -> str:
        """Path of the field that an instruction read at one of its steps."""
        names = self.paths[instruction]
        return names[min(step, len(names) - 1)] if names else ""


class _Compiler:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.code: list[list[int]] = []
        self.jumps: list[int] = []
        self.paths: list[list[str]] = []
        self.depth = 0
        self.arrays = 0
        self.cells = 0
        self._level = 0
        self._fence = 0
        self._prefix = ""

    def run(self) -> Program:
        self._emit(self.layout.root)
        self._put(ops.END)
        return Program(
            self.layout,
            np.array(self.code, np.int64),
            np.array(self.jumps or [0], np.int64),
            self.paths,
            self.depth,
            Plan(self.layout),
            Lessons(self.arrays, self.cells),
        )

    def _put(self, op: int, *arguments: int, path: str | None = None) -> list[int]:
        self.code.append([op, *arguments, *[0] * (ops.WORDS - 1 - len(arguments))])
        self.paths.append([] if path is None else [self._place(path)])
        return self.code[-1]

    def _place(self, path: str) -> str:
        return self._prefix + (path or ITEM) if self._prefix else path

    def _here(self) -> int:
        """The next instruction, as the target of a jump: nothing may be merged across it."""
        self._fence = len(self.code)
        return self._fence

    def _emit(self, node: Node) -> None:
        if isinstance(node, Record):
            for inner in node.fields.values():
                self._emit(inner)
        elif isinstance(node, Ragged):
            self._ragged(node)
        elif isinstance(node, Union):
            self._union(node)
        elif isinstance(node, Scalar) and node.kind != "null":
            self._scalar(node, KINDS[node.kind], 0)

    def _scalar(self, node: Scalar, op: int, present: int) -> None:
        extra = len(node.symbols) if node.kind == "enum" else node.size
        stride = 1 + (present >= 0 and op >= ops.NULLABLE) + (node.lengths >= 0)
        if len(self.code) > self._fence:
            last = self.code[-1]
            if (
                last[0] == op
                and last[3:6] == [stride, present, extra]
                and last[2] + last[1] * stride == node.column
            ):
                last[1] += 1
                self.paths[-1].append(self._place(node.path))
                return
        self._put(op, 1, node.column, stride, present, extra, path=node.path)

    def _union(self, node: Union) -> None:
        present = node.nullable
        if present is not None and isinstance(inner := node.branches[present], Scalar):
            self._scalar(inner, ops.NULLABLE + KINDS[inner.kind], 2 * present)
            return
        first = len(self.jumps)
        self._put(ops.UNION, len(node.branches), node.tags, first, path=node.path)
        self.jumps += [0] * len(node.branches)
        leaving = []
        for index, branch in enumerate(node.branches):
            self.jumps[first + index] = self._here()
            self._emit(branch)
            leaving.append(self._put(ops.JUMP))
        end = self._here()
        for jump in leaving:
            jump[1] = end

    def _ragged(self, node: Ragged) -> None:
        start = self._put(ops.ARRAY, 0, node.counts, node.child, path=node.path)
        smallest = node.item.smallest + (node.key is not None)
        block = self._put(ops.BLOCK, 0, node.counts, node.child, smallest, path=node.path)
        self._level += 1
        self.depth = max(self.depth, self._level)
        outer, self._prefix = self._prefix, f"{self._prefix}{node.path}." if node.path else self._prefix
        top = self._here() - 1
        steps = _cells(node.item)
        if 0 < steps <= MAX_CELLS and smallest and self.arrays < MAX_ARRAYS:
            self.cells = max(self.cells, steps + (node.key is not None))
            self._put(ops.ITEM, self.arrays)
            self.arrays += 1
            self._here()
        if node.key is not None:
            self._scalar(node.key, ops.STRING, 0)
        self._emit(node.item)
        self._prefix = outer
        self._put(ops.NEXT, top)
        self._level -= 1
        start[1] = block[1] = self._here()


def _cells(node: Node) -> int:
    """Number of values in an item of nothing but scalars, some of them nullable; or far too many."""
    if isinstance(node, Record):
        return sum(_cells(inner) for inner in node.fields.values())
    if isinstance(node, Union):
        present = node.nullable
        return MAX_CELLS + 1 if present is None else _cells(node.branches[present])
    return 1 if isinstance(node, Scalar) else MAX_CELLS + 1


def compile_schema(schema: Any) -> Program:
    """Compile an Avro schema for `decode`.

    Parameters
    ----------
    schema
        The schema as JSON text or as parsed JSON. Compiled schemas are remembered.

    Returns
    -------
    Program
        The same for every payload that was written with this schema.

    Raises
    ------
    SchemaError
        If the schema is malformed, recursive or unreasonably large.
    """
    if isinstance(schema, bytes):
        try:
            schema = schema.decode()
        except UnicodeDecodeError as error:
            raise SchemaError(f"the schema is not UTF-8: {error}") from error
    if not isinstance(schema, str):
        schema = json.dumps(schema)
    return _compile(schema)


@lru_cache(maxsize=64)
def _compile(schema: str) -> Program:
    return _Compiler(Layout(schema)).run()
