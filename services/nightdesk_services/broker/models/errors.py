"""What can go wrong, as the broker tells it apart."""

from __future__ import annotations


class StoreUnavailableError(Exception):
    """The store does not answer, or refuses for reasons of its own; the same write will do later."""


class StreamUnavailableError(Exception):
    """The stream does not answer; the same call will do later."""


class ConflictError(Exception):
    """Another worker changed the same object at the same moment; reading again and retrying will do."""
