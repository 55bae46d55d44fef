"""How much the store holds, without asking it at every request."""

from __future__ import annotations

import time
from collections.abc import Callable

from nightdesk_services.broker.models.errors import StoreUnavailableError

_FRESH = 2.0


class Totals:
    """Documents per collection.

    Parameters
    ----------
    count
        Asks the store.
    """

    def __init__(self, count: Callable[[], dict[str, int]]) -> None:
        self._count = count
        self._asked = float("-inf")
        self._last: dict[str, int] | None = None

    def get(self) -> dict[str, int] | None:
        """Return the counts of two seconds ago at most; None while the store does not answer."""
        if time.monotonic() - self._asked > _FRESH:
            try:
                self._last = self._count()
            except StoreUnavailableError:
                self._last = None
            self._asked = time.monotonic()
        return self._last
