"""Tokens of a real JupyterHub."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest
from nightdesk.scopes import USER_SCOPES, scope
from nightdesk_services.marshal.auth import HubAuthenticator
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.exceptions import Unavailable

from tests.support.hub import jupyterhub
from tests.support.ports import free_ports

CONFIG = """
from jupyterhub.proxy import Proxy
from nightdesk.scopes import ADMIN_SCOPES, USER_SCOPES, custom_scopes


class NoProxy(Proxy):
    # the test asks the hub's API alone
    should_start = False

    async def add_route(self, routespec, target, data): ...
    async def delete_route(self, routespec): ...
    async def get_all_routes(self):
        return {}


c = get_config()
c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "x"
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {"root"}
c.JupyterHub.hub_port = PORT
c.JupyterHub.custom_scopes = custom_scopes()
c.JupyterHub.services = [
    {"name": "maker", "api_token": "maker-token"},
    {"name": "broker", "api_token": "broker-token"},
]
c.JupyterHub.load_roles = [
    {"name": "maker", "services": ["maker"], "scopes": ["admin:users", "tokens"]},
    {"name": "user", "scopes": ["self", *USER_SCOPES]},
    {"name": "desk-admin", "users": ["root"], "scopes": list(ADMIN_SCOPES)},
    {"name": "bot", "services": ["broker"], "scopes": ["custom:nightdesk:comments:write"]},
]
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the API of a hub with two users and two services."""
    with jupyterhub(tmp_path_factory.mktemp("hub"), CONFIG) as url:
        yield url


def token(hub: str, user: str, **body: object) -> str:
    maker = {"Authorization": "token maker-token"}
    httpx.post(f"{hub}/users/{user}", headers=maker)
    made = httpx.post(f"{hub}/users/{user}/tokens", headers=maker, json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


def revoke(hub: str, user: str, note: str) -> None:
    maker = {"Authorization": "token maker-token"}
    listed = httpx.get(f"{hub}/users/{user}/tokens", headers=maker).json()
    number = next(one["id"] for one in listed["api_tokens"] if one["note"] == note)
    assert httpx.delete(f"{hub}/users/{user}/tokens/{number}", headers=maker).status_code == 204


async def test_the_hub_says_who_it_is(hub: str) -> None:
    authenticator = HubAuthenticator(MarshalConfig(), api_url=hub)
    ana = await authenticator.identify(token(hub, "ana"))
    assert ana is not None
    assert (ana.username, ana.admin, ana.kind) == ("ana", False, "user")
    assert ana.scopes == set(USER_SCOPES)
    root = await authenticator.identify(token(hub, "root"))
    assert root is not None
    assert scope("system", "write") in root.scopes
    service = await authenticator.identify("broker-token")
    assert service is not None
    assert (service.username, service.scopes) == ("service:broker", {scope("comments", "write")})
    assert await authenticator.identify("nonsense") is None


async def test_a_narrow_token_has_narrow_scopes(hub: str) -> None:
    narrow = token(hub, "ana", scopes=[scope("comments", "read")])
    found = await HubAuthenticator(MarshalConfig(), api_url=hub).identify(narrow)
    assert found is not None
    assert found.scopes == {scope("comments", "read")}


async def test_a_revoked_token_is_forgotten(hub: str) -> None:
    authenticator = HubAuthenticator(MarshalConfig(token_cache=1), api_url=hub)
    secret = token(hub, "ana", note="short")
    assert await authenticator.identify(secret) is not None
    revoke(hub, "ana", "short")
    deadline = time.monotonic() + 5
    while await authenticator.identify(secret) is not None:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_a_hub_that_is_away_is_said_to_be() -> None:
    (port,) = free_ports(1)
    authenticator = HubAuthenticator(MarshalConfig(hub_timeout=2), api_url=f"http://127.0.0.1:{port}/hub/api")
    with pytest.raises(Unavailable, match="hub"):
        await authenticator.identify("x")
