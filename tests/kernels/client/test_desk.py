"""The client against a real marshal."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from nightdesk import Desk
from nightdesk.client import session
from nightdesk.client.errors import (
    ForbiddenError,
    NightdeskError,
    NotFoundError,
    RequestError,
    TokenError,
    UnreachableError,
)

from tests.support.ports import free_ports

Night = list[dict[str, Any]]


def test_candidates_are_a_list_a_table_and_pictures(ana: Desk, night: Night) -> None:
    found = ana.candidates()
    assert set(found.ids) == {row["objectId"] for row in night}
    assert found[0].id == night[0]["objectId"], "newest first"
    assert {row["candid"] for row in found.table.to_dicts()} <= {int(row["candid"]) for row in night}
    assert found.table["candid"].dtype == pl.Int64
    assert found.table["passed_at"].dtype == pl.Datetime("us", "UTC")
    assert found[:2].ids == found.ids[:2]
    html = found[:2]._repr_html_()
    assert html.count("data:image/png;base64,") == 6
    assert html.count("<svg") == 2
    assert found[0].id in repr(found)


def test_candidates_are_chosen(ana: Desk, night: Night) -> None:
    newest = night[0]
    assert len(ana.candidates(limit=1)) == 1
    assert not ana.candidates(since="24h", until="23h")
    best = max(row["score"] for row in night)
    assert all(one.score is not None and one.score >= best for one in ana.candidates(min_score=best))
    assert ana.candidates(min_score=best)
    assert not ana.candidates(survey="lsst")
    assert (
        ana.candidates(group="Sitewide Group", filter="Likely transients (ZTF)").ids[0] == newest["objectId"]
    )
    with pytest.raises(NotFoundError, match="Likely transients"):
        ana.candidates(filter="Likely transient")
    with pytest.raises(NotFoundError, match="Sitewide Group"):
        ana.candidates(group="Sitewide")


def test_no_candidates_are_shown_as_none(ana: Desk) -> None:
    found = ana.candidates(survey="LSST")
    assert found.table.height == 0
    assert found.table["candid"].dtype == pl.Int64
    assert "No candidates" in found._repr_html_()


def test_candidates_after_a_wait(ana: Desk, night: Night, database: Any) -> None:
    import threading
    import time

    database["candidates"].delete_many({})
    later = threading.Timer(1.5, lambda: database["candidates"].insert_many(night))
    later.start()
    began = time.monotonic()
    assert ana.candidates(wait=30)
    assert time.monotonic() - began < 15
    later.join()


def test_a_source_has_its_light_curve_and_alerts(ana: Desk, night: Night) -> None:
    row = night[0]
    source = ana.source(row["objectId"])
    assert source.ra == pytest.approx(row["ra"], abs=1e-3)
    assert source.survey == "ZTF"
    curve = source.light_curve
    assert curve["mjd"].is_sorted()
    assert curve["candid"].dtype == pl.Int64
    assert int(row["candid"]) in curve["candid"].to_list()
    assert set(curve["origin"]) <= {"detection", "limit", "forced"}
    alerts = source.alerts
    assert alerts["candid"].dtype == pl.Int64
    assert int(row["candid"]) in alerts["candid"].to_list()
    assert "candidate.nbad" in alerts.columns
    matches = source.cross_matches
    assert matches["catalog"].to_list() == ["VSX", "VSX"]
    assert matches["distance_arcsec"].to_list() == [1.5, 4.0]
    assert matches["id"].to_list() == ["V1", "V2"]


def test_a_source_shows_what_its_page_shows(ana: Desk, night: Night) -> None:
    source = ana.source(night[0]["objectId"])
    source.comment("<b>bright</b> & new")
    html = source._repr_html_()
    assert "Bokeh.embed.embed_item" in html
    assert html.count('src="data:image/png;base64,') == 3
    assert "&lt;b&gt;bright&lt;/b&gt; &amp; new" in html
    assert "VSX" in html
    assert source.id in html


def test_cutouts_as_pictures_and_pixels(ana: Desk, night: Night) -> None:
    source = ana.source(night[0]["objectId"])
    assert all(image and image.startswith(b"\x89PNG") for image in source.cutouts().images.values())
    assert source.stamp("difference").ndim == 2
    assert source.image("science", candid=1) is None


def test_saving_and_taking_back(ana: Desk, night: Night) -> None:
    source = ana.source(night[0]["objectId"])
    assert source.groups == []
    assert source.save(group="Sitewide Group").groups == ["Sitewide Group"]
    assert [one.id for one in ana.sources()] == [source.id]
    assert [one.id for one in ana.sources(source.id[:6])] == [source.id]
    assert ana.candidates(limit=50)[0].groups == ["Sitewide Group"]
    source.unsave("Sitewide Group")
    assert ana.sources() == []


def test_one_comments_the_other_reads(ana: Desk, ben: Desk, night: Night) -> None:
    name = night[0]["objectId"]
    ana.source(name).comment("Look at this")
    (comment,) = ben.source(name).comments
    assert (comment["text"], comment["author"]["username"]) == ("Look at this", "ana")


def test_rejecting_is_ones_own(ana: Desk, ben: Desk, night: Night) -> None:
    name = night[0]["objectId"]
    ana.source(name).reject()
    assert name not in ana.candidates().ids
    assert name in ana.candidates(rejected=True).ids
    assert name in ben.candidates().ids


def test_classifying(ana: Desk, night: Night) -> None:
    source = ana.source(night[0]["objectId"])
    source.classify("Ia", probability=0.6)
    (said,) = source.classifications
    assert (said["classification"], said["probability"]) == ("Ia", 0.6)
    with pytest.raises(NotFoundError, match="Ia"):
        source.classify("Iaa")
    with pytest.raises(RequestError, match="probability"):
        source.classify("Ia", probability=7)


def test_the_selection_is_shared(ana: Desk, ben: Desk, night: Night) -> None:
    assert ana.selection() == []
    names = [night[0]["objectId"], night[-1]["objectId"]]
    ana.select(*names)
    assert [one.id for one in ana.selection()] == list(dict.fromkeys(names))
    assert ben.selection() == []
    ana.select()
    assert ana.selection() == []


def test_alerts_as_rows_for_filters(ana: Desk, night: Night) -> None:
    from nightdesk.client.filters import cut_flow

    first, last = min(row["jd"] for row in night), max(row["jd"] for row in night)
    table = ana.alert_table("ztf", start=first - 0.001, end=last + 0.001)
    assert table["candid"].dtype == pl.Int64
    assert sorted(table["candid"]) == sorted(int(row["candid"]) for row in night)
    flow = cut_flow("score > 0.5 and isdiffpos and candidate.nbad == 0", table)
    assert flow.total == len(night)
    assert flow.table["left"].to_list()[-1] == flow.passed.height
    assert flow.table["dropped"].sum() == flow.total - flow.passed.height
    assert "pass (" in flow._repr_html_()
    one = table.row(0, named=True)
    near = ana.alert_table("ZTF", start=None, ra=one["ra"], dec=one["dec"], radius=2)
    assert one["candid"] in near["candid"].to_list()
    assert ana.alert_table("ZTF", start="2000-01-01", end="2000-01-02").height == 0


def test_a_filter_is_published_and_gets_versions(ana: Desk) -> None:
    group = ana.new_group("Ana's filters")
    assert ana.new_group("Ana's filters") == group
    made = ana.save_filter("Bright", "magpsf < 19", group="Ana's filters")
    assert (made.expression, made.version, made.active) == ("magpsf < 19", 1, True)
    again = ana.save_filter("Bright", "magpsf < 18", group=group["id"])
    assert (again.id, again.expression, again.version) == (made.id, "magpsf < 18", 2)
    again.pause()
    assert not ana.filter("Bright").active
    again.resume()
    assert ana.filter(made.id).active
    with pytest.raises(RequestError, match="score >"):
        ana.save_filter("Bright", "score >", group=group["id"])
    again.delete()
    assert "Bright" not in [one.name for one in ana.filters]


def test_a_pipeline_is_published_or_refused_by_name(ana: Desk) -> None:
    group = ana.new_group("Ana's filters")
    stages = [{"$match": {"candidate.magpsf": {"$lt": 19}}}]
    made = ana.save_filter("From Fritz", stages, group=group["id"])
    assert (made.kind, json.loads(made.expression), made.active) == ("pipeline", stages, True)
    with pytest.raises(RequestError, match=r"\$out"):
        ana.save_filter("Worse", [*stages, {"$out": "alerts"}], group=group["id"])
    with pytest.raises(RequestError, match=r"\$divid.*\$divide"):
        ana.save_filter("Typo", [{"$project": {"a": {"$divid": [1, 2]}}}], group=group["id"])


def test_publishing_to_a_group_of_others_is_refused(ana: Desk) -> None:
    with pytest.raises(ForbiddenError, match="admin of group 1"):
        ana.save_filter("Mine", "score > 0.5", group="Sitewide Group")


def test_an_unknown_object_names_its_neighbours(ana: Desk, night: Night) -> None:
    name = night[0]["objectId"]
    with pytest.raises(NotFoundError, match=f"Did you mean .*{name}"):
        ana.source(name[:-1] + ("x" if name[-1] != "x" else "y"))
    with pytest.raises(NotFoundError, match=r"nightdesk\.candidates"):
        ana.source("../groups")


def test_a_missing_scope_is_named(marshal_url: str) -> None:
    with pytest.raises(ForbiddenError, match="custom:nightdesk:candidates:read"):
        Desk(marshal_url, "nobody").candidates()
    with pytest.raises(ForbiddenError, match="custom:nightdesk:comments:write"):
        viewer = Desk(marshal_url, "viewer")
        viewer.candidates()[0].comment("I may not")


def test_a_wrong_token_says_where_to_get_one(marshal_url: str) -> None:
    with pytest.raises(TokenError, match="Token page"):
        Desk(marshal_url, "stranger").candidates()


def test_a_marshal_that_is_down_says_so() -> None:
    (port,) = free_ports(1)
    with pytest.raises(UnreachableError, match="nightdesk status"):
        Desk(f"http://127.0.0.1:{port}", "ana").candidates()


def test_the_environment_connects(marshal_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import nightdesk

    monkeypatch.delenv(session.TOKEN, raising=False)
    monkeypatch.setenv(session.URL, marshal_url)
    with pytest.raises(TokenError, match="JUPYTERHUB_API_TOKEN"):
        nightdesk.candidates()
    monkeypatch.setenv(session.TOKEN, "ana")
    assert nightdesk.candidates()
    assert nightdesk.source(nightdesk.candidates()[0].id).points
    assert nightdesk.desk().user["username"] == "ana"
    assert issubclass(TokenError, NightdeskError)
