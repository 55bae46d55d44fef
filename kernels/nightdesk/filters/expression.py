"""Filters written as a Python expression over columns."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from nightdesk.filters.errors import FilterError
from nightdesk.filters.lowering import names
from nightdesk.filters.together import Together

LONGEST: Final = 20_000
"""Characters of the longest filter."""
DEEPEST: Final = 100
"""Levels of the most nested filter."""


class Cut(NamedTuple):
    """One condition of a filter, and what it does to a batch."""

    source: str
    alone: int
    """Rows that pass it."""
    remaining: int
    """Rows that pass it and all before it."""


@dataclass(frozen=True)
class Expression:
    """A Python expression over the columns of a batch, true for the alerts that pass.

    It may use columns (``score``, ``candidate.nbad``, ``xmatch.VSX.distance``), numbers, text, ``True``,
    ``False``, ``None``, ``and``, ``or``, ``not``, comparisons, also chained, ``in`` and ``not in`` with
    literals, ``is None``, ``+ - * / // % **``, ``a if c else b``, and the functions ``abs``, ``min``,
    ``max``, ``log10``, ``sqrt``, ``is_null`` and ``coalesce``. Nothing else is accepted, and nothing is ever
    executed as Python.

    A column without a value is null. Arithmetic, comparison, ``in`` and functions give null if anything in
    them is null; so do a division by zero, a logarithm or a root that no real number answers, and any result
    too large for a double. ``and``, ``or`` and ``not`` follow three-valued logic: ``False and null`` is
    False, ``True or null`` is True, else null with a null. ``coalesce`` gives the first value that is not
    null, ``is_null`` and ``is None`` tell. ``a if c else b`` is null if ``c`` is null. An alert passes if the
    whole is True: null does not pass.

    Integers are 64 bits and comparing them is exact; all arithmetic is done in doubles: ``a // b`` is the
    floor of ``a / b``, and ``a % b`` what ``b`` times that leaves of ``a``.

    Raises
    ------
    FilterError
        If the text is no such expression; it shows the place.

    Examples
    --------
    >>> cut = Expression("score > 0.65 and not sso and candidate.nbad == 0")
    >>> cut.columns
    ('score', 'sso', 'candidate.nbad')
    """

    source: str

    def __post_init__(self) -> None:
        """Refuse at once what cannot be a filter."""
        _ = self.columns

    @cached_property
    def tree(self) -> ast.expr:
        """The parsed expression."""
        if not self.source.strip():
            msg = "a filter needs an expression"
            raise FilterError(msg)
        if len(self.source) > LONGEST:
            msg = f"a filter has at most {LONGEST} characters, this one {len(self.source)}"
            raise FilterError(msg)
        try:
            tree = ast.parse(self._text, mode="eval").body
        except SyntaxError as error:
            line, column = error.lineno or 1, error.offset or 1
            lines = self._text.splitlines(keepends=True)
            position = sum(len(part) for part in lines[: line - 1]) + column - 2
            raise FilterError(f"not a Python expression: {error.msg}", self.source, position) from error
        except (RecursionError, MemoryError, ValueError) as error:
            msg = f"not a Python expression: {error or 'nested too deep'}"
            raise FilterError(msg) from error
        # the outer bracket is ours, and nothing but a tuple or a generator owns it
        if (tree.lineno, tree.col_offset) == (1, 0) and not isinstance(tree, ast.Tuple | ast.GeneratorExp):
            raise FilterError("not a Python expression: unmatched ')'", self.source, self.source.find(")"))
        if _depth(tree) > DEEPEST:
            msg = f"a filter is nested at most {DEEPEST} deep"
            raise FilterError(msg)
        return tree

    @property
    def _text(self) -> str:
        """The source in brackets, so that it may run over several lines."""
        return f"({self.source}\n)"

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that the expression reads, in the order of the text."""
        return tuple(dict.fromkeys(name for name, _ in names(self.tree, self)))

    @cached_property
    def cuts(self) -> tuple[str, ...]:
        """The conditions that the outermost ``and`` joins, as written."""
        return tuple(self.text_of(node) for node in self._conditions())

    def evaluate(self, frame: pl.DataFrame) -> pl.Series:
        """Return which rows pass.

        Returns
        -------
        passed
            A boolean for each row, never null, named ``passed``.

        Raises
        ------
        FilterError
            If the frame lacks a column or a column has a type that the expression cannot use.
        """
        return self._passed(frame, [self.tree])[0]

    def cutflow(self, frame: pl.DataFrame) -> list[Cut]:
        """Return what each condition of the outermost ``and`` drops.

        The rows that remain after the last one are those that `evaluate` passes.
        """
        flow: list[Cut] = []
        so_far = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
        for text, passed in zip(self.cuts, self._passed(frame, self._conditions()), strict=True):
            so_far = so_far & passed
            flow.append(Cut(text, int(passed.sum()), int(so_far.sum())))
        return flow

    def check(self, columns: Collection[str]) -> None:
        """Refuse an expression that reads a column which is not among those given.

        Raises
        ------
        FilterError
            If there is such a column; it shows the place and names columns of similar name.
        """
        for name, node in names(self.tree, self):
            if name not in columns:
                near = _similar(name, columns)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise self.error(f"unknown column {name!r}{hint}", node)

    def error(self, message: str, node: ast.AST) -> FilterError:
        """Return an error at a node of the tree."""
        return FilterError(message, self.source, self._offset(node))

    def text_of(self, node: ast.AST) -> str:
        """Return the text of a node of the tree."""
        return " ".join((ast.get_source_segment(self._text, node) or "").split())

    def _offset(self, node: ast.AST) -> int:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        lines = self._text.splitlines(keepends=True)
        # the parser counts bytes
        within = len(lines[line - 1].encode()[:column].decode(errors="ignore"))
        return sum(len(part) for part in lines[: line - 1]) + within - 1

    def _conditions(self) -> list[ast.expr]:
        tree = self.tree
        return tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]

    def _passed(self, frame: pl.DataFrame, nodes: list[ast.expr]) -> list[pl.Series]:
        together = Together(frame, {i: (self, node) for i, node in enumerate(nodes)})
        for error in together.failed.values():
            raise error
        return list(together.run(frame).values())


def _similar(name: str, columns: Collection[str]) -> list[str]:
    last = name.rpartition(".")[2]
    # the right field in the wrong record is the likeliest slip
    if same := [column for column in columns if column.rpartition(".")[2] == last]:
        return same[:3]
    short = {column.rpartition(".")[2]: column for column in columns}
    near = difflib.get_close_matches(name, list(columns), n=3, cutoff=0.6)
    alike = [short[s] for s in difflib.get_close_matches(last, list(short), n=3, cutoff=0.8)]
    return list(dict.fromkeys([*near, *alike]))[:3]


def _depth(tree: ast.AST) -> int:
    level, depth = [tree], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth
