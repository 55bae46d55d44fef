"""What the marshal needs to know to start, and the bounds it keeps."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from nightdesk.settings import Settings


@dataclass(frozen=True)
class MarshalConfig:
    """Addresses and bounds of one marshal process."""

    settings: Settings = field(default_factory=Settings)
    port: int = 8111
    prefix: str = "/services/marshal/"
    """Path under which the hub's proxy serves it; begins and ends with a slash."""
    store_timeout: float = 5.0
    """Longest wait for the store in one request [s]."""
    hub_timeout: float = 5.0
    """Longest wait for the hub's word on a token [s]."""
    token_cache: int = 30
    """How long the hub's word on a token is trusted [s]."""
    hub_interval: float = 300.0
    """Longest time after which groups follow a change at the hub of somebody who does not come [s]."""
    directory_cache: float = 5.0
    """How long groups and streams are trusted if no change is announced [s]."""
    window_rows: int = 20_000
    """Newest candidates that scanning looks through."""
    push_queue: int = 500
    """Messages that a slow WebSocket client may fall behind before it is dropped."""
    push_interval: float = 0.25
    """Candidate messages are gathered this long [s]."""
    push_cards: int = 100
    """Most candidate messages per interval; the rest waits for the next."""
    image_cache: int = 2048
    """Rendered cutouts kept in memory."""

    @classmethod
    def from_environment(cls, settings: Settings | None = None) -> MarshalConfig:
        """Return the configuration that the settings and the hub's variables describe."""
        settings = settings or Settings()
        prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX") or "/services/marshal/"
        return cls(settings=settings, port=settings.marshal_port, prefix=f"/{prefix.strip('/')}/")
