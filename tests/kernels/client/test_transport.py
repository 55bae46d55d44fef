"""What the client makes of answers that a running marshal seldom gives."""

from __future__ import annotations

import httpx
import pytest
from nightdesk import Desk
from nightdesk.client.errors import RequestError, UnreachableError


def desk(answer: httpx.Response | Exception) -> Desk:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Desk("http://marshal.test", "t", transport=httpx.MockTransport(handle))


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (httpx.Response(200, text="<html>Welcome</html>"), UnreachableError, "Is this the marshal's URL?"),
        (httpx.Response(200, json=[1]), UnreachableError, "not as a marshal does"),
        (httpx.Response(502, text="Bad gateway"), UnreachableError, "502"),
        (
            httpx.Response(503, json={"status": "error", "message": "the store sleeps"}),
            UnreachableError,
            "sleeps",
        ),
        (
            httpx.Response(400, json={"status": "error", "message": "limit: too much"}),
            RequestError,
            "too much",
        ),
        (httpx.ReadTimeout("slow"), UnreachableError, "took too long over GET /api/groups"),
        (httpx.ConnectError("refused"), UnreachableError, "nightdesk status"),
    ],
)
def test_failures_say_what_to_do(
    answer: httpx.Response | Exception, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said.replace("?", r"\?")):
        _ = desk(answer).groups


def test_the_token_is_in_the_header_and_nothing_else() -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"status": "success", "data": []})

    _ = Desk("http://marshal.test/", "secret", transport=httpx.MockTransport(handle)).streams
    (request,) = seen
    assert request.headers["Authorization"] == "token secret"
    assert str(request.url) == "http://marshal.test/api/streams"
