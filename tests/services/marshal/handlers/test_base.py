"""Tokens, scopes and errors, the same for every route."""

from __future__ import annotations

import re

import pytest
from nightdesk_services.marshal.app import API
from nightdesk_services.marshal.handlers.base import PUBLIC, ApiHandler
from tornado.web import RequestHandler

from tests.services.marshal.conftest import Desk

METHODS = ("get", "head", "post", "put", "patch", "delete")


async def test_health_needs_no_token(desk: Desk) -> None:
    response = await desk.http.get("/health")
    assert response.status_code == 200
    assert response.json()["data"]["listening"] is True


def example(pattern: str) -> str:
    """An address of a pattern: of what may stand in a place the first, else 1; what may be left out is."""
    path = re.sub(r"\(\?:[^()]*\)\?", "", pattern)

    def some(match: re.Match[str]) -> str:
        first = match.group(1).split("|")[0]
        return first if re.fullmatch(r"\w+", first) else "1"

    return re.sub(r"\(([^()]*)\)", some, path).replace("\\", "")


def routes() -> list[tuple[str, str]]:
    """Every address and method that the API has, with some value in each place."""
    found = []
    for pattern, handler in API:
        path = example(pattern)
        assert re.fullmatch(pattern, path), pattern
        for method in METHODS:
            declared = getattr(handler, method)
            if declared is not getattr(RequestHandler, method) and path != "events":
                found.append((method.upper(), path))
    return found


def scope_of(method: str, path: str) -> str:
    """The scope that an address declares, empty if none."""
    handlers = [h for p, h in API if re.fullmatch(p, path)]
    return getattr(getattr(handlers[0], method.lower()), "required_scope", None) or ""


@pytest.mark.parametrize(("method", "path"), routes())
def test_every_route_declares_a_scope(method: str, path: str) -> None:
    assert scope_of(method, path) not in ("", PUBLIC)


async def test_every_route_refuses_strangers_and_tokens_without_scope(desk: Desk) -> None:
    for method, path in routes():
        for who, status in (("", 401), ("unheard-of", 401), ("nobody", 403)):
            response = await desk.call(who, method, path)
            assert response.status_code == status, (method, path, who, response.text)


async def test_reading_scopes_do_not_write(desk: Desk) -> None:
    for method, path in routes():
        # much is read by POST, because it takes long lists
        if method in ("POST", "PATCH", "DELETE") and not scope_of(method, path).endswith(":read"):
            assert "lacks the scope" in await desk.error(403, "viewer", method, path)


async def test_a_route_that_declares_no_scope_is_denied(desk: Desk) -> None:
    class Forgotten(ApiHandler):
        async def get(self) -> None:
            self.answer("secret")

    # a route that somebody adds in a hurry
    desk.application.add_handlers(".*", [(f"{desk.marshal.config.prefix}api/forgotten", Forgotten)])
    for who in ("ana", "root"):
        message = await desk.error(403, who, "GET", "forgotten")
        assert "no scope" in message


async def test_a_token_in_the_address_is_refused(desk: Desk) -> None:
    assert "header" in await desk.error(400, "", "GET", "groups", token="ana")
    response = await desk.http.get("/api/groups", headers={"Authorization": "Bearer ana"})
    assert response.status_code == 200


async def test_the_time_that_jupyterlab_adds_to_an_address_is_let_pass(desk: Desk) -> None:
    response = await desk.http.get(
        "/api/sources?numPerPage=1&1795627607914", headers={"Authorization": "token ana"}
    )
    assert response.status_code == 200
    assert "nonsense" in await desk.error(400, "ana", "GET", "sources", nonsense=1)


async def test_errors_name_the_field(desk: Desk) -> None:
    assert "numPerPage" in await desk.error(400, "ana", "GET", "candidates", numPerPage=0)
    assert "startDate" in await desk.error(400, "ana", "GET", "candidates", startDate="yesterday")
    assert "savedStatus" in await desk.error(400, "ana", "GET", "candidates", savedStatus="perhaps")
    assert "colour" in await desk.error(400, "ana", "POST", "groups", {"name": "x", "colour": 1})
    assert "name" in await desk.error(400, "ana", "POST", "groups", {})
    assert "JSON object" in await desk.error(400, "ana", "POST", "groups", [1])
    response = await desk.http.post("/api/groups", content=b"{", headers={"Authorization": "token ana"})
    assert response.status_code == 400


async def test_unknown_addresses_and_methods(desk: Desk) -> None:
    assert "api/nothing" in await desk.error(404, "ana", "GET", "nothing")
    await desk.error(405, "ana", "PUT", "candidates")
