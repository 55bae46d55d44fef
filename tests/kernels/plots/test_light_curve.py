"""Light curves as figures and as JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import polars as pl
import pytest
from bokeh.embed import json_item
from bokeh.models import HoverTool, Legend
from nightdesk.plots import light_curve, light_curve_item, palette

POINTS: list[dict[str, Any]] = [
    {"mjd": 60000.25, "filter": "ztfg", "mag": 19.5, "magerr": 0.1, "limiting_mag": 20.5,
     "flux": 57.5, "fluxerr": 5.3, "origin": "detection", "candid": "9007199254740993"},
    {"mjd": 59990.0, "filter": "ztfg", "mag": None, "magerr": None, "limiting_mag": 20.1,
     "flux": None, "fluxerr": None, "origin": "limit"},
    {"mjd": 59995.0, "filter": "ztfg", "mag": None, "magerr": None, "limiting_mag": 20.3,
     "flux": -3.0, "fluxerr": 4.0, "origin": "forced"},
    {"mjd": 60001.0, "filter": "ztfg", "mag": 19.2, "magerr": 0.05, "limiting_mag": 20.3,
     "flux": 75.9, "fluxerr": 3.5, "origin": "forced"},
    {"mjd": 60002.0, "filter": "lsstr", "mag": 18.5, "magerr": 0.01, "limiting_mag": 24.0,
     "flux": 144.5, "fluxerr": 1.3, "origin": "detection"},
]  # fmt: skip


def sources(figure: Any) -> dict[str, dict[str, Any]]:
    return {one.data_source.name: one.data_source.data for one in figure.renderers}


def test_every_point_is_drawn_once_and_as_what_it_is() -> None:
    drawn = sources(light_curve(POINTS))
    assert set(drawn) == {"points ztfg", "points lsstr"}
    green = drawn["points ztfg"]
    assert len(green["mjd"]) == 4
    kinds = dict(zip(green["mjd"].tolist(), green["marker"], strict=True))
    assert kinds == {
        60000.25: "circle",
        60001.0: "circle",
        59990.0: "inverted_triangle",
        59995.0: "inverted_triangle",
    }
    detection = green["mjd"].tolist().index(60000.25)
    assert (green["low"][detection], green["high"][detection]) == pytest.approx((19.4, 19.6))
    assert green["text"][detection] == "19.50 ± 0.10 mag"
    assert green["utc"][detection] == "2023-02-25 06:00:00"
    open_ones = green["fill"][[marker == "inverted_triangle" for marker in green["marker"]]]
    assert not open_ones.any()
    forced = green["mjd"].tolist().index(60001.0)
    assert green["size"][forced] < green["size"][detection]
    assert green["fill"][forced] < green["fill"][detection]


def test_magnitudes_go_up_when_brighter_and_fluxes_do_too() -> None:
    magnitudes, fluxes = light_curve(POINTS), light_curve(POINTS, unit="flux")
    assert magnitudes.y_range.start > 20.3 > 18.5 > magnitudes.y_range.end
    assert fluxes.y_range.start < -7 < 145 < fluxes.y_range.end
    # a limit has no flux; a forced point that is not significant has
    assert sorted(sources(fluxes)["points ztfg"]["mjd"].tolist()) == [59995.0, 60000.25, 60001.0]


def test_days_count_from_the_first_detection() -> None:
    figure = light_curve(POINTS)
    days = figure.extra_x_ranges["days"]
    assert figure.x_range.start - days.start == 60000.25
    assert figure.x_range.end - days.end == 60000.25


def test_the_legend_hides_a_band_whole() -> None:
    figure = light_curve(POINTS)
    (legend,) = figure.select(Legend)
    assert legend.click_policy == "hide"
    assert [item.label.value for item in legend.items] == ["ZTF g", "LSST r"]
    shown = [one for item in legend.items for one in item.renderers]
    assert shown == figure.renderers
    assert len(list(figure.select(HoverTool))) == 2


def test_a_frame_of_ours_and_rows_of_the_marshal_are_the_same() -> None:
    frame = pl.DataFrame([{**point, "kind": point["origin"]} for point in POINTS], infer_schema_length=None)
    rows, frames = sources(light_curve(POINTS)), sources(light_curve(frame.drop("origin")))
    for name, columns in rows.items():
        for column, values in columns.items():
            np.testing.assert_array_equal(values, frames[name][column])


@pytest.mark.parametrize("unit", ["mag", "flux"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("points", [POINTS, POINTS[:1], []], ids=["all", "one", "none"])
def test_the_quick_json_is_the_slow_one(points: list[dict[str, Any]], theme: Any, unit: Any) -> None:
    light_curve_item(POINTS[::-1], theme, unit)
    quick = light_curve_item(points, theme, unit, target="here")
    slow = json_item(light_curve(points, theme, unit), "here")
    assert _plain(quick) == _plain(slow)


def _plain(item: Any) -> Any:
    """Return JSON with ids numbered in the order in which they come, and defaults left out."""
    ids: dict[str, str] = {}
    text = re.sub(
        r'"(?:p|n\d+-)\d+"',
        lambda found: ids.setdefault(found[0], f'"{len(ids)}"'),
        json.dumps(item, allow_nan=False),
    )
    return json.loads(text, object_hook=_without_defaults)


def _without_defaults(node: dict[str, Any]) -> dict[str, Any]:
    if node.get("name") == "Range1d":
        usual = {"start": 0, "end": 1}
        node["attributes"] = {k: v for k, v in node["attributes"].items() if k not in usual or usual[k] != v}
    return node


def test_two_plots_on_a_page_share_no_id() -> None:
    first, second = (set(re.findall(r'"n\d+-\d+"', json.dumps(light_curve_item(POINTS)))) for _ in range(2))
    assert len(first) > 20
    assert not first & second


def test_nothing_and_nonsense() -> None:
    assert "No photometry yet" in json.dumps(json_item(light_curve([])))
    empty = {"mjd": 60000.0, "filter": "ztfg", "mag": None, "limiting_mag": float("nan"), "origin": "limit"}
    assert light_curve([empty]).renderers == []
    assert light_curve([{"mjd": 60000.0, "filter": "atlaso", "mag": 18.0}]).renderers
    with pytest.raises(ValueError, match="theme"):
        light_curve([], theme="blue")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unit"):
        light_curve([], unit="jy")  # type: ignore[arg-type]


def _rgb(colour: str) -> np.ndarray:
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize(("theme", "ground"), [("light", "#ffffff"), ("dark", "#111418")])
def test_bands_stand_out_from_the_background(theme: Any, ground: str) -> None:
    weights = np.array([0.2126, 0.7152, 0.0722])
    behind = _rgb(ground) @ weights
    for band in "ugrizy":
        light, dark = sorted([_rgb(palette.colour(band, theme)) @ weights, behind], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, band  # WCAG 2.1, 1.4.11


def test_bands_differ_in_shape_for_those_who_see_no_colour() -> None:
    assert len({palette.marker(band) for band in "ugrizy"}) == 6
