"""One person's page: its parts, and their renewal every two seconds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import panel
from bokeh.events import ConnectionLost
from bokeh.models import CustomJS
from bokeh.models.widgets import TextInput

from nightdesk_services.monitor.broker import BrokerClient, BrokerError
from nightdesk_services.monitor.feed import Feed, Snapshot
from nightdesk_services.monitor.gate import Viewer
from nightdesk_services.monitor.page import inks, numbers, plots, tables, words
from nightdesk_services.monitor.page.quarantine import QuarantineBrowser

# Panel is only half typed: what comes from it is Any
pn: Any = panel

Document = dict[str, Any]

_HERE = Path(__file__).parent
_PIECES = (_HERE / "pieces.css").read_text()
_EVERY_MS = 2000
# the quarantine and the night change slowly, and asking for them costs the store more
_SLOW_EVERY = 3
_TONIGHT = "tonight"


def build(feed: Feed, broker: BrokerClient, prefix: str) -> Any:
    """Return the page for the person whose request is being answered."""
    context = pn.state.curdoc.session_context if pn.state.curdoc else None
    viewer: Viewer | None = getattr(context.request, "viewer", None) if context else None
    page = Page(feed, broker, viewer, prefix)
    page.start()
    return page.template


class Page:
    """The parts of one session."""

    def __init__(self, feed: Feed, broker: BrokerClient, viewer: Viewer | None, prefix: str) -> None:
        self._feed = feed
        self._broker = broker
        self._banner, self._tiles = _html(), _html()
        self._workers, self._summary = _html(), _html()
        self._lines = (plots.rates(), plots.lag(), plots.latency())
        self._stages = plots.Bars("Time per stage, all workers together")
        self._filters = plots.Bars("Time per filter, all workers together")
        self._quarantine = QuarantineBrowser(broker, viewer, prefix)
        self._night = pn.widgets.Select(
            label="Night", options={"Tonight": _TONIGHT}, value=_TONIGHT, width=180, stylesheets=[_PIECES]
        )
        self._theme = TextInput(name="nightdesk-theme", value="light", visible=False)
        self._shown_up_to = 0.0
        self._first: float | None = None
        self._night_shown: Document | None = None
        self._ticks = 0
        self._names: dict[int, str] = {}
        self.template = self._assemble(viewer, prefix)

    def start(self) -> None:
        """Show what is known already, and renew it from now on."""
        self._paint("light")
        self._show(self._feed.snapshot)
        self._theme.on_change("value", lambda _attr, _old, new: self._paint(new))
        self._night.param.watch(self._other_night, "value")
        document = pn.state.curdoc
        document.js_on_event(ConnectionLost, CustomJS(code="window.nightdeskLost?.()"))
        document.add_next_tick_callback(self.tick)
        document.add_periodic_callback(self.tick, _EVERY_MS)

    async def tick(self) -> None:
        """Renew the page."""
        snapshot = await self._feed.latest()
        self._show(snapshot)
        if self._ticks % _SLOW_EVERY == 0:
            await self._quarantine.refresh()
            await self._renew_summary()
        self._ticks += 1

    def _show(self, snapshot: Snapshot) -> None:
        _put(self._banner, numbers.banner(snapshot))
        _put(self._tiles, numbers.tiles(snapshot))
        _put(self._workers, tables.workers(snapshot))
        self._plot(snapshot)
        status = snapshot.status
        if status and not snapshot.error:
            self._stages.show(status["stage_seconds"].items())
            self._filters.show((self._name(one["id"]), one["seconds"]) for one in status["filters"])

    def _name(self, filter_id: int) -> str:
        """Return a filter's name; two may have the same one, so its number stands with it."""
        name = self._names.get(filter_id)
        return f"{name} ({filter_id})" if name else f"filter {filter_id}"

    def _plot(self, snapshot: Snapshot) -> None:
        samples = list(snapshot.samples)
        first = samples[0].at if samples else None
        # the feed began anew if its samples did: an hour's oldest ones only go, one by one
        anew = not samples or self._first is None or samples[-1].at < self._shown_up_to
        fresh = samples if anew else [one for one in samples if one.at > self._shown_up_to]
        rows = [plots.row(one) for one in fresh]
        for plot in self._lines:
            if rows or (anew and self._first is not None):
                plot.add(rows, anew=anew)
            plot.move(time.time())
        self._first = first
        self._shown_up_to = samples[-1].at if samples else 0.0

    async def _renew_summary(self) -> None:
        night = "" if self._night.value == _TONIGHT else self._night.value
        try:
            found = await self._broker.summary(night)
        except BrokerError:
            # the banner says what is wrong; the old numbers stay
            return
        self._night_shown = found
        self._names |= {one["id"]: one["name"] for one in found["filters"]}
        options = {"Tonight": _TONIGHT} | {words.night(one): one for one in found["nights"]}
        if options != self._night.options:
            self._night.options = options
        _put(self._summary, tables.summary(found))

    async def _other_night(self, _event: Any) -> None:
        await self._renew_summary()

    def _paint(self, theme: str) -> None:
        chosen: inks.Theme = "dark" if theme == "dark" else "light"
        for plot in (*self._lines, self._stages, self._filters):
            plot.paint(chosen)

    def _assemble(self, viewer: Viewer | None, prefix: str) -> Any:
        _put(self._summary, tables.summary(None))
        template = pn.Template((_HERE / "page.html").read_text())
        template.add_variable("page_css", (_HERE / "page.css").read_text())
        template.add_variable("page_js", (_HERE / "page.js").read_text())
        template.add_variable("prefix", prefix)
        template.add_variable("viewer", viewer.name if viewer else "")
        parts = {
            "banner": self._banner,
            "tiles": self._tiles,
            "workers": self._workers,
            "summary": self._summary,
            "night": self._night,
            "quarantine": self._quarantine.table,
            "theme": pn.pane.Bokeh(self._theme),
            "stages": pn.pane.Bokeh(self._stages.figure, sizing_mode="stretch_width"),
            "filters": pn.pane.Bokeh(self._filters.figure, sizing_mode="stretch_width"),
        }
        for name, plot in zip(("rates", "lag", "latency"), self._lines, strict=True):
            parts[name] = pn.pane.Bokeh(plot.figure, sizing_mode="stretch_width")
        for name, part in parts.items():
            template.add_panel(name, part)
        return template


def _html() -> Any:
    return pn.pane.HTML("", sizing_mode="stretch_width", margin=0, stylesheets=[_PIECES])


def _put(pane: Any, text: str) -> None:
    if pane.object != text:
        pane.object = text
