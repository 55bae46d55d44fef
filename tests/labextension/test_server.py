"""The server extension: what it passes on, what it keeps, and what it says when the marshal is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from nightdesk_lab.app import SETTING
from nightdesk_lab.handlers import events
from nightdesk_lab.marshal import Marshal, MarshalUnavailableError
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.labextension import objects
from tests.labextension.fake_marshal import TOKEN, FakeMarshal
from tests.support.ports import free_ports

SECRET = "mine"


class Lab:
    """A running Jupyter server with the extension, and a client of it."""

    def __init__(self, app: ServerApp) -> None:
        self.app = app
        self.url = f"http://127.0.0.1:{app.port}/base/nightdesk"

    async def ask(self, path: str, token: str | None = SECRET, **options: Any) -> HTTPResponse:
        headers = {"Authorization": f"token {token}"} if token else {}
        headers |= options.pop("headers", {})
        request = HTTPRequest(
            f"{self.url}/{path}",
            headers=headers,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            **options,
        )
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def cookies(self) -> str:
        """What a browser keeps after logging in."""
        login = await self.ask("api/internal/profile")
        kept = "; ".join(one.split(";")[0] for one in login.headers.get_list("Set-Cookie"))
        assert kept
        return kept

    async def listen(self, token: str | None = SECRET, **headers: str) -> WebSocketClientConnection:
        if token:
            headers["Authorization"] = f"token {token}"
        address = self.url.replace("http", "ws", 1) + "/events"
        return await websocket_connect(HTTPRequest(address, headers=headers))

    def forget_marshal(self, url: str = "") -> None:
        self.app.web_app.settings[SETTING] = Marshal(url, TOKEN)


@pytest.fixture
async def lab(marshal: FakeMarshal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    monkeypatch.setenv("NIGHTDESK_MARSHAL_URL", marshal.url)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", TOKEN)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    # only this extension, not whatever else is installed here
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    monkeypatch.setattr(events, "FIRST_WAIT", 0.05)
    app = ServerApp(
        port=free_ports(1)[0],
        port_retries=0,
        base_url="/base/",
        root_dir=str(tmp_path),
        open_browser=False,
        allow_root=True,
        jpserver_extensions={"nightdesk_lab": True},
        log_level=50,
    )
    app.initialize(argv=[f"--IdentityProvider.token={SECRET}"], new_httpserver=True)
    yield Lab(app)
    await app._cleanup()


def said(response: HTTPResponse) -> dict[str, Any]:
    return json.loads(response.body)


async def message(socket: WebSocketClientConnection, kind: str) -> dict[str, Any]:
    while True:
        received = json.loads(await asyncio.wait_for(socket.read_message(), 10) or "null")
        assert received is not None, "closed"
        if received["type"] == kind:
            return received


async def test_a_request_goes_through_with_the_hub_token_and_without_cookies(lab: Lab) -> None:
    answer = await lab.ask(
        "api/echo/a%20b?x=1&x=2",
        headers={"Cookie": "session=secret", "If-None-Match": '"v1"', "X-Forwarded-For": "10.0.0.1"},
    )
    arrived = said(answer)["data"]
    assert arrived["path"] == "/services/marshal/api/echo/a%20b?x=1&x=2"
    assert arrived["headers"]["Authorization"] == f"token {TOKEN}"
    assert arrived["headers"]["If-None-Match"] == '"v1"'
    assert "Cookie" not in arrived["headers"]
    assert "X-Forwarded-For" not in arrived["headers"]


async def test_the_token_never_comes_back(lab: Lab) -> None:
    for path in ("api/candidates", "api/internal/profile", f"plots/light-curve?obj_id={objects.name_of(0)}"):
        answer = await lab.ask(path)
        assert answer.code == 200
        assert TOKEN not in answer.body.decode()
        assert TOKEN not in str(answer.headers)


async def test_bodies_status_and_type_pass_unchanged(lab: Lab) -> None:
    answer = await lab.ask("api/echo/x", method="PATCH", body=bytes(range(256)))
    assert answer.code == 202
    assert answer.body == bytes(reversed(range(256)))
    assert answer.headers["Content-Type"] == "application/fits"


async def test_an_error_of_the_marshal_is_passed_on(lab: Lab) -> None:
    answer = await lab.ask("api/candidates/nobody")
    assert answer.code == 404
    assert said(answer)["message"] == "no candidate nobody"


async def test_a_cutout_keeps_its_cache_rule(lab: Lab, marshal: FakeMarshal) -> None:
    candid = next(iter(marshal.night.cards.values()))["passing_alert_id"]
    answer = await lab.ask(f"api/cutouts/ZTF/{candid}/science/png")
    assert answer.body.startswith(b"\x89PNG")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["api/candidates", "plots/light-curve?obj_id=x"])
async def test_nobody_gets_in_without_logging_in(lab: Lab, marshal: FakeMarshal, path: str) -> None:
    answer = await lab.ask(path, token=None)
    assert answer.code in (302, 403)
    assert marshal.night.requests == []
    assert (await lab.ask(path, token="wrong")).code in (302, 403)
    assert marshal.night.requests == []


async def test_a_cookie_alone_cannot_change_anything(lab: Lab, marshal: FakeMarshal) -> None:
    cookies = await lab.cookies()
    answer = await lab.ask("api/listing", token=None, method="POST", body=b"{}", headers={"Cookie": cookies})
    assert answer.code == 403
    assert "xsrf" in said(answer)["message"]


@pytest.mark.parametrize("path", ["api/../../secret", "api/x/%2e%2e/%2e%2e/%2e%2e/hub/api/users", "api/./x"])
async def test_no_path_leaves_the_api(lab: Lab, marshal: FakeMarshal, path: str) -> None:
    answer = await lab.ask(path)
    assert answer.code == 404
    assert all(seen.startswith("/services/marshal/api/") for _, seen, _ in marshal.night.requests)
    with pytest.raises(MarshalUnavailableError):
        Marshal(marshal.url, TOKEN).address("../x")


async def test_a_marshal_that_is_down_is_said_so(lab: Lab) -> None:
    lab.forget_marshal(f"http://127.0.0.1:{free_ports(1)[0]}/services/marshal")
    for path in ("api/candidates", "plots/light-curve?obj_id=x"):
        answer = await lab.ask(path)
        assert answer.code == 503
        assert "cannot be reached" in said(answer)["message"]


async def test_a_missing_setting_is_named(lab: Lab) -> None:
    lab.forget_marshal()
    answer = await lab.ask("api/candidates")
    assert answer.code == 503
    assert "NIGHTDESK_MARSHAL_URL" in said(answer)["message"]


async def test_a_refused_hub_token_does_not_log_the_person_out(lab: Lab, marshal: FakeMarshal) -> None:
    lab.app.web_app.settings[SETTING] = Marshal(marshal.url, "stale")
    answer = await lab.ask("api/candidates")
    assert answer.code == 502
    assert "Restart your server" in said(answer)["message"]


async def test_a_light_curve_is_a_bokeh_item_of_the_photometry(lab: Lab) -> None:
    name = objects.name_of(0)
    answer = await lab.ask(f"plots/light-curve?obj_id={name}&theme=dark&unit=flux&height=200")
    plot = said(answer)
    seen = [point for point in objects.photometry(0) if point["origin"] == "detection"]
    assert f"{len(seen)} detections" in plot["label"]
    assert plot["item"]["root_id"]
    figure = plot["item"]["doc"]["roots"][0]["attributes"]
    assert figure["height"] == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "word"),
    [("theme=pink", "theme"), ("unit=jansky", "unit"), ("height=tall", "height"), ("obj_id=a/b", "obj_id")],
)
async def test_a_light_curve_that_cannot_be_is_refused_by_name(lab: Lab, query: str, word: str) -> None:
    answer = await lab.ask(f"plots/light-curve?obj_id={objects.name_of(0)}&{query}")
    assert answer.code == 400
    assert word in said(answer)["message"]


async def test_the_light_curve_of_nothing_is_the_marshals_404(lab: Lab) -> None:
    answer = await lab.ask("plots/light-curve?obj_id=nobody")
    assert answer.code == 404
    assert said(answer)["message"] == "no object nobody"


async def test_events_pass_as_they_come(lab: Lab, marshal: FakeMarshal) -> None:
    socket = await lab.listen()
    assert (await message(socket, "link"))["state"] == "up"
    await message(socket, "hello")
    name = marshal.do(marshal.night.add, 50)
    event = await message(socket, "candidate")
    assert event["obj_id"] == name
    assert event["data"]["passing_alert_id"] == marshal.night.cards[name]["passing_alert_id"]
    socket.close()
    for _ in range(100):
        if not marshal.night.sockets:
            break
        await asyncio.sleep(0.05)
    assert not marshal.night.sockets, "the upstream connection outlives the browser's"


async def test_what_the_browser_shows_is_told_to_every_marshal_that_it_reaches(
    lab: Lab, marshal: FakeMarshal
) -> None:
    socket = await lab.listen()
    await socket.write_message(json.dumps({"type": "looking", "obj_ids": ["ZTF1"]}))
    assert (await message(socket, "presence"))["obj_id"] == "ZTF1"
    marshal.stop()
    while (await message(socket, "link"))["state"] != "down":
        pass
    marshal.night.sockets.clear()
    marshal.start()
    # said once by the browser, told again by the server
    told = await message(socket, "presence")
    assert [one["username"] for one in told["data"]["people"]][1:] == ["ben"]
    socket.close()


async def test_events_come_again_after_the_marshal_restarts(lab: Lab, marshal: FakeMarshal) -> None:
    socket = await lab.listen()
    await message(socket, "hello")
    marshal.stop()
    down = await message(socket, "link")
    while down["state"] != "down":
        down = await message(socket, "link")
    marshal.night.sockets.clear()
    marshal.start()
    while (await message(socket, "link"))["state"] != "up":
        pass
    await message(socket, "hello")
    marshal.do(marshal.night.add, 51)
    assert (await message(socket, "candidate"))["obj_id"] == objects.name_of(51)
    socket.close()


async def test_events_need_a_login_and_the_same_origin(lab: Lab, marshal: FakeMarshal) -> None:
    cookies = await lab.cookies()
    for headers in ({}, {"Cookie": cookies, "Origin": "http://elsewhere.example"}):
        with pytest.raises(HTTPClientError) as refused:
            await lab.listen(None, **headers)
        assert refused.value.code == 403
    assert not marshal.night.sockets
    own = await lab.listen(None, Cookie=cookies, Origin=f"http://127.0.0.1:{lab.app.port}")
    await message(own, "hello")
    own.close()


def test_detections_are_described_in_words() -> None:
    from nightdesk_lab.handlers.plots import describe

    points = [
        SimpleNamespace(mjd=60000.0, mag=19.0, filter="ztfg", origin="detection").__dict__,
        SimpleNamespace(mjd=60002.5, mag=18.25, filter="ztfr", origin="detection").__dict__,
        SimpleNamespace(mjd=60009.0, mag=None, filter="ztfr", origin="limit").__dict__,
    ]
    assert describe(points) == "Light curve: 2 detections in 2.5 days, last 18.25 mag in ztfr"
    assert describe(points[2:]) == "Light curve without detections"
