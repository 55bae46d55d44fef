"""Requests about photometric series."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from nightdesk_services.marshal.models.fields import (
    Body,
    Dec,
    Ids,
    Names,
    ObjId,
    Query,
    Ra,
    StoredId,
    Time,
)
from nightdesk_services.marshal.models.photometry import Storable

MOST_PER_PAGE = 500
_LONGEST = 16_000_000

DataFormat = Literal["json", "hdf5", "none"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Magnitude = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]
SeriesName = Annotated[str, StringConstraints(max_length=100, pattern=r"^[\w\-+][\w\-+/]*$")]
SeriesObjId = Annotated[str, StringConstraints(max_length=60, pattern=r"^[\w\-+]+$")]
Short = Annotated[str, StringConstraints(max_length=60)]
_Text = BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)


class SeriesPatch(Body):
    """What changes of a series, or all of a new one.

    ``data`` is a table: columns as lists by name, or a base64-encoded HDF5 file of `pandas.HDFStore`. It has
    ``mjd`` and one of ``flux`` (µJy) and ``mag`` (AB), perhaps with ``fluxerr`` or ``magerr``.
    """

    model_config = ConfigDict(str_max_length=_LONGEST)

    data: dict[str, list[Any]] | str | None = None
    series_name: SeriesName | None = None
    series_obj_id: Annotated[SeriesObjId | None, _Text] = None
    obj_id: ObjId | None = None
    instrument_id: StoredId | None = None
    group_ids: Ids | Literal["all"] | None = None
    stream_ids: Ids | None = None
    ra: Ra | None = None
    dec: Dec | None = None
    ra_unc: Positive | None = None
    dec_unc: Positive | None = None
    exp_time: Positive | None = None
    filter: Short | None = None
    channel: Annotated[Short | None, _Text] = None
    origin: Short | None = None
    limiting_mag: Magnitude | None = None
    magref: Magnitude | None = None
    e_magref: Positive | None = None
    ref_flux: Finite | None = None
    ref_fluxerr: Positive | None = None
    followup_request_id: StoredId | None = None
    assignment_id: StoredId | None = None
    time_stamp_alignment: Literal["start", "middle", "end"] | None = None
    altdata: Annotated[Storable | None, BeforeValidator(lambda value: value or None)] = None


class SeriesPost(SeriesPatch):
    """A new series."""

    data: dict[str, list[Any]] | str
    series_name: SeriesName
    series_obj_id: Annotated[SeriesObjId, _Text]
    obj_id: ObjId
    instrument_id: StoredId


class SeriesQuery(Query):
    """How the table of one series is given."""

    data_format: DataFormat = Field(default="json", alias="dataFormat")


class SeriesPageQuery(Query):
    """Which series, and what of each."""

    data_format: DataFormat = Field(default="none", alias="dataFormat")
    page_number: int = Field(default=1, ge=1, le=10**9, alias="pageNumber")
    num_per_page: int = Field(default=100, ge=1, alias="numPerPage")
    sort_by: Literal["id", "obj_id", "ra", "dec", "saved_at"] = Field(default="obj_id", alias="sortBy")
    sort_order: Literal["asc", "desc"] = Field(default="asc", alias="sortOrder")
    ra: Ra | None = None
    dec: Dec | None = None
    radius: Annotated[float, Field(gt=0, le=180, allow_inf_nan=False)] | None = None
    object_id: ObjId | None = Field(default=None, alias="objectID")
    rejected_object_id: Names | None = Field(default=None, alias="rejectedObjectID")
    series_name: str | None = Field(default=None, alias="seriesName")
    series_obj_id: str | None = Field(default=None, alias="seriesObjID")
    filter: str | None = None
    channel: str | None = None
    origin: str | None = None
    filename: str | None = None
    start_before: Time | None = Field(default=None, alias="startBefore")
    start_after: Time | None = Field(default=None, alias="startAfter")
    mid_before: Time | None = Field(default=None, alias="midBefore")
    mid_after: Time | None = Field(default=None, alias="midAfter")
    end_before: Time | None = Field(default=None, alias="endBefore")
    end_after: Time | None = Field(default=None, alias="endAfter")
    detected: bool | None = None
    exp_time: Finite | None = Field(default=None, alias="expTime")
    min_exp_time: Finite | None = Field(default=None, alias="minExpTime")
    max_exp_time: Finite | None = Field(default=None, alias="maxExpTime")
    min_frame_rate: Finite | None = Field(default=None, alias="minFrameRate")
    max_frame_rate: Finite | None = Field(default=None, alias="maxFrameRate")
    min_num_exp: int | None = Field(default=None, ge=0, lt=2**53, alias="minNumExposures")
    max_num_exp: int | None = Field(default=None, ge=0, lt=2**53, alias="maxNumExposures")
    instrument_id: StoredId | None = Field(default=None, alias="instrumentID")
    followup_request_id: StoredId | None = Field(default=None, alias="followupRequestID")
    assignment_id: StoredId | None = Field(default=None, alias="assignmentID")
    owner_id: StoredId | None = Field(default=None, alias="ownerID")
    mag_brighter_than: Finite | None = Field(default=None, alias="magBrighterThan")
    mag_fainter_than: Finite | None = Field(default=None, alias="magFainterThan")
    limiting_mag_brighter_than: Finite | None = Field(default=None, alias="limitingMagBrighterThan")
    limiting_mag_fainter_than: Finite | None = Field(default=None, alias="limitingMagFainterThan")
    limiting_mag_is_none: bool = Field(default=False, alias="limitingMagIsNaN")
    magref_brighter_than: Finite | None = Field(default=None, alias="magrefBrighterThan")
    magref_fainter_than: Finite | None = Field(default=None, alias="magrefFainterThan")
    min_rms: Finite | None = Field(default=None, alias="minRMS")
    max_rms: Finite | None = Field(default=None, alias="maxRMS")
    use_robust: bool = Field(default=False, alias="useRobustMagAndRMS")
    min_median_snr: Finite | None = Field(default=None, alias="minMedianSNR")
    max_median_snr: Finite | None = Field(default=None, alias="maxMedianSNR")
    min_best_snr: Finite | None = Field(default=None, alias="minBestSNR")
    max_best_snr: Finite | None = Field(default=None, alias="maxBestSNR")
    min_worst_snr: Finite | None = Field(default=None, alias="minWorstSNR")
    max_worst_snr: Finite | None = Field(default=None, alias="maxWorstSNR")
    file_hash: str | None = Field(default=None, alias="hash")
