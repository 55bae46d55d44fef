"""The workers, and what a night brought, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nightdesk_services.monitor.feed import Snapshot
from nightdesk_services.monitor.page import words

Document = dict[str, Any]

_MOST = 12


def workers(snapshot: Snapshot) -> str:
    """Return the workers as HTML."""
    found = (snapshot.status or {}).get("workers", [])
    if not found:
        return '<p class="empty">No worker has reported yet.</p>'
    rows = [
        (
            _state(worker["alive"]),
            words.escape(worker["name"].split("//")[-1].partition("/")[0]),
            str(worker["pid"]),
            str(worker["partitions"]) if worker["alive"] else words.NONE,
            words.whole(worker.get("lag") if worker["alive"] else None),
            words.whole(worker["dealt_with"]),
            words.whole(worker["batches"]),
            words.whole(worker["retries"]),
            words.size(worker["rss"]),
            words.ago(worker["last_alert_at"]),
        )
        for worker in sorted(found, key=lambda one: (not one["alive"], one["name"]))
    ]
    heads = (
        "State",
        "Address",
        "PID",
        "Partitions",
        "Waiting",
        "Alerts",
        "Batches",
        "Waits for store",
        "Memory",
        "Last alert",
    )
    return _table("", heads, rows, left=2, label="Workers")


def summary(night: Document | None) -> str:
    """Return a night's summary as HTML."""
    if night is None:
        return '<p class="empty">Asking the broker …</p>'
    if not night["surveys"]:
        return f'<p class="empty">Nothing came in the night {words.night(night["night"])}.</p>'
    surveys = [
        (
            words.escape(survey),
            *(
                words.whole(counts[name])
                for name in ("received", "stored", "duplicates", "quarantined", "candidates")
            ),
            words.size(counts["bytes"]),
        )
        for survey, counts in night["surveys"].items()
    ]
    heads = ("Survey", "Received", "Stored", "Duplicates", "Quarantined", "Candidates", "Bytes")
    latency = night["latency_ms"]
    pieces = [
        _table("By survey", heads, surveys, left=1),
        '<div class="side">',
        _table(
            "Candidates by filter",
            ("Filter", "Passed", "Time"),
            [
                (words.escape(f["name"]), words.whole(f["passed"]), words.seconds(f["seconds"]))
                for f in night["filters"][:_MOST]
            ],
            left=1,
            empty="No filter passed anything.",
        ),
        _table(
            "Slowest stages",
            ("Stage", "Time", "Share"),
            [
                (words.escape(s["stage"]), words.seconds(s["seconds"]), f"{100 * s['share']:.0f} %")
                for s in night["stages"]
            ],
            left=1,
        ),
        _table(
            "Still in quarantine",
            ("Reason", "Packets"),
            [
                (words.escape(kind), words.whole(n))
                for kind, n in list(night["still_quarantined"].items())[:8]
            ],
            left=1,
            empty="Nothing.",
        ),
        _table(
            "Latency",
            ("Share of alerts", "Within"),
            [(f"{q} %", words.duration(latency[f"p{q}"])) for q in (50, 90, 99)],
            left=1,
        ),
        "</div>",
    ]
    return "".join(pieces)


def _table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    left: int,
    empty: str = "",
    label: str = "",
) -> str:
    def cells(tag: str, row: Sequence[str]) -> str:
        made = ""
        for i, cell in enumerate(row):
            kind = "th" if i == 0 and tag == "td" else tag
            scope = ' scope="row"' if kind != tag else ' scope="col"' if tag == "th" else ""
            made += f"<{kind}{scope}{'' if i < left else ' class=number'}>{cell}</{kind}>"
        return f"<tr>{made}</tr>"

    body = "".join(cells("td", row) for row in rows)
    if not body and empty:
        body = f'<tr><td colspan="{len(heads)}" class="faint">{empty}</td></tr>'
    named = f"<caption>{caption}</caption>" if caption else ""
    spoken = f' aria-label="{label}"' if label else ""
    head = cells("th", heads)
    return (
        f'<div class="scroll"><table{spoken}>{named}<thead>{head}</thead><tbody>{body}</tbody></table></div>'
    )


def _state(alive: bool) -> str:
    word = "works" if alive else "gone"
    return f'<span class="dot {word}" aria-hidden="true"></span>{word}'
