"""Waiting for the store only as long as a person at a page would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pymongo

from nightdesk_services.broker.storage.guard import guarded


@contextmanager
def bounded(seconds: float = 4.0) -> Iterator[None]:
    """Give the store so long, then raise `StoreUnavailableError`."""
    with guarded(), pymongo.timeout(seconds):
        yield
