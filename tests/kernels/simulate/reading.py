"""Reading simulated packets with fastavro, as anybody would."""

from __future__ import annotations

import io
import itertools
from functools import cache
from typing import Any

import fastavro
from fastavro.schema import load_schema
from nightdesk.alerts.framing import schema_file
from nightdesk.simulate import Night, SimulatedAlert
from nightdesk.surveys import get

FORMS = [("ztf", "3.3"), ("ztf", "4.02"), ("lsst", "10.0"), ("lsst", "11.1")]


@cache
def lsst_schema(number: int) -> Any:
    return load_schema(str(schema_file(number, get("LSST"))))


def read(alert: SimulatedAlert) -> dict[str, Any]:
    """Read a packet; it must be read to its last byte."""
    stream = io.BytesIO(alert.payload)
    if alert.survey == "ZTF":
        (record,) = fastavro.reader(stream)
    else:
        assert stream.read(1) == b"\0"
        record = fastavro.schemaless_reader(stream, lsst_schema(int.from_bytes(stream.read(4), "big")), None)
    assert not stream.read()
    return dict(record)  # type: ignore[call-overload]


def alerts(number: int | None = None, **about: Any) -> tuple[Night, list[SimulatedAlert]]:
    night = Night(**about)
    return night, list(itertools.islice(night, number))
