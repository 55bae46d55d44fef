"""Kowalski's routes: who may call them, and that nothing odd breaks them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from nightdesk_services.marshal.handlers.base import PUBLIC
from nightdesk_services.marshal.handlers.kowalski.auth import Login
from nightdesk_services.marshal.handlers.kowalski.routes import KOWALSKI
from tornado.web import RequestHandler

from tests.services.marshal.conftest import Desk
from tests.services.marshal.handlers.test_base import METHODS, example
from tests.services.marshal.world import fill

ROUTES = [
    (method.upper(), example(pattern).removesuffix("?"), handler)
    for pattern, handler in KOWALSKI
    for method in METHODS
    if getattr(handler, method) is not getattr(RequestHandler, method)
]
READING = {("POST", "api/queries"), ("POST", "api/filters/1/test")}

_DEEP: Any = 1
for _ in range(200):
    _DEEP = {"$and": [_DEEP]}
ODD: list[Any] = [
    None,
    [],
    "x",
    5,
    {},
    {"query_type": "find", "query": {"catalog": "ZTF_alerts", "filter": _DEEP}},
    *(
        {"query_type": kind, "query": query, "kwargs": kwargs}
        for kind in (
            "find",
            "find_one",
            "count_documents",
            "aggregate",
            "near",
            "cone_search",
            "skymap",
            "info",
        )
        for query, kwargs in (
            ({"catalog": "ZTF_alerts", "filter": {"a": 2**70}}, {}),
            ({"catalog": "ZTF_alerts", "filter": {"a": "\ud800"}}, {}),
            ({"catalog": "ZTF_alerts", "filter": {"a\0": 1}, "projection": {"a": "\0"}}, {}),
            ({"catalog": "ZTF_alerts", "filter": {"": 1, "a..b": 2, ".": 3}}, {"sort": {"": 1}}),
            ({"catalog": "ZTF_alerts", "filter": {"a": float("nan")}}, {"sort": [["a.0", 1]], "limit": 2}),
            ({"catalog": "ZTF_alerts", "filter": {"candid": 1e400}}, {"limit": 10**30}),
            ({"catalog": "ZTF_alerts", "filter": {"_id": {"$in": [None, {}, [], True]}}}, {"skip": -1}),
            ({"catalog": "ZTF_alerts", "filter": {"a": {"$in": 5}}}, {"sort": "a", "max_time_ms": 0}),
            ({"catalog": "ZTF_alerts", "filter": {"a": {"$elemMatch": 5}, "$and": 5}}, {"sort": [1, 2, 3]}),
            ({"catalog": "ZTF_alerts", "filter": {"$and": [5]}}, {}),
            ({"catalog": "ZTF_alerts", "filter": {"$expr": {"$eq": []}}}, {}),
            ({"catalog": "ZTF_alerts", "filter": "[" * 5000}, {}),
            ({"catalog": "ZTF_alerts", "filter": {}, "projection": {"a": 1, "a.b": 1}}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$match": 5}]}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$project": 5}]}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$sort": 5}, {"$limit": "x"}]}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$limit": 0}]}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$unwind": 5}]}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$group": 5}]}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$facet": {"a": 5}}]}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$lookup": {"from": 5}}]}, {}),
            ({"catalog": "ZTF_alerts", "pipeline": [{"$count": 5}, {"$unset": 5}]}, {}),
            ({"radec": {"a": [None, 1]}, "catalogs": {"ZTF_alerts": None}}, {}),
            ({"radec": [["1e400", "x"]], "catalogs": {"ZTF_alerts": {}}}, {}),
            ({"radec": "1 2 3", "catalogs": {"ZTF_alerts": {"filter": 5}}}, {}),
            ({"radec": [["12:61:99", "91:00:00"]], "catalogs": {"ZTF_alerts": {}}}, {}),
            ({"radec": [[0, 90]], "max_distance": 1e300, "catalogs": {"ZTF_alerts": {}}}, {}),
            ({"radec": [[0, 90]], "catalogs": {"ZTF_alerts": {}}}, {}),
            ({"skymap": {"localization_name": "\0", "dateobs": "soon"}, "catalog": "ZTF_alerts"}, {}),
            ({"command": "catalog_info"}, {}),
        )
    ),
    {"dateobs": "2026-01-01", "skymap": {"localization_name": "x", "uniq": [2**70], "probdensity": [1]}},
    {"dateobs": "2026-01-01", "skymap": {"localization_name": "x", "uniq": [[4]], "probdensity": [[1]]}},
    {"dateobs": "2026-01-01", "skymap": {"localization_name": "x", "uniq": [3], "probdensity": [1]}},
    {"dateobs": "2026-01-01", "skymap": {"localization_name": "x", "uniq": [4], "probdensity": [0]}},
    {"dateobs": "2026-01-01", "skymap": {"ra": 1, "dec": 90, "error": 1e-300}},
    {"dateobs": "2026-01-01", "skymap": {"ra": 1, "dec": 2, "error": 1e9}, "contours": ["x"]},
    {"dateobs": "9999-99-99", "skymap": {"ra": float("nan"), "dec": 2, "error": 1}},
    {"triggerid": 2**70},
    {"localization_name": "\ud800"},
    {"99999999999999999999": {"ml_scores": {"a": 1}}},
    {"9223372036854775808": {"ml_scores": {"a": 1}}},
    {"1": {"ml_scores": {"a": 10**400}}},
    {"1": {"human_labels": "\ud800"}},
    {"filter_id": 2**70, "group_id": 1, "catalog": "ZTF_alerts", "pipeline": [{"$match": {"a": "\ud800"}}]},
    {"group_id": 1, "catalog": "ZTF_alerts", "pipeline": [5], "permissions": [2**70]},
    {"filter_id": 1, "active_fid": "\ud800"},
    {"object_ids": ["\ud800", "\0"], "start_date": float("nan"), "end_date": 1e400},
    {"object_ids": [], "filter_version": ""},
]


async def ask(desk: Desk, method: str, path: str, token: str | None, body: Any = None) -> httpx.Response:
    """Send a request with a bare token."""
    headers = {} if token is None else {"Authorization": token}
    content = None if method in ("GET", "HEAD") else json.dumps(body)
    return await desk.http.request(method, f"/kowalski/{path}", content=content, headers=headers)


@pytest.mark.parametrize(("method", "path", "handler"), ROUTES)
def test_every_route_declares_a_scope(method: str, path: str, handler: Any) -> None:
    scope = getattr(getattr(handler, method.lower()), "required_scope", None)
    assert scope is not None
    assert (scope == PUBLIC) == (handler is Login)


async def test_strangers_and_narrow_tokens_are_refused(desk: Desk) -> None:
    for method, path, handler in ROUTES:
        if handler is Login:
            continue
        basic = "Basic YW5hOmFuYQ=="
        for token, status in ((None, 401), ("", 401), ("unheard-of", 401), (basic, 401), ("nobody", 403)):
            answer = await ask(desk, method, path, token)
            assert answer.status_code == status, (method, path, token, answer.text)


async def test_reading_scopes_do_not_write(desk: Desk) -> None:
    for method, path, handler in ROUTES:
        if (
            method in ("POST", "PUT", "PATCH", "DELETE")
            and handler is not Login
            and (method, path) not in READING
        ):
            answer = await ask(desk, method, path, "viewer", {})
            assert answer.status_code == 403 and "lacks the scope" in answer.text, (method, path)


async def test_a_token_comes_bare_or_with_its_scheme(desk: Desk) -> None:
    for header in ("ana", "Bearer ana", "token ana", "TOKEN  ana"):
        answer = await ask(desk, "GET", "", header)
        assert answer.status_code == 200 and answer.json()["status"] == "success", header
    # the other language keeps to its own
    bare = await desk.http.get("/api/groups", headers={"Authorization": "ana"})
    assert bare.status_code == 401


async def test_two_languages_have_two_addresses(desk: Desk) -> None:
    theirs = await ask(desk, "GET", "api/filters/1", "ana")
    ours = await desk.http.get("/api/filters/1", headers={"Authorization": "token ana"})
    assert theirs.json()["data"]["filter_id"] == 1 and ours.json()["data"]["id"] == 1
    assert (await ask(desk, "GET", "/api/filters/1", "ana")).json() == theirs.json(), "one slash or two"
    assert (await ask(desk, "GET", "api/nothing", "ana")).status_code == 404


async def test_who_only_reads_may_ask(desk: Desk) -> None:
    fill(desk.database, "ZTF")
    body = {"query_type": "count_documents", "query": {"catalog": "ZTF_alerts", "filter": {}}}
    answer = await ask(desk, "POST", "api/queries", "viewer", body)
    assert answer.json()["data"] == 12


async def test_nothing_odd_breaks_it(desk: Desk) -> None:
    fill(desk.database, "ZTF")
    for method, path, _ in ROUTES:
        if method in ("GET", "HEAD"):
            continue
        for body in ODD:
            answer = await ask(desk, method, path, "root", body)
            assert answer.status_code < 500, (method, path, str(body)[:300], answer.text)
            if answer.status_code >= 400:
                assert answer.json()["message"]
    for path in (
        "api/skymap?triggerid=99999999999999999999999&dateobs=x",
        "api/skymap?localization_name=%00&contours=nan",
        "api/classifications/ztf/9999999999999999999",
        "api/cutouts/ztf/9999999999999999999/science/fits",
        "api/cutouts/\u00e4/1/science/fits",
        "api/filters/999999999999999999",
    ):
        assert (await ask(desk, "GET", path, "root")).status_code < 500, path
