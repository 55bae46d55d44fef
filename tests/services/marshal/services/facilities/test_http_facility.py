"""Requests to a facility over HTTP, with a receiver of the test's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.facilities.facility import Endpoint
from nightdesk_services.marshal.services.facilities.http_facility import HttpFacility
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from tests.support.ports import free_ports

REQUEST = {"id": 7, "obj_id": "ZTF26aaaaaaa", "payload": {"exposure_time": 30}}


@dataclass
class Receiver:
    """A telescope's server: keeps what it gets, answers what it is told to."""

    url: str = ""
    got: list[HTTPServerRequest] = field(default_factory=list)
    code: int = 200
    answer: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    free: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(one.body) for one in self.got]


class _Take(RequestHandler):
    async def post(self) -> None:
        receiver: Receiver = self.application.settings["receiver"]
        receiver.got.append(self.request)
        await receiver.free.wait()
        self.set_status(receiver.code)
        for name, value in receiver.headers.items():
            self.set_header(name, value)
        self.finish(receiver.answer)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    made.free.set()
    socket, port = bind_unused_port(address="127.0.0.1")
    server = HTTPServer(Application([(".*", _Take)], receiver=made))
    server.add_socket(socket)
    made.url = f"http://127.0.0.1:{port}/requests"
    yield made
    made.free.set()
    server.stop()
    await server.close_all_connections()


async def test_a_request_arrives_as_json_with_the_token(receiver: Receiver) -> None:
    outcome = await HttpFacility().submit(Endpoint(receiver.url, "s3"), REQUEST)
    assert receiver.bodies == [{"action": "submit", "request": REQUEST}]
    assert receiver.got[0].headers["Authorization"] == "Bearer s3"
    assert (outcome.delivered, outcome.status) == (True, "submitted")
    assert "s3" not in json.dumps(outcome.response)


async def test_without_a_token_none_is_sent(receiver: Receiver) -> None:
    await HttpFacility().submit(Endpoint(receiver.url), REQUEST)
    assert "Authorization" not in receiver.got[0].headers


@pytest.mark.parametrize(
    ("action", "status"),
    [("submit", "submitted"), ("update", "submitted"), ("cancel", "deleted"), ("poll", None)],
)
async def test_each_call_says_what_it_is(receiver: Receiver, action: str, status: str | None) -> None:
    outcome = await getattr(HttpFacility(), action)(Endpoint(receiver.url), REQUEST)
    assert receiver.bodies[0]["action"] == action
    assert outcome.status == status


async def test_the_facility_names_the_status(receiver: Receiver) -> None:
    receiver.answer = b'{"status": "observed"}'
    outcome = await HttpFacility().poll(Endpoint(receiver.url), REQUEST)
    assert outcome.status == "observed"
    assert outcome.response["content"] == {"status": "observed"}


@pytest.mark.parametrize("answer", [b"thanks", b"[1]", b'{"status": 3}', b'{"status": "  "}', b"[" * 60_000])
async def test_an_answer_without_a_status_counts_as_taken(receiver: Receiver, answer: bytes) -> None:
    receiver.answer = answer
    assert (await HttpFacility().submit(Endpoint(receiver.url), REQUEST)).status == "submitted"


async def test_numbers_that_are_not_json_are_not_kept(receiver: Receiver) -> None:
    receiver.answer = b'{"status": "observed", "seeing": NaN}'
    outcome = await HttpFacility().submit(Endpoint(receiver.url), REQUEST)
    assert (outcome.status, outcome.response["content"]) == ("submitted", {})


async def test_an_endless_answer_is_not_kept(receiver: Receiver) -> None:
    receiver.answer = json.dumps({"status": "observed", "more": "x" * 200_000}).encode()
    outcome = await HttpFacility().submit(Endpoint(receiver.url), REQUEST)
    assert (outcome.status, outcome.response["content"]) == ("submitted", {})


async def test_a_refusal_is_a_failure(receiver: Receiver) -> None:
    receiver.code = 503
    outcome = await HttpFacility().submit(Endpoint(receiver.url), REQUEST)
    assert not outcome.delivered
    assert outcome.status == "failed to submit: the facility answered HTTP 503"


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.code, receiver.headers = 307, {"Location": receiver.url + "/elsewhere"}
    outcome = await HttpFacility().submit(Endpoint(receiver.url, "s3"), REQUEST)
    assert not outcome.delivered
    assert [one.path for one in receiver.got] == ["/requests"]


async def test_a_slow_facility_is_given_up_and_may_be_asked_again(receiver: Receiver) -> None:
    receiver.free.clear()
    outcome = await HttpFacility(timeout=0.3).submit(Endpoint(receiver.url), REQUEST)
    assert outcome.status == "failed to submit: the facility did not answer within 0.3 s"
    receiver.free.set()
    assert (await HttpFacility().submit(Endpoint(receiver.url), REQUEST)).delivered


async def test_a_dead_facility_leaves_a_clear_status() -> None:
    (port,) = free_ports(1)
    endpoint = Endpoint(f"http://127.0.0.1:{port}/")
    facility = HttpFacility()
    for action in ("submit", "update", "cancel"):
        outcome = await getattr(facility, action)(endpoint, REQUEST)
        assert not outcome.delivered
        assert outcome.status == f"failed to {action}: the facility cannot be reached"
    polled = await facility.poll(endpoint, REQUEST)
    assert (polled.delivered, polled.status) == (False, None)


@pytest.mark.parametrize(
    ("altdata", "field"),
    [
        (None, "_altdata.url"),
        ({"url": "ftp://x/"}, "_altdata.url"),
        ({"url": "http://"}, "_altdata.url"),
        ({"url": "http://[x/"}, "_altdata.url"),
        ({"url": "http://me:pass@x/"}, "_altdata.url"),
        ({"url": 3}, "_altdata"),
        ({"url": "http://x/", "token": "a\nb"}, "_altdata.token"),
    ],
)
def test_an_endpoint_must_be_usable(altdata: dict[str, Any] | None, field: str) -> None:
    with pytest.raises(Invalid) as error:
        Endpoint.of(altdata)
    assert error.value.message.startswith(f"{field}: ")
    assert "pass@" not in error.value.message


def test_an_endpoint_hides_its_token() -> None:
    endpoint = Endpoint.of({"url": "http://x/", "token": "s3cret"})
    assert endpoint.token == "s3cret"
    assert "s3cret" not in repr(endpoint)


async def test_where_the_data_are_is_read(receiver: Receiver) -> None:
    receiver.answer = b'{"status": "done", "photometry": ["https://x/1", 3], "spectra": "https://x/2"}'
    outcome = await HttpFacility().poll(Endpoint(receiver.url), REQUEST)
    assert outcome.links == {"photometry": ["https://x/1"], "spectra": ["https://x/2"]}


async def test_a_token_that_comes_back_is_not_kept(receiver: Receiver) -> None:
    receiver.answer = json.dumps({"status": "for s3cret", "seen": [{"s3cret": "Bearer s3cret"}]}).encode()
    outcome = await HttpFacility().submit(Endpoint(receiver.url, "s3cret"), REQUEST)
    assert outcome.status == "for ***"
    assert "s3cret" not in json.dumps(outcome.response)


@pytest.mark.parametrize("answer", [b'{"status": "\\ud800"}', b'{"status": "x", "n": 1e999}'])
async def test_what_cannot_be_stored_is_not_kept(receiver: Receiver, answer: bytes) -> None:
    receiver.answer = answer
    outcome = await HttpFacility().submit(Endpoint(receiver.url), REQUEST)
    assert (outcome.status, outcome.response["content"]) == ("submitted", {})


async def test_only_what_may_have_arrived_is_uncertain(receiver: Receiver) -> None:
    (port,) = free_ports(1)
    assert not (await HttpFacility().submit(Endpoint(f"http://127.0.0.1:{port}/"), REQUEST)).uncertain
    receiver.code = 400
    assert not (await HttpFacility().submit(Endpoint(receiver.url), REQUEST)).uncertain
    receiver.free.clear()
    assert (await HttpFacility(timeout=0.2).submit(Endpoint(receiver.url), REQUEST)).uncertain


async def test_a_log_is_asked_for(receiver: Receiver) -> None:
    receiver.answer = b'{"log": {"dome": "open"}}'
    start, end = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC)
    outcome = await HttpFacility().log(Endpoint(receiver.url), start, end)
    assert outcome.response["content"]["log"] == {"dome": "open"}
    assert receiver.bodies[0]["action"] == "log"
    assert receiver.bodies[0]["end_date"].startswith("2026-09-02")
