"""Packets decoded per second of one core, against fastavro and cavro in the same run.

`decode.<survey>` is the decoder alone, from bytes to flat tables; `decode.batch.<survey>` the whole way from
payloads to an `AlertBatch`, with all checks, units and light curves.

All rates are of processor time, so that other work on the machine does not count; each is the best of several
turns, which the decoders take in rotation.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable
from functools import cache
from itertools import islice
from typing import Any

import cavro
import fastavro
from fastavro.schema import load_schema
from nightdesk import alerts
from nightdesk.alerts import Decoded
from nightdesk.alerts.framing import schema_file
from nightdesk.avro import compile_schema, decode, decode_files, schema_id
from nightdesk.simulate import Night
from nightdesk.surveys import Survey, get

from tests.benchmarks.result import Result
from tests.kernels.avro.support import encode, lsst_schema, reference
from tests.support.data import DATA

TURNS = 7
BATCH = 250


def run() -> list[Result]:
    """Measure full-history LSST packets and ZTF packets, as they are and made unlike each other."""
    if not DATA.is_dir():
        return []
    full = [
        path.read_bytes() for path in sorted((DATA / "lsst").glob("v10*")) if path.stat().st_size > 200_000
    ]
    schema = lsst_schema(full[0])
    return [
        _lsst("decode.lsst.per_core", schema, full),
        _lsst("decode.lsst.irregular_per_core", schema, [_irregular(schema, payload) for payload in full]),
        _ztf([path.read_bytes() for path in sorted((DATA / "ztf").glob("*/*.avro"))]),
        _batch("decode.batch.ztf.per_core", "ZTF", _simulated("ztf")),
        _batch("decode.batch.lsst.per_core", "LSST", _simulated("lsst")),
        _batch("decode.batch.lsst.full_history_per_core", "LSST", _copies(full)),
    ]


def _lsst(name: str, schema: Any, packets: list[bytes]) -> Result:
    program, other = compile_schema(schema), cavro.Schema(_plain(schema))
    batch = _copies(packets)
    return _result(
        name,
        (lambda: decode(program, batch, 5, whole=True).refusals, len(batch)),
        (lambda: [reference(schema, packet, 5) for packet in packets], len(packets)),
        (lambda: [other.binary_decode(packet[5:]) for packet in packets], len(packets)),
    )


def _ztf(packets: list[bytes]) -> Result:
    batch = _copies(packets)
    return _result(
        "decode.ztf.per_core",
        (lambda: decode_files(batch, whole=True)[1], len(batch)),
        (lambda: [next(fastavro.reader(io.BytesIO(packet))) for packet in packets], len(packets)),
        (lambda: [next(iter(cavro.ContainerReader(packet))) for packet in packets], len(packets)),
    )


def _simulated(survey: str) -> list[bytes]:
    night = Night(survey=survey, seed=3, density=60)
    return [alert.payload for alert in islice(night, BATCH)]


def _batch(name: str, survey_name: str, batch: list[bytes]) -> Result:
    survey, few = get(survey_name), batch[:12]
    return _result(
        name,
        (lambda: _good(batch, survey), len(batch)),
        (lambda: [_by_fastavro(packet) for packet in few], len(few)),
    )


def _good(batch: list[bytes], survey: Survey) -> Decoded:
    decoded = alerts.decode(batch, survey)
    if decoded.bad:
        raise ValueError(decoded.bad[0].reason)
    return decoded


def _by_fastavro(packet: bytes) -> Any:
    if packet[:4] == b"Obj\x01":
        return next(fastavro.reader(io.BytesIO(packet)))
    return reference(_registered(schema_id(packet)), packet, 5)


@cache
def _registered(number: int) -> Any:
    return load_schema(str(schema_file(number, get("LSST"))))


def _copies(packets: list[bytes]) -> list[bytes]:
    """A batch in which every packet lies in memory of its own, as those of a stream do."""
    return [bytes(bytearray(packets[i % len(packets)])) for i in range(BATCH)]


def _irregular(schema: Any, payload: bytes) -> bytes:
    """A packet with a fifth of its history's values struck out at random, so that no two points are alike."""
    dice = random.Random(11)
    record = reference(schema, payload, 5)
    fields = next(f["type"]["fields"] for f in schema["fields"] if f["name"] == "diaSource")
    nullable = [field["name"] for field in fields if isinstance(field["type"], list)]
    for point in record["prvDiaSources"]:
        for name in nullable:
            if dice.random() < 0.2:
                point[name] = None
    return payload[:5] + encode(schema, record)


def _plain(schema: Any) -> Any:
    """The schema without fastavro's own marks, and floats where it writes integers as defaults."""
    if isinstance(schema, dict):
        return {
            key: _plain(value) for key, value in schema.items() if key not in ("default", "__named_schemas")
        }
    return [_plain(inner) for inner in schema] if isinstance(schema, list) else schema


def _result(name: str, *decoders: tuple[Callable[[], object], int]) -> Result:
    best = [0.0] * len(decoders)
    for _ in range(TURNS):
        for number, (decoder, packets) in enumerate(decoders):
            began = time.process_time()
            decoder()
            best[number] = max(best[number], packets / (time.process_time() - began))
    own, reference_rate, *others = best
    said = [f"fastavro {reference_rate:.0f}/s", *(f"cavro {rate:.0f}/s" for rate in others)]
    return {
        "name": name,
        "value": own,
        "unit": "packets/s of one core",
        "reference": f"{', '.join(said)} in the same run",
        "ratio": own / reference_rate,
    }
