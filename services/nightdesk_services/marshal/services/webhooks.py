"""Addresses of people's own webhooks: only where the desk's administrators let them go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from nightdesk_services.marshal.exceptions import Invalid

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Webhook:
    """An address that may be posted to."""

    secure: bool
    host: str
    port: int | None
    """None for the scheme's own."""
    path: str
    query: dict[str, str]


def webhook(url: str, hosts: Collection[str], schemes: Collection[str], field: str) -> Webhook:
    """Return a webhook's address, checked.

    Parameters
    ----------
    hosts
        Where it may go, each as ``host`` (on the scheme's own port) or ``host:port``.
    field
        What named it, for the error.

    Raises
    ------
    Invalid
        If it is none, or may not be posted to.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise Invalid(f"{field}: this is no address") from error
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Invalid(f"{field}: an address has no such characters")
    if parts.scheme not in _PORTS or parts.scheme not in schemes:
        allowed = ", ".join(sorted(set(schemes) & set(_PORTS))) or "none"
        raise Invalid(f"{field}: addresses of this scheme are not allowed here; allowed: {allowed}")
    if parts.username is not None or parts.password is not None:
        raise Invalid(f"{field}: an address with a user name or password is not taken")
    if port == _PORTS[parts.scheme]:
        port = None
    place = host if port is None else f"{host}:{port}"
    if not host or place not in {one.lower() for one in hosts}:
        raise Invalid(f"{field}: the host is not on this desk's list; an administrator can add it")
    return Webhook(
        secure=parts.scheme == "https",
        host=host,
        port=port,
        path=unquote(parts.path) or "/",
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
    )
