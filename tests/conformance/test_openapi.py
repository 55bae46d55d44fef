"""The API's own description: complete, readable, and true when tried with whatever it allows."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from nightdesk_services.marshal.app import API
from schemathesis.checks import not_a_server_error

from tests.conformance.conftest import Desk


@pytest.fixture(scope="module")
def described(desk: Desk) -> Any:
    """The description as a client reads it."""
    LIVE[:] = [desk.url]
    return schemathesis.openapi.from_url(f"{desk.url}/openapi.json")


LONGEST = 8000
LIVE: list[str] = []
"""Address of the marshal that is asked; the description tells paths alone."""

schema = schemathesis.pytest.from_fixture("described")


@pytest.mark.timeout(900)
@schema.parametrize()
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_that_is_allowed_breaks_it(case: Any) -> None:
    # a WebSocket, which has tests of its own; and an address too long for any server
    if case.path == "/api/events" or len(str(case.query)) > LONGEST:
        return
    answer = case.call(
        base_url=LIVE[0], headers={"Authorization": "token ana", "Connection": "close"}, timeout=30
    )
    case.validate_response(answer, checks=[not_a_server_error])
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        told = answer.json()
        assert told["status"] == ("success" if answer.status_code < 400 else "error"), told
        assert answer.status_code < 400 or told["message"]
        assert not told.get("message", "").startswith("no route")


def test_every_route_is_described(desk: Desk) -> None:
    found = httpx.get(f"{desk.url}/openapi.json").json()
    told = {
        one["operationId"].rpartition(".")[0] for path in found["paths"].values() for one in path.values()
    }
    for _, handler in API:
        area = handler.__module__.rpartition(".")[2]
        for method in ("get", "post", "put", "patch", "delete"):
            if getattr(getattr(handler, method), "required_scope", None) is not None:
                assert f"{area}.{handler.__name__}.{method}" in told
    assert not [path for path in found["paths"] if re.search(r"[()?\\]", path)]
    post = found["paths"]["/api/telescope"]["post"]
    assert post["x-scope"] == "custom:nightdesk:facilities:write"
    assert post["x-acl"] == "Manage telescopes"
    body = post["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert "diameter" in found["components"]["schemas"][body]["required"]
    box = {one["name"] for one in found["paths"]["/api/telescope"]["get"]["parameters"]}
    assert {"name", "latitudeMin", "longitudeMax"} <= box


def test_people_read_it_as_a_page(desk: Desk) -> None:
    answer = httpx.get(f"{desk.url}/docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<script" not in answer.text
    assert "/api/shifts/{number}/users/{user_id}" in answer.text
    assert "Manage telescopes" in answer.text
