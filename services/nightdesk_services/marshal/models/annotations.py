"""Requests about annotations, and about looking objects up in catalogues."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from nightdesk_services.marshal.models.fields import Body, Ids, Title

_MOST_LETTERS = 100_000
_LARGEST = 2**63


def _storable(data: dict[str, Any]) -> dict[str, Any]:
    """Refuse what the store cannot keep."""
    try:
        letters = len(json.dumps(data))
    except RecursionError as error:
        msg = "it is nested too deeply"
        raise ValueError(msg) from error
    if letters > _MOST_LETTERS:
        msg = f"at most {_MOST_LETTERS} letters of JSON, not {letters}"
        raise ValueError(msg)
    waiting: list[Any] = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if any(not key or "\0" in key for key in one):
                msg = "every field needs a name of letters"
                raise ValueError(msg)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, int) and not -_LARGEST <= one < _LARGEST:
            msg = f"{one} is no 64-bit integer"
            raise ValueError(msg)
    return data


Data = Annotated[dict[str, Any], Field(min_length=1), AfterValidator(_storable)]


class AnnotationPost(Body):
    """A new annotation."""

    origin: Title
    data: Data
    group_ids: Ids | None = None


class AnnotationPut(Body):
    """What changes in an annotation."""

    data: Data | None = None
    origin: Title | None = None
    group_ids: Annotated[Ids, Field(min_length=1)] | None = None


class Lookup(Body):
    """Where to look an object up, and who shall read what is found."""

    catalog: Title | None = None
    crossmatch_radius: float | None = Field(default=None, gt=0, le=3600, alias="crossmatchRadius")
    """In arcsec."""
    group_ids: Ids | None = None


class GaiaLookup(Lookup):
    """Which stars of Gaia to keep."""

    limmag: float | None = Field(default=None, alias="crossmatchLimmag", allow_inf_nan=False)
    """Faintest G magnitude; 0 for any."""
    number: int | None = Field(default=None, ge=1, le=100, alias="crossmatchNumber")


class Ps1Lookup(Lookup):
    """Which objects of Pan-STARRS to keep."""

    crossmatch_radius: float | None = Field(default=None, gt=0, le=5, alias="crossmatchRadius")
    min_detections: int = Field(default=1, ge=1, alias="crossmatchMinDetections")
    number: int = Field(default=5, ge=1, le=5, alias="crossmatchNumber")
