"""Writing batches as they come off the stream."""

from __future__ import annotations

import logging
import time
import uuid
from pathlib import Path
from typing import Any, Final

import polars as pl

from nightdesk.alerts import AlertBatch, Ragged
from nightdesk.archive.manifest import SPOOL
from nightdesk.archive.rewriting import fold
from nightdesk.archive.rows import rows
from nightdesk.archive.shelves import Shelf, to_parquet

log = logging.getLogger(__name__)

FOLD_FILES: Final = 64
"""Files of a writer in the spool of a night that are put into one."""
FOLD_BYTES: Final = 32_000_000
"""Size of the spool that is put into one file early; a file of a quarter of it takes in no more."""
_OPEN_NIGHTS: Final = 4


class ArchiveWriter:
    """Writes batches; one per process, none of its methods from two threads at once.

    Every batch is a small file, on disk when `write` returns: what the archive has needs no other place to be
    safe. After some files the writer puts its own into one, so that a night has hundreds of files, not tens
    of thousands. A batch may be written twice, whole or with others: each alert is read once.

    Parameters
    ----------
    root
        Directory or URL of the archive; default the platform's own.
    cutouts
        Whether to keep cutouts (about nine tenths of a packet).
    fold_files, fold_bytes
        See `FOLD_FILES` and `FOLD_BYTES`.
    options
        Of the fsspec file system.
    """

    def __init__(
        self,
        root: str | Path | None = None,
        *,
        cutouts: bool = False,
        fold_files: int = FOLD_FILES,
        fold_bytes: int = FOLD_BYTES,
        options: dict[str, Any] | None = None,
    ) -> None:
        self._root, self._options, self._cutouts = root, options, cutouts
        self._fold_files, self._fold_bytes = fold_files, fold_bytes
        self._shelves: dict[str, Shelf] = {}
        self._mine: dict[tuple[str, int], dict[str, int]] = {}
        """Survey and night -> own files that may grow, with their bytes."""

    def write(self, batch: AlertBatch, prv_new: Ragged, fp_new: Ragged) -> int:
        """Write a batch; after the return it is on disk.

        Parameters
        ----------
        batch
            With the columns of the stages, each alert once.
        prv_new, fp_new
            The points of its histories that no earlier alert of the object brought.

        Returns
        -------
        files
            How many files it took: one for each night.

        Raises
        ------
        OSError
            It could not be written; writing it again is harmless.
        """
        if not len(batch):
            return 0
        frame = rows(batch, prv_new, fp_new, cutouts=self._cutouts)
        name = batch.survey.name
        if name not in self._shelves:
            self._shelves[name] = Shelf(batch.survey, self._root, self._options)
        shelf = self._shelves[name]
        key = shelf.add_schema(dict(frame.schema))
        # an object's earlier points lie in the earlier night
        by_night = sorted(frame.partition_by("night", as_dict=True).items())
        for (night,), part in by_night:
            self._spool(shelf, int(night), part, key)
        return len(by_night)

    def fold(self) -> None:
        """Put the files that this writer has in the spool into one for each night, as at its end."""
        for name, night in list(self._mine):
            self._fold(self._shelves[name], night)

    def _spool(self, shelf: Shelf, night: int, frame: pl.DataFrame, key: str) -> None:
        data = to_parquet(frame)
        name = f"{SPOOL}{time.time_ns():020d}-{uuid.uuid4().hex[:12]}.{key}.parquet"
        shelf.night(night).put(name, data)
        mine = self._mine.setdefault((shelf.survey.name, night), {})
        if len(self._mine) > _OPEN_NIGHTS:
            # nights come in order, apart from what is late; the longest open one is over
            first = next(iter(self._mine))
            self._fold(self._shelves[first[0]], first[1])
            self._mine.pop(first, None)
            mine = self._mine.setdefault((shelf.survey.name, night), {})
        mine[name] = len(data)
        spooled = [n for n in mine if n.startswith(SPOOL)]
        if len(spooled) >= self._fold_files or sum(mine[n] for n in spooled) >= self._fold_bytes:
            self._fold(shelf, night)

    def _fold(self, shelf: Shelf, night: int) -> None:
        mine = self._mine.pop((shelf.survey.name, night), {})
        if not any(n.startswith(SPOOL) for n in mine):
            return
        try:
            done = fold(shelf, night, list(mine))
        except OSError as error:
            # nothing is lost: the spool stays as it is until somebody compacts the night
            log.warning("cannot fold the spool of %s %s: %s", shelf.survey.name, night, error)
            return
        # a slow night's file takes in the next ones too; a large one would be written again and again
        small = {n: e.bytes for n, e in done.files.items() if e.bytes < self._fold_bytes / 4} if done else {}
        if small:
            self._mine[shelf.survey.name, night] = small
