"""The catalogues that are loaded now; notices new, replaced and removed ones."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from nightdesk.crossmatch.catalogue import META, Catalogue, FormatError, catalogue_names

log = logging.getLogger(__name__)


class Shelf:
    """Open catalogues of one directory.

    Parameters
    ----------
    directory
        Where catalogues lie; it may not exist yet.
    interval
        Seconds between two looks at the directory.
    """

    def __init__(self, directory: Path, interval: float = 2.0) -> None:
        self._directory = directory
        self._interval = interval
        self._looked = float("-inf")
        self._open: dict[str, tuple[tuple[int, int], Catalogue]] = {}
        self._refused: set[tuple[str, int, int]] = set()

    def catalogues(self) -> list[Catalogue]:
        """Return the catalogues, sorted by name."""
        if time.monotonic() - self._looked >= self._interval:
            self._look()
            self._looked = time.monotonic()
        return [catalogue for _, catalogue in self._open.values()]

    def _look(self) -> None:
        found: dict[str, tuple[tuple[int, int], Catalogue]] = {}
        for name in catalogue_names(self._directory):
            try:
                stat = (self._directory / name / META).stat()
                stamp = (stat.st_mtime_ns, stat.st_ino)
                known = self._open.get(name)
                found[name] = (
                    known if known and known[0] == stamp else (stamp, Catalogue(self._directory / name))
                )
            except FormatError as error:
                if (name, *stamp) not in self._refused:
                    log.warning("%s", error)
                    self._refused.add((name, *stamp))
            except FileNotFoundError:
                # it was replaced or removed between two of our looks: keep what is open until the next one
                if name in self._open:
                    found[name] = self._open[name]
        self._open = found
