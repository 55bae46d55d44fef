"""What the HTTP handlers share."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

from nightdesk_lab.marshal import Marshal


class DeskHandler(APIHandler):
    """A handler that speaks to the marshal and answers errors in its envelope."""

    auth_resource = "nightdesk"

    @property
    def marshal(self) -> Marshal:
        """The way to the marshal."""
        return self.settings["nightdesk_marshal"]

    def fail(self, status: int, message: str) -> None:
        """Finish with an error a person can read."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"status": "error", "message": message}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer in the same envelope when something is refused or breaks here."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        message = (isinstance(error, web.HTTPError) and error.log_message) or "The server cannot do this"
        self.fail(status_code, message)
