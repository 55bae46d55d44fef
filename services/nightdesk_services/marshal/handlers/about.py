"""What the API is, for machines and for people; nothing of it is secret."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from nightdesk_services.marshal.apipage import page
from nightdesk_services.marshal.handlers.base import PUBLIC, ApiHandler, needs
from nightdesk_services.marshal.handlers.routes import Routes
from nightdesk_services.marshal.openapi import document


class Description:
    """The document and its page, made when they are first asked for."""

    def __init__(self, routes: Routes, version: str) -> None:
        self._routes = routes
        self._version = version

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return document(self._routes, self._version)

    @cached_property
    def page(self) -> str:
        """The page."""
        return page(self.document)


class OpenApi(ApiHandler):
    """The OpenAPI document of the API."""

    def initialize(self, description: Description) -> None:
        """Take what to show."""
        self._description = description

    @needs(PUBLIC)
    async def get(self) -> None:
        """Show it."""
        self.set_header("Content-Type", "application/json")
        # not as our answers are: a bound of a 64-bit integer is a number here
        self.finish(json.dumps(self._description.document))


class ApiPage(OpenApi):
    """The same for people."""

    @needs(PUBLIC)
    async def get(self) -> None:
        """Show it."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.finish(self._description.page)
