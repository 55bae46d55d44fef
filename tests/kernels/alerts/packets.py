"""Packets made for tests: of a made-up survey, and of the real ones' schemas."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import fastavro
from fastavro.schema import load_schema
from nightdesk.alerts.framing import schema_file
from nightdesk.surveys import Survey, get

from tests.support.data import DATA

ZTF_FILES = sorted((DATA / "ztf").glob("*/*.avro")) if DATA.is_dir() else []
LSST_FILES = sorted((DATA / "lsst").glob("*.avro")) if DATA.is_dir() else []

SKY = Survey.model_validate(
    {
        "name": "SKYSCAN",
        "title": "A made-up survey",
        "stream": "Skyscan",
        "instrument": "Cam",
        "telescope": "Tube",
        "topics": "^sky",
        "framing": "ocf",
        "schemas": r"^sky\.packet$",
        "source": "hit",
        "id": "candidate.hitId",
        "object": [{"field": "target"}],
        "ra": "candidate.lon",
        "dec": "candidate.lat",
        "time": {"field": "t", "format": "mjd", "scale": "tt"},
        "band": {"field": "colour", "names": {"red": "r", "blue": "g"}},
        "detection": {"kind": "flux", "value": "f", "error": "df", "zeropoint": 23.9},
        "forced": {"kind": "flux", "value": "f", "error": "df", "zeropoint": 23.9},
        "score": ["candidate.real"],
        "programid": 1,
        "sso": {},
        "history": {"prv": "past", "fp": "forced"},
        "identity": [["hitId"]],
        "stamps": {"science": "picture"},
    }
)

HIT: dict[str, Any] = {
    "type": "record",
    "name": "hit",
    "fields": [
        {"name": "hitId", "type": ["null", "long"]},
        {"name": "t", "type": ["null", "double"]},
        {"name": "lon", "type": "double"},
        {"name": "lat", "type": "double"},
        {"name": "colour", "type": {"type": "enum", "name": "Colour", "symbols": ["red", "blue"]}},
        {"name": "f", "type": ["null", "float"]},
        {"name": "df", "type": ["null", "float"]},
        {"name": "real", "type": ["null", "float"]},
        {"name": "flag", "type": ["null", "boolean"]},
    ],
}
PACKET: dict[str, Any] = {
    "type": "record",
    "name": "packet",
    "namespace": "sky",
    "fields": [
        {"name": "target", "type": ["null", "string"]},
        {"name": "hit", "type": HIT},
        {"name": "past", "type": ["null", {"type": "array", "items": "sky.hit"}]},
        {"name": "forced", "type": ["null", {"type": "array", "items": "sky.hit"}]},
        {
            "name": "host",
            "type": [
                "null",
                {
                    "type": "record",
                    "name": "host",
                    "fields": [{"name": "z", "type": ["null", "double"]}, {"name": "id", "type": "long"}],
                },
            ],
        },
        {"name": "picture", "type": ["null", "bytes"]},
    ],
}


def hit(number: int | None = 1, **changes: Any) -> dict[str, Any]:
    """Return a source of the made-up survey."""
    made = {"hitId": number, "t": 60000.0, "lon": 10.0, "lat": -20.0, "colour": "red", "f": 10.0, "df": 1.0}
    return {**made, "real": 0.9, "flag": None, **changes}


def packet(number: int | None = 1, **changes: Any) -> dict[str, Any]:
    """Return a record of the made-up survey."""
    made = {
        "target": "T1",
        "hit": hit(number),
        "past": None,
        "forced": None,
        "host": None,
        "picture": b"FITS",
    }
    return {**made, **changes}


def container(*records: dict[str, Any], schema: dict[str, Any] = PACKET, codec: str = "null") -> bytes:
    """Return an Avro container file."""
    stream = io.BytesIO()
    fastavro.writer(stream, schema, records, codec=codec)
    return stream.getvalue()


def framed(record: dict[str, Any], number: int) -> bytes:
    """Return an LSST packet of a schema id."""
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, load_schema(str(schema_file(number, get("LSST")))), record)
    return b"\x00" + struct.pack(">I", number) + stream.getvalue()


def lsst_record(number: int, **source: Any) -> dict[str, Any]:
    """Return an LSST alert with the least that its schema wants."""
    schema: Any = load_schema(str(schema_file(number, get("LSST"))))
    fields = {f["name"]: f["type"] for f in schema["fields"]}
    least = _least(fields["diaSource"])
    own = {
        "diaSourceId": 2**62 + 1,
        "diaObjectId": 2**61 + 1,
        "midpointMjdTai": 61105.0,
        "ra": 1.0,
        "dec": 2.0,
    }
    record = {name: _least(kind) for name, kind in fields.items()}
    return {
        **record,
        "diaSource": {**least, **own, "band": "g", "psfFlux": 1000.0, "psfFluxErr": 50.0, **source},
    }


def _least(kind: Any) -> Any:
    if isinstance(kind, list):
        return None
    if isinstance(kind, dict) and kind["type"] == "record":
        return {f["name"]: _least(f["type"]) for f in kind["fields"]}
    plain = kind["type"] if isinstance(kind, dict) else kind
    return {"long": 0, "int": 0, "double": 0.0, "float": 0.0, "string": "", "boolean": False}[plain]


def lsst_by_fastavro(path: Path) -> dict[str, Any]:
    """Return the record of a real LSST packet, as fastavro alone reads it."""
    payload = path.read_bytes()
    (number,) = struct.unpack(">I", payload[1:5])
    schema = load_schema(str(schema_file(number, get("LSST"))))
    record: Any = fastavro.schemaless_reader(io.BytesIO(payload[5:]), schema, None)
    return dict(record)


def ztf_by_fastavro(path: Path) -> dict[str, Any]:
    """Return the record of a real ZTF packet, as fastavro alone reads it."""
    with path.open("rb") as stream:
        (record,) = fastavro.reader(stream)
    assert isinstance(record, dict)
    return record
