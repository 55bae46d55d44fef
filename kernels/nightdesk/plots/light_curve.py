"""The light curve of one object, the same picture in a notebook and on every panel."""

from __future__ import annotations

from typing import Any

from bokeh.models import (
    BasicTicker,
    BasicTickFormatter,
    BoxZoomTool,
    ColumnDataSource,
    Grid,
    HoverTool,
    LinearAxis,
    Range1d,
    Scatter,
    Segment,
    Toolbar,
    WheelZoomTool,
)
from bokeh.models.annotations import Label, Legend, LegendItem
from bokeh.models.renderers import GlyphRenderer
from bokeh.plotting import figure

from nightdesk.plots import palette
from nightdesk.plots.points import Series, Unit, series

_FONT = "system-ui, sans-serif"
_HOVER = (
    '<div style="font: 12px system-ui, sans-serif; color: #24292F; line-height: 1.45">'
    '<b style="color: {colour}">{label}</b> <b>@text</b><br>@utc UTC<br>MJD @mjd{{0.00000}}</div>'
)


def light_curve(
    points: Any,
    theme: palette.Theme = "light",
    unit: Unit = "mag",
    height: int = 260,
    width: int | None = None,
) -> figure:
    """Draw a light curve.

    Detections carry error bars, forced photometry is small and translucent, and limits are open
    triangles that point down. A click on the legend hides a band, a drag zooms, a double click
    goes back, and the wheel zooms with Ctrl held. The background is transparent.

    Parameters
    ----------
    points
        Photometry: a polars frame or rows (mappings) with ``mjd`` (UTC days), ``filter``
        (``ztfg``, ``lsstr``), ``mag``, ``magerr``, ``limiting_mag`` (AB) or ``flux``, ``fluxerr``
        (µJy), and ``origin`` or ``kind`` (``detection``, ``limit`` or ``forced``).
    theme
        Colours for a light or for a dark background.
    unit
        ``mag`` (AB, brighter is up) or ``flux`` (µJy, difference flux, may be negative).
    height, width
        In CSS pixels; without a width the plot stretches.

    Raises
    ------
    ValueError
        If ``theme`` or ``unit`` is none of these.
    """
    if theme not in palette.INKS:
        msg = f"theme is {theme!r}; one of light, dark"
        raise ValueError(msg)
    if unit not in ("mag", "flux"):
        msg = f"unit is {unit!r}; one of mag, flux"
        raise ValueError(msg)
    drawn = series(points, unit)
    ink = palette.INKS[theme]
    plot = _canvas(drawn, unit, ink, height, width)
    items: list[LegendItem] = []
    tools: list[HoverTool] = []
    for one in drawn:
        colour, label = palette.colour(one.name, theme), palette.label_of(one.name)
        source = ColumnDataSource(data=one.columns, name=f"points {one.name}")
        bars = _renderer(source, _bars(colour))
        dots = _renderer(source, _dots(colour))
        plot.renderers += [bars, dots]
        # the last row is a detection if there is one: it lends the legend its marker
        items.append(
            LegendItem(
                label={"value": label}, renderers=[bars, dots], index=len(one) - 1, name=f"item {one.name}"
            )
        )
        tools.append(
            # a tooltip is light in every theme; capitals keep its colour out of the switch to the dark ones
            HoverTool(
                renderers=[dots],
                tooltips=_HOVER.format(colour=palette.colour(one.name).upper(), label=label),
            )
        )
    zoom, wheel = BoxZoomTool(), WheelZoomTool(modifiers={"ctrl": True}, dimensions="width")
    plot.toolbar = Toolbar(tools=[*tools, zoom, wheel], active_drag=zoom, active_scroll=wheel, logo=None)
    if items:
        plot.above.append(_legend(items, ink))
    else:
        plot.center.append(_nothing(ink))
    return plot


def ranges(drawn: list[Series], unit: Unit) -> dict[str, tuple[float, float]]:
    """Return start and end of the axes: ``x`` (MJD), ``y`` and ``days`` (since the first detection)."""
    left, right = _range(_span(drawn, "mjd"), least=2.0, share=0.04)
    low, high = _range(_span(drawn, "low", "high"), least=0.5 if unit == "mag" else 1.0, share=0.08)
    zero = _first(drawn)
    up = (high, low) if unit == "mag" else (low, high)
    return {"x": (left, right), "y": up, "days": (left - zero, right - zero)}


def _canvas(drawn: list[Series], unit: Unit, ink: palette.Ink, height: int, width: int | None) -> figure:
    spans = {
        name: Range1d(start=start, end=end, name=f"range {name}")
        for name, (start, end) in ranges(drawn, unit).items()
    }
    plot = figure(
        x_axis_type=None,
        y_axis_type=None,
        x_range=spans["x"],
        y_range=spans["y"],
        height=height,
        width=width or 600,
        sizing_mode="fixed" if width else "stretch_width",
        tools="",
        toolbar_location=None,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        min_border=4,
    )
    if not drawn:
        return plot
    small = height < 200
    plot.extra_x_ranges = {"days": spans["days"]}
    across = _axis("" if small else "MJD", ink)
    up = _axis({"mag": "magnitude (AB)", "flux": "flux (µJy)"}[unit], ink)
    since = _axis("" if small else "days since first detection", ink, x_range_name="days")
    plot.below.append(across)
    plot.left.append(up)
    plot.above.append(since)
    plot.center += [
        Grid(axis=across, grid_line_color=ink.grid),
        Grid(axis=up, grid_line_color=ink.grid, dimension=1),
    ]
    return plot


def _axis(label: str, ink: palette.Ink, **more: Any) -> LinearAxis:
    return LinearAxis(
        axis_label=label or None,
        ticker=BasicTicker(desired_num_ticks=5),
        formatter=BasicTickFormatter(use_scientific=False),
        axis_label_text_color=ink.faint,
        axis_label_text_font=_FONT,
        axis_label_text_font_size="11px",
        axis_label_text_font_style="normal",
        axis_label_standoff=3,
        axis_line_color=ink.grid,
        major_label_text_color=ink.text,
        major_label_text_font=_FONT,
        major_label_text_font_size="11px",
        major_tick_line_color=ink.faint,
        major_tick_in=0,
        major_tick_out=4,
        minor_tick_line_color=None,
        **more,
    )


def _bars(colour: str) -> Segment:
    return Segment(
        x0="mjd", x1="mjd", y0="low", y1="high", line_color=colour, line_alpha="line", line_width=1.2
    )


def _dots(colour: str) -> Scatter:
    return Scatter(
        x="mjd",
        y="value",
        size="size",
        marker="marker",
        fill_color=colour,
        fill_alpha="fill",
        line_color=colour,
        line_alpha="line",
    )


def _renderer(source: ColumnDataSource, glyph: Any) -> GlyphRenderer[Any]:
    # plots have no selection, and the copies of a glyph made for one double the cost of a plot
    return GlyphRenderer(
        data_source=source, glyph=glyph, selection_glyph=None, nonselection_glyph=None, muted_glyph=None
    )


def _legend(items: list[LegendItem], ink: palette.Ink) -> Legend:
    return Legend(
        items=items,
        orientation="horizontal",
        nrows=-(-len(items) // 6),
        location="top_left",
        click_policy="hide",
        background_fill_color=None,
        border_line_color=None,
        inactive_fill_color=None,
        label_text_color=ink.text,
        label_text_font=_FONT,
        label_text_font_size="11px",
        label_standoff=3,
        glyph_width=16,
        glyph_height=16,
        spacing=10,
        margin=0,
    )


def _nothing(ink: palette.Ink) -> Label:
    return Label(
        x=8,
        y=8,
        x_units="screen",
        y_units="screen",
        text="No photometry yet",
        text_color=ink.faint,
        text_font=_FONT,
        text_font_size="13px",
    )


def _span(drawn: list[Series], *names: str) -> tuple[float, float] | None:
    if not drawn:
        return None
    columns = [one.columns[name] for one in drawn for name in names]
    return float(min(column.min() for column in columns)), float(max(column.max() for column in columns))


def _first(drawn: list[Series]) -> float:
    """Return the time of the first detection, or of the first point if there is none."""
    found = [one.columns["mjd"][one.columns["fill"] > 0.9] for one in drawn]
    times = [column.min() for column in found if len(column)] or [one.columns["mjd"].min() for one in drawn]
    return float(min(times, default=0.0))


def _range(span: tuple[float, float] | None, least: float, share: float) -> tuple[float, float]:
    low, high = span or (0.0, 1.0)
    pad = max((high - low) * share, (least - (high - low)) / 2)
    return low - pad, high + pad
