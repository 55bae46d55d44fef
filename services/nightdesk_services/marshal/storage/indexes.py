"""Indexes of the marshal's collections; each one serves a query of this package."""

from __future__ import annotations

from typing import Any

from nightdesk_services.marshal.storage.store import Store

_TOMBSTONE_SECONDS = 24 * 3600
_AUDIT_SECONDS = 366 * 24 * 3600

_INDEXES: dict[str, list[tuple[list[tuple[str, int]], dict[str, Any]]]] = {
    "audit": [
        ([("at", -1)], {"expireAfterSeconds": _AUDIT_SECONDS}),
        ([("username", 1), ("at", -1)], {}),
        ([("keys", 1), ("at", -1)], {}),
        ([("route", 1), ("at", -1)], {}),
    ],
    "users": [([("username", 1)], {"unique": True})],
    "candidates": [
        ([("passed_at", -1)], {}),
        ([("objectId", 1), ("passed_at", -1)], {}),
        ([("filter_id", 1), ("passed_at", 1)], {}),
        ([("group_ids", 1), ("passed_at", 1)], {}),
    ],
    "sources": [
        ([("group_ids", 1), ("modified", -1)], {}),
        ([("modified", 1)], {}),
        ([("redshift", 1)], {}),
        ([("created_at", 1)], {}),
        ([("hpx12", 1)], {}),
        ([("hpx6", 1)], {}),
    ],
    "source_labels": [([("obj_id", 1), ("group_id", 1)], {}), ([("group_id", 1), ("labeller_id", 1)], {})],
    "source_lookups": [([("status", 1), ("_id", 1)], {}), ([("obj_id", 1), ("_id", -1)], {})],
    "phot_stats": [
        ([("obj_id", 1), ("audience", 1)], {"unique": True}),
        ([("whole", 1), ("checked_at", 1)], {}),
        ([("peak_mag_global", 1)], {}),
        ([("last_detected_mag", 1)], {}),
        ([("last_detected_mjd", 1)], {}),
        ([("last_detected_no_forced_phot_mjd", 1)], {}),
        ([("num_det_global", 1)], {}),
        ([("num_det_no_forced_phot_global", 1)], {}),
    ],
    "queries": [([("created_at", 1)], {"expireAfterSeconds": 3600})],
    "super_objs": [([("obj_ids", 1)], {})],
    "galaxies": [([("name", 1)], {})],
    "scan_reports": [([("group_ids", 1)], {})],
    "scan_report_items": [([("scan_report_id", 1)], {})],
    "filters": [([("group_id", 1)], {}), ([("stream_id", 1)], {})],
    "tokens": [([("user_id", 1), ("name", 1)], {"unique": True})],
    "group_admission_requests": [([("user_id", 1)], {}), ([("group_id", 1)], {})],
    "invitations": [([("token", 1)], {"unique": True}), ([("invited_by_id", 1)], {})],
    "teams": [([("name", 1)], {"unique": True}), ([("group_ids", 1)], {})],
    "source_requests": [([("obj_id", 1), ("group_id", 1)], {"unique": True})],
    "comments": [
        ([("obj_id", 1)], {}),
        ([("group_ids", 1), ("_id", -1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "classifications": [
        ([("obj_id", 1)], {}),
        ([("taxonomy_id", 1)], {}),
        ([("modified", 1)], {}),
        ([("classification", 1), ("obj_id", 1)], {}),
        ([("created_at", 1)], {}),
        ([("group_ids", 1), ("_id", -1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "taxonomies": [([("name", 1), ("version", 1)], {"unique": True})],
    "tag_options": [([("key", 1)], {"unique": True})],
    "tags": [
        ([("obj_id", 1), ("objtagoption_id", 1)], {"unique": True}),
        ([("objtagoption_id", 1)], {}),
    ],
    "annotations": [
        # a group has one of each origin
        ([("obj_id", 1), ("origin", 1), ("group_ids", 1)], {"unique": True}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "spectrum_annotations": [
        ([("spectrum_id", 1), ("origin", 1), ("group_ids", 1)], {"unique": True}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "photometry_annotations": [
        ([("photometry_id", 1), ("origin", 1), ("group_ids", 1)], {"unique": True}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "spectra": [
        ([("obj_id", 1), ("observed_at", 1)], {}),
        ([("group_ids", 1), ("_id", -1)], {}),
        ([("observed_at", 1)], {}),
        ([("instrument_id", 1), ("observed_at", 1)], {}),
        *(([(field, 1)], {"sparse": True}) for field in ("followup_request_id", "assignment_id")),
    ],
    "spectra_gone": [([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS})],
    "spectrum_comments": [
        ([("spectrum_id", 1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "gcn_comments": [
        ([("gcn_id", 1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "earthquake_comments": [
        ([("earthquake_id", 1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "photometry": [
        ([("key", 1)], {"unique": True, "partialFilterExpression": {"key": {"$exists": True}}}),
        ([("obj_id", 1), ("mjd", 1)], {}),
        ([("instrument_id", 1), ("mjd", 1)], {}),
        ([("mjd", 1)], {}),
        ([("upload_id", 1)], {}),
        ([("origin", 1), ("group_ids", 1)], {}),
        ([("group_ids", 1), ("_id", -1)], {}),
    ],
    "photometry_changes": [([("modified", 1)], {}), ([("created_at", 1)], {"expireAfterSeconds": 3600})],
    "photometry_validations": [([("photometry_id", 1)], {"unique": True}), ([("obj_id", 1)], {})],
    "photometric_series": [
        ([("obj_id", 1)], {}),
        ([("dec", 1)], {}),
        ([("filename", 1), ("owner_id", 1)], {"unique": True}),
        ([("series_name", 1)], {}),
        ([("hash", 1)], {}),
    ],
    "attachments": [([("on_disk", 1)], {})],
    "thumbnails": [([("obj_id", 1)], {}), ([("type", 1), ("depth", 1)], {})],
    "reminders": [
        ([("next_reminder", 1)], {}),
        *(([(field, 1)], {"sparse": True}) for field in ("obj_id", "spectrum_id", "shift_id", "gcn_id")),
    ],
    "notifications": [([("user_id", 1), ("_id", -1)], {})],
    "notification_rules": [([("user_id", 1)], {})],
    "notification_outbox": [
        ([("state", 1), ("due", 1)], {}),
        ([("user_id", 1), ("created_at", -1)], {}),
        ([("user_id", 1), ("channel", 1), ("state", 1), ("due", 1)], {}),
        ([("delivery", 1)], {"sparse": True}),
        # longer than anything is noticed twice
        ([("ended_at", 1)], {"expireAfterSeconds": 30 * 24 * 3600}),
    ],
    "kowalski_skymaps": [([("localization_name", 1)], {}), ([("dateobs", 1)], {})],
    "telescopes": [([("name", 1)], {"unique": True})],
    "instruments": [([("telescope_id", 1), ("name", 1)], {"unique": True})],
    "instrument_logs": [([("instrument_id", 1), ("start_date", 1)], {})],
    "allocations": [([("group_id", 1)], {}), ([("instrument_id", 1)], {})],
    "followup_requests": [
        ([("allocation_id", 1), ("created_at", 1)], {}),
        ([("group_ids", 1), ("created_at", 1)], {}),
        ([("obj_id", 1)], {}),
    ],
    "facility_transactions": [([("followup_request_id", 1)], {})],
    "default_followup_requests": [
        ([("allocation_id", 1)], {}),
        ([("group_id", 1)], {}),
        ([("source_filter.group_id", 1)], {}),
    ],
    "observing_runs": [([("group_id", 1), ("calendar_date", -1)], {})],
    "assignments": [([("run_id", 1), ("obj_id", 1)], {"unique": True})],
    "shifts": [([("group_id", 1), ("start_date", 1)], {})],
    "shift_comments": [
        ([("shift_id", 1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
    "listings": [
        ([("user_id", 1), ("list_name", 1), ("obj_id", 1)], {"unique": True}),
        ([("obj_id", 1)], {}),
        ([("deleted_at", 1)], {"expireAfterSeconds": _TOMBSTONE_SECONDS}),
    ],
}


async def ensure_indexes(store: Store) -> None:
    """Create what is missing."""
    for collection, indexes in _INDEXES.items():
        for keys, options in indexes:
            await store[collection].create_index(keys, **options)
