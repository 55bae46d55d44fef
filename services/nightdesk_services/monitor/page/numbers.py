"""The numbers at the top, and the line that says how things are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nightdesk_services.monitor.feed import Snapshot
from nightdesk_services.monitor.page import words

Document = dict[str, Any]

_PHASES = {
    "starting": "The broker is starting.",
    "waiting for the store": "The broker waits for the document store.",
    "starting workers": "The broker starts its workers.",
    "stopping": "The broker is stopping.",
}


def tiles(snapshot: Snapshot) -> str:
    """Return the numbers as HTML."""
    status = snapshot.status or {}
    now, minute = status.get("rates_now", {}), status.get("rates", {})
    known = snapshot.status is not None
    tonight = status.get("tonight") or {}
    latency = status.get("latency_now_ms") or {}
    living = [w for w in status.get("workers", []) if w["alive"]]
    totals = status.get("totals") or {}
    cards = [
        (
            "Alerts per second",
            words.rate(sum(now.values()) if known else None),
            _split(minute) or "last ten seconds",
        ),
        (
            "Waiting in the stream",
            words.whole(status.get("lag")),
            f"{sum(w['partitions'] for w in living)} partitions, {len(living)} workers"
            if known
            else words.NONE,
        ),
        (
            "Latency, median",
            words.duration(latency.get("p50")),
            f"99 %: {words.duration(latency.get('p99'))} (last minute)",
        ),
        (
            "Stored tonight",
            words.whole(tonight.get("stored")),
            f"{words.whole(tonight.get('duplicates'))} duplicates",
        ),
        (
            "Candidates tonight",
            words.whole(tonight.get("candidates")),
            f"last alert {words.ago(status.get('last_alert_at'))}",
        ),
        (
            "In quarantine",
            words.whole(totals.get("quarantine")),
            f"{words.whole(tonight.get('quarantined'))} came tonight",
        ),
    ]
    rows = "".join(
        f'<div class="tile"><dt>{title}</dt><dd class="value">{value}</dd><dd class="faint">{more}</dd></div>'
        for title, value, more in cards
    )
    stale = " stale" if snapshot.error else ""
    return f'<dl class="tiles{stale}">{rows}</dl>'


def banner(snapshot: Snapshot) -> str:
    """Return what a person should know now as HTML; empty if all is well."""
    if snapshot.error:
        then = datetime.fromtimestamp(snapshot.at, UTC).strftime("%H:%M:%S") if snapshot.at else ""
        shown = f" Below is what it said at {then} UTC." if then else ""
        return _say(
            "bad",
            "alert",
            f"{words.escape(snapshot.error).capitalize()}.{shown} Asking again every two seconds.",
        )
    status = snapshot.status
    if status is None:
        return _say("calm", "status", "Asking the broker …")
    if status["phase"] in _PHASES:
        return _say("calm", "status", _PHASES[status["phase"]])
    if status["totals"] is None:
        return _say(
            "bad",
            "alert",
            "The document store does not answer; the broker waits for it, and alerts wait in the stream.",
        )
    if not any(worker["alive"] for worker in status["workers"]):
        return _say("bad", "alert", "No worker consumes the stream. A new one is started within seconds.")
    if status["last_alert_at"] is None and not any(
        n for name, n in status["totals"].items() if name != "quarantine"
    ):
        return _say(
            "calm",
            "status",
            "No alerts have arrived yet; they appear here as soon as one is published. To try it: "
            "<code>nightdesk up --simulate 5</code> or <code>nightdesk replay &lt;files&gt;</code>.",
        )
    return _say("good", "status", f"Running since {words.clock(status['started_at'])} UTC.")


def _split(rates: dict[str, float]) -> str:
    shares = [f"{words.escape(s)} {words.rate(r)}" for s, r in sorted(rates.items()) if r]
    return f"{', '.join(shares)} (1 min)" if shares else ""


def _say(mood: str, role: str, text: str) -> str:
    return f'<p class="banner {mood}" role="{role}">{text}</p>'
