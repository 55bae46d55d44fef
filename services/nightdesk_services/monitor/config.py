"""What the page's service needs to know to start."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nightdesk.settings import Settings


@dataclass(frozen=True)
class MonitorConfig:
    """Addresses of one process that serves the page."""

    settings: Settings = field(default_factory=Settings)
    prefix: str = "/services/stream"
    """Path under which the hub's proxy serves it, without a slash at its end."""
    token: str = field(default="", repr=False)
    """The service's own hub token, which reads from the broker."""

    @property
    def broker(self) -> str:
        """URL of the broker's API, without a slash at its end."""
        return f"http://127.0.0.1:{self.settings.broker_port}/services/broker/api"

    @property
    def origins(self) -> list[str]:
        """Hosts whose pages may open a WebSocket here: the hub as a browser sees it."""
        place = urlsplit(self.settings.public_url)
        found = [place.netloc]
        if place.port is None:
            found.append(f"{place.hostname}:{443 if place.scheme == 'https' else 80}")
        elif place.hostname == "127.0.0.1":
            found.append(f"localhost:{place.port}")
        return found

    @classmethod
    def from_environment(cls, settings: Settings | None = None) -> MonitorConfig:
        """Return the configuration that the settings and the hub's variables describe."""
        prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or "/services/stream/"
        return cls(
            settings=settings or Settings(),
            prefix=f"/{prefix.strip('/')}",
            token=os.environ.get("JUPYTERHUB_API_TOKEN", ""),
        )
