"""A cut-flow as a picture: one bar a cut, as long as what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nightdesk.display.style import escape, page

if TYPE_CHECKING:
    from nightdesk.client.filters import CutFlow


def cut_flow_html(flow: CutFlow) -> str:
    """Return a table of cuts with bars."""
    rows = [_row("all alerts", flow.total, flow.total, flow.total)]
    rows += [_row(cut, alone, left, flow.total) for cut, alone, left in flow.cuts]
    head = "<tr><th>cut</th><th>passes alone</th><th>left</th><th></th></tr>"
    share = flow.passed.height / flow.total if flow.total else 0.0
    sum_up = f"{flow.passed.height} of {flow.total} pass ({share:.1%})"
    table = f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"
    return page(f'{table}<div class="nd-faint">{sum_up}</div>', sum_up)


def _row(cut: str, alone: int, left: int, total: int) -> str:
    length = round(220 * left / total) if total else 0
    return (
        f'<tr><td class="nd-mono">{escape(cut)}</td><td class="nd-number">{alone}</td>'
        f'<td class="nd-number">{left}</td><td><div class="nd-bar" style="width:{length}px"></div></td></tr>'
    )
