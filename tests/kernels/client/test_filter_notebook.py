"""Reading a filter from a notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nightdesk import Desk
from nightdesk.client.errors import RequestError
from nightdesk.client.filter_notebook import read
from nightdesk.filters import Expression

SHIPPED = Path(__file__).parents[3] / "notebooks" / "filter-bright-transients.ipynb"


def cell(source: str, *tags: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {"tags": list(tags)}}


def notebook(path: Path, parameters: str, expression: str, title: str = "# Mine\n\nText") -> Path:
    cells = [
        cell(title, kind="markdown"),
        cell(parameters, "parameters"),
        cell(expression, "filter"),
        cell("1", "test"),
    ]
    path.write_text(json.dumps({"cells": cells}))
    return path


def test_the_shipped_notebook_is_a_filter() -> None:
    found = read(SHIPPED)
    assert found.title == "Bright transients"
    assert found.parameters == {"min_score": 0.65, "faintest": 19.0}
    assert "score > 0.65" in found.expression
    assert {"score", "magpsf"} <= set(Expression(found.expression).columns)


def test_parameters_are_filled_in(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "f.ipynb",
        'least = 0.5\nband: str = "g"',
        'expression = f"score > {least} and band == {band!r}"',
    )
    assert read(path).expression == "score > 0.5 and band == 'g'"


def test_pieces_are_joined(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "f.ipynb", "a = 1", 'expression = "n_det > " + f"{a}" + """\n  and isdiffpos"""'
    )
    assert read(path).expression == "n_det > 1 and isdiffpos"


@pytest.mark.parametrize(
    ("parameters", "expression", "said"),
    [
        ("a = 1", 'expression = f"score > {b}"', "'b' is not a parameter; there is: a"),
        ("a = 1", 'expression = open("/etc/passwd").read()', "line 1: a filter's expression is a string"),
        ("a = 1", 'expression = f"{a.__class__}"', "parameters in braces and nothing else"),
        ("a = print(1)", 'expression = "a"', "A parameter is a number"),
        ("a = 1", 'other = "score"', 'assigns to no name "expression"'),
        ("a = ", 'expression = "score"', "line 1 is not Python"),
    ],
)
def test_what_is_no_filter_is_refused(tmp_path: Path, parameters: str, expression: str, said: str) -> None:
    path = notebook(tmp_path / "f.ipynb", parameters, expression)
    with pytest.raises(RequestError) as caught:
        read(path)
    assert said in str(caught.value)


def test_missing_tags_are_named(tmp_path: Path) -> None:
    path = tmp_path / "f.ipynb"
    path.write_text(json.dumps({"cells": [cell("a = 1", "parameters"), cell("1", "test")]}))
    with pytest.raises(RequestError, match="no cells tagged 'filter'"):
        read(path)
    path.write_text("[]")
    with pytest.raises(RequestError, match="not a notebook"):
        read(path)


def test_publishing_from_a_notebook(ana: Desk) -> None:
    group = ana.new_group("Ana's filters")["id"]
    published = read(SHIPPED).publish(ana, group=group)
    assert (published.name, published.version) == ("Bright transients", 1)
    assert published.expression == read(SHIPPED).expression
