"""An object's light curve as the broker needs it to tell known points from new ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
Key = int | str


@dataclass
class KnownObject:
    """What the store has of an object; points with identity and photometry only."""

    version: int
    prv: list[Document]
    fp: list[Document]
    matches: dict[str, list[Any]]
    """Catalogue -> ids of the matches."""


@dataclass
class ObjectUpdate:
    """What a batch adds to an object."""

    object_id: str
    known: KnownObject | None
    place: Document
    """Position and HEALPix fields, for an object that is new."""
    prv: list[Document] = field(default_factory=list)
    fp: list[Document] = field(default_factory=list)
    summary: Document = field(default_factory=dict)
    """``n_det``, ``first_jd``, ``last_jd`` of the whole light curve."""
    matches: dict[str, list[Document]] = field(default_factory=dict)
    """Catalogue -> matches, nearest first, of the catalogues whose matches are new or changed."""
