"""``plots/light-curve``: the library's own picture of an object, as BokehJS reads it."""

from __future__ import annotations

import asyncio
import importlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nightdesk_lab.handlers.base import DeskHandler
from nightdesk_lab.marshal import MarshalUnavailableError

HEIGHTS = (80, 1200)
# Bokeh's models are made one plot at a time, away from the event loop.
_DRAWING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nightdesk-plots")


def drawn(points: list[dict[str, Any]], theme: Any, unit: Any, height: int) -> dict[str, Any]:
    """Return the light curve as a Bokeh JSON item, with a word about it for a screen reader."""
    from nightdesk.plots import light_curve_item

    return {"item": light_curve_item(points, theme, unit, height), "label": describe(points)}


def warm_up() -> None:
    """Import what drawing needs, so that the first plot does not wait for it."""
    _DRAWING.submit(importlib.import_module, "nightdesk.plots")


def describe(points: list[dict[str, Any]]) -> str:
    """Say in words what the plot shows."""
    seen = [point for point in points if point.get("origin") == "detection" and point.get("mag") is not None]
    if not seen:
        return "Light curve without detections"
    last = max(seen, key=lambda point: point["mjd"])
    days = last["mjd"] - min(point["mjd"] for point in seen)
    return (
        f"Light curve: {len(seen)} detections in {days:.1f} days, "
        f"last {last['mag']:.2f} mag in {last.get('filter') or 'an unknown band'}"
    )


class LightCurveHandler(DeskHandler):
    """Draw the photometry of one object."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer ``{"item": <Bokeh JSON item>, "label": str}``."""
        obj_id = self.get_query_argument("obj_id")
        if "/" in obj_id:
            raise web.HTTPError(400, "obj_id is not the name of an object")
        theme = self._one_of("theme", ("light", "dark"))
        unit = self._one_of("unit", ("mag", "flux"))
        try:
            height = int(self.get_query_argument("height", "260"))
        except ValueError as error:
            raise web.HTTPError(400, "height is not a number") from error
        height = min(max(height, HEIGHTS[0]), HEIGHTS[1])
        try:
            answer = await self.marshal.fetch(f"sources/{obj_id}/photometry", query="format=both")
        except MarshalUnavailableError as error:
            return self.fail(error.status, str(error))
        try:
            envelope = json.loads(answer.body)
            points = envelope["data"] if answer.code == 200 else []
        except (ValueError, KeyError, TypeError):
            return self.fail(502, "The marshal's photometry could not be read")
        if answer.code != 200:
            status = 502 if answer.code == 401 else answer.code
            return self.fail(status, str(envelope.get("message", "No photometry")))
        loop = asyncio.get_running_loop()
        result = await loop.run_in_executor(_DRAWING, drawn, points, theme, unit, height)
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(result))
        return None

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.get_query_argument(name, allowed[0])
        if value not in allowed:
            raise web.HTTPError(400, f"{name} is {value!r}; one of {', '.join(allowed)}")
        return value
