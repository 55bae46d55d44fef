"""A filter that is a notebook: cells tagged ``parameters``, ``filter`` and ``test``; nothing is executed.

The ``parameters`` cell assigns literals to names. The ``filter`` cell assigns a string to ``expression``,
in which ``{name}`` (an f-string) stands for a parameter. The ``test`` cell tries it. Markdown is its
documentation.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nightdesk.client.errors import RequestError

if TYPE_CHECKING:
    from nightdesk.client.desk import Desk
    from nightdesk.client.filters import Filter

TAGS = ("parameters", "filter", "test")


@dataclass(frozen=True)
class FilterNotebook:
    """What a filter notebook says."""

    title: str
    """Its first heading."""
    parameters: dict[str, Any]
    expression: str
    """What an alert must fulfil, the parameters filled in."""

    def publish(self, desk: Desk, *, group: str | int, stream: str | int = "ZTF Public") -> Filter:
        """Publish the filter under the notebook's title; see `Desk.save_filter`."""
        return desk.save_filter(self.title, self.expression, group=group, stream=stream)


def read(path: str | Path) -> FilterNotebook:
    """Read a filter notebook.

    Raises
    ------
    RequestError
        If it is none; says what is missing.
    """
    path = Path(path)
    try:
        cells = json.loads(path.read_text())["cells"]
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} is not a notebook."
        raise RequestError(msg) from error
    code = {tag: _tagged(cells, tag, path) for tag in TAGS}
    parameters = _parameters(code["parameters"])
    return FilterNotebook(_title(cells) or path.stem, parameters, _expression(code["filter"], parameters))


def _tagged(cells: list[dict[str, Any]], tag: str, path: Path) -> str:
    found = [cell for cell in cells if tag in cell.get("metadata", {}).get("tags", ())]
    if len(found) != 1:
        msg = (
            f"{path} has {len(found) or 'no'} cells tagged {tag!r}; a filter notebook has one. "
            "Tags are in the property inspector (the gears at the right)."
        )
        raise RequestError(msg)
    source = found[0]["source"]
    return source if isinstance(source, str) else "".join(source)


def _title(cells: list[dict[str, Any]]) -> str:
    for cell in cells:
        if cell["cell_type"] == "markdown":
            for line in "".join(cell["source"]).splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return ""


def _assignments(source: str) -> dict[str, ast.expr]:
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        msg = f"line {error.lineno} is not Python: {error.msg}"
        raise RequestError(msg) from error
    found: dict[str, ast.expr] = {}
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _parameters(source: str) -> dict[str, Any]:
    assigned = _assignments(source)
    try:
        return {name: ast.literal_eval(value) for name, value in assigned.items()}
    except ValueError as error:
        msg = "A parameter is a number, a text, True, False, None, or a list of these."
        raise RequestError(msg) from error


def _expression(source: str, parameters: dict[str, Any]) -> str:
    value = _assignments(source).get("expression")
    if value is None:
        msg = 'The cell tagged "filter" assigns to no name "expression".'
        raise RequestError(msg)
    return " ".join(_text(value, parameters).split())


def _text(node: ast.expr, parameters: dict[str, Any]) -> str:
    """Return the text of a string or an f-string whose braces hold only names of parameters."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, parameters) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, parameters) + _text(node.right, parameters)
    if isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name):
        name = node.value.id
        if name not in parameters:
            msg = f"{name!r} is not a parameter; there is: {', '.join(parameters) or 'none'}."
            raise RequestError(msg)
        return repr(parameters[name]) if node.conversion == ord("r") else str(parameters[name])
    msg = (
        f"line {node.lineno}: a filter's expression is a string, with parameters in braces and nothing else."
    )
    raise RequestError(msg)
