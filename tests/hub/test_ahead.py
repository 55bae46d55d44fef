"""After compiling ahead, nothing is left to compile for those who deal with alerts and pages."""

from __future__ import annotations

import gc
import itertools
from typing import Any

import numpy as np
from nightdesk.alerts import decode
from nightdesk.simulate import Night
from nightdesk.surveys import get
from nightdesk_hub.ahead import compile_ahead
from nightdesk_services.broker.services.stages import Features, History
from nightdesk_services.broker.services.work import Work
from nightdesk_services.broker.services.writing import written
from nightdesk_services.common import jsonrows
from nightdesk_services.marshal.services.grey import STRETCHES, grey
from numba.core.dispatcher import Dispatcher


def compiled() -> dict[str, set[Any]]:
    """Return the functions that are compiled here, and for which types."""
    return {
        f"{one.py_func.__module__}.{one.py_func.__qualname__}": set(one.signatures)
        for one in gc.get_objects()
        if isinstance(type(one), type) and issubclass(type(one), Dispatcher)
        if one.py_func.__module__.startswith("nightdesk")
    }


def test_nothing_is_left_to_compile() -> None:
    told: list[tuple[int, int]] = []
    compile_ahead(lambda done, total: told.append((done, total)))
    assert told[0][0] == 0 and told[-1][0] == told[-1][1]
    before = compiled()
    assert len(before) > 20
    for survey in ("ZTF", "LSST"):
        payloads = [alert.payload for alert in itertools.islice(Night(survey, seed=77), 40)]
        work = Work(decode(payloads, get(survey)).batch)
        for stage in (History(), Features()):
            stage.run(work)
        written(work)
    jsonrows.lines({"a": jsonrows.Floats(np.arange(3.0))})
    for stretch in STRETCHES:
        grey(np.arange(12.0).reshape(3, 4), stretch)
    assert compiled() == before
