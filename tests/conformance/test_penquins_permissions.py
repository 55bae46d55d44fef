"""What a person may not see changes no answer of Kowalski's API: not a document, a count or a message."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.conformance.alerts import (
    SECRET_CANDID,
    SECRET_MAG,
    SECRET_OBJECT,
    Noted,
    client,
    hide,
    partners,
    seen_by_all,
    text,
)
from tests.conformance.conftest import Desk
from tests.services.marshal.world import Document

ALERTS, AUX, LABELS = "ZTF_alerts", "ZTF_alerts_aux", "ZTF_alerts_classifications"


def corpus(public: Document) -> list[tuple[str, Document, Document]]:
    """Return queries of every type, all of which would tell of what is hidden if anything let it through."""
    name, place = public["objectId"], [public["ra"], public["dec"]]
    lookup = {"from": AUX, "localField": "objectId", "foreignField": "_id", "as": "aux"}
    back = {"from": ALERTS, "localField": "_id", "foreignField": "objectId", "as": "alerts"}
    circle = {"$geoWithin": {"$centerSphere": [[place[0] - 180, place[1]], np.radians(0.01)]}}

    def find(catalog: str, condition: Document, **more: Any) -> Document:
        return {"catalog": catalog, "filter": condition, **more}

    def aggregate(catalog: str, *stages: Document) -> Document:
        return {"catalog": catalog, "pipeline": list(stages)}

    shown = {"projection": {"cutoutScience": 0, "cutoutTemplate": 0, "cutoutDifference": 0}}
    points = {"$unwind": "$prv_candidates"}
    return [
        ("find", find(ALERTS, {}, **shown), {"sort": {"candid": 1}}),
        ("find", find(ALERTS, {"objectId": name}), {}),
        ("find", find(ALERTS, {"objectId": SECRET_OBJECT}), {}),
        ("find", find(ALERTS, {"candid": SECRET_CANDID}), {}),
        ("find", find(ALERTS, {"candid": {"$in": [SECRET_CANDID, SECRET_CANDID + 1]}}), {}),
        ("find", find(ALERTS, {"programid": 2}), {}),
        ("find", find(ALERTS, {"programid": {"$in": [1, 2, 3]}}, **shown), {"sort": {"jd": -1}, "limit": 2}),
        ("find", find(ALERTS, {"$or": [{"programid": 2}, {"candidate.programid": 2}]}), {}),
        ("find", find(ALERTS, {"candidate.magpsf": SECRET_MAG}), {}),
        ("find", find(ALERTS, {"$nor": [{"programid": 1}]}), {}),
        ("find", find(ALERTS, {"coordinates.radec_geojson": circle}, **shown), {}),
        ("find", find(ALERTS, {}, projection={"candid": 1}), {"sort": [["$natural", -1]], "limit": 1}),
        ("find", find(ALERTS, {}, projection={"candid": 1, "features": 1}), {"sort": {"candid": 1}}),
        ("find", find(ALERTS, {"features.n_det": {"$gt": 0}}), {}),
        ("find_one", find(ALERTS, {"candid": SECRET_CANDID}), {}),
        ("find_one", find(ALERTS, {"candidate.programid": {"$ne": 1}}), {}),
        ("find_one", find(AUX, {"_id": SECRET_OBJECT}), {}),
        ("find_one", find(AUX, {"_id": name}), {}),
        ("find", find(AUX, {"prv_candidates.programid": 2}), {}),
        ("find", find(AUX, {"prv_candidates": {"$elemMatch": {"magpsf": SECRET_MAG}}}), {}),
        ("find", find(AUX, {"fp_hists.programid": {"$gt": 1}}, projection={"_id": 1}), {}),
        ("find", find(AUX, {}, projection={"n": {"$size": "$prv_candidates"}}), {"sort": {"_id": 1}}),
        ("find", find(AUX, {"_id": {"$in": [name, SECRET_OBJECT]}}), {"sort": {"_id": 1}}),
        ("find", find(LABELS, {}), {}),
        ("find", find(LABELS, {"ml_scores.secret": {"$gt": 0}}), {}),
        ("count_documents", find(ALERTS, {}), {}),
        ("count_documents", find(ALERTS, {"programid": 2}), {}),
        ("count_documents", find(ALERTS, {"objectId": {"$in": [name, SECRET_OBJECT]}}), {}),
        ("count_documents", find(ALERTS, {"$expr": {"$eq": ["$candidate.magpsf", SECRET_MAG]}}), {}),
        ("count_documents", find(ALERTS, {"coordinates.radec_geojson": circle}), {}),
        ("count_documents", find(AUX, {}), {}),
        ("count_documents", find(AUX, {"prv_candidates.magpsf": SECRET_MAG}), {}),
        ("count_documents", find(LABELS, {}), {}),
        *(("estimated_document_count", {"catalog": catalog}, {}) for catalog in (ALERTS, AUX, LABELS)),
        ("aggregate", aggregate(ALERTS, {"$match": {"programid": 2}}), {}),
        ("aggregate", aggregate(ALERTS, {"$group": {"_id": "$programid", "n": {"$sum": 1}}}), {}),
        ("aggregate", aggregate(ALERTS, {"$group": {"_id": None, "m": {"$min": "$candidate.magpsf"}}}), {}),
        ("aggregate", aggregate(ALERTS, {"$sort": {"candidate.magpsf": 1}}, {"$limit": 1}), {}),
        ("aggregate", aggregate(ALERTS, {"$sort": {"jd": -1}}, {"$limit": 1}, {"$unset": "candidate"}), {}),
        ("aggregate", aggregate(ALERTS, {"$sortByCount": "$objectId"}, {"$sort": {"_id": 1}}), {}),
        ("aggregate", aggregate(ALERTS, {"$count": "n"}), {}),
        ("aggregate", aggregate(ALERTS, {"$match": {"objectId": name}}, {"$lookup": lookup}), {}),
        (
            "aggregate",
            aggregate(ALERTS, {"$match": {"objectId": name}}, {"$lookup": lookup | {"pipeline": [points]}}),
            {},
        ),
        ("aggregate", aggregate(AUX, {"$match": {"_id": name}}, {"$lookup": back}), {}),
        ("aggregate", aggregate(AUX, {"$match": {"_id": SECRET_OBJECT}}, {"$lookup": back}), {}),
        ("aggregate", aggregate(AUX, points, {"$group": {"_id": "$prv_candidates.programid"}}), {}),
        (
            "aggregate",
            aggregate(AUX, {"$match": {"_id": name}}, points, {"$sort": {"prv_candidates.magpsf": 1}}),
            {},
        ),
        (
            "aggregate",
            aggregate(AUX, {"$facet": {"a": [{"$count": "n"}], "b": [points, {"$count": "n"}]}}),
            {},
        ),
        (
            "aggregate",
            aggregate(ALERTS, {"$facet": {"a": [{"$match": {"programid": {"$ne": 1}}}, {"$count": "n"}]}}),
            {},
        ),
        # fails only if it reaches what is hidden
        (
            "aggregate",
            aggregate(ALERTS, {"$project": {"x": {"$divide": [1, {"$subtract": [2, "$programid"]}]}}}),
            {},
        ),
        (
            "aggregate",
            aggregate(
                AUX,
                {
                    "$project": {
                        "x": {
                            "$map": {
                                "input": "$prv_candidates.programid",
                                "as": "p",
                                "in": {"$divide": [1, {"$subtract": ["$$p", 2]}]},
                            }
                        }
                    }
                },
            ),
            {},
        ),
        *(
            (kind, {**asked, "catalogs": {ALERTS: {"projection": {"candid": 1, "candidate.magpsf": 1}}}}, {})
            for kind, asked in (
                ("near", {"radec": [place], "max_distance": 10, "distance_units": "arcsec"}),
                (
                    "cone_search",
                    {
                        "object_coordinates": {
                            "radec": [place],
                            "cone_search_radius": 10,
                            "cone_search_unit": "arcsec",
                        }
                    },
                ),
            )
        ),
        (
            "skymap",
            find(ALERTS, {}, projection={"candid": 1})
            | {"skymap": {"dateobs": "2026-01-01T00:00:00", "localization_name": "here", "contour": 90}},
            {"sort": {"candid": 1}},
        ),
        *(
            ("info", {"command": command, "catalog": ALERTS}, {})
            for command in ("catalog_names", "catalog_info", "index_info", "db_info")
        ),
        ("info", {"command": "catalog_info", "catalog": AUX}, {}),
    ]


def answers(one: Noted, asked: list[tuple[str, Document, Document]]) -> list[Any]:
    """Return the answers as they come, errors and all."""
    return [
        one.single_query(({"query_type": kind, "query": query, "kwargs": kwargs}, "default"))["default"]
        for kind, query, kwargs in asked
    ]


class Told(NamedTuple):
    """Queries, and what two people were told before something was hidden from one of them, and after."""

    asked: list[tuple[str, Document, Document]]
    before: list[Any]
    after: list[Any]
    seen_before: list[Any]
    seen_after: list[Any]


@pytest.fixture(scope="module", autouse=True)
def told(desk: Desk) -> Told:
    public = seen_by_all(desk)[0]
    partners(desk, "ana")
    ana, cleo = client(desk, "ana"), client(desk, "cleo")
    here = {"localization_name": "here", "uniq": list(range(4, 16)), "probdensity": [1.0] * 12}
    whole = {"dateobs": "2026-01-01T00:00:00", "skymap": here, "contours": [90, 99.9]}
    assert ana.api("put", "api/skymap", whole)["status"] == "success"
    asked = corpus(public)
    asked += [
        ("skymap", {**asked[-6][1], "skymap": {**asked[-6][1]["skymap"], "contour": 99.9}}, asked[-6][2])
    ]
    before, seen_before = answers(cleo, asked), answers(ana, asked)
    hide(desk, public)
    return Told(asked, before, answers(cleo, asked), seen_before, answers(ana, asked))


def test_what_is_hidden_changes_no_answer(told: Told) -> None:
    asked, before, after, seen_before, seen_after = told
    for query, first, second in zip(asked, before, after, strict=True):
        assert first == second, query
    for secret in (SECRET_OBJECT, str(SECRET_CANDID), str(SECRET_CANDID + 1), str(SECRET_MAG)):
        assert secret not in text(after)
    # the same queries do tell whoever may know
    blind = [
        query for query, first, second in zip(asked, seen_before, seen_after, strict=True) if first == second
    ]
    names = [query[1].get("command") for query in blind]
    assert set(names) <= {"catalog_names", "index_info", "db_info", None}
    assert (
        len(blind) - names.count("catalog_names") - names.count("index_info") - names.count("db_info") <= 3
    ), blind
    assert str(SECRET_MAG) in text(seen_after)


def test_what_belongs_to_hidden_alerts(desk: Desk) -> None:
    ana, cleo = client(desk, "ana"), client(desk, "cleo")
    for candid, path in (
        (SECRET_CANDID, "api/cutouts/ZTF/{}/science/fits"),
        (SECRET_CANDID + 1, "api/cutouts/ztf/{}/science/png"),
        (SECRET_CANDID, "api/classifications/ztf/{}"),
    ):
        hidden = cleo.api("get", path.format(candid))["message"]
        unknown = cleo.api("get", path.format(SECRET_CANDID + 9))["message"]
        assert hidden.replace(str(candid), "?") == unknown.replace(str(SECRET_CANDID + 9), "?")
    assert ana.api("get", f"api/classifications/ztf/{SECRET_CANDID}")["data"]["ml_scores"] == {
        "secret": SECRET_MAG
    }
    body = {str(SECRET_CANDID): {"ml_scores": {"mine": 1}}}
    for method in ("put", "delete"):
        hidden = cleo.api(method, "api/classifications/ztf", body)["message"]
        unknown = cleo.api(method, "api/classifications/ztf", {"17": body[str(SECRET_CANDID)]})["message"]
        assert hidden == unknown
    kept = desk.database[LABELS].find_one({"_id": SECRET_CANDID})
    assert kept is not None and kept["ml_scores"] == {"secret": SECRET_MAG}


def test_features_tell_of_whole_light_curves(desk: Desk) -> None:
    query = {"catalog": ALERTS, "filter": {"programid": 1}, "projection": {"features": 1}}
    assert all("features" in one for one in client(desk, "root").ask("find", query))
    assert not any("features" in one for one in client(desk, "cleo").ask("find", query))
    group = {"$group": {"_id": None, "n": {"$max": "$features.n_det"}}}
    (found,) = client(desk, "cleo").ask("aggregate", {"catalog": ALERTS, "pipeline": [group]})
    assert found["n"] is None
    rubin = client(desk, "cleo").ask("find", query | {"catalog": "LSST_alerts", "filter": {}}, limit=1)
    assert "features" in rubin[0], "all of Rubin's points are of one program"


def test_without_a_stream_there_is_no_catalog(desk: Desk) -> None:
    desk.database["groups"].update_one({"_id": 1}, {"$set": {"stream_ids": [2]}})
    desk.marshal.people.forget()
    try:
        cleo = client(desk, "cleo")
        assert set(cleo.instances["default"]["catalogs"]) == {
            f"LSST_alerts{part}" for part in ("", "_aux", "_classifications")
        }
        lookup = {"from": AUX, "localField": "objectId", "foreignField": "_id", "as": "x"}
        messages = []
        for name in (
            ALERTS,
            "XYZ_alerts",
            "users",
            "candidates",
            "sources",
            "tokens",
            "filters",
            "ZTF_objects",
        ):
            query = {"catalog": name, "filter": {}}
            messages += [
                cleo.refused("find", query).replace(name, "?"),
                cleo.refused("count_documents", query).replace(name, "?"),
            ]
        assert len(set(messages)) == 1
        for name in (AUX, "users"):
            stages = [{"$lookup": lookup | {"from": name}}]
            assert "no catalog of this name" in cleo.refused(
                "aggregate", {"catalog": "LSST_alerts", "pipeline": stages}
            )
    finally:
        desk.database["groups"].update_one({"_id": 1}, {"$set": {"stream_ids": [1, 2]}})
        desk.marshal.people.forget()


def test_a_narrow_token_asks_nothing(desk: Desk) -> None:
    for who, words in (("narrow", "lacks the scope"), ("nobody", "lacks"), ("unheard-of", "invalid")):
        one = client(desk, who)
        assert one.instances["default"]["catalogs"] in ({}, [])
        assert words in one.refused("find", {"catalog": ALERTS, "filter": {}})


@pytest.mark.parametrize(
    "name",
    [
        "users",
        "tokens",
        "candidates",
        "sources",
        "comments",
        "filters",
        "groups",
        "audit",
        "system.users",
        "ZTF_objects",
        "ZTF_alerts_cutouts",
        "kowalski_skymaps",
        "quarantine",
        "$cmd",
        "",
        "ZTF_alerts\0",
    ],
)
def test_only_alerts_and_catalogues_are_asked(desk: Desk, name: str) -> None:
    root = client(desk, "root")
    assert "catalog" in root.refused("find", {"catalog": name, "filter": {}})
    assert "catalog" in root.refused("estimated_document_count", {"catalog": name})
    assert "catalog" in root.refused("aggregate", {"catalog": name, "pipeline": [{"$limit": 1}]})
    assert "catalog" in root.refused("info", {"command": "catalog_info", "catalog": name})
    around = {"radec": [[0, 0]], "catalogs": {name: {}}}
    assert "catalog" in root.refused("near", around)
