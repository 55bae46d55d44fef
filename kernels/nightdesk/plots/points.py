"""Photometry as rows -> columns ready to draw, one set per filter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nightdesk.plots import palette

Unit = Literal["mag", "flux"]

_LOOK = {"detection": (8.0, 0.95), "forced": (4.5, 0.4), "limit": (7.0, 0.0), "forced limit": (4.0, 0.0)}
_LINE = {"detection": 0.9, "forced": 0.35, "limit": 0.4, "forced limit": 0.2}
_MJD_UNIX = 40587


@dataclass(slots=True)
class Series:
    """What is drawn of one filter; all columns have the length of ``mjd``."""

    name: str
    columns: dict[str, Any]

    def __len__(self) -> int:
        return len(self.columns["mjd"])


def rows(points: Any) -> list[Mapping[str, Any]]:
    """Return photometry as a list of rows, from a polars frame or any iterable of mappings."""
    if hasattr(points, "to_dicts"):
        return list(points.to_dicts())
    return list(points)


def series(points: Any, unit: Unit) -> list[Series]:
    """Sort photometry into one series per filter, by wavelength.

    Parameters
    ----------
    points
        Rows with ``mjd`` (UTC), ``filter``, and ``mag``, ``magerr``, ``limiting_mag`` (AB) or
        ``flux``, ``fluxerr`` (µJy); ``origin`` or ``kind`` is ``detection``, ``limit`` or ``forced``.
    unit
        Which of the two goes on the axis. A row that lacks it is left out.
    """
    drawn: dict[str, list[tuple[float, float, float, str]]] = {}
    for row in rows(points):
        if (mjd := _number(row.get("mjd"))) is None:
            continue
        kind = row.get("kind") or row.get("origin") or "detection"
        value, error, kind = _flux(row, kind) if unit == "flux" else _mag(row, kind)
        if value is not None:
            drawn.setdefault(str(row.get("filter") or "?"), []).append((mjd, value, error or 0.0, kind))
    return [Series(name, _columns(name, drawn[name], unit)) for name in sorted(drawn, key=palette.order)]


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _mag(row: Mapping[str, Any], kind: str) -> tuple[float | None, float | None, str]:
    if kind != "limit" and (mag := _number(row.get("mag"))) is not None:
        return mag, _number(row.get("magerr")), kind if kind in _LOOK else "detection"
    return _number(row.get("limiting_mag")), None, "forced limit" if kind == "forced" else "limit"


def _flux(row: Mapping[str, Any], kind: str) -> tuple[float | None, float | None, str]:
    if kind == "limit":
        return None, None, kind
    return _number(row.get("flux")), _number(row.get("fluxerr")), kind if kind in _LOOK else "detection"


def _columns(name: str, found: list[tuple[float, float, float, str]], unit: Unit) -> dict[str, Any]:
    # detections are drawn last, on top of forced photometry and limits
    found.sort(key=lambda point: (point[3] == "detection", point[0]))
    mjd, value, error = np.array([point[:3] for point in found], dtype=float).T
    kinds = [point[3] for point in found]
    shape = palette.marker(name)
    stamps = np.datetime_as_string(np.round((mjd - _MJD_UNIX) * 86_400).astype("datetime64[s]"), unit="s")
    return {
        "mjd": mjd,
        "value": value,
        "low": value - error,
        "high": value + error,
        "size": np.array([_LOOK[kind][0] for kind in kinds]),
        "fill": np.array([_LOOK[kind][1] for kind in kinds]),
        "line": np.array([_LINE[kind] for kind in kinds]),
        "marker": ["inverted_triangle" if kind.endswith("limit") else shape for kind in kinds],
        "utc": [stamp.replace("T", " ") for stamp in stamps.tolist()],
        "text": [_text(*point, unit) for point in found],
    }


def _text(mjd: float, value: float, error: float, kind: str, unit: Unit) -> str:
    note = {"forced": " (forced)", "forced limit": " (forced)"}.get(kind, "")
    if kind.endswith("limit"):
        return f"> {value:.2f} mag{note}"
    spread = f" ± {error:.2g}" if unit == "flux" else f" ± {error:.2f}"
    number = f"{value:.4g}{spread} µJy" if unit == "flux" else f"{value:.2f}{spread} mag"
    return number + note
