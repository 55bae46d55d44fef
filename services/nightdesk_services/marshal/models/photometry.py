"""Requests about photometry: points that people upload, and light curves."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator

from nightdesk_services.marshal.models.annotations import Data
from nightdesk_services.marshal.models.fields import (
    Body,
    Ids,
    Names,
    ObjId,
    Query,
    StoredId,
    Time,
)

MOST_ROWS = 10_000
"""Most points of one request, as SkyPortal has it."""
MOST_OBJECTS = 5_000

_MAG = 100.0
_FLUX = 1e30

MagSys = Literal["ab", "vega"]
Form = Literal["mag", "flux", "both"]


def _listed(value: Any) -> Any:
    """Read a scalar as a list of one; NaN stands for nothing."""
    values = value if isinstance(value, list) else [value]
    return [None if isinstance(one, float) and math.isnan(one) else one for one in values]


def _filled(value: Any) -> Any:
    """Read an empty object as none."""
    return [one or None for one in value] if isinstance(value, list) else value or None


def _sayable(data: dict[str, Any]) -> dict[str, Any]:
    """Refuse half of a surrogate pair, which is no letter."""
    json.dumps(data, ensure_ascii=False).encode()
    return data


Finite = Annotated[float, Field(allow_inf_nan=False)]
Magnitude = Annotated[float, Field(ge=-_MAG, le=_MAG, allow_inf_nan=False)]
Uncertainty = Annotated[float, Field(ge=0, le=_FLUX, allow_inf_nan=False)]
Flux = Annotated[float, Field(ge=-_FLUX, le=_FLUX, allow_inf_nan=False)]
FluxError = Annotated[float, Field(gt=1e-30, le=_FLUX, allow_inf_nan=False)]
Sigma = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Mjd = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Degrees = Annotated[float, Field(ge=-90, le=360, allow_inf_nan=False)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
Origin = Annotated[str, StringConstraints(max_length=256)]

_Many = Field(min_length=1, max_length=MOST_ROWS)
_Floats = BeforeValidator(_listed, json_schema_input_type=float | list[float | None] | None)
_Texts = BeforeValidator(_listed, json_schema_input_type=str | list[str | None] | None)
_Ints = BeforeValidator(_listed, json_schema_input_type=int | list[int])

Storable = Annotated[Data, AfterValidator(_sayable)]
"""A dictionary that the store can keep."""
Altdata = Annotated[Storable | list[Storable | None] | None, BeforeValidator(_filled)]


class PhotometryPost(Body):
    """Points, as columns: each a value for all, or a list with one for each.

    Brightness is in magnitudes (``mag``, ``magerr``, ``limiting_mag``) or in fluxes (``flux``, ``fluxerr``,
    ``zp``: the magnitude of 1 unit of flux, 23.9 for µJy); a point without ``mag`` or ``flux`` is an upper
    limit. Times are MJD, UTC.
    """

    obj_id: Annotated[list[ObjId], _Many, _Texts]
    mjd: Annotated[list[Mjd], _Many, _Floats]
    instrument_id: Annotated[list[StoredId], _Many, _Ints]
    filter: Annotated[list[Word], _Many, _Texts]
    magsys: Annotated[list[MagSys], _Many, _Texts] = Field(default=["ab"])
    mag: Annotated[list[Magnitude | None], _Many, _Floats] | None = None
    magerr: Annotated[list[Uncertainty | None], _Many, _Floats] | None = None
    limiting_mag: Annotated[list[Magnitude | None], _Many, _Floats] | None = None
    limiting_mag_nsigma: Annotated[list[Sigma | None], _Many, _Floats] | None = None
    magref: Annotated[list[Magnitude | None], _Many, _Floats] | None = None
    e_magref: Annotated[list[Uncertainty | None], _Many, _Floats] | None = None
    flux: Annotated[list[Flux | None], _Many, _Floats] | None = None
    fluxerr: Annotated[list[FluxError | None], _Many, _Floats] | None = None
    zp: Annotated[list[Magnitude | None], _Many, _Floats] | None = None
    ref_flux: Annotated[list[Flux | None], _Many, _Floats] | None = None
    ref_fluxerr: Annotated[list[Uncertainty | None], _Many, _Floats] | None = None
    ref_zp: Annotated[list[Magnitude | None], _Many, _Floats] | None = None
    ra: Annotated[list[Degrees | None], _Many, _Floats] | None = None
    dec: Annotated[list[Degrees | None], _Many, _Floats] | None = None
    ra_unc: Annotated[list[Uncertainty | None], _Many, _Floats] | None = None
    dec_unc: Annotated[list[Uncertainty | None], _Many, _Floats] | None = None
    origin: Annotated[list[Origin | None], _Many, _Texts] | None = None
    assignment_id: StoredId | None = None
    altdata: Altdata = None
    extinction_corrected: bool | None = None
    group_ids: Ids | Literal["all"] | None = None
    stream_ids: Ids | None = None


class PhotometryPatch(Body):
    """What changes of one point; what is not sent stays, null clears."""

    obj_id: ObjId | None = None
    mjd: Mjd | None = None
    instrument_id: StoredId | None = None
    filter: Word | None = None
    magsys: MagSys | None = None
    mag: Magnitude | None = None
    magerr: Uncertainty | None = None
    limiting_mag: Magnitude | None = None
    magref: Magnitude | None = None
    e_magref: Uncertainty | None = None
    flux: Flux | None = None
    fluxerr: FluxError | None = None
    zp: Magnitude | None = None
    ref_flux: Flux | None = None
    ref_fluxerr: Uncertainty | None = None
    ref_zp: Magnitude | None = None
    ra: Degrees | None = None
    dec: Degrees | None = None
    ra_unc: Uncertainty | None = None
    dec_unc: Uncertainty | None = None
    origin: Origin | None = None
    alert_id: StoredId | None = None
    assignment_id: StoredId | None = None
    altdata: Annotated[Storable | None, BeforeValidator(_filled)] = None
    group_ids: Annotated[Ids, Field(min_length=1)] | None = None
    stream_ids: Annotated[Ids, Field(min_length=1)] | None = None


class UpsertQuery(Query):
    """How points that are there already are known and dealt with."""

    refresh: bool = False
    duplicate_ignore_flux: bool = False
    overwrite_flux: bool = False


class PointQuery(Query):
    """The form of points."""

    format: Form = "mag"
    magsys: MagSys = "ab"


class CurveQuery(PointQuery):
    """The form of a light curve and what is told of each point."""

    format: Literal["mag", "flux", "both", "plot"] = "mag"  # type: ignore[assignment]
    include_extinction: bool = Field(default=False, alias="includeExtinction")
    include_validation: bool = Field(default=False, alias="includeValidationInfo")
    include_annotations: bool = Field(default=False, alias="includeAnnotationInfo")
    include_owner: bool = Field(default=False, alias="includeOwnerInfo")
    include_streams: bool = Field(default=False, alias="includeStreamInfo")
    include_super_objs: bool = Field(default=False, alias="includeSuperObjsPhotometry")
    deduplicate: bool = Field(default=False, alias="deduplicatePhotometry")
    parts: Literal["individual", "series", "both"] = Field(default="both", alias="individualOrSeries")
    phase_fold: bool = Field(default=False, alias="phaseFoldData")
    extras: bool = False
    """Give our own fields too: ``candid``, ``isdiffpos``."""


class RangeBody(Body):
    """Instruments and a span of time, whose ends count."""

    instrument_ids: Annotated[Ids, Field(max_length=1000)] | None = None
    min_date: Time | None = None
    max_date: Time | None = None


class ManyBody(Body):
    """Objects whose light curves are wanted at once."""

    obj_ids: Annotated[Names, Field(min_length=1, max_length=MOST_OBJECTS)]


class CopyBody(Body):
    """Where to copy points from, and who shall see the copies."""

    origin_id: ObjId
    group_ids: Annotated[Ids, Field(min_length=1, max_length=100)]


class ValidationBody(Body):
    """What somebody thinks of a point."""

    validated: bool | None = None
    explanation: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    notes: Annotated[str, StringConstraints(max_length=10_000)] | None = None
    magsys: str | None = None

    @field_validator("validated", mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        words = {"validated": True, "rejected": False}
        return words.get(value, value) if isinstance(value, str) else value
