"""What the archive is given of a batch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from nightdesk.alerts import Ragged
from nightdesk.archive import ArchiveWriter

from nightdesk_services.broker.models.errors import StoreUnavailableError
from nightdesk_services.broker.services.points import curves, news
from nightdesk_services.broker.services.work import Work


class Archiving:
    """Writes batches to the archive; one per pipeline.

    To be called before the objects in the store are said to have the batch's points: then each point of an
    alert's packet lies in its own row or in one of an earlier alert of the object, whoever is killed when.
    """

    def __init__(self, writer: ArchiveWriter) -> None:
        self._writer = writer

    def write(self, work: Work, fresh: tuple[Ragged, Ragged] | None = None) -> None:
        """Write a batch; after the return it is on disk.

        Parameters
        ----------
        fresh
            Points of ``prv`` and ``fp`` that are new to the store; worked out if they are not given.

        Raises
        ------
        StoreUnavailableError
            It could not be written; writing it again is harmless.
        """
        if fresh is None:
            new = news(work.batch, work.known, work.curves or curves(work.batch, work.known))
            fresh = (new.prv, new.fp)
        late = late_alerts(work)
        batch = work.batch
        try:
            self._writer.write(
                batch, _with_whole(fresh[0], batch.prv, late), _with_whole(fresh[1], batch.fp, late)
            )
        except OSError as error:
            msg = f"the archive takes no alerts: {error}"
            raise StoreUnavailableError(msg) from error

    def tidy(self) -> None:
        """Put this worker's small files together, as in a moment without alerts or at the end."""
        self._writer.fold()


def late_alerts(work: Work) -> npt.NDArray[np.bool_]:
    """Return which alerts come after a detection of their object that is not before their own.

    What is new in them is not what was new at their time: a later alert may have brought it already, or the
    same one, before a worker was killed. The archive keeps their whole history, so that the light curve at
    their time can be told.
    """
    newest = {
        name: float(one.detections["jd"].max()) for name, one in work.known.items() if len(one.detections)
    }
    late = np.zeros(len(work.batch), np.bool_)
    for row, (name, jd) in enumerate(work.frame.select("objectId", "jd").iter_rows()):
        before = newest.get(name, -np.inf)
        late[row] = before >= jd
        newest[name] = max(before, jd)
    return late


def _with_whole(fresh: Ragged, history: Ragged, late: npt.NDArray[np.bool_]) -> Ragged:
    """Return the new points of each alert, and all points of the late ones."""
    if not late.any():
        return fresh
    both = Ragged.from_lengths(
        [*fresh.lengths.tolist(), *history.lengths.tolist()], pl.concat([fresh.values, history.values])
    )
    own = np.arange(len(late), dtype=np.int64)
    return both.take(np.where(late, own + len(late), own))
