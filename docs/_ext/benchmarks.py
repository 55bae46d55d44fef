"""The directive ``benchmarks``: the recorded figures as a table, an alert's time as a drawing."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
"""Paul Tol's bright scheme: told apart by colour-blind readers, on light and dark ground."""
_WIDTH, _BAR, _LINE = 720, 34, 20


class Benchmarks(SphinxDirective):
    """Shows ``benchmarks.json`` beside the page."""

    def run(self) -> list[nodes.Node]:
        """Return the drawing and the table."""
        path = Path(self.env.doc2path(self.env.docname)).parent / "benchmarks.json"
        self.env.note_dependency(str(path))
        if not path.exists():
            return [nodes.paragraph(text="Nothing is recorded yet: make bench ARGS=--record does it.")]
        recorded = json.loads(path.read_text())
        shown = [r for r in recorded["results"] if ".ms." not in r["name"]]
        drawn = "".join(_bars(recorded["results"], survey) for survey in ("ztf", "lsst"))
        said = f"<p>Measured on {escape(recorded['machine'])}, {escape(recorded['date'])}.</p>"
        return [nodes.raw("", said + _table(shown) + drawn, format="html")]


def _table(rows: list[dict[str, Any]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in ("name", "value", "unit", "compared with, in the same run"))
    body = "".join(
        f"<tr><td><code>{escape(r['name'])}</code></td><td>{r['value']:.4g}</td><td>{escape(r['unit'])}</td>"
        f"<td>{escape(r['reference'])}{_ratio(r)}</td></tr>"
        for r in rows
    )
    return f'<table class="table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _ratio(row: dict[str, Any]) -> str:
    return "" if row["ratio"] is None else f" ({row['ratio']:.3g} times)"


def _bars(rows: list[dict[str, Any]], survey: str) -> str:
    begin = f"pipeline.{survey}.ms."
    steps = [(r["name"].removeprefix(begin), r["value"]) for r in rows if r["name"].startswith(begin)]
    if not steps:
        return ""
    largest = sorted(steps, key=lambda step: -step[1])
    steps = largest[: len(_COLOURS) - 1]
    if rest := sum(value for _, value in largest[len(_COLOURS) - 1 :]):
        steps.append(("the rest", rest))
    total, at, drawn = sum(value for _, value in steps), 0.0, ""
    for i, (name, value) in enumerate(steps):
        width = _WIDTH * value / total
        y = _LINE + _BAR + 16 + i // 2 * _LINE
        x = i % 2 * _WIDTH / 2
        colour = _COLOURS[i]
        drawn += f'<rect x="{at:.1f}" y="{_LINE}" width="{width:.1f}" height="{_BAR}" fill="{colour}"/>'
        drawn += f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour}"/>'
        drawn += f'<text x="{x + 18}" y="{y}">{escape(name)}, {value:.2f} ms</text>'
        at += width
    height = _LINE + _BAR + 24 + (len(steps) + 1) // 2 * _LINE
    title = f"{survey.upper()}: {total:.1f} ms of one worker for each alert, waiting for the store included"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{title}" fill="currentColor" '
        f'font-size="13" style="max-width:{_WIDTH}px;width:100%"><text y="13">{title}</text>{drawn}</svg>'
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("benchmarks", Benchmarks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
