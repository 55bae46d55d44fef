"""A made-up survey that is unlike ZTF in all it can be: names, time, unit, nesting, cutouts."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import fastavro

DECLARED = """
name = "SPARROW"
title = "Survey that nobody made"
stream = "Sparrow"
instrument = "SparrowCam"
telescope = "Nest"
topics = "^sparrow[.]"

framing = "ocf"
schemas = '^org[.]sparrow[.]event$'

source = "obs"
id = "candidate.uid"
object = [{ field = "star.designation", prefix = "SP" }, { field = "candidate.uid", prefix = "anon" }]
null_ids = [-1]
version = "rev"
ra = "candidate.alpha"
dec = "candidate.delta"
score = ["candidate.trust"]
programid = 1
identity = [["uid"], ["epoch", "colour"]]
sample = "{sample}"

[time]
field = "epoch"
format = "mjd"
scale = "tai"

[band]
field = "colour"
names = { VIOLET = "u", GREEN = "g", RED = "r" }

[detection]
kind = "flux"
value = "light"
error = "dlight"
unit = "nJy"

[forced]
kind = "flux"
value = "light"
error = "dlight"
unit = "nJy"
invalid = [-1.0]

[total]
kind = "flux"
value = "whole"
error = "dwhole"
unit = "nJy"

[sso]
ids = ["rock.number"]

[history]
prv = "past"
fp = "measured"

[stamps]
science = "pictureNew"
template = "pictureOld"
"""
"""The survey's file; ``{sample}`` is the name of its sample."""


def _null(kind: Any) -> list[Any]:
    return ["null", kind]


_COLOUR = {"type": "enum", "name": "Colour", "symbols": ["VIOLET", "GREEN", "RED"]}
_OBS = [
    {"name": "epoch", "type": "double"},
    {"name": "uid", "type": "long"},
    {"name": "alpha", "type": "double"},
    {"name": "delta", "type": "double"},
    {"name": "colour", "type": _COLOUR},
    {"name": "light", "type": "double"},
    {"name": "dlight", "type": "float"},
    {"name": "whole", "type": _null("double")},
    {"name": "dwhole", "type": _null("double")},
    {"name": "trust", "type": _null("float")},
    {"name": "exotic", "type": _null({"type": "map", "values": "string"})},
]
_FORCED = [
    {"name": "epoch", "type": "double"},
    {"name": "colour", "type": "Colour"},
    {"name": "light", "type": "double"},
    {"name": "dlight", "type": "double"},
]
SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "event",
    "namespace": "org.sparrow",
    "fields": [
        {"name": "rev", "type": "string"},
        {"name": "star", "type": {"type": "record", "name": "Star", "fields": [
            {"name": "designation", "type": _null("long")},
            {"name": "home", "type": {"type": "record", "name": "Home", "fields": [
                {"name": "z", "type": _null("double")}]}}]}},
        {"name": "rock", "type": _null({"type": "record", "name": "Rock", "fields": [
            {"name": "number", "type": _null("long")}]})},
        {"name": "obs", "type": {"type": "record", "name": "Obs", "fields": _OBS}},
        {"name": "past", "type": _null({"type": "array", "items": "Obs"})},
        {"name": "measured", "type": {"type": "array", "items": {
            "type": "record", "name": "Forced", "fields": _FORCED}}},
        {"name": "pictureNew", "type": "bytes"},
        {"name": "pictureOld", "type": _null("bytes")},
    ],
}  # fmt: skip


def obs(uid: int, **changes: Any) -> dict[str, Any]:
    """A detection: 10 µJy, so 21.4 mag."""
    made = {"epoch": 61000.5, "uid": uid, "alpha": 150.1, "delta": -20.2, "colour": "GREEN", "light": 1e4}
    more = {"dlight": 500.0, "whole": 4e4, "dwhole": 800.0, "trust": 0.875, "exotic": {"a": "b"}}
    return {**made, **more, **changes}


def event(uid: int, designation: int | None = 77, **changes: Any) -> dict[str, Any]:
    """A packet with two earlier detections and two forced points."""
    made = {
        "rev": "2.5",
        "star": {"designation": designation, "home": {"z": 0.05}},
        "rock": None,
        "obs": obs(uid),
        "past": [
            obs(uid - 2, epoch=60990.5, colour="RED", light=2e3),
            obs(uid - 1, epoch=60995.5, light=-5e3),
        ],
        "measured": [
            {"epoch": 60980.5, "colour": "VIOLET", "light": 300.0, "dlight": 200.0},
            {"epoch": 60981.5, "colour": "VIOLET", "light": -1.0, "dlight": -1.0},
        ],
        "pictureNew": b"SIMPLE  = T, not compressed",
        "pictureOld": None,
    }
    return {**made, **changes}


def packet(*records: dict[str, Any], codec: str = "deflate") -> bytes:
    """An Avro container file with its schema in it."""
    stream = io.BytesIO()
    fastavro.writer(stream, json.loads(json.dumps(SCHEMA)), records, codec=codec)
    return stream.getvalue()


def write(directory: Path, text: str = DECLARED, name: str = "sparrow.toml") -> Path:
    """Write the survey's file and a packet beside it."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "event.avro").write_bytes(packet(event(2**62 + 3)))
    path = directory / name
    path.write_text(text.replace("{sample}", "event.avro"))
    return path
