"""Streams through the official client."""

from __future__ import annotations

from skyportal_py.filters import FilterPost

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused


def test_streams_are_listed_to_those_who_have_them(desk: Desk) -> None:
    made = desk.client("root").post_stream("Private").id
    assert [stream.name for stream in desk.client().fetch_streams()] == ["ZTF Public", "LSST"]
    assert made in [stream.id for stream in desk.client("root").fetch_streams()]
    one = desk.client().fetch_stream(1)
    assert (one.name, one.altdata, one.auto_join) == ("ZTF Public", {"survey": "ZTF", "selector": [1]}, False)
    with refused(404, f"no stream {made}"):
        desk.client().fetch_stream(made)


def test_a_stream_is_made_and_changed_by_administrators(desk: Desk) -> None:
    root = desk.client("root")
    made = root.post_stream("ZTF all", altdata={"collection": "ZTF_alerts", "selector": [1, 2, 3]}).id
    stream = root.fetch_stream(made)
    assert stream.altdata == {"collection": "ZTF_alerts", "selector": [1, 2, 3], "survey": "ZTF"}
    assert stream.created_at is not None
    root.update_stream(made, "ZTF partners", auto_join=True)
    stream = root.fetch_stream(made)
    assert (stream.name, stream.auto_join) == ("ZTF partners", True)
    assert (stream.altdata or {})["selector"] == [1, 2, 3]
    root.update_stream(made, "ZTF partners", altdata={"survey": "ZTF", "selector": [2]})
    assert root.fetch_stream(made).altdata == {"survey": "ZTF", "selector": [2]}
    for call in (
        lambda: desk.client().post_stream("Mine"),
        lambda: desk.client().update_stream(made, "Mine"),
        lambda: desk.client().delete_stream(made),
    ):
        with refused(403, "System admin"):
            call()


def test_what_would_confuse_every_reader_is_refused(desk: Desk) -> None:
    root = desk.client("root")
    with refused(409, "name: there is a stream 'LSST'"):
        root.post_stream("LSST")
    with refused(400, "altdata.survey"):
        root.post_stream("Odd", altdata={"survey": "XYZ"})
    for selector in (1, ["1"], [True], {"a": 1}):
        with refused(400, "altdata.selector"):
            root.post_stream("Odd", altdata={"selector": selector})
    made = root.post_stream("Even").id
    with refused(400, "altdata.selector"):
        root.update_stream(made, "Even", altdata={"selector": None})


def test_a_granted_stream_shows_its_points(desk: Desk) -> None:
    root, ana, ben = desk.client("root"), number(desk, "ana"), number(desk, "ben")
    made = root.post_stream("Partnership", altdata={"survey": "ZTF", "selector": [1, 2]}).id
    granted = root.post_stream_user(made, ana)
    assert (granted.stream_id, granted.user_id) == (made, ana)
    assert desk.client().fetch_stream(made).name == "Partnership"
    assert made in [stream.id for stream in desk.client().fetch_profile().streams]
    assert made not in [stream.id for stream in desk.client("ben").fetch_streams()]
    with refused(409, "already"):
        root.post_stream_user(made, ana)
    with refused(404):
        desk.client("ben").post_stream_user(made, ben)
    with refused(403, "only an administrator"):
        desk.client().post_stream_user(made, ben)
    with refused(403, "System admin"):
        desk.client().delete_stream_user(made, ana)
    root.delete_stream_user(made, ana)
    with refused(404):
        desk.client().fetch_stream(made)
    with refused(404, "ana has no stream"):
        root.delete_stream_user(made, ana)
    with refused(409, "by group 1"):
        root.delete_stream_user(1, ana)


def test_everybody_may_join_an_open_stream(desk: Desk) -> None:
    made = desk.client("root").post_stream("Open", auto_join=True).id
    cleo = number(desk, "cleo")
    assert made in [stream.id for stream in desk.client("cleo").fetch_streams()]
    assert made not in [stream.id for stream in desk.client("cleo").fetch_profile().streams]
    with refused(403, "join open ones yourself"):
        desk.client("cleo").post_stream_user(made, number(desk, "ben"))
    desk.client("cleo").post_stream_user(made, cleo)
    assert made in [stream.id for stream in desk.client("cleo").fetch_profile().streams]


def test_a_stream_goes_with_its_grants_but_not_under_a_filter(desk: Desk) -> None:
    root, ana = desk.client("root"), number(desk, "ana")
    made = root.post_stream("Going", altdata={"survey": "ZTF", "selector": [1]}).id
    group = new_group(desk.client(), "With going stream")
    root.post_stream_user(made, ana)
    root.post_group_stream(group, made)
    altdata = {"source": "magpsf < 17"}
    working = (
        desk.client()
        .post_filter(FilterPost(name="Working", stream_id=made, group_id=group, altdata=altdata))
        .id
    )
    with refused(409, "filters"):
        root.delete_stream(made)
    with refused(409, "altdata: filters on this stream read alerts of ZTF"):
        root.update_stream(made, "Going", altdata={"survey": "LSST"})
    desk.client().delete_filter(working)
    root.delete_stream(made)
    with refused(404):
        root.fetch_stream(made)
    assert made not in [stream.id for stream in desk.client().fetch_group(group).streams or []]
    record = desk.database["users"].find_one({"_id": ana})
    assert record is not None
    assert made not in record["stream_ids"]
