"""Requests about sources and their photometry."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from nightdesk_services.marshal.models.fields import (
    Body,
    Dec,
    Ids,
    Names,
    ObjId,
    Page,
    Query,
    Ra,
    Text,
    Time,
)


class SourceFields(Body):
    """What is known of a source; angles in degrees, errors in arcsec."""

    ra_dis: Ra | None = None
    dec_dis: Dec | None = None
    ra_err: float | None = Field(default=None, ge=0)
    dec_err: float | None = Field(default=None, ge=0)
    offset: float | None = Field(default=None, ge=0)
    redshift: float | None = Field(default=None, gt=-1, lt=50)
    redshift_error: float | None = Field(default=None, ge=0)
    redshift_origin: str | None = Field(default=None, max_length=200)
    t0: float | None = None
    summary: Text | None = None
    tns_name: str | None = Field(default=None, max_length=60)
    tns_info: dict[str, Any] | None = None
    mpc_name: str | None = Field(default=None, max_length=60)
    transient: bool | None = None
    varstar: bool | None = None
    is_roid: bool | None = None
    altdata: dict[str, Any] | None = None
    host_id: int | None = None
    dist_nearest_source: float | None = Field(default=None, ge=0)
    mag_nearest_source: float | None = None
    e_mag_nearest_source: float | None = Field(default=None, ge=0)
    score: float | None = None
    origin: str | None = Field(default=None, max_length=200)
    alias: list[str] | None = Field(default=None, max_length=100)
    detect_photometry_count: int | None = Field(default=None, ge=0)


class SourcePost(SourceFields):
    """An object to save to groups."""

    id: ObjId
    group_ids: Ids | None = None
    ra: Ra | None = None
    dec: Dec | None = None
    summary_history: list[dict[str, Any]] | None = None
    refresh_source: bool | None = None
    """Let pass: panels hear of every change by themselves."""
    ignore_if_in_group_ids: dict[int, list[int]] | None = None
    """Group -> groups; it is not saved to the group if one of the others has it."""
    saver_per_group_id: dict[int, int] | None = None
    """Group -> user who is to stand as the one who saved it there."""


class SourcePatch(SourceFields):
    """What changes of a source."""

    ra: Ra | None = None
    dec: Dec | None = None


class SourcesQuery(Page):
    """Which saved sources to list; times in UTC, angles in degrees, magnitudes AB, ends of ranges included.

    What objects were detected as is told by the statistics of the photometry that the asker sees.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    num_per_page: int = Field(default=100, ge=1, le=500, alias="numPerPage")
    group_ids: Ids = Field(default=[], alias="group_ids")
    source_id: str | None = Field(default=None, max_length=128, alias="sourceID")
    ra: Ra | None = None
    dec: Dec | None = None
    radius: float | None = Field(default=None, gt=0, le=5)
    list_name: str | None = Field(default=None, alias="listName")
    saved_after: Time | None = Field(default=None, alias="savedAfter")
    saved_before: Time | None = Field(default=None, alias="savedBefore")
    saved_by_current_user: bool = Field(default=False, alias="savedByCurrentUser")
    include_requested: bool = Field(default=False, alias="includeRequested")
    pending_only: bool = Field(default=False, alias="pendingOnly")
    created_or_modified_after: Time | None = Field(default=None, alias="createdOrModifiedAfter")
    has_spectrum: bool = Field(default=False, alias="hasSpectrum")
    has_no_spectrum: bool = Field(default=False, alias="hasNoSpectrum")
    has_spectrum_before: Time | None = Field(default=None, alias="hasSpectrumBefore")
    has_spectrum_after: Time | None = Field(default=None, alias="hasSpectrumAfter")
    has_tns_name: bool = Field(default=False, alias="hasTNSname")
    has_no_tns_name: bool = Field(default=False, alias="hasNoTNSname")
    has_followup_request: bool = Field(default=False, alias="hasFollowupRequest")
    followup_request_status: str | None = Field(default=None, alias="followupRequestStatus")
    has_been_labelled: bool = Field(default=False, alias="hasBeenLabelled")
    has_not_been_labelled: bool = Field(default=False, alias="hasNotBeenLabelled")
    current_user_labeller: bool = Field(default=False, alias="currentUserLabeller")
    simbad_class: str | None = Field(default=None, alias="simbadClass")
    alias: str | None = None
    origin: str | None = None
    classifications: Names = Field(default=[])
    classifications_simul: bool = False
    nonclassifications: Names = Field(default=[])
    classified: bool = False
    unclassified: bool = False
    min_redshift: float | None = Field(default=None, alias="minRedshift")
    max_redshift: float | None = Field(default=None, alias="maxRedshift")
    start_date: Time | None = Field(default=None, alias="startDate")
    end_date: Time | None = Field(default=None, alias="endDate")
    number_detections: int | None = Field(default=None, ge=0, lt=2**31, alias="numberDetections")
    require_detections: bool = Field(default=True, alias="requireDetections")
    """Whether the dates of the last detection and the number of detections are asked for."""
    exclude_forced_photometry: bool = Field(default=False, alias="excludeForcedPhotometry")
    """Whether forced photometry does not count as a detection."""
    annotations_filter: Names = Field(default=[], alias="annotationsFilter")
    annotations_filter_origin: Names = Field(default=[], alias="annotationsFilterOrigin")
    annotations_filter_before: Time | None = Field(default=None, alias="annotationsFilterBefore")
    annotations_filter_after: Time | None = Field(default=None, alias="annotationsFilterAfter")
    comments_filter: str | None = Field(default=None, alias="commentsFilter")
    comments_filter_author: int | None = Field(default=None, ge=0, lt=2**53, alias="commentsFilterAuthor")
    comments_filter_before: Time | None = Field(default=None, alias="commentsFilterBefore")
    comments_filter_after: Time | None = Field(default=None, alias="commentsFilterAfter")
    rejected_source_ids: Names = Field(default=[], alias="rejectedSourceIDs")
    min_peak_magnitude: float | None = Field(default=None, alias="minPeakMagnitude")
    max_peak_magnitude: float | None = Field(default=None, alias="maxPeakMagnitude")
    min_latest_magnitude: float | None = Field(default=None, alias="minLatestMagnitude")
    max_latest_magnitude: float | None = Field(default=None, alias="maxLatestMagnitude")
    localization_dateobs: str | None = Field(default=None, alias="localizationDateobs")
    localization_name: str | None = Field(default=None, alias="localizationName")
    localization_cumprob: float | None = Field(default=None, alias="localizationCumprob")
    localization_reject_sources: bool = Field(default=False, alias="localizationRejectSources")
    include_sources_in_gcn: bool = Field(default=False, alias="includeSourcesInGcn")
    spatial_catalog_name: str | None = Field(default=None, alias="spatialCatalogName")
    spatial_catalog_entry_name: str | None = Field(default=None, alias="spatialCatalogEntryName")
    remove_nested: bool = Field(default=False, alias="removeNested")
    include_hosts: bool = Field(default=False, alias="includeHosts")
    include_spectrum_exists: bool = Field(default=False, alias="includeSpectrumExists")
    include_comment_exists: bool = Field(default=False, alias="includeCommentExists")
    include_detection_stats: bool = Field(default=False, alias="includeDetectionStats")
    include_geojson: bool = Field(default=False, alias="includeGeoJSON")
    save_summary: bool = Field(default=False, alias="saveSummary")
    use_cache: bool = Field(default=False, alias="useCache")
    query_id: str | None = Field(default=None, alias="queryID")
    sort_by: str = Field(
        default="saved_at",
        alias="sortBy",
        pattern=r"^(id|ra|dec|redshift|saved_at|created_at|modified|t0|origin|tns_name|mpc_name|score"
        r"|altdata\.[\w.]+|annotation\.[^.$]+\.[^.$]+|phot_stat\.\w+)$",
    )
    sort_order: Literal["asc", "desc"] | None = Field(default=None, alias="sortOrder")
    extras: bool = False
    """Give each source's fields of our own too: ``saved_at``, ``is_source``."""

    @property
    def descending(self) -> bool:
        """Whether the largest comes first; by time of saving it does unless told otherwise."""
        return (self.sort_order or ("desc" if self.sort_by == "saved_at" else "asc")) == "desc"


class SourceQuery(Query):
    """What to show of one source."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    tns_name: str | None = Field(default=None, alias="TNSname")
    include_thumbnails: bool = Field(default=False, alias="includeThumbnails")
    include_photometry: bool = Field(default=False, alias="includePhotometry")
    include_photometry_exists: bool = Field(default=False, alias="includePhotometryExists")
    include_spectrum_exists: bool = Field(default=False, alias="includeSpectrumExists")
    include_comment_exists: bool = Field(default=False, alias="includeCommentExists")
    include_detection_stats: bool = Field(default=False, alias="includeDetectionStats")
    include_period_exists: bool = Field(default=False, alias="includePeriodExists")
    include_labellers: bool = Field(default=False, alias="includeLabellers")
    include_comments: bool = Field(default=False, alias="includeComments")
    include_candidates: bool = Field(default=False, alias="includeCandidates")
    include_color_magnitude: bool = Field(default=False, alias="includeColorMagnitude")
    include_tags: bool = Field(default=True, alias="includeTags")
    include_associated_objs: bool = Field(default=True, alias="includeAssociatedObjs")
    include_super_objs: bool = Field(default=False, alias="includeSuperObjs")
    """Whether what is shown of the source is shown of the objects too that are linked with it."""
    include_gcn_crossmatches: bool = Field(default=False, alias="includeGCNCrossmatches")
    include_gcn_notes: bool = Field(default=False, alias="includeGCNNotes")
    include_analyses: bool = Field(default=False, alias="includeAnalyses")
    deduplicate_photometry: bool = Field(default=False, alias="deduplicatePhotometry")
    """Whether of points of one filter within a second only the newest is shown."""
    include_requested: bool = Field(default=False, alias="includeRequested")
    pending_only: bool = Field(default=False, alias="pendingOnly")
    extras: bool = False
    """Give our own fields too, and all that was said: survey, counts, cross-matches."""


class UnsaveQuery(Query):
    """The group to take a source out of."""

    group_id: int


class LabelsBody(Body):
    """The groups that a look at a source counts for."""

    group_ids: Ids = Field(alias="groupIds", min_length=1)


class ExistsQuery(Query):
    """Where a source may be already; degrees."""

    ra: Ra | None = None
    dec: Dec | None = None
    radius: float | None = Field(default=None, gt=0, le=5)


class ColorMagQuery(Query):
    """Which keys of a catalogue's annotation hold what."""

    catalog: str = "GAIA"
    apparent_mag_key: str = Field(default="Mag_G", alias="apparentMagKey")
    parallax_key: str = Field(default="Plx", alias="parallaxKey")
    absorption_key: str = Field(default="A_G", alias="absorptionKey")
    absolute_mag_key: str | None = Field(default=None, alias="absoluteMagKey")
    blue_mag_key: str = Field(default="Mag_Bp", alias="blueMagKey")
    red_mag_key: str = Field(default="Mag_Rp", alias="redMagKey")
    color_key: str | None = Field(default=None, alias="colorKey")


class TnsQuery(Query):
    """How far from a source its entry on the Transient Name Server may lie."""

    radius: float = Field(default=2.0, ge=0, le=60)
    """In arcsec."""


class MpcBody(Body):
    """Which minor planets may be a source."""

    obscode: str = Field(default="500", max_length=4)
    """Observatory code of the Minor Planet Center; 500 is the geocentre."""
    date: Time | None = None
    """UTC; that of any of the source's alerts if it is not given."""
    limiting_magnitude: float = 24.0
    search_radius: float = Field(default=1.0, gt=0, le=60)
    """In arcmin."""


class NotificationBody(Body):
    """Whom to tell of a source."""

    source_id: ObjId = Field(alias="sourceId")
    group_ids: Ids = Field(alias="groupIds", min_length=1, max_length=100)
    level: Literal["soft", "hard"]
    additional_notes: str | None = Field(default=None, alias="additionalNotes", max_length=1000)


class PhotometryQuery(Query):
    """The form of a light curve."""

    format: Literal["mag", "flux", "both"] = "mag"
    magsys: Literal["ab"] = "ab"
