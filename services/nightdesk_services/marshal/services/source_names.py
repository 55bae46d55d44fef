"""Names of the Transient Name Server, from its table of public objects as far as that is loaded here."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any, Final

from nightdesk.crossmatch import Catalogue

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import NotFound

_BEGINNING: Final = "tns"
_LEAST_ARCSEC: Final = 1e-3


class TransientNames:
    """Finds the entry nearest to a place."""

    def __init__(self, catalogues: Callable[[], list[Catalogue]]) -> None:
        self._catalogues = catalogues

    def table(self) -> Catalogue:
        """Return the table.

        Raises
        ------
        NotFound
            If it is not loaded.
        """
        there = self._catalogues()
        found = next((one for one in there if one.name.lower().startswith(_BEGINNING)), None)
        if found is None:
            loaded = ", ".join(one.name for one in there) or "none"
            raise NotFound(
                "no table of the Transient Name Server is loaded on this desk: an administrator loads its"
                f" list of public objects as a catalogue named tns (loaded: {loaded})"
            )
        return found

    async def near(self, ra: float, dec: float, radius: float) -> Document | None:
        """Return the nearest entry within some arcsec, with ``tns_name`` and ``tns_info`` of a source."""
        record = await asyncio.to_thread(self._near, ra, dec, radius)
        if record is None:
            return None
        lower = {key.lower(): value for key, value in record.items()}
        words = [str(lower[key]) for key in ("name_prefix", "name") if lower.get(key)]
        return {"tns_name": " ".join(words), "tns_info": record}

    def _near(self, ra: float, dec: float, radius: float) -> Document | None:
        table = self.table()
        found = table.records(table.match([ra], [dec], max(radius, _LEAST_ARCSEC)))
        if not found:
            return None
        return {key: _plain(value) for key, value in found[0].items() if key != "_id"}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
