"""Compile the machine code once, before several processes of a test run would all do it; ``make test``."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pyarrow as pa
from nightdesk.alerts import decode
from nightdesk.crossmatch import Shelf, write_catalogue
from nightdesk.simulate import Night
from nightdesk.surveys import get
from nightdesk_services.broker.services.stages import Crossmatch, Features, History
from nightdesk_services.broker.services.work import Work
from nightdesk_services.broker.services.writing import written
from nightdesk_services.common.raw.curves import compiled


def main() -> None:
    """Take some alerts of each survey through what is compiled."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_catalogue(directory, "stars", [10.0], [20.0], pa.table({"mag": [15.0]}))
        for survey in ("ZTF", "LSST"):
            payloads = [alert.payload for alert in itertools.islice(Night(survey), 5)]
            work = Work(decode(payloads, get(survey)).batch)
            for stage in (History(), Crossmatch(Shelf(directory).catalogues), Features()):
                stage.run(work)
            written(work)
    compiled()


if __name__ == "__main__":
    main()
