"""What a backup holds, and whether it is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from nightdesk.surveys import SURVEYS
from pydantic import BaseModel, ValidationError

Progress = Callable[[int, int], None]
"""Takes how many documents are done, and of how many."""

NAME: Final = "manifest.json"
FORMAT: Final = 1

_ALERTS: Final = ("quarantine", "quarantine_kinds", "quarantine_retries")
_PASSING: Final = ("queries",)
_CHUNK: Final = 1 << 20


class UnusableBackupError(Exception):
    """A backup cannot be made or restored; the message says why."""


class Part(BaseModel):
    """One file."""

    file: str
    sha256: str


class CollectionPart(Part):
    """One collection: a file of BSON documents one after another, compressed with gzip."""

    documents: int
    indexes: list[dict[str, Any]]


class FilesPart(Part):
    """One directory: a tar file."""

    files: int


class Manifest(BaseModel):
    """Everything that a backup holds; written last, so a backup that has one is whole."""

    format: int
    version: str
    created_at: str
    alerts: bool
    collections: dict[str, CollectionPart]
    files: dict[str, FilesPart]

    @property
    def documents(self) -> int:
        """How many documents there are in all."""
        return sum(part.documents for part in self.collections.values())


def read(directory: Path) -> Manifest:
    """Return the manifest of a backup all of whose files have the sums it says.

    Raises
    ------
    UnusableBackupError
        If there is none, it is of another format, or a file is missing or changed.
    """
    path = directory / NAME
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise UnusableBackupError(f"{path} is missing: this is no backup, or it was not finished") from error
    except ValidationError as error:
        raise UnusableBackupError(f"{path} cannot be read: {error.errors()[0]['msg']}") from error
    if manifest.format != FORMAT:
        raise UnusableBackupError(f"the backup has format {manifest.format}; this version reads {FORMAT}")
    parts: list[Part] = [*manifest.collections.values(), *manifest.files.values()]
    for part in parts:
        file = directory / part.file
        if file.resolve().parent != directory.resolve() or not file.is_file():
            raise UnusableBackupError(f"{file} is missing")
        if sum_of(file) != part.sha256:
            raise UnusableBackupError(f"{file} is not what was written: its SHA-256 differs")
    return manifest


def sum_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def alert_collections() -> frozenset[str]:
    """Return the collections of the alert archive, which the broker fills from the stream."""
    of_surveys = (
        name for one in SURVEYS.values() for name in (one.alerts, one.aux, one.objects, one.cutouts)
    )
    return frozenset((*_ALERTS, *of_surveys))


def directories(*, alerts: bool) -> tuple[str, ...]:
    """Return the directories of the data directory whose files belong to documents of a backup."""
    return ("attachments", "thumbnails", *(("cutouts",) if alerts else ()))


def kept(name: str, *, alerts: bool) -> bool:
    """Return whether a collection belongs into a backup."""
    if name.startswith("system.") or name in _PASSING:
        return False
    return alerts or name not in alert_collections()
