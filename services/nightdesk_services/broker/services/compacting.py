"""Nights that are over, put into a few files of the archive without anybody asking."""

from __future__ import annotations

import logging
import time

from nightdesk.archive import Shelf, compact, info, night_of
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS

log = logging.getLogger(__name__)

_UNIX_JD = 2440587.5


class Compacting:
    """Looks for nights that are over and lie in the many files that they were written to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def sweep(self, now: float | None = None) -> dict[str, list[int]]:
        """Compact what there is to compact; a night that fails is tried again the next time.

        Parameters
        ----------
        now
            Unix time.

        Returns
        -------
        compacted
            Survey -> nights (``yyyymmdd``).
        """
        jd = _UNIX_JD + (time.time() if now is None else now) / 86400
        made: dict[str, list[int]] = {}
        for survey in SURVEYS.values():
            shelf = Shelf(survey, self._settings.archive)
            tonight = night_of(jd, survey)
            try:
                # alerts of a night may come late: new files are taken up once more
                for night in shelf.nights():
                    waiting = night < tonight and info(shelf, night).spool
                    if waiting and compact(shelf, night) is not None:
                        made.setdefault(survey.name, []).append(night)
            except OSError as error:
                log.warning("the archive of %s is compacted later: %s", survey.name, error)
        if made:
            log.info("compacted nights of the archive: %s", made)
        return made
