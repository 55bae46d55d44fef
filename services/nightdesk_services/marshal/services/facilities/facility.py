"""What a facility that takes follow-up requests must do, whatever protocol it speaks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid

SUBMITTED: Final = "submitted"
CANCELLED: Final = "deleted"


@dataclass(frozen=True)
class Endpoint:
    """Where an allocation's requests go."""

    url: str
    token: str = field(default="", repr=False)
    """Sent along as a bearer token, and kept out of logs and records."""

    @classmethod
    def of(cls, altdata: Mapping[str, Any] | None) -> Endpoint:
        """Return the endpoint that an allocation's credentials name.

        Raises
        ------
        Invalid
            If there is no usable ``url`` among them.
        """
        url, token = ((altdata or {}).get(name) or "" for name in ("url", "token"))
        if not isinstance(url, str) or not isinstance(token, str):
            raise Invalid("_altdata: url and token must be strings")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise Invalid("_altdata.url: the allocation needs an http or https address for its requests")
        if parts.username or parts.password:
            raise Invalid("_altdata.url: credentials belong in _altdata.token, not in the address")
        if not token.isascii() or not token.isprintable():
            raise Invalid("_altdata.token: only printable ASCII can be sent")
        return cls(url, token)


@dataclass(frozen=True)
class Outcome:
    """What came of a call to a facility."""

    delivered: bool
    """Whether the facility took it."""
    status: str | None
    """New status of the request; None leaves it as it is."""
    response: Document
    """What the facility answered, for the record of the exchange."""


class Facility(ABC):
    """One way to reach telescopes; a call that fails says so in its outcome and does not raise."""

    @abstractmethod
    def form(self, instrument: Document) -> Document:
        """Return the JSON schema of a request's payload for an instrument."""

    @abstractmethod
    async def submit(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Hand in a request, for the first time or again."""

    @abstractmethod
    async def update(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Replace a request that was handed in."""

    @abstractmethod
    async def cancel(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Take a request back."""

    @abstractmethod
    async def poll(self, endpoint: Endpoint, request: Document) -> Outcome:
        """Ask how a request stands."""
