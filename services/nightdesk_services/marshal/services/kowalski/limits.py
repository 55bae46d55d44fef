"""How much one query may take, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from nightdesk_services.marshal.exceptions import Invalid, Unavailable
from nightdesk_services.marshal.storage.store import Store

MOST_HELD: Final = 20_000
"""Documents that are held at once, to be sorted or grouped."""
MOST_HELD_BYTES: Final = 96 * 2**20
MOST_FOUND: Final = 10_000
"""Documents of an answer."""
MOST_BYTES: Final = 32 * 2**20
"""Bytes of an answer."""
MOST_POSITIONS: Final = 1000
"""Positions of one cone search."""
MOST_PIXELS: Final = 4000
"""Pixels that a cone is made of."""
MOST_JOINED: Final = 1000
"""Documents that one ``$lookup`` looks up."""

NARROW: Final = "narrow it by objectId, candid, candidate.jd or a cone"


class Budget:
    """The time of one query; what it holds is counted too. All of it is the asker's own, and seen by them."""

    def __init__(self, milliseconds: int) -> None:
        self.milliseconds = milliseconds
        self._ends = time.monotonic() + milliseconds / 1000
        self._documents = self._bytes = 0

    def check(self) -> None:
        """Raise `Invalid` once the time is over."""
        if time.monotonic() > self._ends:
            raise Invalid(f"the query took longer than max_time_ms = {self.milliseconds}: {NARROW}")

    def hold(self, documents: int, size: int) -> None:
        """Count what is held; raise `Invalid` if that is too much."""
        self._documents += documents
        self._bytes += size
        if self._documents > MOST_HELD or self._bytes > MOST_HELD_BYTES:
            raise Invalid(
                f"the query works on more than {MOST_HELD} documents or {MOST_HELD_BYTES >> 20} MB at once: "
                f"{NARROW}, or name the fields that you need in a projection"
            )

    @contextmanager
    def bound(self, store: Store) -> Iterator[None]:
        """Wait for the store no longer than the query may take."""
        try:
            with store.bounded(max(self._ends - time.monotonic(), 0.001)):
                yield
        except Unavailable:
            # slow because of what is asked, or because it is not there
            self.check()
            raise


def answerable(documents: int) -> None:
    """Raise `Invalid` if an answer has too many documents."""
    if documents > MOST_FOUND:
        raise Invalid(
            f"the answer has more than {MOST_FOUND} documents: {NARROW}, or page with skip and limit"
        )


def sendable(size: int) -> None:
    """Raise `Invalid` if an answer is too long."""
    if size > MOST_BYTES:
        raise Invalid(
            f"the answer is longer than {MOST_BYTES >> 20} MB: name the fields that you need in a "
            "projection, or page with skip and limit"
        )
