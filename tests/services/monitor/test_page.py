"""The page's parts on what a broker says, and on its silence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import panel as pn
import pytest
from bokeh.document import Document
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services.monitor import Monitor
from nightdesk_services.monitor.broker import BrokerError
from nightdesk_services.monitor.feed import Feed
from nightdesk_services.monitor.gate import Viewer
from nightdesk_services.monitor.page import inks, words
from nightdesk_services.monitor.page.session import Page


class FakeBroker:
    """A broker whose counts a test sets; away when told so."""

    def __init__(self) -> None:
        self.monitor = Monitor()
        self.statistics = Statistics()
        self.away = False
        self.asked: list[tuple[Any, ...]] = []
        self.entries: list[dict[str, Any]] = []

    def report(self) -> None:
        self.monitor.report({"worker": "tls://127.0.0.1:1/2/3", "pid": 7, **self.statistics.to_message()})

    def _answer(self) -> None:
        if self.away:
            raise BrokerError("the broker is not reachable")

    async def status(self) -> dict[str, Any]:
        self._answer()
        totals = {"ZTF_alerts": self.statistics.counts["ZTF"]["stored"], "quarantine": len(self.entries)}
        tonight = {"stored": 1234, "duplicates": 5, "candidates": 6, "quarantined": 7}
        return self.monitor.status() | {"phase": "running", "totals": totals, "tonight": tonight}

    async def history(self, since: float) -> dict[str, Any]:
        self._answer()
        return self.monitor.history.columns(since)

    async def summary(self, night: str = "") -> dict[str, Any]:
        self._answer()
        filters = [
            {"id": i, "name": "Twins", "passed": i, "seconds": 0.5} for i in self.statistics.filter_passes
        ]
        counts = {
            "received": 9,
            "stored": 8,
            "duplicates": 1,
            "quarantined": 0,
            "candidates": 3,
            "bytes": 70_000,
        }
        return {
            "night": night or "20261125",
            "nights": ["20261125", "20261124"],
            "surveys": {"ZTF": counts} if self.statistics.batches else {},
            "filters": filters,
            "latency_ms": {"p50": 120.0, "p90": 300.0, "p99": 900.0},
            "stages": [{"stage": "<decode>", "seconds": 2.0, "share": 1.0}],
            "still_quarantined": {"no framed record": 2},
        }

    async def quarantine(self, survey: str, kind: str, skip: int, limit: int) -> dict[str, Any]:
        self._answer()
        self.asked.append(("page", survey, kind, skip, limit))
        chosen = self.entries[skip : skip + limit]
        kinds = [{"kind": "no framed record", "count": len(self.entries)}]
        return {"entries": chosen, "total": 20, "matching": 20, "retrying": 0, "kinds": kinds}

    async def retry(self, ids: list[str], token: str) -> dict[str, Any]:
        self._answer()
        self.asked.append(("retry", tuple(ids), token))
        return {"sent": len(ids) - 1, "refused": [{"id": ids[-1], "reason": "only the beginning was kept"}]}

    async def delete(self, ids: list[str], token: str) -> dict[str, Any]:
        self._answer()
        self.asked.append(("delete", tuple(ids), token))
        return {"deleted": len(ids)}


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Holds the monitor's time; a test sets it."""
    moment = [time.time() - 60]
    monkeypatch.setattr("nightdesk_services.broker.services.monitor.time.time", lambda: moment[0])
    yield moment


def page_of(broker: Any, may_write: bool = True) -> Page:
    return Page(Feed(broker), broker, Viewer("ada", may_write, "her-token"), "/services/stream")


async def ticked(page: Page) -> Page:
    page._feed._asked = float("-inf")
    page._ticks = 0
    await page.tick()
    return page


def count(broker: FakeBroker, now: list[float], steps: int) -> None:
    for _ in range(steps):
        now[0] += 5
        broker.statistics.counts["ZTF"].update(stored=50)
        broker.statistics.batches += 1
        broker.statistics.seconds["decode"] += 0.5
        broker.statistics.record_filter(3, 0.25, 1)
        broker.statistics.record_filter(4, 0.75, 1)
        broker.statistics.record_latency(0.2, 50)
        broker.statistics.lag = 17
        broker.statistics.last_alert_at = now[0]
        broker.report()


async def test_a_desk_without_alerts_says_what_to_do(broker: FakeBroker) -> None:
    broker.report()
    page = await ticked(page_of(broker))
    assert "No alerts have arrived yet" in page._banner.object
    assert "Nothing came in the night 2026-11-25" in page._summary.object
    assert all(plot._nothing.visible for plot in (*page._lines, page._stages, page._filters))


async def test_numbers_plots_and_tables_show_what_is_counted(broker: FakeBroker, now: list[float]) -> None:
    count(broker, now, 10)
    page = await ticked(page_of(broker))
    assert "Running since" in page._banner.object
    for part in ("10.0", "17", "1\u202f234"):
        assert f">{part}</dd>" in page._tiles.object
    rate, lag, latency = page._lines
    assert rate.source.data["ZTF"] == [10.0] * 9
    assert set(lag.source.data["lag"]) == {17.0}
    assert latency.source.data["p50"][0] == pytest.approx(200, rel=0.13)
    assert not rate._nothing.visible
    assert page._stages.source.data["name"] == ["decode"]
    assert "127.0.0.1:1" in page._workers.object
    # two filters of one name, and a stage that is no HTML
    await ticked(page)
    assert page._filters.names.factors == ["Twins (3)", "Twins (4)"]
    assert page._filters.source.data["text"] == ["25 %", "75 %"]
    assert "&lt;decode&gt;" in page._summary.object


async def test_samples_are_added_once(broker: FakeBroker, now: list[float]) -> None:
    count(broker, now, 3)
    page = await ticked(page_of(broker))
    count(broker, now, 4)
    await ticked(page)
    await ticked(page)
    times = page._lines[0].source.data["at"]
    assert len(times) == 6
    assert list(times) == sorted(set(times))


async def test_a_broker_that_begins_anew_has_a_history_of_its_own(
    broker: FakeBroker, now: list[float]
) -> None:
    count(broker, now, 5)
    page = await ticked(page_of(broker))
    now[0] += 5
    broker.monitor, broker.statistics = Monitor(), Statistics()
    count(broker, now, 3)
    await ticked(page)
    assert len(page._feed.snapshot.samples) == 2


async def test_the_page_outlives_the_broker(broker: FakeBroker, now: list[float]) -> None:
    count(broker, now, 3)
    page = await ticked(page_of(broker))
    broker.away = True
    await ticked(page)
    assert 'role="alert"' in page._banner.object
    assert "The broker is not reachable. Below is what it said at" in page._banner.object
    assert "tiles stale" in page._tiles.object
    assert page._quarantine.table.view["failed"]
    broker.away = False
    await ticked(page)
    assert "Running since" in page._banner.object
    assert "stale" not in page._tiles.object
    assert not page._quarantine.table.view["failed"]


async def test_a_store_that_is_away_is_told(broker: FakeBroker, now: list[float]) -> None:
    count(broker, now, 2)
    page = await ticked(page_of(broker))
    snapshot = page._feed.snapshot
    assert snapshot.status is not None
    snapshot.status = snapshot.status | {"totals": None, "tonight": None}
    page._show(snapshot)
    assert "The document store does not answer" in page._banner.object


async def test_many_people_ask_the_broker_once(broker: FakeBroker) -> None:
    broker.report()
    feed = Feed(broker)  # type: ignore[arg-type]
    calls: list[float] = []
    status = broker.status

    async def counted() -> dict[str, Any]:
        calls.append(1)
        return await status()

    broker.status = counted  # type: ignore[method-assign]
    for _ in range(5):
        await feed.latest()
    assert len(calls) == 1


async def test_what_a_person_asks_goes_to_the_broker_in_their_name(broker: FakeBroker) -> None:
    page = page_of(broker)
    await page._quarantine.wish({"act": "page", "survey": "ZTF", "kind": "k", "skip": 8})
    await page._quarantine.wish({"act": "retry", "ids": ["a", "b", "c"]})
    view = page._quarantine.table.view
    assert (
        view["note"] == "2 packets sent to the stream again. 1 packet cannot be: only the beginning was kept."
    )
    await page._quarantine.wish({"act": "delete", "ids": ["a"]})
    assert page._quarantine.table.view["note"] == "1 packet deleted."
    assert [one for one in broker.asked if one[0] != "page"] == [
        ("retry", ("a", "b", "c"), "her-token"),
        ("delete", ("a",), "her-token"),
    ]
    assert ("page", "ZTF", "k", 8, 8) in broker.asked


async def test_who_may_only_look_changes_nothing(broker: FakeBroker) -> None:
    page = page_of(broker, may_write=False)
    assert not page._quarantine.table.view["may_write"]
    await page._quarantine.wish({"act": "delete", "ids": ["a"]})
    assert all(one[0] == "page" for one in broker.asked)
    assert page._quarantine.table.view["failed"]


def test_plots_take_the_colours_of_a_theme(broker: FakeBroker) -> None:
    page = page_of(broker)
    for theme in ("dark", "light"):
        page._paint(theme)
        for plot in (*page._lines, page._stages, page._filters):
            assert plot.figure.xaxis.major_label_text_color == inks.INKS[theme].text
            assert plot.figure.border_fill_color == inks.CARD[theme]


def test_the_page_is_whole(broker: FakeBroker) -> None:
    document = Document()
    page_of(broker).template.server_doc(document)
    assert len(document.roots) >= 11
    assert pn.__version__


@pytest.mark.parametrize(
    ("ms", "text"), [(None, "–"), (0.5, "0.5 ms"), (414.4, "414 ms"), (1500, "1.5 s"), (1_200_000, "20 min")]
)
def test_durations_are_read_at_a_glance(ms: float | None, text: str) -> None:
    assert words.duration(ms) == text


@pytest.mark.parametrize(
    ("number", "text"), [(None, "–"), (70, "70 B"), (7100, "7.1 kB"), (610e6, "610 MB"), (38e9, "38 GB")]
)
def test_sizes_are_read_at_a_glance(number: float | None, text: str) -> None:
    assert words.size(number) == text
