"""Follow-up requests through the official client, with a telescope's server of the test's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from skyportal_py.allocations import AllocationUpdate
from skyportal_py.followup_requests import FollowupRequestPost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility, user_id
from tests.conformance.people import refused
from tests.conformance.receivers import Receiver
from tests.conformance.robotic import GOOD, TOKEN, ask, robotic, until
from tests.conformance.targets import save

# the telescope comes first: a desk reads at its start where it may send
pytestmark = pytest.mark.usefixtures("telescope", "fresh")


def test_a_request_goes_out_and_is_shown(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Out", telescope)
    save(desk, "Out2026", made.group, 10.5, 20.25)
    post = FollowupRequestPost(obj_id="Out2026", allocation_id=made.allocation, payload=GOOD)
    answer = desk.client("ana").post_followup_request(post)
    assert answer.request_status == "submitted"
    (sent,) = telescope.got
    assert sent["action"] == "submit"
    assert (
        sent["request"] | {"id": answer.id, "requester": "ana", "ra": 10.5, "dec": 20.25} == sent["request"]
    )
    assert sent["request"]["payload"] == GOOD
    assert telescope.tokens == [f"Bearer {TOKEN}"]
    found = desk.client("ben").fetch_followup_request(answer.id)
    assert (found.status, found.obj_id, found.payload) == ("submitted", "Out2026", GOOD)
    assert found.obj is not None and (found.obj["ra"], found.obj["dec"]) == (10.5, 20.25)
    assert found.requester is not None and found.requester.username == "ana"
    assert found.allocation is not None and found.allocation.instrument is not None
    assert found.allocation.instrument.name == "Out camera"
    assert found.rise_time_utc is not None
    (exchange,) = found.transactions
    assert exchange.request is not None and exchange.request["action"] == "submit"
    assert exchange.response == {"status_code": 200, "content": {}}
    assert exchange.initiator is not None and exchange.initiator.username == "ana"
    assert "thumbnails" in found.obj
    bare = desk.client("ben").fetch_followup_request(answer.id, include_obj_thumbnails=False)
    assert bare.obj is not None and "thumbnails" not in bare.obj


def test_a_token_is_told_to_nobody(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Echo", telescope)
    save(desk, "Echo2026", made.group, 11.0, 20.0)
    telescope.answer = {"status": f"took {TOKEN}", "headers": [{TOKEN: f"Bearer {TOKEN}"}]}
    number = ask(desk, made, "Echo2026")
    ana = desk.client("ana")
    assert ana.fetch_followup_request(number).status == "took ***"
    for path in (f"followup_request/{number}", "followup_request", f"allocation/{made.allocation}"):
        assert TOKEN not in ana.get(f"/api/{path}").text
    telescope.code = 500
    assert TOKEN not in ana.post("/api/followup_request", json={"obj_id": "Echo2026"}).text
    assert TOKEN not in json.dumps(list(desk.database["facility_transactions"].find({})), default=str)
    assert TOKEN not in json.dumps(list(desk.database["followup_requests"].find({})), default=str)


def test_nothing_is_sent_where_no_setting_allows_it(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Barred", telescope)
    save(desk, "Barred2026", made.group, 12.0, 20.0)
    altdata = {"url": telescope.url.replace("127.0.0.1", "localhost"), "token": TOKEN}
    desk.client("root").update_allocation(made.allocation, AllocationUpdate(altdata=altdata))
    with refused(400, "allocation_id: .*facility_hosts") as _:
        ask(desk, made, "Barred2026")
    assert telescope.got == []
    assert desk.database["followup_requests"].find_one({"allocation_id": made.allocation}) is None
    with refused(400, "_altdata.url"):
        desk.client("root").update_allocation(made.allocation, AllocationUpdate(altdata={"url": "ftp://x/"}))


def test_a_dead_facility_loses_nothing(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Dead", telescope)
    save(desk, "Dead2026", made.group, 13.0, 20.0)
    ana = desk.client("ana")
    telescope.code = 503
    number = ask(desk, made, "Dead2026")
    assert ana.fetch_followup_request(number).status == "failed to submit: the facility answered HTTP 503"
    ana.update_followup_request(number, obj_id="Dead2026", allocation_id=made.allocation)
    assert telescope.actions(number) == ["submit", "submit"]
    telescope.code = 200
    ana.update_followup_request(number, obj_id="Dead2026", allocation_id=made.allocation)
    assert ana.fetch_followup_request(number).status == "submitted"
    assert telescope.actions(number) == ["submit"] * 3
    history = ana.get(f"/api/followup_request/{number}", params={"extras": "true"}).json()["data"]["history"]
    failed = "failed to submit: the facility answered HTTP 503"
    assert [one["status"] for one in history] == [
        *("submitting", failed, "submitting", failed, "submitting", "submitted")
    ]


def test_a_slow_facility_keeps_nobody_waiting(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Slow", telescope)
    save(desk, "Slow2026", made.group, 14.0, 20.0)
    telescope.open.clear()
    post = FollowupRequestPost(obj_id="Slow2026", allocation_id=made.allocation, payload=GOOD)
    answer = desk.client("ana").post_followup_request(post)
    assert answer.request_status == "submitting"
    telescope.open.set()
    until(lambda: desk.client("ana").fetch_followup_request(answer.id).status == "submitted")


def test_a_request_changes_at_its_facility(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Change", telescope)
    save(desk, "Change2026", made.group, 15.0, 20.0)
    ana = desk.client("ana")
    number = ask(desk, made, "Change2026")
    changed = GOOD | {"exposure_time": 60, "priority": 4}
    ana.update_followup_request(number, obj_id="Change2026", allocation_id=made.allocation, payload=changed)
    assert telescope.actions(number) == ["submit", "update"]
    assert telescope.got[-1]["request"]["payload"] == changed
    ana.update_followup_request(number, status="observed half")
    assert telescope.actions(number) == ["submit", "update"]
    found = ana.fetch_followup_request(number)
    assert (found.status, found.payload) == ("observed half", changed)
    with refused(400, "payload.exposure_time"):
        ana.update_followup_request(
            number,
            obj_id="Change2026",
            allocation_id=made.allocation,
            payload=changed | {"exposure_time": -1},
        )
    with refused(400, "obj_id"):
        ana.update_followup_request(number, allocation_id=made.allocation)
    with refused(400, "obj_id: a request keeps"):
        ana.update_followup_request(number, obj_id="Other", allocation_id=made.allocation)
    assert ana.fetch_followup_request(number).payload == changed


def test_a_request_is_taken_back_by_who_may(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Back", telescope)
    save(desk, "Back2026", made.group, 16.0, 20.0)
    number, other = ask(desk, made, "Back2026"), ask(desk, made, "Back2026", who="ben")
    with refused(403, "deletes it"):
        desk.client("ben").delete_followup_request(number)
    with refused(404, f"no follow-up request {number}"):
        desk.client("cleo").delete_followup_request(number)
    # ana administers the group
    for one in (number, other):
        desk.client("ana").delete_followup_request(one)
        assert desk.client("ana").fetch_followup_request(one).status == "deleted"
        assert telescope.actions(one) == ["submit", "cancel"]


def test_a_telescope_that_cannot_be_told_is_not_forgotten(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Still", telescope)
    save(desk, "Still2026", made.group, 17.0, 20.0)
    ana = desk.client("ana")
    number = ask(desk, made, "Still2026")
    telescope.code = 500
    with refused(503, "may be observed: the facility answered HTTP 500"):
        ana.delete_followup_request(number)
    assert ana.fetch_followup_request(number).status == "failed to cancel: the facility answered HTTP 500"
    # what no telescope has taken needs none to be told
    never = ask(desk, made, "Still2026")
    ana.delete_followup_request(never)
    assert ana.fetch_followup_request(never).status == "deleted"
    assert telescope.actions(never) == ["submit"]
    telescope.code = 200
    ana.delete_followup_request(number)
    assert ana.fetch_followup_request(number).status == "deleted"


def test_people_work_through_a_queue(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Queue")
    save(desk, "Queue2026", made.group, 18.0, 20.0)
    ana = desk.client("ana")
    number = ask(desk, made, "Queue2026", notes="blue edge of the slit")
    assert ana.fetch_followup_request(number).status == "submitted"
    assert ana.fetch_followup_request(number).transactions == []
    desk.client("ben").update_followup_request(number, status="completed")
    assert ana.fetch_followup_request(number).status == "completed"
    with refused(400, "does not implement 'retrieve'"):
        ana.request_followup_photometry(number)
    assert telescope.got == []
    plain = facility(desk, "Plain")
    with refused(400, "api_classname .HTTPAPI, MANUALAPI"):
        ask(desk, plain, "Queue2026")


def test_what_is_said_of_a_request(desk: Desk) -> None:
    made = robotic(desk, "Said")
    save(desk, "Said2026x", made.group, 19.0, 20.0)
    ana = desk.client("ana")
    number = ask(desk, made, "Said2026x")
    ana.post_followup_request_comment(number, "clouds until midnight")
    assert ana.fetch_followup_request(number).comment == "clouds until midnight"
    ana.post_followup_request_comment(number, None)
    assert ana.fetch_followup_request(number).comment is None
    with refused(404):
        desk.client("cleo").post_followup_request_comment(number, "mine now")


def test_who_watches_a_request(desk: Desk) -> None:
    made = robotic(desk, "Watch")
    save(desk, "Watch2026", made.group, 20.0, 20.0)
    number, ben = ask(desk, made, "Watch2026"), desk.client("ben")
    ben.post_followup_request_watcher(number)
    (watcher,) = ben.fetch_followup_request(number).watchers
    assert (watcher.user_id, watcher.followuprequest_id) == (user_id(desk, "ben"), number)
    with refused(409, "watch this request already"):
        ben.post_followup_request_watcher(number)
    with refused(404, "do not watch"):
        desk.client("ana").delete_followup_request_watcher(number)
    ben.delete_followup_request_watcher(number)
    assert ben.fetch_followup_request(number).watchers == []
    with refused(404, "no follow-up request"):
        desk.client("cleo").post_followup_request_watcher(number)


def test_a_facility_tells_of_a_request(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Told", telescope)
    save(desk, "Told2026", made.group, 21.0, 20.0)
    number, ana = ask(desk, made, "Told2026"), desk.client("ana")
    link = "https://archive.example.org/spectra/1.fits"
    ana.post_facility_message(number, {"status": "observed", "spectra": [link]})
    found = ana.fetch_followup_request(number)
    assert (found.status, found.spectra) == ("observed", [{"url": link}])
    for message, field in (
        ({"status": 3}, "message.status"),
        ({"weather": "bad"}, "message: "),
        ({}, "message: "),
        ({"spectra": ["javascript:alert(1)"]}, "message.spectra"),
    ):
        with refused(400, field):
            ana.post_facility_message(number, message)
    with refused(400, "followup_request_id: no follow-up request"):
        desk.client("cleo").post_facility_message(number, {"status": "mine"})
    with refused(403, "facilities:write"):
        desk.client("viewer").post_facility_message(number, {"status": "mine"})
    quiet = robotic(desk, "Quiet")
    save(desk, "Quiet2026", quiet.group, 21.5, 20.0)
    with refused(400, "listener_classname"):
        ana.post_facility_message(ask(desk, quiet, "Quiet2026"), {"status": "observed"})
    assert ana.fetch_followup_request(number).status == "observed"


def test_data_are_fetched_from_a_facility(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Fetch", telescope)
    save(desk, "Fetch2026", made.group, 22.0, 20.0)
    number, ana = ask(desk, made, "Fetch2026"), desk.client("ana")
    links = ["https://dome.example.org/phot/1.csv", "https://dome.example.org/phot/2.csv"]
    telescope.answer = {"status": "completed", "photometry": [*links, "ftp://x/y", 3]}
    answer = ana.request_followup_photometry(number)
    assert (answer.id, answer.request_status) == (number, "completed")
    assert telescope.actions(number) == ["submit", "poll"]
    # what is known already is not listed twice
    ana.request_followup_photometry(number, refresh_source=False, refresh_requests=True)
    assert ana.fetch_followup_request(number).photometry == [{"url": one} for one in links]
    telescope.code = 502
    with refused(503, "nothing was retrieved: the facility answered HTTP 502"):
        ana.request_followup_photometry(number)
    assert ana.fetch_followup_request(number).status == "completed"
    never = ask(desk, made, "Fetch2026")
    with refused(400, "does not have this request"):
        ana.request_followup_photometry(never)


def test_requests_are_listed(desk: Desk) -> None:
    made, other = robotic(desk, "List"), robotic(desk, "Lost")
    for i in range(3):
        save(desk, f"List2026{i}", made.group, 30.0 + i, 20.0)
    dates = [("2026-10-01", "2026-10-03"), ("2026-10-02", "2026-10-09"), ("2026-10-05", "2026-10-06")]
    numbers = [
        ask(
            desk,
            made,
            f"List2026{2 - i}",
            who="ben" if i == 1 else "ana",
            priority=i + 2,
            start_date=start,
            end_date=end,
        )
        for i, (start, end) in enumerate(dates)
    ]
    ana = desk.client("ana")
    ana.update_followup_request(numbers[0], status="completed")
    everything = ana.fetch_followup_requests(allocation_id=made.allocation)
    assert [one.id for one in everything.followup_requests] == numbers
    assert (everything.total_matches, everything.page_number, everything.num_per_page) == (3, 1, 100)

    def listed(**asked: Any) -> list[int]:
        found = ana.fetch_followup_requests(**({"allocation_id": made.allocation} | asked))
        return [numbers.index(one.id) for one in found.followup_requests]

    assert listed(page_number=2, num_per_page=2) == [2]
    assert listed(sort_order="desc") == [2, 1, 0]
    assert listed(sort_by="obj") == [2, 1, 0]
    assert listed(sort_by="status") == [0, 1, 2]
    assert listed(sort_by="modified")[-1] == 0
    assert listed(source_id="List20261") == [1]
    assert listed(status="complete") == [0]
    assert listed(priority_threshold=3) == [1, 2]
    assert listed(requesters=[user_id(desk, "ben")]) == [1]
    assert listed(observation_start_date="2026-10-02") == [1, 2]
    assert listed(observation_end_date="2026-10-06") == [0, 2]
    assert listed(observation_start_date="2026-10-01T12:00:00", observation_end_date="2026-10-06") == [2]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert listed(start_date=tomorrow) == []
    assert listed(end_date=tomorrow) == [0, 1, 2]
    assert listed(allocation_id=other.allocation) == []
    of_instrument = ana.fetch_followup_requests(instrument_id=made.instrument)
    assert [one.id for one in of_instrument.followup_requests] == numbers
    assert ana.fetch_followup_requests(instrument_id=other.instrument).total_matches == 0
    with refused(400, "requesters: no user"):
        listed(requesters=[10**6])
    with refused(400, "allocationID: no allocation"):
        listed(allocation_id=10**6)


def test_requests_are_their_groups(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Ours", telescope)
    save(desk, "Ours2026", made.group, 40.0, 20.0)
    number, cleo = ask(desk, made, "Ours2026"), desk.client("cleo")
    with refused(404, f"no follow-up request {number}"):
        cleo.fetch_followup_request(number)
    assert number not in {one.id for one in cleo.fetch_followup_requests().followup_requests}
    assert cleo.fetch_followup_requests(source_id="Ours2026").total_matches == 0
    assert cleo.fetch_followup_requests(instrument_id=made.instrument).total_matches == 0
    with refused(400, "allocationID: no allocation"):
        cleo.fetch_followup_requests(allocation_id=made.allocation)
    with refused(400, "allocation_id: no allocation"):
        ask(desk, made, "Ours2026", who="cleo")
    with refused(404):
        cleo.update_followup_request(number, status="mine")
    with refused(400, "requestIds: no follow-up request"):
        cleo.update_followup_request_prioritization(request_ids=[number])
    with refused(404):
        cleo.request_followup_photometry(number)
    with refused(400, "nothing to plan"):
        cleo.fetch_followup_request_schedule(made.instrument)
    with refused(400, "no allocation on"):
        cleo.fetch_allocation_report(made.instrument)
    with refused(403, "facilities:write"):
        ask(desk, made, "Ours2026", who="viewer")
    # the group of everybody has the source too, but not the request
    save(desk, "Ours2026", 1, 40.0, 20.0)
    found = cleo.fetch_sources(source_id="Ours2026")
    assert [one.id for one in found.sources] == ["Ours2026"]
    assert cleo.fetch_sources(source_id="Ours2026", has_followup_request=True).sources == []
    mine = desk.client("ben").fetch_sources(source_id="Ours2026", has_followup_request=True)
    assert [one.id for one in mine.sources] == ["Ours2026"]
    assert cleo.fetch_followup_requests(source_id="Ours2026").total_matches == 0


def test_a_group_sees_no_request_on_what_it_does_not_see(desk: Desk) -> None:
    made = robotic(desk, "Blind")
    ana, ben = desk.client("ana"), desk.client("ben")
    own = ana.post("/api/groups", json={"name": "Anas alone", "private": True}).json()["data"]["id"]
    save(desk, "Blind2026", own, 41.0, 20.0)
    number = ask(desk, made, "Blind2026")
    assert [one["id"] for one in ana.fetch_allocation(made.allocation).requests or []] == [number]
    assert ben.fetch_allocation(made.allocation).requests == []
    answer = ben.get(f"/api/allocation/{made.allocation}").json()["data"]
    assert answer["totalMatches"] == 0
    assert ben.fetch_followup_requests(allocation_id=made.allocation).total_matches == 0
    with refused(404):
        ben.fetch_followup_request(number)
    with refused(400, "obj_id: no object Blind2026"):
        ask(desk, made, "Blind2026", who="ben")


def test_who_asked_keeps_their_request(desk: Desk) -> None:
    made = robotic(desk, "Keep")
    save(desk, "Keep2026", made.group, 45.0, 20.0)
    number, ana = ask(desk, made, "Keep2026"), desk.client("ana")
    ana.request("DELETE", "/api/sources/Keep2026", params={"group_id": made.group}).raise_for_status()
    found = ana.fetch_followup_request(number)
    assert found.obj == {"id": "Keep2026", "ra": 45.0, "dec": 20.0, "thumbnails": []}
    assert ana.fetch_followup_requests(source_id="Keep2026").total_matches == 1
    assert desk.client("ben").fetch_followup_requests(source_id="Keep2026").total_matches == 0
    everything = desk.client("root").fetch_followup_requests(source_id="Keep2026")
    assert [one.id for one in everything.followup_requests] == [number]
    ana.delete_followup_request(number)
    assert ana.fetch_followup_request(number).status == "deleted"


def test_a_request_is_shared_with_other_groups(desk: Desk) -> None:
    made = robotic(desk, "Share")
    save(desk, "Share2026", made.group, 42.0, 20.0)
    save(desk, "Share2026", 1, 42.0, 20.0)
    ana, cleo = desk.client("ana"), desk.client("cleo")
    post = FollowupRequestPost(
        obj_id="Share2026", allocation_id=made.allocation, payload=GOOD, target_group_ids=[1]
    )
    number = ana.post_followup_request(post).id
    found = cleo.fetch_followup_request(number)
    assert [one.id for one in found.target_groups] == [1]
    # of an allocation of others only its instrument is shown
    assert found.allocation is not None and (found.allocation.pi, found.allocation.group_id) == (None, None)
    assert cleo.fetch_followup_requests(source_id="Share2026").total_matches == 1
    shared = cleo.fetch_sources(source_id="Share2026", has_followup_request=True)
    assert [one.id for one in shared.sources] == ["Share2026"]
    with refused(403, "changes it"):
        cleo.update_followup_request(number, status="mine")
    ana.update_followup_request(number, status="submitted", target_group_ids=[made.group])
    with refused(404):
        cleo.fetch_followup_request(number)
    with refused(403, "target_group_ids: you are not in group"):
        ana.update_followup_request(number, status="submitted", target_group_ids=[10**6])


def test_what_is_wrong_is_told(desk: Desk) -> None:
    made = robotic(desk, "Wrong")
    save(desk, "Wrong2026", made.group, 43.0, 20.0)
    root = desk.client("root")
    for payload, field in (
        ({"exposure_time": 0}, "payload.exposure_time"),
        ({"observation_choices": ["sdssu"]}, "payload.observation_choices"),
        ({"end_date": "2026-09-01"}, "payload.end_date"),
        ({"colour": "red"}, "payload: "),
    ):
        with refused(400, field):
            ask(desk, made, "Wrong2026", **payload)
    with refused(400, "obj_id: no object Nothing2026"):
        ask(desk, made, "Nothing2026")
    span = {"start_date": "2026-10-02", "end_date": "2026-12-31"}
    root.update_allocation(made.allocation, AllocationUpdate(validity_ranges=[span]))
    with refused(400, "payload.start_date: .*validity_ranges"):
        ask(desk, made, "Wrong2026")
    assert ask(desk, made, "Wrong2026", start_date="2026-10-02", end_date="2026-12-31") > 0
    for body in ('{"exposure_time": NaN}', '{"exposure_time": 1e999}', "[" * 200 + "]" * 200):
        whole = f'{{"obj_id":"Wrong2026","allocation_id":{made.allocation},"payload":{{"x":{body}}}}}'
        assert root.post("/api/followup_request", content=whole).status_code == 400


def test_constraints_keep_a_request_back(desk: Desk) -> None:
    made = robotic(desk, "Held")
    save(desk, "Held2026", made.group, 44.0, 20.0)
    save(desk, "Near2026", made.group, 44.0, 20.0 + 0.4 / 3600)
    ana = desk.client("ana")
    body = {"obj_id": "Held2026", "allocation_id": made.allocation, "payload": GOOD}

    def posted(**constraints: Any) -> dict[str, Any]:
        answer = ana.post("/api/followup_request", json=body | constraints)
        return dict(answer.raise_for_status().json()["data"])

    ana.post(
        "/api/classification",
        json={
            "obj_id": "Near2026",
            "classification": "Ia",
            "taxonomy_id": ana.get("/api/taxonomy").json()["data"][0]["id"],
            "group_ids": [made.group],
        },
    ).raise_for_status()
    kept = posted(not_if_classified=True)
    assert (kept["id"], kept["ignored"]) == (None, True)
    assert "not_if_classified" in kept["message"]
    assert posted(not_if_classified=True, radius=0.1)["request_status"] == "submitted"
    assert "not_if_duplicates" in posted(not_if_duplicates=True)["message"]
    assert "ignore_source_group_ids" in posted(ignore_source_group_ids=[made.group])["message"]
    assert "source_group_ids" in posted(source_group_ids=[1])["message"]
    assert posted(source_group_ids=[made.group])["id"] is not None
    spectrum = {"_id": 990_001, "obj_id": "Held2026", "group_ids": [made.group]}
    desk.database["spectra"].insert_one(spectrum)
    assert "not_if_spectra_exist" in posted(not_if_spectra_exist=True)["message"]
    found = {"tns_name": "SN 2026abc", "tns_info": {"discoverydate": "2026-01-01 00:00:00"}}
    desk.database["sources"].update_one({"_id": "Held2026"}, {"$set": found})
    assert "not_if_tns_classified" in posted(not_if_tns_classified=True)["message"]
    assert "not_if_tns_reported" in posted(not_if_tns_reported=24)["message"]
    assert posted(not_if_tns_reported=10**6)["id"] is not None
    run = {"instrument_id": made.instrument, "calendar_date": "2026-10-01", "group_id": made.group}
    number = ana.post("/api/observing_run", json=run).raise_for_status().json()["data"]["id"]
    target = {"run_id": number, "obj_id": "Near2026", "priority": "1"}
    ana.post("/api/assignment", json=target).raise_for_status()
    assert "not_if_assignment_exists" in posted(not_if_assignment_exists=True)["message"]
    assert ana.post("/api/followup_request", json=body | {"source_group_ids": [10**6]}).status_code == 403
