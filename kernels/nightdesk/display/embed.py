"""Bokeh plots in a notebook without any network: BokehJS goes into the first output of a kernel.

Where the script does not run (an untrusted notebook, a static page), what stood in the plot's place
stays: a plain SVG. Colours follow the Lab's theme when the plot is shown, not when it was made.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from nightdesk.plots import palette

_page = uuid.uuid4().hex[:8]
_serial = itertools.count(1)
_sent: set[str] = set()

_SHOW = """
(() => {
  const item = %(item)s, night = %(night)s;
  const place = document.getElementById("%(id)s");
  const light = document.body.dataset.jpThemeLight !== "false";
  let tries = 0;
  const show = () => {
    if (!place || !place.isConnected) { if (tries++ < 100) setTimeout(show, 100); return; }
    if (!window.Bokeh || !window.Bokeh.embed) { if (tries++ < 100) setTimeout(show, 100); return; }
    const dark = c => night[c] || c;
    const shown = light ? item : JSON.parse(JSON.stringify(item).replace(/#[0-9a-f]{6}/g, dark));
    const target = document.createElement("div");
    place.replaceChildren(target);
    window.Bokeh.embed.embed_item(shown, target);
  };
  show();
})();
"""


def embed(item: dict[str, Any], instead: str = "", scripts: Sequence[str] = ()) -> str:
    """Return HTML that shows a Bokeh JSON item.

    Parameters
    ----------
    item
        As from `nightdesk.plots.light_curve_item` or `bokeh.embed.json_item`.
    instead
        HTML that is there until the plot is, and where it cannot be.
    scripts
        What the item needs besides BokehJS itself.
    """
    # the random part keeps apart what two kernels, or two runs of one, put into the same page
    name = f"nd-{_page}-{next(_serial)}"
    show = _SHOW % {"item": _script(item), "night": _script(night_colours()), "id": name}
    return f'{loader(scripts)}<div id="{name}">{instead}</div><script>{show}</script>'


def embed_model(model: Any) -> str:
    """Return HTML that shows any Bokeh plot or layout."""
    from bokeh.embed import json_item
    from bokeh.embed.bundle import bundle_for_objs_and_resources
    from bokeh.resources import INLINE

    # the first is BokehJS; tables, widgets and the like have their own
    scripts = bundle_for_objs_and_resources([model], INLINE).js_raw[1:]
    return embed(dict(json_item(model)), scripts=scripts)


@lru_cache(maxsize=1)
def night_colours() -> dict[str, str]:
    """Return the dark theme's colour for each of the light theme's."""
    light, dark = palette.INKS["light"], palette.INKS["dark"]
    inks = {getattr(light, name): getattr(dark, name) for name in ("text", "faint", "grid", "edge")}
    return inks | {palette.colour(band): palette.colour(band, "dark") for band in (*palette.BANDS, "?")}


def loader(scripts: Sequence[str] = ()) -> str:
    """Return BokehJS, and further scripts, each in a script tag and once in the life of a kernel."""
    wanted = {hashlib.sha256(script.encode()).hexdigest(): script for script in (_bokehjs(), *scripts)}
    fresh = {key: script for key, script in wanted.items() if key not in _sent}
    _sent.update(fresh)
    return "".join(f"<script>{script}</script>" for script in fresh.values())


@lru_cache(maxsize=1)
def _bokehjs() -> str:
    from bokeh.resources import INLINE

    return f"if (!window.Bokeh) {{ {INLINE.js_raw[0]} }}"


def _script(value: Any) -> str:
    # a closing tag inside a string would end the script
    return json.dumps(value, allow_nan=False).replace("</", "<\\/")
