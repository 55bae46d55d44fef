"""Where a survey's nights and schemas lie."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any, Final

import polars as pl

from nightdesk.alerts.batch import STANDARD
from nightdesk.archive.place import Place
from nightdesk.archive.schema import OWN, Columns, fingerprint, ordered, union
from nightdesk.settings import Settings
from nightdesk.surveys import Survey

_NIGHT: Final = re.compile(r"^night=(\d{8})$")
_SCHEMAS: Final = "schemas/"


def root_of(settings: Settings) -> str:
    """Return where the platform's own archive lies."""
    return settings.archive


class Shelf:
    """A survey's part of an archive: ``<root>/survey=ZTF/night=20260915/...`` and ``.../schemas/``.

    Every schema that occurs in a file lies once in ``schemas/`` as an empty Parquet file, and a file's name
    ends with its schema's fingerprint. So reading opens no file to learn its columns, and a column that came
    later is known to be null in earlier files.
    """

    def __init__(
        self, survey: Survey, root: str | Path | None = None, options: dict[str, Any] | None = None
    ) -> None:
        self.survey = survey
        self.place = Place.at(root or root_of(Settings()), options) / f"survey={survey.name}"
        self._schemas: dict[str, Columns] = {}

    def nights(self) -> list[int]:
        """Return the nights that are there, in order."""
        return [int(found[1]) for name in self.place.folders() if (found := _NIGHT.match(name))]

    def night(self, night: int) -> Place:
        """Return the directory of a night."""
        return self.place / f"night={night:08d}"

    def add_schema(self, schema: Columns) -> str:
        """Make a schema known before the first file that has it is written; return its fingerprint."""
        key = fingerprint(schema)
        if key not in self._schemas:
            # twice is harmless: the same name has the same contents
            self.place.put(f"{_SCHEMAS}{key}.parquet", to_parquet(pl.DataFrame(schema=schema)))
            self._schemas[key] = dict(schema)
        return key

    def schema(self, key: str) -> Columns:
        """Return the schema of a fingerprint."""
        if key not in self._schemas:
            empty = pl.read_parquet(io.BytesIO(self.place.read(f"{_SCHEMAS}{key}.parquet")))
            self._schemas[key] = dict(empty.schema)
        return self._schemas[key]

    def schema_of(self, name: str) -> Columns:
        """Return the schema of a file."""
        return self.schema(key_of(name))

    def columns(self) -> Columns:
        """Return every column that the survey's archive has, in order; the standard ones before any alert."""
        names = (self.place / _SCHEMAS.rstrip("/")).names()
        keys = [n.removesuffix(".parquet") for n in names if n.endswith(".parquet")]
        return union([ordered({**STANDARD, **OWN}), *(self.schema(key) for key in keys)])


def key_of(name: str) -> str:
    """Return the fingerprint in a file's name."""
    return name.rsplit(".", 2)[-2]


def to_parquet(frame: pl.DataFrame, *, row_group: int | None = None, level: int = 1) -> bytes:
    """Return a frame as the bytes of a Parquet file.

    Parameters
    ----------
    row_group
        Rows of a row group; engines skip row groups outside of what is asked for.
    level
        Level of the zstd compression.
    """
    stream = io.BytesIO()
    frame.write_parquet(stream, compression="zstd", compression_level=level, row_group_size=row_group)
    return stream.getvalue()
