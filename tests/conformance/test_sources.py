"""Sources through the official client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from nightdesk.crossmatch import write_catalogue
from skyportal_py.sources import SourceMpcQueryPost, SourceNotificationPost, SourcePost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id
from tests.conformance.targets import save
from tests.conformance.test_phot_stats import MJD, made, point, until
from tests.conformance.things import club, refused
from tests.services.marshal.world import fill


def names(desk: Desk, who: str = "ana", **query: Any) -> list[str]:
    """Return the sources of a query, which must count itself rightly."""
    page = desk.client(who).fetch_sources(**query)
    assert page.total_matches == len(page.sources)
    return sorted(source.id for source in page.sources)


def test_a_source_is_saved_shown_changed_and_taken_back(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk, "ben")
    post = SourcePost(
        id="Core1", ra=10.0, dec=20.0, group_ids=[group], alias=["C1"], score=0.5, tns_name="2026 abc"
    )
    assert ana.post_source(post).saved_to_groups == [group]
    assert ana.source_exists("Core1") and not desk.client("cleo").source_exists("Core1")
    found = ana.fetch_source("Core1")
    assert (found.ra, found.dec, found.alias, found.score) == (10.0, 20.0, ["C1"], 0.5)
    assert [(one.id, one.active, one.requested) for one in found.groups] == [(group, True, False)]
    assert found.groups[0].saved_by is not None and found.groups[0].saved_by.username == "ana"
    assert found.photometry_exists is False
    assert ana.fetch_source("Core1", tns_name="2026abc").id == "Core1"
    assert "2026xyz" in refused(404, ana.fetch_source, "Core1", tns_name="2026xyz")

    desk.client("ben").update_source("Core1", redshift=0.05, summary="a supernova", ra=11.0)
    found = ana.fetch_source("Core1")
    assert (found.redshift, found.summary, found.ra) == (0.05, "a supernova", 11.0)
    assert found.redshift_history is not None and found.redshift_history[0]["value"] == 0.05
    assert found.summary_history is not None
    assert found.summary_history[0]["set_by_user_id"] == user_id(desk, "ben")
    assert names(desk, ra=11.0, dec=20.0, radius=1 / 3600) == ["Core1"], "it is found where it is now"

    assert "no source" in refused(404, desk.client("cleo").fetch_source, "Core1")
    refused(404, desk.client("cleo").update_source, "Core1", redshift=1.0)
    refused(403, desk.client("cleo").delete_source, "Core1", group)
    ana.delete_source("Core1", group)
    assert not ana.source_exists("Core1")
    assert "not saved" in refused(404, ana.delete_source, "Core1", group)


def test_savers_and_what_stays_out(desk: Desk) -> None:
    ana, one, other = desk.client("ana"), club(desk, "ben"), club(desk)
    ben = user_id(desk, "ben")
    save(desk, "Saved1", one, 12.0, 20.0)
    post = SourcePost(id="Saved1", group_ids=[other], ignore_if_in_group_ids={str(other): [one]})
    assert ana.post_source(post).saved_to_groups == []
    post = SourcePost(id="Saved2", ra=13.0, dec=20.0, group_ids=[one], saver_per_group_id={str(one): ben})
    ana.post_source(post)
    saver = ana.fetch_source_saved_groups("Saved2")[0].saved_by
    assert saver is not None and saver.username == "ben"
    mine = SourcePost(id="Saved2", group_ids=[one], saver_per_group_id={str(one): user_id(desk, "ana")})
    assert "only an admin" in refused(403, desk.client("ben").post_source, mine)
    refused(404, desk.client("cleo").fetch_source_saved_groups, "Saved2")


def test_all_that_is_included(desk: Desk) -> None:
    ana = desk.client("ana")
    made = fill(desk.database, "ZTF")[0]
    obj_id, group = made["objectId"], club(desk)
    ana.post_source(SourcePost(id=obj_id, group_ids=[group]))
    ana.post(
        f"/api/sources/{obj_id}/comments", json={"text": "blue", "group_ids": [group]}
    ).raise_for_status()
    note = {
        "origin": "Gaia DR3",
        "data": {"Mag_G": 15.0, "Plx": 10.0, "Mag_Bp": 15.5, "Mag_Rp": 14.5, "period": 2},
        "group_ids": [group],
    }
    ana.post(f"/api/sources/{obj_id}/annotations", json=note).raise_for_status()
    desk.database["spectra"].insert_one({"_id": 77, "obj_id": obj_id, "group_ids": [group]})
    bare = ana.fetch_source(obj_id)
    assert (bare.comments, bare.thumbnails, bare.candidates, bare.photometry) == ([], [], [], [])
    assert bare.photometry_exists and bare.first_detected is not None
    assert bare.annotations[0].type == "source"
    whole = ana.fetch_source(
        obj_id,
        include_thumbnails=True,
        include_photometry=True,
        include_color_magnitude=True,
        include_photometry_exists=True,
        include_spectrum_exists=True,
        include_comment_exists=True,
        include_period_exists=True,
        include_labellers=True,
        include_comments=True,
        include_candidates=True,
    )
    assert [comment.text for comment in whole.comments] == ["blue"]
    assert {thumb.type for thumb in whole.thumbnails} == {"new", "ref", "sub"}
    assert [(c.filter_id, c.passing_alert_id) for c in whole.candidates] == [
        (made["filter_id"], made["candid"])
    ]
    assert whole.photometry and all(point.obj_id == obj_id for point in whole.photometry)
    assert (whole.spectrum_exists, whole.comment_exists, whole.period_exists) == (True, True, True)
    # a parallax of 10 mas is 100 pc, at a distance modulus of 5
    assert [(one.color, one.abs_mag) for one in whole.color_magnitude] == [(1.0, 10.0)]
    assert ana.fetch_source_color_mag(obj_id)[0].abs_mag == 10.0
    assert ana.fetch_source_color_mag(obj_id, catalog="2MASS") == []
    assert ana.fetch_source_color_mag(obj_id, absolute_mag_key="mag_bp", color_key="PLX")[0].abs_mag == 15.5
    seen = desk.client("cleo").fetch_source(obj_id, include_comments=True, include_spectrum_exists=True)
    assert (seen.groups, seen.comments, seen.annotations, seen.spectrum_exists) == ([], [], [], False)


def test_labels_are_of_person_and_group(desk: Desk) -> None:
    ana, ben, group = desk.client("ana"), desk.client("ben"), club(desk, "ben")
    save(desk, "Label1", group, 20.0, 20.0)
    save(desk, "Label2", group, 20.0, 21.0)
    ana.post_source_labels("Label1", [group])
    ana.post_source_labels("Label1", [group])
    labellers = ben.fetch_source("Label1", include_labellers=True).labellers
    assert [one["username"] for one in labellers] == ["ana"]
    assert names(desk, "ben", group_ids=[group], has_been_labelled=True) == ["Label1"]
    assert names(desk, "ben", group_ids=[group], has_not_been_labelled=True) == ["Label2"]
    mine = {"group_ids": [group], "has_been_labelled": True, "current_user_labeller": True}
    assert names(desk, "ana", **mine) == ["Label1"]
    assert names(desk, "ben", **mine) == []
    refused(404, desk.client("cleo").post_source_labels, "Label1", [group])
    ben.delete_source_labels("Label1", [group])
    assert names(desk, group_ids=[group], has_been_labelled=True) == ["Label1"], "it is ana's"
    ana.delete_source_labels("Label1", [group])
    assert names(desk, group_ids=[group], has_been_labelled=True) == []


def test_where_a_source_is_already(desk: Desk) -> None:
    ana, cleo, group = desk.client("ana"), desk.client("cleo"), club(desk)
    save(desk, "Here1", group, 30.0, -20.0)
    assert ana.fetch_source_exists("Here1").source_exists
    assert not ana.fetch_source_exists("Here2").source_exists
    near: dict[str, Any] = {"ra": 30.0, "dec": -20.0005, "radius": 2 / 3600}
    found = ana.fetch_source_exists(**near)
    assert found.source_exists and found.message is not None and "Here1" in found.message
    assert ana.fetch_source_exists("Here2", **near).source_exists
    assert not ana.fetch_source_exists(**(near | {"radius": 1 / 3600})).source_exists
    assert not cleo.fetch_source_exists("Here1", **near).source_exists
    assert "all three" in refused(400, ana.fetch_source_exists, ra=1.0)


def test_duplicates_are_near(desk: Desk) -> None:
    group, hidden = club(desk, "ben"), club(desk)
    save(desk, "Twin1", group, 40.0, 0.0)
    save(desk, "Twin2", group, 40.0, 3 / 3600)
    save(desk, "Twin3", hidden, 40.0, -3 / 3600)
    save(desk, "Twin4", group, 40.0, 5 / 3600)
    twins = desk.client("ben").fetch_source("Twin1").duplicates
    assert [(one.obj_id, round(one.separation or 0, 3)) for one in twins] == [("Twin2", 3.0)]
    assert len(desk.client("ana").fetch_source("Twin1").duplicates) == 2


def test_pages_and_order(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk)
    redshifts = {"Order1": 0.3, "Order2": 0.1, "Order3": 0.2}
    for number, (name, z) in enumerate(redshifts.items()):
        post = SourcePost(id=name, ra=50.0 + number, dec=0.0, redshift=z, group_ids=[group], altdata={"n": z})
        ana.post_source(post)
        note = {"origin": "fit", "data": {"chi2": 1 - z}, "group_ids": [group]}
        ana.post(f"/api/sources/{name}/annotations", json=note).raise_for_status()

    def order(**query: Any) -> list[str]:
        return [one.id for one in ana.fetch_sources(group_ids=[group], **query).sources]

    assert order() == ["Order3", "Order2", "Order1"], "those saved last come first"
    rising = ["Order2", "Order3", "Order1"]
    assert order(sort_by="redshift") == order(sort_by="altdata.n", sort_order="asc") == rising
    assert order(sort_by="redshift", sort_order="desc") == rising[::-1]
    assert order(sort_by="annotation.fit.chi2") == rising[::-1]
    assert order(sort_by="saved_at", sort_order="asc") == order(sort_by="id") == list(redshifts)
    assert "sortBy" in refused(400, ana.fetch_sources, sort_by="$where")
    second = ana.fetch_sources(group_ids=[group], page_number=2, num_per_page=2, sort_by="id")
    assert [one.id for one in second.sources] == ["Order3"]
    assert (second.total_matches, second.page_number, second.num_per_page) == (3, 2, 2)
    assert second.group_id == group

    first = ana.fetch_sources(group_ids=[group], num_per_page=2, sort_by="id", use_cache=True)
    assert first.query_id is not None
    save(desk, "Order0", group, 50.0, 1.0)
    again = {"use_cache": True, "query_id": first.query_id, "num_per_page": 2, "page_number": 2}
    assert order(**again) == ["Order3"], "the order is as it was"
    assert "queryID" in refused(404, desk.client("ben").fetch_sources, **again)
    refused(403, desk.client("ben").fetch_sources, group_ids=[group])

    rows = ana.fetch_sources_save_summary(group_ids=[group], num_per_page=2)
    assert [row.obj_id for row in rows.sources] == ["Order0", "Order3"]
    assert rows.total_matches == 4
    assert (rows.sources[0].group_id, rows.sources[0].saved_by_id) == (group, user_id(desk, "ana"))


def test_filters_on_what_the_source_is(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk, "ben")
    for number in range(3):
        ana.post_source(
            SourcePost(
                id=f"Plain{number}",
                ra=60.0,
                dec=float(number),
                group_ids=[group],
                redshift=number / 10,
                origin="ATLAS" if number else "Gaia",
                alias=[f"other-{number}"],
                tns_name="2026zz" if number == 2 else None,
                altdata={"simbad": {"class": "RRLyr"}} if number == 1 else {},
            )
        )
    mine: dict[str, Any] = {"group_ids": [group]}
    assert names(desk, **mine, source_id="lain1") == ["Plain1"]
    assert names(desk, **mine, min_redshift=0.05) == ["Plain1", "Plain2"]
    assert names(desk, **mine, min_redshift=0.05, max_redshift=0.15) == ["Plain1"]
    assert names(desk, **mine, origin="gaia") == ["Plain0"]
    assert names(desk, **mine, alias="r-2") == ["Plain2"]
    assert names(desk, **mine, has_tns_name=True) == ["Plain2"]
    assert names(desk, **mine, has_no_tns_name=True) == ["Plain0", "Plain1"]
    assert names(desk, **mine, simbad_class="RRLyr") == ["Plain1"]
    assert names(desk, **mine, rejected_source_ids=["Plain0", "Plain2"]) == ["Plain1"]
    assert names(desk, ra=60.0, dec=1.0, radius=0.5) == ["Plain1"]
    assert "radius" in refused(400, ana.fetch_sources, ra=60.0, dec=1.0)
    now = datetime.now(UTC)
    soon, past = (now + timedelta(hours=1)).isoformat(), (now - timedelta(hours=1)).isoformat()
    assert len(names(desk, **mine, saved_after=past, saved_before=soon, created_or_modified_after=past)) == 3
    assert names(desk, **mine, saved_after=soon) == names(desk, **mine, created_or_modified_after=soon) == []
    assert len(names(desk, **mine, saved_by_current_user=True)) == 3
    assert names(desk, "ben", **mine, saved_by_current_user=True) == []
    page = ana.fetch_sources(**mine, include_geojson=True, remove_nested=True)
    assert page.geojson is not None and len(page.geojson["features"]) == 3
    assert page.sources[0].groups == []


def test_filters_on_what_was_said(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk, "ben")
    for number in range(3):
        save(desk, f"Said{number}", group, 70.0, float(number))
    body = {"obj_id": "Said0", "classification": "Ia", "probability": 0.9, "group_ids": [group]}
    ana.post("/api/classification", json=body).raise_for_status()
    note = {"origin": "fit", "data": {"chi2": 1.5}, "group_ids": [group]}
    ana.post("/api/sources/Said1/annotations", json=note).raise_for_status()
    ana.post(
        "/api/sources/Said2/comments", json={"text": "Very blue", "group_ids": [group]}
    ).raise_for_status()
    ana.post("/api/listing", json={"obj_id": "Said1", "list_name": "favorites"}).raise_for_status()
    time = datetime(2026, 1, 2, tzinfo=UTC)
    desk.database["spectra"].insert_one(
        {"_id": 78, "obj_id": "Said2", "group_ids": [group], "observed_at": time}
    )
    taxonomy = ana.get("/api/taxonomy").json()["data"][0]["name"]
    mine: dict[str, Any] = {"group_ids": [group]}
    assert names(desk, **mine, classified=True) == ["Said0"]
    assert names(desk, **mine, unclassified=True) == ["Said1", "Said2"]
    assert names(desk, **mine, classifications=[f"{taxonomy}: Ia"]) == ["Said0"]
    assert names(desk, **mine, classifications=["Other: Ia"]) == []
    assert names(desk, **mine, classifications=["Ia", "II"]) == ["Said0"]
    assert names(desk, **mine, classifications=["Ia", "II"], classifications_simul=True) == []
    assert names(desk, **mine, nonclassifications=[f"{taxonomy}: Ia"]) == ["Said1", "Said2"]
    assert names(desk, **mine, annotations_filter="chi2:1:gt", annotations_filter_origin="fit") == ["Said1"]
    assert names(desk, **mine, annotations_filter="chi2:1:lt") == []
    assert names(desk, **mine, annotations_filter="chi2", annotations_filter_before="2020-01-01") == []
    assert names(desk, **mine, annotations_filter_after="2020-01-01") == ["Said1"]
    assert "annotationsFilter" in refused(400, ana.fetch_sources, annotations_filter="chi2:1:near")
    assert names(desk, **mine, comments_filter="blue", comments_filter_after="2020-01-01") == ["Said2"]
    assert names(desk, **mine, comments_filter_author=user_id(desk, "ben")) == []
    assert names(desk, **mine, comments_filter="blue", comments_filter_before="2020-01-01") == []
    assert names(desk, **mine, list_name="favorites") == ["Said1"]
    assert names(desk, "ben", **mine, list_name="favorites") == []
    assert names(desk, **mine, has_spectrum=True) == ["Said2"]
    assert names(desk, **mine, has_no_spectrum=True) == ["Said0", "Said1"]
    assert names(desk, **mine, has_spectrum_after="2026-01-01", has_spectrum_before="2026-01-03") == ["Said2"]
    assert names(desk, **mine, has_spectrum_after="2026-02-01") == []
    assert names(desk, **mine, has_followup_request=True) == []
    shown = ana.fetch_sources(**mine, include_spectrum_exists=True, include_comment_exists=True, sort_by="id")
    assert [one.spectrum_exists for one in shown.sources] == [False, False, True]
    assert [one.comment_exists for one in shown.sources] == [False, False, True]
    assert shown.sources[0].classifications[0].classification == "Ia"


def test_what_is_proposed_waits(desk: Desk) -> None:
    ana, ben = desk.client("ana"), desk.client("ben")
    own, theirs = club(desk), club(desk, "ben")
    ana.post_source(SourcePost(id="Wait1", ra=80.0, dec=0.0, group_ids=[own], redshift=0.4))
    other = desk.client("ben").post("/api/groups", json={"name": "Bens"})
    group = other.raise_for_status().json()["data"]["id"]
    body = {"objId": "Wait1", "inviteGroupIds": [group], "unsaveGroupIds": []}
    ana.post("/api/source_groups", json=body).raise_for_status()
    assert names(desk, "ben", group_ids=[group]) == []
    assert names(desk, "ben", group_ids=[group], include_requested=True) == ["Wait1"]
    waiting = ben.fetch_sources(group_ids=[group], pending_only=True).sources[0]
    assert (waiting.redshift, waiting.groups) == (None, []), "it is ana's group's until it is accepted"
    assert [(one.id, one.requested) for one in ben.fetch_source_saved_groups("Wait1")] == [(group, True)]
    assert theirs not in {one.id for one in ana.fetch_source("Wait1", include_requested=True).groups}


def test_a_host_is_a_galaxy_of_the_desk(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk)
    save(desk, "Hosted1", group, 90.0, 0.0)
    desk.database["galaxies"].insert_one({"_id": 901, "name": "NGC 901", "ra": 90.0, "dec": 0.0})
    ana.post_source_host("Hosted1", "NGC 901")
    host = ana.fetch_source("Hosted1").host
    assert host is not None and (host.id, host.name) == (901, "NGC 901")
    listed = ana.fetch_sources(group_ids=[group], include_hosts=True).sources[0].host
    assert listed is not None and listed.name == "NGC 901"
    assert ana.fetch_sources(group_ids=[group]).sources[0].host is None
    assert "no galaxy NGC 902" in refused(404, ana.post_source_host, "Hosted1", "NGC 902")
    refused(404, desk.client("cleo").post_source_host, "Hosted1", "NGC 901")
    refused(404, desk.client("cleo").delete_source_host, "Hosted1")
    ana.delete_source_host("Hosted1")
    assert ana.fetch_source("Hosted1").host is None


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("localization_dateobs", "2026-01-01T00:00:00"),
        ("localization_name", "bayestar.fits"),
        ("localization_cumprob", 0.9),
        ("localization_reject_sources", True),
        ("include_sources_in_gcn", True),
        ("spatial_catalog_name", "Fermi"),
        ("spatial_catalog_entry_name", "J0001"),
        ("followup_request_status", "submitted"),
        ("current_user_labeller", True),
        ("query_id", "abc"),
    ],
)
def test_what_a_list_cannot_tell_is_refused_by_name(desk: Desk, argument: str, value: Any) -> None:
    first, *words = argument.split("_")
    wire = {"query_id": "queryID"}.get(argument, first + "".join(map(str.capitalize, words)))
    message = refused(400, desk.client("ana").fetch_sources, **{argument: value})
    assert f"{wire}: " in message and ("instead" in message or "give" in message)


@pytest.mark.parametrize("argument", ["include_gcn_crossmatches", "include_gcn_notes", "include_analyses"])
def test_what_a_source_cannot_show_is_refused_by_name(desk: Desk, argument: str) -> None:
    save(desk, "Bare1", club(desk), 95.0, 0.0)
    wire = argument.replace("gcn", "GCN").replace("_", "").lower()
    message = refused(400, desk.client("ana").fetch_source, "Bare1", **{argument: True})
    assert message.lower().startswith(wire) or f"{wire}:" in message.lower()


def test_a_word_that_is_none_of_the_arguments_is_refused(desk: Desk) -> None:
    for path in ("sources", "sources/Bare1", "candidates", "candidates/Bare1", "candidates_filter"):
        answer = desk.client("ana").get(f"/api/{path}", params={"hasEverything": "true"})
        assert answer.status_code == 400 and "hasEverything" in answer.json()["message"], path


def test_points_that_were_uploaded_twice_are_shown_once(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk)
    old = datetime(2026, 1, 1, tzinfo=UTC)
    point(desk, "Once1", [group], MJD, 18.0, created_at=old)
    point(desk, "Once1", [group], MJD, 18.2)
    point(desk, "Once1", [group], MJD, 18.3, filter="sdssg")
    save(desk, "Once1", group, 96.0, 0.0)
    assert ana.fetch_source("Once1").photometry_exists
    every = ana.fetch_source("Once1", include_photometry=True).photometry
    assert sorted(round(one.mag or 0, 1) for one in every) == [18.0, 18.2, 18.3]
    once = ana.fetch_source("Once1", include_photometry=True, deduplicate_photometry=True).photometry
    assert sorted(round(one.mag or 0, 1) for one in once) == [18.2, 18.3], "the newer one stays"


def test_what_is_linked_is_shown_together(desk: Desk) -> None:
    ana, group, hidden = desk.client("ana"), club(desk, "ben"), club(desk)
    for number, (name, holder) in enumerate((("Link1", group), ("Link2", group), ("Link3", hidden))):
        save(desk, name, holder, 97.0, number / 3600)
        point(desk, name, [holder], MJD + number, 18.0 + number)
        made(desk, name)
        body = {"obj_id": name, "classification": f"C{number}", "probability": 1.0, "group_ids": [holder]}
        body["classification"] = ["Ia", "II", "AGN"][number]
        ana.post("/api/classification", json=body).raise_for_status()
        note = {"text": f"comment {number}", "group_ids": [holder]}
        ana.post(f"/api/sources/{name}/comments", json=note).raise_for_status()
    desk.database["super_objs"].insert_one(
        {"_id": 501, "name": "all", "obj_ids": ["Link1", "Link2", "Link3"]}
    )
    asked: dict[str, Any] = {
        "include_super_objs": True,
        "include_photometry": True,
        "include_comments": True,
        "include_detection_stats": True,
    }
    whole = desk.client("ben").fetch_source("Link1", **asked)
    assert [one.obj_id for one in whole.photometry] == ["Link1", "Link2"], "the third is not ben's"
    assert {one.classification for one in whole.classifications} == {"Ia", "II"}
    assert {one.text for one in whole.comments} == {"comment 0", "comment 1"}
    assert [one.obj_id for one in whole.photstats] == ["Link1", "Link2"]
    assert [one.obj_id for one in whole.associated_objs] == ["Link2"]
    assert len(ana.fetch_source("Link1", **asked).photometry) == 3
    alone = ana.fetch_source("Link1", **asked | {"include_super_objs": False}, include_associated_objs=False)
    assert len(alone.photometry) == len(alone.comments) == len(alone.photstats) == 1
    assert alone.associated_objs == []


def inbox(desk: Desk, who: str, word: str) -> list[str]:
    """Return the messages in somebody's inbox that have a word."""
    found = desk.client(who).get("/api/internal/notifications").raise_for_status().json()["data"]
    return [one["text"] for one in found if word in one["text"]]


def test_a_notification_comes_to_the_inbox_of_the_groups_members(desk: Desk) -> None:
    ana, group, other = desk.client("ana"), club(desk, "ben"), club(desk, "cleo")
    save(desk, "Notify1", group, 98.0, 0.0)
    post = SourceNotificationPost(
        source_id="Notify1", group_ids=[group], level="hard", additional_notes="rising fast"
    )
    first = ana.post_source_notification(post).id
    assert inbox(desk, "ben", "Notify1") == ["Urgent: ana points you to Notify1: rising fast"]
    assert inbox(desk, "ana", "Notify1") == inbox(desk, "cleo", "Notify1") == []
    soft = SourceNotificationPost(source_id="Notify1", group_ids=[group], level="soft")
    assert desk.client("ben").post_source_notification(soft).id > first
    assert inbox(desk, "ana", "Notify1") == ["ben points you to Notify1"]
    elsewhere = SourceNotificationPost(source_id="Notify1", group_ids=[other], level="soft")
    assert "groupIds" in refused(400, ana.post_source_notification, elsewhere)
    refused(403, desk.client("ben").post_source_notification, elsewhere)
    refused(404, desk.client("cleo").post_source_notification, elsewhere)
    refused(403, desk.client("viewer").post_source_notification, soft)


def lookups(desk: Desk, obj_id: str) -> list[tuple[str, str]]:
    """Return how the lookups of a source ended, the newest first, once all have."""

    def ended() -> list[dict[str, Any]] | None:
        shown = desk.client("ana").get(f"/api/sources/{obj_id}", params={"extras": True}).raise_for_status()
        found: list[dict[str, Any]] = shown.json()["data"]["lookups"]
        return None if any(one["status"] in ("queued", "begun") for one in found) else found

    return [(one["kind"], one["status"]) for one in until(ended)]


def test_the_transient_name_servers_table_is_asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, group = desk.client("ana"), club(desk, "viewer")
    save(desk, "Named1", group, 99.0, 10.0)
    shelf = desk.marshal.lookups._catalogues.__self__  # type: ignore[attr-defined]
    monkeypatch.setattr(shelf, "_interval", 0.0)
    assert "named tns" in refused(404, ana.fetch_source_tns, "Named1")
    table = pa.table(
        {
            "name_prefix": ["SN", "AT"],
            "name": ["2026abc", "2026xyz"],
            "type": ["SN Ia", None],
            "discoverydate": ["2026-01-02 03:04:05", "2026-01-03 00:00:00"],
        }
    )
    directory = desk.marshal.config.settings.catalogs
    write_catalogue(
        directory,
        "tns",
        [99.0, 99.0],
        [10.0 + 1.5 / 3600, 10.0 + 9 / 3600],
        table,
        radius=2.0,
        source="tns.csv",
    )
    ana.fetch_source_tns("Named1", radius=1.0)
    assert lookups(desk, "Named1") == [("tns", "nothing")]
    assert ana.fetch_source("Named1").tns_name is None
    ana.fetch_source_tns("Named1")
    assert lookups(desk, "Named1") == [("tns", "found"), ("tns", "nothing")]
    found = ana.fetch_source("Named1", tns_name="SN2026abc")
    assert found.tns_info is not None and found.tns_info["type"] == "SN Ia"
    assert names(desk, group_ids=[group], has_tns_name=True) == ["Named1"]
    told = until(
        lambda: len(inbox(desk, "ana", "TNS of Named1")) == 2 and inbox(desk, "ana", "TNS of Named1")
    )
    assert "SN 2026abc" in told[0] and "within 1 arcsec" in told[1]
    assert "radius" in refused(400, ana.fetch_source_tns, "Named1", radius=-1.0)
    refused(404, desk.client("cleo").fetch_source_tns, "Named1")
    refused(403, desk.client("viewer").fetch_source_tns, "Named1")


def test_minor_planets_are_those_that_the_surveys_saw(desk: Desk) -> None:
    ana, group = desk.client("ana"), club(desk)
    jd = 2461000.5
    for number, (name, distance, program) in enumerate(
        (("37391", 4.0, 1), ("null", -999.0, 1), ("433", 1.0, 3))
    ):
        fields = {"ssnamenr": name, "ssdistnr": distance, "ssmagnr": 19.9}
        alert = {"_id": 10**15 + number, "objectId": "ZTF26rock", "jd": jd, "programid": program}
        desk.database["ZTF_alerts"].insert_one(alert | {"candidate": fields})
    save(desk, "ZTF26rock", group, 100.0, 10.0)
    for query in (
        SourceMpcQueryPost(limiting_magnitude=18.0),
        SourceMpcQueryPost(search_radius=0.05),
        SourceMpcQueryPost(date="2026-06-01T00:00:00"),
        SourceMpcQueryPost(obscode="X05"),
    ):
        ana.post_source_mpc_query("ZTF26rock", query)
        assert lookups(desk, "ZTF26rock")[0] == ("mpc", "nothing"), query
    found = ana.fetch_source("ZTF26rock")
    assert (found.is_roid, found.mpc_name) == (None, None)
    told = until(lambda: inbox(desk, "ana", "MPC of ZTF26rock"))
    assert "no orbits are kept" in told[-1]
    ana.post_source_mpc_query("ZTF26rock", SourceMpcQueryPost(date="2025-11-21T00:30:00", obscode="I41"))
    assert lookups(desk, "ZTF26rock")[0] == ("mpc", "found")
    found = ana.fetch_source("ZTF26rock")
    assert (found.is_roid, found.mpc_name, found.alias) == (True, "37391", ["37391"]), (
        "433 is hidden from ana"
    )
    assert "obscode" in refused(
        400, ana.post_source_mpc_query, "ZTF26rock", SourceMpcQueryPost(obscode="695")
    )
    refused(404, desk.client("cleo").post_source_mpc_query, "ZTF26rock")
    ana.post_source_mpc_query("ZTF26rock")
    assert lookups(desk, "ZTF26rock")[0] == ("mpc", "found")
