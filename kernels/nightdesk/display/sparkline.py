"""A light curve as a small SVG: for galleries, and where no script runs."""

from __future__ import annotations

from typing import Any

from nightdesk.plots import palette
from nightdesk.plots.points import series

_MARGIN = 5.0


def sparkline(points: Any, width: int = 248, height: int = 64) -> str:
    """Return the detections (dots) and limits (open triangles) of a light curve as SVG.

    Parameters
    ----------
    points
        As of `nightdesk.plots.light_curve`.
    width, height
        CSS pixels.
    """
    drawn = series(points, "mag")
    dots: list[tuple[float, float, str, str]] = []
    for one in drawn:
        columns = one.columns
        for mjd, mag, fill, shape in zip(
            columns["mjd"], columns["value"], columns["fill"], columns["marker"], strict=True
        ):
            kind = "limit" if shape == "inverted_triangle" else "forced" if fill < 0.9 else "detection"
            dots.append((float(mjd), float(mag), kind, one.name))
    text = _describe(dots)
    open_tag = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{text}" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" style="max-width:100%">'
    )
    if not dots:
        return f"{open_tag}</svg>"
    across = _scale([dot[0] for dot in dots], _MARGIN, width - _MARGIN, least=1.0)
    down = _scale([dot[1] for dot in dots], _MARGIN, height - _MARGIN, least=0.5)
    shapes = "".join(
        _shape(across(mjd), down(mag), kind, palette.colour(name)) for mjd, mag, kind, name in dots
    )
    return f"{open_tag}{shapes}</svg>"


def _describe(dots: list[tuple[float, float, str, str]]) -> str:
    found = [mag for _, mag, kind, _ in dots if kind == "detection"]
    return f"Light curve, {len(found)} detections" + (f", brightest {min(found):.1f} mag" if found else "")


def _scale(values: list[float], start: float, end: float, least: float) -> Any:
    low, high = min(values), max(values)
    pad = max(0.0, (least - (high - low)) / 2)
    low, high = low - pad, high + pad
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _shape(x: float, y: float, kind: str, colour: str) -> str:
    if kind == "limit":
        return (
            f'<path d="M{x - 3:.1f} {y - 2:.1f}h6l-3 5z" fill="none" stroke="{colour}" stroke-opacity=".45"/>'
        )
    radius, opacity = (2.6, 1) if kind == "detection" else (1.6, 0.4)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}" fill-opacity="{opacity}"/>'
