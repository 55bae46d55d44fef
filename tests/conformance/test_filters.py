"""Filters through the official client."""

from __future__ import annotations

import json

from skyportal_py.filters import FilterPatch, FilterPost

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused


def test_filters_are_listed_to_their_groups(desk: Desk) -> None:
    group = new_group(desk.client(), "Listing")
    post = FilterPost(name="Mine", stream_id=1, group_id=group, altdata={"source": "magpsf < 18"})
    made = desk.client().post_filter(post).id
    names = [one.name for one in desk.client().fetch_filters()]
    assert names[:2] == ["Likely transients (ZTF)", "Likely transients (LSST)"]
    assert "Mine" in names
    assert made not in [one.id for one in desk.client("ben").fetch_filters()]
    with refused(404, f"no filter {made}"):
        desk.client("ben").fetch_filter(made)


def test_a_filter_carries_its_code_in_altdata(desk: Desk) -> None:
    group = new_group(desk.client(), "Code")
    altdata = {"source": "magpsf < 18", "colour": "blue"}
    post = FilterPost(name="Bright", stream_id=1, group_id=group, broker_id=1, altdata=altdata)
    made = desk.client().post_filter(post).id
    one = desk.client().fetch_filter(made)
    assert (one.name, one.stream_id, one.group_id, one.broker_id) == ("Bright", 1, group, 1)
    assert one.altdata == {
        "colour": "blue",
        "source": "magpsf < 18",
        "kind": "expression",
        "active": True,
        "version": 1,
        "survey": "ZTF",
    }
    assert one.autosave is False
    assert (one.group or {})["name"] == "Code"
    assert (one.stream or {})["name"] == "ZTF Public"
    assert (one.broker or {})["name"] == "Nightdesk"
    stored = desk.database["filters"].find_one({"_id": made})
    assert stored is not None
    assert (stored["source"], stored["active"], stored["altdata"]) == (
        "magpsf < 18",
        True,
        {"colour": "blue"},
    )


def test_a_pipeline_is_a_filter_too(desk: Desk) -> None:
    group = new_group(desk.client(), "Pipelines")
    source = json.dumps([{"$match": {"candidate.magpsf": {"$lt": 18}}}])
    altdata = {"kind": "pipeline", "source": source, "active": False}
    made = desk.client().post_filter(FilterPost(name="P", stream_id=1, group_id=group, altdata=altdata)).id
    found = desk.client().fetch_filter(made).altdata or {}
    assert (found["kind"], found["active"]) == ("pipeline", False)
    for wrong in ("[", json.dumps([{"$out": "x"}])):
        with refused(400, "source"):
            altdata = {"kind": "pipeline", "source": wrong}
            desk.client().post_filter(FilterPost(name="Q", stream_id=1, group_id=group, altdata=altdata))


def test_a_filter_without_code_does_not_run(desk: Desk) -> None:
    group = new_group(desk.client(), "Names")
    made = desk.client().post_filter(FilterPost(name="Name", stream_id=1, group_id=group)).id
    stored = desk.database["filters"].find_one({"_id": made})
    assert stored is not None
    assert stored["active"] is False
    assert desk.client().fetch_filter(made).altdata == {}
    with refused(400, "source"):
        desk.client().update_filter(made, FilterPatch(altdata={"active": True}))
    desk.client().update_filter(made, FilterPatch(altdata={"source": "magpsf < 18"}))
    found = desk.client().fetch_filter(made).altdata or {}
    assert (found["version"], found["active"]) == (1, True)


def test_a_filter_is_changed_and_versioned(desk: Desk) -> None:
    ana, group = desk.client(), new_group(desk.client(), "Versions")
    altdata = {"source": "magpsf < 18", "note": "a"}
    made = ana.post_filter(FilterPost(name="V", stream_id=1, group_id=group, altdata=altdata)).id
    ana.update_filter(made, FilterPatch(name="W", autosave=True, group_id=group, stream_id=1))
    one = ana.fetch_filter(made)
    assert (one.name, one.autosave, (one.altdata or {})["version"]) == ("W", True, 1)
    assert (one.altdata or {})["note"] == "a"
    ana.update_filter(made, FilterPatch(altdata={"source": "magpsf < 17", "note": "b"}))
    one = ana.fetch_filter(made)
    found = one.altdata or {}
    assert (found["version"], found["source"], found["note"]) == (2, "magpsf < 17", "b")
    stored = desk.database["filters"].find_one({"_id": made})
    assert stored is not None
    assert [(v["version"], v["source"]) for v in stored["history"]] == [(1, "magpsf < 18")]
    with refused(400, "stream_id: a filter stays"):
        ana.update_filter(made, FilterPatch(stream_id=2))
    with refused(400, "group_id: a filter stays"):
        ana.update_filter(made, FilterPatch(group_id=1))
    with refused(400, "source: position"):
        ana.update_filter(made, FilterPatch(altdata={"source": "magpsf <"}))


def test_only_admins_of_the_group_make_change_and_remove(desk: Desk) -> None:
    ana, group = desk.client(), new_group(desk.client(), "Guarded")
    ana.post_group_user(group, number(desk, "ben"))
    post = FilterPost(name="G", stream_id=1, group_id=group, altdata={"source": "magpsf < 18"})
    made = ana.post_filter(post).id
    for who, status in (("ben", 403), ("cleo", 404)):
        with refused(status):
            desk.client(who).update_filter(made, FilterPatch(name="mine"))
        with refused(status):
            desk.client(who).delete_filter(made)
        with refused(403):
            desk.client(who).post_filter(post)
    with refused(403, "lacks the scope"):
        desk.client("viewer").post_filter(post)
    ana.delete_filter(made)
    with refused(404):
        ana.fetch_filter(made)


def test_a_filter_needs_a_stream_of_its_group_that_has_a_survey(desk: Desk) -> None:
    root, ana, group = desk.client("root"), desk.client(), new_group(desk.client(), "Surveyless")
    made = root.post_stream("No survey").id
    altdata = {"source": "magpsf < 18"}
    post = FilterPost(name="S", stream_id=made, group_id=group, altdata=altdata)
    with refused(403, f"has no stream {made}"):
        ana.post_filter(post)
    root.post_stream_user(made, number(desk, "ana"))
    root.post_group_stream(group, made)
    with refused(400, "names no survey"):
        ana.post_filter(post)
    with refused(400, "broker_id"):
        ana.post_filter(FilterPost(name="S", stream_id=1, group_id=group, broker_id=7))
