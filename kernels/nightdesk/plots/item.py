"""Light curves as JSON for the browser, quickly: only the data and the ranges of a plot change.

Making a Bokeh plot and serialising it takes 50 to 100 ms, nearly all of it for models that are the
same in every light curve. So each kind of plot is made once and kept as text; a new light curve
fills in its own columns.
"""

from __future__ import annotations

import itertools
import json
import re
from functools import lru_cache
from typing import Any

from bokeh.core.serialization import Serializer
from bokeh.embed import json_item

from nightdesk.plots import palette
from nightdesk.plots.light_curve import light_curve, ranges
from nightdesk.plots.points import Unit, rows, series

_ID = re.compile(r'"p(\d+)"')
_serial = itertools.count(1)
_Path = tuple[str | int, ...]


def light_curve_item(
    points: Any,
    theme: palette.Theme = "light",
    unit: Unit = "mag",
    height: int = 260,
    width: int | None = None,
    *,
    target: str | None = None,
) -> dict[str, Any]:
    """Return the JSON that ``Bokeh.embed.embed_item`` shows as ``light_curve`` with the same arguments.

    Parameters
    ----------
    points, theme, unit, height, width
        As of `nightdesk.plots.light_curve`.
    target
        Id of the element in the page that receives the plot.
    """
    points = rows(points)
    drawn = series(points, unit)
    text, places = _skeleton(tuple(one.name for one in drawn), theme, unit, height, width)
    # ids must differ between two plots on one page
    serial = next(_serial)
    item: dict[str, Any] = json.loads(_ID.sub(rf'"n{serial}-\1"', text))
    item["target_id"] = target
    serializer = Serializer(deferred=False)
    for one in drawn:
        _at(item, places[f"points {one.name}"])["data"] = serializer.encode(one.columns)
        _at(item, places[f"item {one.name}"])["index"] = len(one) - 1
    if drawn:
        for name, (start, end) in ranges(drawn, unit).items():
            _at(item, places[f"range {name}"]).update(start=start, end=end)
    return item


@lru_cache(maxsize=128)
def _skeleton(
    names: tuple[str, ...], theme: palette.Theme, unit: Unit, height: int, width: int | None
) -> tuple[str, dict[str, _Path]]:
    """Return the JSON of a plot of these filters, and where in it the attributes of each named model are."""
    points = [
        {"mjd": 0.0, "filter": name, "mag": 20.0, "magerr": 0.1, "flux": 1.0, "fluxerr": 0.1}
        for name in names
    ]
    item = json_item(light_curve(points, theme, unit, height, width))
    places: dict[str, _Path] = {}
    _find(item, (), places)
    return json.dumps(item), places


def _find(node: Any, path: _Path, places: dict[str, _Path]) -> None:
    if isinstance(node, dict):
        attributes = node.get("attributes")
        if isinstance(attributes, dict) and isinstance(name := attributes.get("name"), str):
            places[name] = (*path, "attributes")
        for key, value in node.items():
            _find(value, (*path, key), places)
    elif isinstance(node, (list, tuple)):
        for index, value in enumerate(node):
            _find(value, (*path, index), places)


def _at(node: Any, path: _Path) -> dict[str, Any]:
    for key in path:
        node = node[key]
    found: dict[str, Any] = node
    return found
