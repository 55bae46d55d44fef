"""Filters through Kowalski's client: the same filters as everywhere else on the desk."""

from __future__ import annotations

import json
from typing import Any

import pytest
from skyportal_py.filters import FilterPost

from tests.conformance.alerts import Noted, client, partners, seen_by_all
from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number
from tests.services.marshal.world import Document

BRIGHT: list[Document] = [
    {"$match": {"candidate.magpsf": {"$lt": 19.5}}},
    {"$addFields": {"annotations.points": {"$size": "$prv_candidates"}}},
    {"$project": {"_id": 0, "candid": 1, "objectId": 1, "annotations": 1}},
]
ALL: list[Document] = [{"$match": {"candidate.magpsf": {"$lt": 99}}}]


@pytest.fixture(scope="module")
def made(desk: Desk) -> list[Document]:
    """A night of alerts."""
    return seen_by_all(desk)


@pytest.fixture(scope="module")
def kowalski(desk: Desk, made: list[Document]) -> Noted:
    """Ana's client."""
    return client(desk)


def group_with_stream(desk: Desk, name: str) -> int:
    """Make a group of Ana's with the public stream of ZTF."""
    number(desk, "ana")
    made = new_group(desk.client(), name)
    desk.database["groups"].update_one({"_id": made}, {"$set": {"stream_ids": [1]}})
    desk.marshal.people.forget()
    return made


def save(one: Noted, group: int, pipeline: Any = BRIGHT, **fields: Any) -> Any:
    """Save a pipeline and return the answer."""
    body = {"group_id": group, "catalog": "ZTF_alerts", "permissions": [1], "pipeline": pipeline, **fields}
    return one.api("post", "api/filters", body)


def test_a_pipeline_becomes_a_version_of_the_filter(desk: Desk, kowalski: Noted) -> None:
    group = group_with_stream(desk, "Versions")
    filter_id = desk.client().post_filter(FilterPost(name="Named", stream_id=1, group_id=group)).id
    first = save(kowalski, group, filter_id=filter_id)
    assert first["status"] == "success", first
    fid = first["data"]["fid"]
    assert len(fid) == 6
    found = kowalski.api("get", f"api/filters/{filter_id}")
    assert found["message"] == f"Retrieved filter id {filter_id}"
    data = found["data"]
    assert (data["group_id"], data["catalog"], data["permissions"]) == (group, "ZTF_alerts", [1])
    assert (data["active"], data["active_fid"], data["autosave"]) == (True, fid, False)
    assert [(one["fid"], json.loads(one["pipeline"])) for one in data["fv"]] == [(fid, BRIGHT)]
    # the same filter, as SkyPortal's client and the broker see it
    altdata = desk.client().fetch_filter(filter_id).altdata
    assert altdata is not None
    assert (altdata["kind"], json.loads(altdata["source"]), altdata["active"]) == ("pipeline", BRIGHT, True)

    second = save(kowalski, group, str(ALL), filter_id=filter_id)["data"]["fid"]
    assert second != fid
    assert save(kowalski, group, ALL, filter_id=filter_id)["data"]["fid"] == second, "the same pipeline"
    data = kowalski.api("get", f"api/filters/{filter_id}")["data"]
    assert ([one["fid"] for one in data["fv"]], data["active_fid"]) == ([fid, second], second)
    back = kowalski.api("patch", "api/filters", {"filter_id": filter_id, "active_fid": fid})["data"]
    assert (back["active_fid"], [one["fid"] for one in back["fv"]]) == (fid, [fid, second])
    stored = desk.database["filters"].find_one({"_id": filter_id})
    assert stored is not None and stored["version"] == 3 and json.loads(stored["source"]) == BRIGHT
    wrong = kowalski.api("patch", "api/filters", {"filter_id": filter_id, "active_fid": "nosuch"})
    assert "filter version fid not in filter" in wrong["message"]

    off = kowalski.api("patch", "api/filters", {"filter_id": filter_id, "active": False})["data"]
    assert off["active"] is False and off["active_fid"] == fid
    assert kowalski.api("delete", f"api/filters/{filter_id}")["message"] == f"Removed filter id {filter_id}"
    assert desk.database["filters"].find_one({"_id": filter_id}) is None
    for method, path, body in (
        ("get", f"api/filters/{filter_id}", None),
        ("patch", "api/filters", {"filter_id": filter_id, "active": True}),
        ("delete", f"api/filters/{filter_id}", None),
    ):
        assert f"Filter id {filter_id} not found" in kowalski.api(method, path, body)["message"]
    desk.calls.append("penquins.filters")


def test_autosave_is_kept(desk: Desk, kowalski: Noted) -> None:
    group = group_with_stream(desk, "Autosave")
    filter_id = save(kowalski, group, name="Autosaved")["data"]["filter_id"]
    patched = kowalski.api("patch", "api/filters", {"filter_id": filter_id, "autosave": True})["data"]
    assert patched["autosave"] is True
    assert desk.client().fetch_filter(filter_id).autosave is True
    wanted = {"active": True, "comment": "good", "pipeline": json.dumps(ALL), "ignore_group_ids": [1]}
    patched = kowalski.api("patch", "api/filters", {"filter_id": filter_id, "autosave": wanted})["data"]
    assert patched["autosave"] == wanted
    assert desk.client().fetch_filter(filter_id).name == "Autosaved"
    for wrong, words in (
        ({"autosave": {"active": True, "colour": 1}}, "colour"),
        ({"autosave": {"active": True, "pipeline": [{"$out": "x"}]}}, "$out"),
        ({"auto_followup": {"active": True}}, "auto_followup"),
        ({"update_annotations": True}, "update_annotations"),
    ):
        answer = kowalski.api("patch", "api/filters", {"filter_id": filter_id, **wrong})
        assert answer["status"] == "error" and words in answer["message"]


def test_a_filter_that_cannot_be_is_refused(desk: Desk, kowalski: Noted) -> None:
    group = group_with_stream(desk, "Refused")
    for fields, words in (
        ({"pipeline": [{"$matc": {}}]}, "$matc"),
        ({"pipeline": [*BRIGHT, {"$lookup": {"from": "users"}}]}, "$lookup"),
        ({"pipeline": []}, "pipeline"),
        ({"catalog": "users"}, "catalog"),
        ({"catalog": "ZTF_alerts_aux"}, "catalog"),
        ({"permissions": [1, 2]}, "no stream of ZTF with these programs"),
        ({"filter_id": 10**9}, "not found"),
        ({"group_id": 10**9}, "not in group"),
    ):
        answer = save(
            kowalski, **({"group": group} | fields if "group_id" not in fields else {"group": 10**9})
        )
        assert answer["status"] == "error" and words in answer["message"], answer


def test_others_do_not_see_it(desk: Desk, kowalski: Noted) -> None:
    number(desk, "ben")
    group = group_with_stream(desk, "Ours alone")
    filter_id = save(kowalski, group)["data"]["filter_id"]
    ben = client(desk, "ben")
    unknown = f"Filter id {filter_id} not found"
    assert ben.api("get", f"api/filters/{filter_id}")["message"] == unknown
    assert ben.api("delete", f"api/filters/{filter_id}")["message"] == unknown
    assert ben.api("patch", "api/filters", {"filter_id": filter_id, "active": False})["message"] == unknown
    assert ben.api("post", f"api/filters/{filter_id}/test", {})["message"] == unknown
    assert save(ben, group, filter_id=filter_id)["message"] == unknown
    assert "not in group" in save(ben, group)["message"]
    assert "lacks the scope" in save(client(desk, "viewer"), 1)["message"]
    assert kowalski.api("get", f"api/filters/{filter_id}")["data"]["active"] is True


def test_a_filter_is_tried_on_stored_alerts(desk: Desk, kowalski: Noted, made: list[Document]) -> None:
    group = group_with_stream(desk, "Trial")
    filter_id = save(kowalski, group, ALL)["data"]["filter_id"]
    median = sorted(one["magpsf"] for one in made)[6]
    half = [{"$match": {"candidate.magpsf": {"$lt": median}}}, *BRIGHT[1:]]
    fid = save(kowalski, group, half, filter_id=filter_id)["data"]["fid"]
    path = f"api/filters/{filter_id}/test"
    passed = kowalski.api("post", path, {})["data"]
    assert {one["candid"] for one in passed} == {one["candid"] for one in made if one["magpsf"] < median}
    assert all(one["annotations"]["points"] == 29 for one in passed)
    kowalski.api("patch", "api/filters", {"filter_id": filter_id, "active_fid": None, "active": False})
    first = made[0]
    one = kowalski.api("post", path, {"object_ids": [first["objectId"]], "filter_version": fid})["data"]
    assert len(one) == (first["magpsf"] < median)
    jd = first["jd"]
    span = kowalski.api("post", path, {"start_date": jd - 0.1, "end_date": jd + 0.1})["data"]
    assert len(span) == len(passed)
    assert (
        kowalski.api("post", path, {"start_date": "2020-01-01", "end_date": "2020-01-01T12:00:00"})["data"]
        == []
    )
    for wrong, words in (
        ({"start_date": 1.0}, "both"),
        ({"start_date": 1.0, "end_date": 3.0}, "one day"),
        ({"start_date": "soon", "end_date": 3.0}, "start_date"),
        ({"filter_version": "nosuch"}, "not in filter"),
    ):
        assert words in kowalski.api("post", path, wrong)["message"]
    assert "expression" in kowalski.api("post", "api/filters/1/test", {})["message"]


def test_a_trial_knows_no_later_points(desk: Desk, kowalski: Noted, made: list[Document]) -> None:
    group = group_with_stream(desk, "Honest")
    first = made[0]
    later = {"jd": first["jd"] + 1, "fid": 1, "programid": 1, "magpsf": 12.0, "candid": 5}
    desk.database["ZTF_alerts_aux"].update_one(
        {"_id": first["objectId"]}, {"$push": {"prv_candidates": later}}
    )
    latest = [{"$project": {"_id": 0, "last": {"$max": "$prv_candidates.jd"}}}]
    filter_id = save(kowalski, group, latest)["data"]["filter_id"]
    asked = {"object_ids": [first["objectId"]]}
    assert kowalski.api("post", f"api/filters/{filter_id}/test", asked)["data"] == [{"last": first["jd"]}]


def test_a_trial_sees_the_programs_of_its_stream(desk: Desk, kowalski: Noted, made: list[Document]) -> None:
    group = partners(desk, "ana")
    one = made[-1]
    desk.database["ZTF_alerts_aux"].update_one(
        {"_id": one["objectId"]},
        {"$push": {"prv_candidates": {"jd": one["jd"] - 3.3, "fid": 1, "programid": 2, "candid": 6}}},
    )
    count = [{"$project": {"_id": 0, "n": {"$size": "$prv_candidates"}}}]
    public = save(kowalski, group, count, permissions=[1])["data"]["filter_id"]
    private = save(kowalski, group, count, permissions=[1, 2])["data"]["filter_id"]
    for filter_id, points in ((public, 29), (private, 30)):
        asked = {"object_ids": [one["objectId"]]}
        assert kowalski.api("post", f"api/filters/{filter_id}/test", asked)["data"] == [{"n": points}]
    data = kowalski.api("get", f"api/filters/{private}")["data"]
    assert data["permissions"] == [1, 2]
