"""The directive ``conformance``: what of the official SkyPortal client works here, module by module."""

from __future__ import annotations

import json
from collections import defaultdict
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Conformance(SphinxDirective):
    """Shows ``conformance.json`` beside the page."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        path = Path(self.env.doc2path(self.env.docname)).parent / "conformance.json"
        self.env.note_dependency(str(path))
        modules: dict[str, dict[str, str]] = defaultdict(dict)
        for name, result in json.loads(path.read_text()).items():
            module, _, function = name.partition(".")
            modules[module][function] = result
        rows = "".join(_row(name, modules[name]) for name in sorted(modules))
        head = "<tr><th>module</th><th>functions that pass</th><th>the others, and why</th></tr>"
        table = f'<table class="table"><thead>{head}</thead><tbody>{rows}</tbody></table>'
        return [nodes.raw("", table, format="html")]


def _row(module: str, results: dict[str, str]) -> str:
    reasons: dict[str, list[str]] = defaultdict(list)
    for function, result in sorted(results.items()):
        if result != "pass":
            reasons[result].append(function)
    passed = len(results) - sum(map(len, reasons.values()))
    why = "; ".join(
        escape(
            f"all {len(names)}: {reason}" if len(names) == len(results) else f"{', '.join(names)}: {reason}"
        )
        for reason, names in reasons.items()
    )
    return f"<tr><td><code>{escape(module)}</code></td><td>{passed} of {len(results)}</td><td>{why}</td></tr>"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("conformance", Conformance)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
