"""Routes that things of several types have alike."""

from __future__ import annotations

from nightdesk_services.marshal.handlers.base import ApiHandler


class ThingHandler(ApiHandler):
    """A route about a thing whose type is the first word of the address below ``api/``."""

    @property
    def kind(self) -> str:
        """Type of the thing, as ``sources`` or ``spectra``."""
        below = self.request.path.removeprefix(f"{self.marshal.config.prefix}api/")
        return below.partition("/")[0]
