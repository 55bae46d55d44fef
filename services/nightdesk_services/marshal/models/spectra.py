"""Requests about spectra."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from nightdesk_services.marshal.models.fields import (
    Body,
    Ids,
    Names,
    ObjId,
    Query,
    StoredId,
    StoredIds,
    Time,
)

MOST_POINTS: Final = 400_000
"""Points of a spectrum, so that its arrays fit a document of the store."""
_LONGEST_FILE: Final = 15_000_000
"""Letters that are looked at; how many bytes a file may have is the reader's to say."""


def _short(values: list[str]) -> list[str]:
    if any(len(value) > 200 or "\0" in value for value in values):
        msg = "at most 200 letters each"
        raise ValueError(msg)
    return values


def _named(value: Any) -> Any:
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


Numbers = Annotated[StoredIds, Field(max_length=1000)]
Values = Annotated[list[float], Field(min_length=2, max_length=MOST_POINTS, fail_fast=True)]
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Units = Literal["Jy", "AB", "erg/s/cm/cm/AA"]
"""Of fluxes; AB is a flux in units of 3631 Jy."""
Type = Literal["source", "host", "host_center"]
Groups = Literal["all"] | Ids
Column = Annotated[int, Field(ge=0, lt=1000)]
Words = Annotated[Names, AfterValidator(_short), Field(max_length=100)]


class Credits(Body):
    """Who is behind a spectrum, and who may see it.

    Somebody from outside is named in words, with people of this desk as the points of contact.
    """

    group_ids: Groups | None = None
    pi: Numbers | None = None
    external_pi: Line | None = None
    reduced_by: Numbers | None = None
    external_reducer: Line | None = None
    observed_by: Numbers | None = None
    external_observer: Line | None = None
    followup_request_id: StoredId | None = None
    assignment_id: StoredId | None = None

    @model_validator(mode="after")
    def _contacts(self) -> Self:
        for external, contacts in (
            ("external_pi", "pi"),
            ("external_reducer", "reduced_by"),
            ("external_observer", "observed_by"),
        ):
            if getattr(self, external) is not None and not getattr(self, contacts):
                msg = f"{external} needs a point of contact: give user ids in {contacts}"
                raise ValueError(msg)
        return self


class SpectrumPost(Credits):
    """A spectrum: wavelengths in Angstrom, fluxes (F_lambda, or as ``units`` says), time in UTC."""

    obj_id: ObjId
    instrument_id: StoredId
    observed_at: Time
    wavelengths: Values
    fluxes: Values
    errors: Values | None = None
    units: Units | None = None
    origin: Line | None = None
    type: Type = "source"
    label: Line | None = None
    altdata: dict[str, Any] | None = None


class SpectrumPut(Credits):
    """What changes of a spectrum; groups are only added."""

    obj_id: ObjId | None = None
    instrument_id: StoredId | None = None
    observed_at: Time | None = None
    wavelengths: Values | None = None
    fluxes: Values | None = None
    errors: Values | None = None
    units: Units | None = None
    origin: Line | None = None
    type: Type | None = None
    label: Line | None = None
    altdata: dict[str, Any] | None = None


class Columns(Body):
    """A file, and which of its columns are what, counted from 0.

    The file is text, or a FITS file in Base64 (or with each byte as the letter of its number).
    """

    model_config = ConfigDict(str_max_length=_LONGEST_FILE)

    ascii: str = Field(min_length=1)
    wave_column: Column | None = None
    flux_column: Column | None = None
    fluxerr_column: Column | None = None


class FilePost(Columns, Credits):
    """A file to store as a spectrum."""

    model_config = ConfigDict(str_max_length=_LONGEST_FILE)

    obj_id: ObjId
    instrument_id: StoredId
    observed_at: Time
    filename: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")]
    type: Type = "source"
    label: Line | None = None


class SpectrumQuery(Query):
    """How to show a spectrum."""

    include_original_file: bool = Field(default=False, alias="includeOriginalFile")


class ObjectSpectraQuery(SpectrumQuery):
    """How to show the spectra of an object."""

    normalization: Literal["median"] | None = None
    sort_by: Literal["observed_at", "created_at"] = Field(default="observed_at", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field(default="asc", alias="sortOrder")


class SpectraQuery(SpectrumQuery):
    """Which spectra to list; times in UTC."""

    minimal_payload: bool = Field(default=False, alias="minimalPayload")
    obj_id: Line | None = Field(default=None, alias="objID")
    instrument_ids: Numbers | None = Field(default=None, alias="instrumentIDs")
    group_ids: Numbers | None = Field(default=None, alias="groupIDs")
    followup_request_ids: Numbers | None = Field(default=None, alias="followupRequestIDs")
    assignment_ids: Numbers | None = Field(default=None, alias="assignmentIDs")
    origin: Words | None = None
    label: Words | None = None
    type: Annotated[list[Type], BeforeValidator(_named)] | None = None
    observed_before: Time | None = Field(default=None, alias="observedBefore")
    observed_after: Time | None = Field(default=None, alias="observedAfter")
    modified_before: Time | None = Field(default=None, alias="modifiedBefore")
    modified_after: Time | None = Field(default=None, alias="modifiedAfter")
    comments_filter: Words | None = Field(default=None, alias="commentsFilter")
    comments_filter_author: Words | None = Field(default=None, alias="commentsFilterAuthor")
    comments_filter_before: Time | None = Field(default=None, alias="commentsFilterBefore")
    comments_filter_after: Time | None = Field(default=None, alias="commentsFilterAfter")


class RangeQuery(Query):
    """Spectra of some instruments in a span of time, ends included."""

    instrument_ids: Numbers | None = None
    min_date: Time | None = None
    max_date: Time | None = None


class BulkPost(Body):
    """Sources whose spectra to read at once."""

    group_id: StoredId | None = None
    obj_ids: Annotated[list[ObjId], Field(max_length=10_000, fail_fast=True)] | None = None
    classifications: Words | None = None
    classification_prob_threshold: float | None = Field(
        default=None, ge=0, le=1, alias="classificationProbThreshold"
    )
    max_sources: int = Field(default=200, ge=1, alias="maxSources")


class SyntheticPost(Body):
    """Filters to see a spectrum through."""

    filters: Annotated[list[Line], Field(min_length=1, max_length=100)]
