"""What a facility that takes follow-up requests must do, whatever protocol it speaks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, Literal
from urllib.parse import urlsplit

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid

SUBMITTED: Final = "submitted"
CANCELLED: Final = "deleted"

Ability = Literal["submit", "update", "delete", "retrieve", "retrieve_log"]
"""What a facility may be able to do, in SkyPortal's words."""

_PORTS: Final = {"http": 80, "https": 443}


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
            usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise Invalid("_altdata.url: the allocation needs an http or https address for its requests")
        if parts.username is not None or parts.password is not None:
            raise Invalid("_altdata.url: credentials belong in _altdata.token, not in the address")
        if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise Invalid("_altdata.url: an address has no such characters")
        if not token.isascii() or not token.isprintable():
            raise Invalid("_altdata.token: only printable ASCII can be sent")
        return cls(url, token)

    def within(self, hosts: Collection[str]) -> bool:
        """Return whether it is on any of some hosts, each ``host`` (its scheme's port) or ``host:port``."""
        parts = urlsplit(self.url)
        host = (parts.hostname or "").rstrip(".")
        shown = f"[{host}]" if ":" in host else host
        port = parts.port or _PORTS[parts.scheme]
        places = {f"{shown}:{port}"} | ({shown} if port == _PORTS[parts.scheme] else set())
        return not places.isdisjoint(one.lower() for one in hosts)


NOWHERE: Final = Endpoint("")
"""For a facility that is reached by no address."""


@dataclass(frozen=True)
class Outcome:
    """What came of a call to a facility."""

    delivered: bool
    """Whether the facility took it."""
    status: str | None
    """New status of the request; None leaves it as it is."""
    response: Document
    """What the facility answered, for the record of the exchange."""
    links: Mapping[str, list[str]] = field(default_factory=dict)
    """Where its data are: ``photometry`` and ``spectra``, each a list of addresses."""
    uncertain: bool = False
    """Whether it may have arrived, although nothing says so."""

    @property
    def why(self) -> str:
        """Why it failed, in words for people."""
        return str(self.response.get("error", ""))


class Facility(ABC):
    """One way to reach telescopes; a call that fails says so in its outcome and does not raise."""

    abilities: ClassVar[frozenset[Ability]] = frozenset({"submit", "update", "delete"})
    addressed: ClassVar[bool] = True
    """Whether its allocations name an `Endpoint`."""

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

    async def log(self, endpoint: Endpoint, start: datetime, end: datetime) -> Outcome:
        """Ask for the instrument's log of a span of time; it stands in the response as ``log``."""
        return Outcome(False, None, {"error": "this facility keeps no log"})
