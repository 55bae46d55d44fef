"""Candidates through the official client."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from skyportal_py.candidates import (
    Candidate,
    CandidatePost,
    ScanReportPassedFiltersRange,
    ScanReportPost,
    ScanReportSavedCandidatesRange,
)

from tests.conformance.conftest import Desk
from tests.conformance.targets import save
from tests.conformance.test_phot_stats import MJD, made, point
from tests.conformance.things import club, refused
from tests.services.marshal.world import fill

NOW = datetime.now(UTC).replace(microsecond=0)


def own_filter(desk: Desk, group: int) -> int:
    """Make a filter of a group and return its id."""
    body = {"name": f"Filter of {group}", "group_id": group, "stream_id": 1, "source": "score > 0"}
    made = desk.client("ana").post("/api/filters", json=body)
    return int(made.raise_for_status().json()["data"]["id"])


def post(desk: Desk, name: str, filter_id: int, *, hours_ago: float = 0, **fields: Any) -> int:
    """Note that an object passed a filter and return the passage's number."""
    at = (NOW - timedelta(hours=hours_ago)).isoformat()
    body = CandidatePost(id=name, ra=100.0, dec=30.0, filter_ids=[filter_id], passed_at=at, **fields)
    (made,) = desk.client("ana").post_candidate(body).ids
    return made


def names(desk: Desk, who: str = "ana", **query: Any) -> list[str]:
    """Return the candidates of a query in their order."""
    page = desk.client(who).fetch_candidates(**query)
    assert page.total_matches == len(page.candidates)
    return [one.id for one in page.candidates]


def test_a_survey_candidate_in_the_clients_shape(desk: Desk) -> None:
    ana = desk.client("ana")
    made = fill(desk.database, "ZTF")[0]
    obj_id = made["objectId"]
    note = {"origin": "fit", "data": {"chi2": 1.0}}
    ana.post(f"/api/sources/{obj_id}/annotations", json=note).raise_for_status()
    listed = {one.id: one for one in ana.fetch_candidates(num_per_page=100).candidates}
    one = listed[obj_id]
    assert (one.ra, one.dec, one.score) == (made["ra"], made["dec"], made["score"])
    assert (one.filter_ids, one.passing_group_ids, one.is_source) == ([made["filter_id"]], [1], False)
    assert one.annotations is not None and one.annotations[0].data == {"chi2": 1.0}
    assert one.thumbnails is not None and {thumb.type for thumb in one.thumbnails} == {"new", "ref", "sub"}
    assert one.photometry is None and one.last_detected_at is not None
    found = ana.fetch_candidate(obj_id, include_photometry=True, include_alerts=True)
    assert found.photometry and found.passing_alerts is not None
    assert [alert.passing_alert_id for alert in found.passing_alerts] == [made["candid"]]
    assert ana.fetch_candidate(obj_id).passing_alerts is None
    assert ana.candidate_exists(obj_id) and not ana.candidate_exists("ZTF18nothere")
    page = ana.fetch_candidates(num_per_page=1, include_photometry=True)
    assert page.candidates[0].photometry


def test_a_posted_candidate_belongs_to_the_filters_group(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk, "ben")
    number = own_filter(desk, group)
    made = post(desk, "Posted1", number, passing_alert_id=2**60 + 1, redshift=0.02, score=0.7)
    found: Candidate = desk.client("ben").fetch_candidate("Posted1", include_alerts=True)
    assert (found.ra, found.dec, found.redshift, found.score) == (100.0, 30.0, 0.02, 0.7)
    assert found.passing_alerts is not None
    assert [(one.filter_id, one.passing_alert_id, one.passed_at) for one in found.passing_alerts] == [
        (number, 2**60 + 1, NOW)
    ]
    (row,) = ana.fetch_candidates_filter(group_ids=[group]).candidates
    assert (row.id, row.obj_id, row.filter_id, row.passing_alert_id) == (made, "Posted1", number, 2**60 + 1)
    again = CandidatePost(
        id="Posted1", ra=1, dec=1, filter_ids=[number], passed_at=NOW.isoformat(), passing_alert_id=2**60 + 1
    )
    assert "already" in refused(409, ana.post_candidate, again)
    cleo = desk.client("cleo")
    assert not cleo.candidate_exists("Posted1")
    assert "Posted1" not in names(desk, "cleo", num_per_page=100)
    assert "no filter" in refused(400, cleo.post_candidate, again)
    refused(403, desk.client("viewer").post_candidate, again)
    refused(403, cleo.fetch_candidates, group_ids=[group])
    refused(404, cleo.delete_candidate, "Posted1", number)

    assert "no candidate" in refused(404, ana.delete_candidate, "Posted1", number + 1000)
    desk.client("ben").delete_candidate("Posted1", number)
    assert not ana.candidate_exists("Posted1")
    assert names(desk, group_ids=[group]) == []


def test_what_a_query_keeps(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk)
    number = own_filter(desk, group)
    for hours, name in enumerate(("Kept0", "Kept1", "Kept2")):
        post(desk, name, number, hours_ago=hours)
        note = {
            "origin": "fit",
            "data": {"chi2": [2.0, 1.0, 3.0][hours], "ok": hours > 0},
            "group_ids": [group],
        }
        ana.post(f"/api/sources/{name}/annotations", json=note).raise_for_status()
    save(desk, "Kept1", group, 100.0, 30.0)
    ana.update_source("Kept1", redshift=0.3)
    body = {"obj_id": "Kept2", "classification": "Ia", "probability": 1.0, "group_ids": [group]}
    ana.post("/api/classification", json=body).raise_for_status()
    ana.post("/api/listing", json={"obj_id": "Kept0", "list_name": "rejected_candidates"}).raise_for_status()
    mine: dict[str, Any] = {"group_ids": [group]}
    every = ["Kept0", "Kept1", "Kept2"]
    assert names(desk, **mine) == names(desk, filter_ids=[number]) == every, "the newest first"
    assert names(desk, **mine, start_date=(NOW - timedelta(hours=1)).isoformat()) == every[:2]
    assert names(desk, **mine, end_date=(NOW - timedelta(hours=1)).isoformat()) == every[1:]
    assert names(desk, **mine, saved_status="savedToAllSelected") == ["Kept1"]
    assert names(desk, **mine, saved_status="notSavedToAnyAccessible") == ["Kept0", "Kept2"]
    assert names(desk, **mine, obj_id="ept2") == ["Kept2"]
    bare = ana.fetch_candidates(**mine, obj_id="Kept", name_only=True)
    assert [one.id for one in bare.candidates] == every and bare.total_matches is None
    assert names(desk, **mine, classifications=["Ia"]) == ["Kept2"]
    assert names(desk, **mine, classifications_reject=["Ia"]) == every[:2]
    assert names(desk, **mine, min_redshift=0.2, max_redshift=0.4) == ["Kept1"]
    assert names(desk, **mine, min_redshift=0.4) == []
    assert names(desk, **mine, list_name="rejected_candidates") == ["Kept0"]
    assert names(desk, **mine, list_name_reject="rejected_candidates") == every[1:]
    ranked = {"sort_by_annotation_origin": "fit", "sort_by_annotation_key": "chi2"}
    assert names(desk, **mine, **ranked) == ["Kept1", "Kept0", "Kept2"]
    assert names(desk, **mine, **ranked, sort_by_annotation_order="desc") == ["Kept2", "Kept0", "Kept1"]
    assert "give both" in refused(400, ana.fetch_candidates, sort_by_annotation_key="chi2")

    def annotated(**constraint: Any) -> list[str]:
        return names(desk, **mine, annotation_filter_list=json.dumps([{"origin": "fit"} | constraint]))

    assert annotated(key="chi2", min=1.5, max=2.5) == ["Kept0"]
    assert annotated(key="ok", value="true") == every[1:]
    assert annotated(key="other") == []
    assert "annotationFilterList" in refused(400, ana.fetch_candidates, annotation_filter_list="chi2 > 1")
    assert names(desk, **mine, last_detection_before=(NOW - timedelta(hours=0.5)).isoformat()) == every[1:]
    assert names(desk, **mine, number_detections=1) == [], "nothing tells how often these were detected"
    assert names(desk, **mine, number_detections=1, require_detections=False) == every
    for argument, value in (
        ("localization_dateobs", "2026-01-01T00:00:00"),
        ("localization_name", "bayestar.fits"),
        ("localization_cumprob", 0.5),
    ):
        assert "localization" in refused(400, ana.fetch_candidates, **{argument: value})


def test_detections_are_the_candidates_and_those_of_the_light_curve(desk: Desk) -> None:
    group = club(desk)
    number = own_filter(desk, group)
    for name, origin in (("Seen0", "alert_fp"), ("Seen1", None)):
        post(desk, name, number)
        point(desk, name, [group], MJD, 18.0, origin=origin)
        point(desk, name, [group], MJD + 1, 17.5, origin=origin)
        save(desk, name, group, 100.0, 30.0)
        made(desk, name)
    post(desk, "Seen2", number)
    mine: dict[str, Any] = {"group_ids": [group]}
    assert sorted(names(desk, **mine, number_detections=2)) == ["Seen0", "Seen1"]
    assert names(desk, **mine, number_detections=2, exclude_forced_photometry=True) == ["Seen1"]
    day = datetime(1858, 11, 17, tzinfo=UTC) + timedelta(days=MJD)
    early = (day - timedelta(days=1)).isoformat()
    assert sorted(names(desk, **mine, first_detection_after=early)) == ["Seen0", "Seen1"]
    assert names(desk, **mine, first_detection_after=early, exclude_forced_photometry=True) == ["Seen1"]
    assert names(desk, **mine, first_detection_after=(day + timedelta(hours=1)).isoformat()) == []


def test_candidates_by_what_was_noted_on_their_points(desk: Desk) -> None:
    group, hidden = club(desk, "ben"), club(desk)
    number = own_filter(desk, group)
    notes = desk.database["photometry_annotations"]
    for rank, name in enumerate(("Note0", "Note1", "Note2")):
        post(desk, name, number)
        for at in range(2):
            point(desk, name, [hidden if rank == 2 else group], MJD + at, 18.0)
        for at, one in enumerate(desk.database["photometry"].find({"obj_id": name})):
            if rank or not at:
                note = {"photometry_id": one["_id"], "origin": f"o{at}", "data": {"flag": rank + at}}
                time = {"created_at": NOW, "deleted_at": None}
                notes.insert_one({"_id": 100 * rank + at + 9000, **note, **time, "group_ids": [group]})

    def noted(who: str = "ana", **query: Any) -> list[str]:
        asked = {f"photometry_annotations_filter{name}": value for name, value in query.items()}
        return sorted(names(desk, who, group_ids=[group], **asked))

    every = ["Note0", "Note1", "Note2"]
    assert noted(**{"": "flag"}) == every and noted(**{"": "other"}) == []
    assert noted("ben", **{"": "flag"}) == every[:2], "the points of the third are not ben's"
    assert noted(**{"": "flag:1:ge"}) == every[1:]
    assert noted(**{"": "flag:0:eq,flag:1:ge"}) == [], "both must be met"
    assert noted(_origin="o1") == every[1:]
    assert noted(_min_count=2) == every[1:]
    assert noted(**{"": "flag:2:ge", "_min_count": 2}) == ["Note2"]
    later = (NOW + timedelta(hours=1)).isoformat()
    assert noted(_after=later) == [] and noted(_before=later) == every
    assert "photometryAnnotationsFilter" in refused(
        400, desk.client("ana").fetch_candidates, photometry_annotations_filter="flag:1:near"
    )


def test_a_candidate_with_its_spectra(desk: Desk) -> None:
    group = club(desk)
    post(desk, "Spec1", own_filter(desk, group))
    desk.database["spectra"].insert_one(
        {
            "_id": 7001,
            "obj_id": "Spec1",
            "group_ids": [group],
            "observed_at": NOW,
            "created_at": NOW,
            "modified": NOW,
        }
    )
    found = desk.client("ana").fetch_candidate("Spec1", include_spectra=True)
    assert [one["id"] for one in found.spectra or []] == [7001]
    assert desk.client("ana").fetch_candidate("Spec1").spectra is None


def test_pages_of_one_query_are_of_one_piece(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk, "ben")
    number = own_filter(desk, group)
    for hours in range(3):
        post(desk, f"Piece{hours}", number, hours_ago=hours + 1)
    first = ana.fetch_candidates(group_ids=[group], num_per_page=2)
    assert [one.id for one in first.candidates] == ["Piece0", "Piece1"]
    assert first.query_id is not None and first.total_matches == 3
    post(desk, "PieceNew", number)
    again: dict[str, Any] = {"group_ids": [group], "num_per_page": 2, "page_number": 2}
    assert [one.id for one in ana.fetch_candidates(**again).candidates] == ["Piece1", "Piece2"]
    again["query_id"] = first.query_id
    assert [one.id for one in ana.fetch_candidates(**again).candidates] == ["Piece2"]
    assert "queryID" in refused(404, desk.client("ben").fetch_candidates, **again)


def test_passages_one_by_one(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk)
    number = own_filter(desk, group)
    for hours in range(3):
        post(desk, "Twice" if hours else "Once", number, hours_ago=hours)
    save(desk, "Once", group, 100.0, 30.0)
    page = ana.fetch_candidates_filter(group_ids=[group], num_per_page=2)
    assert [(one.obj_id, one.passed_at) for one in page.candidates] == [
        ("Twice", NOW - timedelta(hours=2)),
        ("Twice", NOW - timedelta(hours=1)),
    ]
    assert page.total_matches == 3
    second = ana.fetch_candidates_filter(group_ids=[group], num_per_page=2, page_number=2)
    assert [one.obj_id for one in second.candidates] == ["Once"] and second.total_matches is None
    late = ana.fetch_candidates_filter(filter_ids=[number], start_date=(NOW - timedelta(hours=1)).isoformat())
    assert late.total_matches == 2
    assert ana.fetch_candidates_filter(filter_ids=[number], end_date="2020-01-01").total_matches == 0
    unsaved = ana.fetch_candidates_filter(group_ids=[group], saved_status="notSavedToAnySelected")
    assert {one.obj_id for one in unsaved.candidates} == {"Twice"} and unsaved.total_matches == 2
    assert desk.client("cleo").fetch_candidates_filter(filter_ids=[number]).total_matches == 0
    # a row of a programme that the person's streams do not bring is not there
    desk.database["candidates"].update_many({"objectId": "Once"}, {"$set": {"programid": 3}})
    assert ana.fetch_candidates_filter(filter_ids=[number]).total_matches == 2
    refused(403, desk.client("cleo").fetch_candidates_filter, group_ids=[group])


def test_what_is_found_is_saved_if_asked_for(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk, "viewer")
    number = own_filter(desk, group)
    post(desk, "Auto1", number)
    query: dict[str, Any] = {"group_ids": [group], "autosave": True, "autosave_group_ids": [group]}
    assert "write sources" in refused(403, desk.client("viewer").fetch_candidates, **query)
    (found,) = ana.fetch_candidates(**query).candidates
    assert found.is_source and [one.id for one in found.saved_groups or []] == [group]
    assert ana.fetch_source("Auto1").ra == 100.0


def test_old_ones_that_nobody_saved_go(desk: Desk) -> None:
    root, ana, group = desk.client("root"), desk.client("ana"), club(desk)
    number = own_filter(desk, group)
    for name, days in (("Old1", 500), ("Old2", 400), ("OldSaved", 450), ("Fresh", 1)):
        post(desk, name, number, hours_ago=24 * days)
    post(desk, "Old2", number, hours_ago=24 * 600)
    save(desk, "OldSaved", group, 100.0, 30.0)
    assert "System admin" in refused(403, ana.bulk_delete_candidates)
    dry = root.bulk_delete_candidates(max_age_months=12, dry_run=True)
    assert (dry.deleted, dry.dry_run) == (2, True)
    assert ana.candidate_exists("Old1")
    first = root.bulk_delete_candidates(max_age_months=12, batch_size=1)
    assert (first.deleted, first.remaining) == (1, 1)
    assert not ana.candidate_exists("Old1") and ana.candidate_exists("Old2"), "the oldest goes first"
    assert root.bulk_delete_candidates(max_age_months=12).deleted == 1
    assert sorted(names(desk, group_ids=[group])) == ["Fresh", "OldSaved"]
    assert "batchSize" in refused(400, root.bulk_delete_candidates, batch_size=0)


def test_a_scan_report_shows_what_was_saved(desk: Desk) -> None:
    ana, ben, group, alone = desk.client("ana"), desk.client("ben"), club(desk, "ben"), club(desk)
    number = own_filter(desk, group)
    for name, hours in (("Report1", 1), ("Report2", 50), ("Report3", 1)):
        post(desk, name, number, hours_ago=hours)
    empty = ScanReportPost(
        group_ids=[group], passed_filters_window_hours=24, saved_candidates_window_hours=24
    )
    assert "no candidate" in refused(400, ana.post_scan_report, empty)
    save(desk, "Report1", group, 100.0, 30.0)
    save(desk, "Report2", group, 100.0, 30.0)
    ana.post_scan_report(empty)
    assert "already" in refused(409, ana.post_scan_report, empty)
    page = ben.fetch_scan_reports()
    assert page.total_matches == 1
    (report,) = page.reports
    assert report.author == "ana" and [one.id for one in report.groups or []] == [group]
    (item,) = ben.fetch_scan_report_items(report.id)
    assert item.obj_id == "Report1", "the second passed too long ago, the third was not saved"
    assert item.data is not None and item.data["saved_info"][0]["saved_by"] == "ana"
    ben.update_scan_report_item(report.id, item.id, comment="follow up")
    assert ana.fetch_scan_report_items(report.id)[0].data["comment"] == "follow up"  # type: ignore[index]
    ben.update_scan_report_item(report.id, item.id)
    assert ana.fetch_scan_report_items(report.id)[0].data["comment"] is None  # type: ignore[index]
    refused(404, ana.update_scan_report_item, report.id, item.id + 1, comment="?")
    cleo = desk.client("cleo")
    assert cleo.fetch_scan_reports().total_matches == 0
    refused(404, cleo.fetch_scan_report_items, report.id)
    refused(404, cleo.update_scan_report_item, report.id, item.id, comment="?")
    refused(403, cleo.post_scan_report, empty)

    wide = ScanReportPost(
        group_ids=[group, alone],
        passed_filters_range=ScanReportPassedFiltersRange(
            start_date=(NOW - timedelta(days=3)).isoformat(), end_date=(NOW + timedelta(days=1)).isoformat()
        ),
        saved_candidates_range=ScanReportSavedCandidatesRange(
            start_saved_date=(NOW - timedelta(days=1)).isoformat(),
            end_saved_date=(NOW + timedelta(days=1)).isoformat(),
        ),
    )
    ana.post_scan_report(wide)
    assert ben.fetch_scan_reports().total_matches == 1, "one of its groups is ana's alone"
    newest = ana.fetch_scan_reports(num_per_page=1).reports[0]
    assert {one.obj_id for one in ana.fetch_scan_report_items(newest.id)} == {"Report1", "Report2"}
    second = ana.fetch_scan_reports(page=2, num_per_page=1)
    assert [one.id for one in second.reports] == [report.id] and second.total_matches == 2
    assert "saved_candidates" in refused(
        400, ana.post_scan_report, ScanReportPost(group_ids=[group], passed_filters_window_hours=1)
    )
