"""Hang the handlers into a Jupyter server."""

from __future__ import annotations

from typing import Any

from jupyter_server.utils import url_path_join
from tornado.ioloop import IOLoop

from nightdesk_lab.handlers import ApiHandler, EventsHandler, LightCurveHandler
from nightdesk_lab.handlers.plots import warm_up
from nightdesk_lab.marshal import Marshal

SETTING = "nightdesk_marshal"
"""Name in the web application's settings under which handlers find the :class:`Marshal`."""


def load(server_app: Any) -> None:
    """Register ``<base>/nightdesk/...`` with a running server."""
    web_app = server_app.web_app
    marshal = Marshal.from_environment()
    web_app.settings[SETTING] = marshal
    base = web_app.settings["base_url"]
    web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, "nightdesk", "api", "(.+)"), ApiHandler),
            (url_path_join(base, "nightdesk", "events"), EventsHandler),
            (url_path_join(base, "nightdesk", "plots", "light-curve"), LightCurveHandler),
        ],
    )
    # the libraries take seconds to import, about as long as a browser takes to load Lab
    IOLoop.current().call_later(1, warm_up)
    where = marshal.url or "nothing: NIGHTDESK_MARSHAL_URL is not set"
    server_app.log.info("Nightdesk: the desk talks to %s", where)
