"""Errors of the client; each message says what to do next."""

from __future__ import annotations


class NightdeskError(Exception):
    """Anything that goes wrong between a notebook and the desk."""


class TokenError(NightdeskError):
    """There is no token, or the hub does not know it."""


class ForbiddenError(NightdeskError):
    """The token is good, but its owner may not do this."""


class NotFoundError(NightdeskError, LookupError):
    """There is no such thing, or it is not visible to this user."""


class UnreachableError(NightdeskError, ConnectionError):
    """The marshal or the gateway does not answer."""


class RequestError(NightdeskError, ValueError):
    """The marshal refused a request as it was put."""


class LimitError(NightdeskError):
    """A limit on what one user may have is reached."""
