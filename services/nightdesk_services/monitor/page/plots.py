"""The plots: rate, lag and latency over the last hour, and where the time goes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from bokeh.models import (
    ColumnDataSource,
    CustomJSTickFormatter,
    DataRange1d,
    DatetimeTickFormatter,
    FactorRange,
    HoverTool,
    NumeralTickFormatter,
    Range1d,
)
from bokeh.models.annotations import Label, Legend, LegendItem
from bokeh.plotting import figure
from nightdesk.surveys import SURVEYS

from nightdesk_services.monitor.feed import SPAN, Sample
from nightdesk_services.monitor.page import inks

_FONT = "system-ui, sans-serif"
_MS = 1000.0
_MOST_BARS = 14
_DURATION = """
const ms = tick;
if (ms >= 1000) return Number((ms / 1000).toPrecision(3)) + " s";
return (ms === 0 ? "0" : Number(ms.toPrecision(2)) + " ms");
"""
PERCENTILES = {"p50": "50 %", "p90": "90 %", "p99": "99 %"}


class Lines:
    """One plot over the last hour; its samples are added as they come."""

    def __init__(self, label: str, names: dict[str, str], unit: str, *, log: bool = False) -> None:
        self._names = list(names)
        self.source = ColumnDataSource({"at": [], **{name: [] for name in names}})
        self.window = Range1d(start=0, end=1)
        y_range = (
            DataRange1d(range_padding=0.12)
            if log
            else DataRange1d(start=0, range_padding=0.12, min_interval=1)
        )
        self.figure = _canvas(label, self.window, y_range, y_axis_type="log" if log else "linear")
        self.figure.xaxis.formatter = DatetimeTickFormatter(minutes="%H:%M", hours="%H:%M", hourmin="%H:%M")
        self.figure.xaxis.ticker.desired_num_ticks = 7
        if log:
            self.figure.yaxis.formatter = CustomJSTickFormatter(code=_DURATION)
            self.figure.yaxis.ticker.desired_num_ticks = 4
        else:
            self.figure.yaxis.formatter = NumeralTickFormatter(format="0,0.[0]")
        self._nothing = _nothing(self.figure, "Nothing known of the last hour yet")
        self._lines: list[tuple[Any, dict[inks.Theme, str]]] = []
        items = []
        for number, (name, title) in enumerate(names.items()):
            colours, dash = self._look(number, name)
            line = self.figure.line(
                "at", name, source=self.source, line_width=1.3 if log else 2, line_dash=dash, name=name
            )
            self._lines.append((line, colours))
            items.append(LegendItem(label=title, renderers=[line]))
            tips = [("at", "@at{%H:%M:%S} UTC"), (title, f"@{name}{{0,0.[00]}} {unit}")]
            self.figure.add_tools(
                HoverTool(renderers=[line], tooltips=tips, formatters={"@at": "datetime"}, mode="mouse")
            )
        if len(items) > 1:
            self.figure.add_layout(_legend(items), "above")

    def _look(self, number: int, name: str) -> tuple[dict[inks.Theme, str], str]:
        if name in inks.LATENCY:
            return inks.LATENCY[name], "solid"
        return (inks.LAG, "solid") if name == "lag" else inks.series(number)

    def move(self, now: float) -> None:
        """Show the hour up to now."""
        self.window.update(start=_MS * (now - SPAN), end=_MS * now)

    def add(self, rows: Sequence[dict[str, float | None]], *, anew: bool) -> None:
        """Add rows with ``at`` [s] and a value for each line."""
        columns: dict[str, list[float]] = {
            "at": [_MS * (row["at"] or 0.0) for row in rows],
            **{name: [_number(row.get(name)) for row in rows] for name in self._names},
        }
        if anew:
            self.source.data = columns
        elif rows:
            self.source.stream(columns, rollover=800)  # type: ignore[arg-type]
        if rows:
            there = any(not math.isnan(value) for name in self._names for value in columns[name])
            self._nothing.visible = not there and (anew or self._nothing.visible)

    def paint(self, theme: inks.Theme) -> None:
        """Take the colours of a theme."""
        _paint(self.figure, theme)
        for line, colours in self._lines:
            line.glyph.line_color = colours[theme]


class Bars:
    """One plot of horizontal bars, longest on top."""

    def __init__(self, label: str) -> None:
        self.source = ColumnDataSource({"name": [], "seconds": [], "share": [], "text": []})
        self.names = FactorRange(factors=[])
        self.figure = _canvas(label, DataRange1d(start=0, range_padding=0.18), self.names)
        self.figure.xaxis.formatter = CustomJSTickFormatter(code=_DURATION.replace("= tick", "= tick * 1000"))
        self.figure.xaxis.ticker.desired_num_ticks = 4
        self.figure.ygrid.visible = False
        self._bars = self.figure.hbar(
            y="name", right="seconds", height=0.62, source=self.source, line_color=None
        )
        self._text = self.figure.text(
            x="seconds",
            y="name",
            text="text",
            source=self.source,
            x_offset=6,
            text_baseline="middle",
            text_font={"value": _FONT},
            text_font_size="11px",
        )
        self._nothing = _nothing(self.figure, "Nothing has been timed yet")
        self.figure.add_tools(
            HoverTool(
                renderers=[self._bars],
                tooltips=[("", "@name"), ("time", "@seconds{0,0.000} s"), ("share", "@share{0.0 %}")],
            )
        )

    def show(self, values: Iterable[tuple[str, float]]) -> None:
        """Show seconds by name; the rest of a long list is put together."""
        found = sorted(values, key=lambda item: -item[1])
        if len(found) > _MOST_BARS:
            rest = sum(seconds for _, seconds in found[_MOST_BARS - 1 :])
            found = [*found[: _MOST_BARS - 1], ("all others", rest)]
        found.reverse()
        names = [name for name, _ in found]
        if names != self.names.factors:
            self.names.factors = names
        self._nothing.visible = not names
        spent = sum(seconds for _, seconds in found) or 1.0
        shares = [seconds / spent for _, seconds in found]
        self.source.data = {
            "name": names,
            "seconds": [seconds for _, seconds in found],
            "share": shares,
            "text": [f"{100 * share:.0f} %" for share in shares],
        }

    def paint(self, theme: inks.Theme) -> None:
        """Take the colours of a theme."""
        _paint(self.figure, theme)
        self._bars.glyph.fill_color = inks.BAR[theme]
        self._text.glyph.text_color = inks.INKS[theme].faint


def rates() -> Lines:
    """Return the plot of alerts per second by survey."""
    return Lines("Alerts per second by survey", {name: name for name in SURVEYS}, "alerts/s")


def lag() -> Lines:
    """Return the plot of waiting messages."""
    return Lines("Messages that wait in the stream", {"lag": "waiting"}, "messages")


def latency() -> Lines:
    """Return the plot of latency percentiles."""
    return Lines("Latency from arrival to stored, percentiles", PERCENTILES, "ms", log=True)


def row(sample: Sample) -> dict[str, float | None]:
    """Return a sample as a row for the three plots."""
    return {"at": sample.at, "lag": sample.lag, **sample.rates, **sample.latency}


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _canvas(label: str, x_range: Any, y_range: Any, y_axis_type: Any = "linear") -> Any:
    plot = figure(
        x_range=x_range,
        y_range=y_range,
        x_axis_type="datetime" if isinstance(x_range, Range1d) else "linear",
        y_axis_type="auto" if isinstance(y_range, FactorRange) else y_axis_type,
        height=230,
        sizing_mode="stretch_width",
        tools="",
        toolbar_location=None,
        outline_line_color=None,
        min_border_left=52,
        min_border_right=12,
        name=label,
    )
    plot.axis.major_label_text_font = _FONT
    plot.axis.major_label_text_font_size = "11px"
    plot.axis.minor_tick_line_color = None
    plot.axis.major_tick_in = 0
    plot.xgrid.grid_line_color = None
    return plot


def _nothing(plot: Any, text: str) -> Label:
    made = Label(
        x=16,
        y=90,
        x_units="screen",
        y_units="screen",
        text=text,
        text_font=_FONT,
        text_font_size="13px",
        name="nothing",
    )
    plot.add_layout(made)
    return made


def _legend(items: list[LegendItem]) -> Legend:
    return Legend(
        items=items,
        orientation="horizontal",
        location="top_left",
        click_policy="hide",
        background_fill_color=None,
        border_line_color=None,
        inactive_fill_color=None,
        label_text_font=_FONT,
        label_text_font_size="11px",
        glyph_height=14,
        spacing=12,
        margin=0,
    )


def _paint(plot: Any, theme: inks.Theme) -> None:
    ink = inks.INKS[theme]
    # a canvas without a background is not wiped where it grew
    plot.background_fill_color = plot.border_fill_color = inks.CARD[theme]
    plot.axis.axis_line_color = ink.grid
    plot.axis.major_tick_line_color = ink.faint
    plot.axis.major_label_text_color = ink.text
    plot.grid.grid_line_color = ink.grid
    for label in plot.select(name="nothing"):
        label.text_color = ink.faint
    for legend in plot.legend:
        legend.label_text_color = ink.text
    if isinstance(plot.x_range, Range1d):
        plot.xgrid.grid_line_color = None
