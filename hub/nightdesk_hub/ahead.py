"""Machine code, made before it is needed: else the first alerts wait for it, in several processes at once."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from nightdesk.alerts import decode
from nightdesk.crossmatch import Shelf, write_catalogue
from nightdesk.simulate import Night
from nightdesk.surveys import get
from nightdesk_services.broker.services.stages import Crossmatch, Features, History
from nightdesk_services.broker.services.work import Work
from nightdesk_services.broker.services.writing import written
from nightdesk_services.common import jsonrows
from nightdesk_services.common.raw import curves
from nightdesk_services.marshal.services import grey

ALERTS = 5


def compile_ahead(tell: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Take some alerts of each survey, and what a page shows, through what Numba compiles.

    The code is kept on disk, for all processes of this machine; where it is there, this takes seconds.

    Parameters
    ----------
    tell
        Told how many parts are done, and of how many.
    """
    parts = [_broker, curves.compiled, jsonrows.compiled, grey.compiled]
    for done, part in enumerate(parts):
        tell(done, len(parts))
        part()
    tell(len(parts), len(parts))


def _broker() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_catalogue(directory, "stars", [10.0], [20.0], pa.table({"mag": [15.0]}))
        stages = (History(), Crossmatch(Shelf(directory).catalogues), Features())
        for survey in ("ZTF", "LSST"):
            payloads = [alert.payload for alert in itertools.islice(Night(survey), ALERTS)]
            work = Work(decode(payloads, get(survey)).batch)
            for stage in stages:
                stage.run(work)
            written(work)
