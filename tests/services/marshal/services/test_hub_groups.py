"""Groups here and at a real JupyterHub, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from nightdesk.settings import Settings
from nightdesk_services.common.defaults import ensure_defaults
from nightdesk_services.marshal.app import application
from nightdesk_services.marshal.auth import HubAuthenticator
from nightdesk_services.marshal.config import MarshalConfig
from nightdesk_services.marshal.exceptions import Unavailable
from nightdesk_services.marshal.factory import Marshal
from nightdesk_services.marshal.hub import HubApi
from nightdesk_services.marshal.services.group_sync import merged
from pymongo.database import Database

from tests.services.marshal import inside
from tests.support.hub import jupyterhub
from tests.support.ports import free_ports

Document = dict[str, Any]

CONFIG = """
from jupyterhub.proxy import Proxy
from nightdesk.scopes import custom_scopes
from nightdesk_hub.roles import load_roles


class NoProxy(Proxy):
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
c.JupyterHub.hub_port = PORT
c.JupyterHub.custom_scopes = custom_scopes()
names = ("marshal", "stream", "idle-culler", "broker", "dask-gateway")
c.JupyterHub.services = [{"name": name, "api_token": f"{name}-token"} for name in names] + [
    {"name": "maker", "api_token": "maker-token"}
]
c.Authenticator.allowed_users = {"ana", "ben"}
# the marshal may do what it may on a real desk
desk = load_roles()
next(role for role in desk if role["name"] == "nightdesk-user")["users"] = ["ana", "ben"]
c.JupyterHub.load_roles = [
    *desk,
    {"name": "maker", "services": ["maker"], "scopes": ["admin:users", "tokens", "admin:groups"]},
    {"name": "all-work", "groups": ["workers"], "scopes": ["custom:nightdesk:sources:write"]},
]
c.JupyterHub.load_groups = {"workers": {"users": []}}
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of the API of a hub with the platform's own roles."""
    with jupyterhub(tmp_path_factory.mktemp("hub"), CONFIG, patience=150) as url:
        yield url


@dataclass
class Both:
    """A marshal beside its hub."""

    marshal: Marshal
    database: Database[Document]
    hub: str
    application: Any
    tokens: dict[str, str]

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Do something at the hub as its administrator."""
        answer = httpx.request(
            method, f"{self.hub}{path}", json=body, headers={"Authorization": "token maker-token"}
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def there(self, group: str) -> set[str]:
        """Members of a group at the hub."""
        return set(self.admin("GET", f"/groups/{group}")["users"])

    def here(self, name: str) -> set[str]:
        """Members of a group of ours."""
        found = self.database["groups"].find_one({"name": name})
        return {member["username"] for member in found["members"]} if found else set()

    def link(self, name: str) -> str:
        """Name at the hub of a group of ours."""
        group = self.database["groups"].find_one({"name": name})
        assert group is not None
        found = self.database["hub_groups"].find_one({"group_id": group["_id"]})
        return str(found["_id"]) if found else ""

    async def ok(self, who: str, method: str, path: str, body: Any = None) -> inside.Answer:
        answer = await inside.ask(self.application, self.tokens[who], method, path, body)
        assert answer.status == 200, answer.text
        return answer


async def until(condition: Callable[[], bool], patience: float = 20) -> None:
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 - the hub tells nobody of a change
            await asyncio.sleep(0.05)


@pytest.fixture
async def both(hub: str, settings: Settings, database: Database[Document]) -> AsyncIterator[Both]:
    ensure_defaults(database)
    config = replace(MarshalConfig(settings), token_cache=1, store_timeout=20.0, hub_timeout=20.0)
    api = HubApi(hub, "marshal-token", 20.0)
    marshal = Marshal.create(config, HubAuthenticator(config, api_url=hub, api_token="marshal-token"), api)
    await marshal.prepare()
    tokens: dict[str, str] = {}
    running = Both(marshal, database, hub, application(marshal), tokens)
    for group in running.admin("GET", "/groups"):
        if group["name"] != "workers":
            running.admin("DELETE", f"/groups/{group['name']}")
    for name in ("ana", "ben"):
        tokens[name] = running.admin("POST", f"/users/{name}/tokens", {})["token"]
    yield running
    await marshal.close()


def test_both_sides_of_a_merge() -> None:
    def of(names: str) -> frozenset[str]:
        return frozenset(names.split())

    assert merged(of("a b"), of("a b"), of("a b")) == of("a b")
    assert merged(of("a b"), of("a b c"), of("b")) == of("b c")
    assert merged(of(""), of("a"), of("b")) == of("a b")
    assert merged(of("a b"), of("b"), of("a")) == of("")


async def test_a_group_of_the_hub_is_one_here_and_its_people_come_and_go(both: Both) -> None:
    both.admin("POST", "/groups/sn-team", {"users": ["ana"]})
    await both.ok("ana", "GET", "internal/profile")
    assert both.here("sn-team") == {"ana"}
    # who is not here yet comes in at their first sight
    both.admin("POST", "/groups/sn-team/users", {"users": ["ben"]})
    await both.ok("ben", "GET", "internal/profile")
    assert both.here("sn-team") == {"ana", "ben"}
    both.admin("DELETE", "/groups/sn-team/users", {"users": ["ana"]})
    # the hub's word on her token is trusted for a second
    async with asyncio.timeout(20):
        while both.here("sn-team") != {"ben"}:
            await both.ok("ana", "GET", "internal/profile")
            await asyncio.sleep(0.1)
    # and where nobody comes, after a while
    both.admin("DELETE", "/groups/sn-team/users", {"users": ["ben"]})
    await both.marshal.hub_groups.sync()
    assert both.here("sn-team") == set()


async def test_a_group_of_ours_is_one_at_the_hub(both: Both) -> None:
    for name in ("ana", "ben"):
        await both.ok(name, "GET", "internal/profile")
    made = await both.ok("ana", "POST", "groups", {"name": "Kilonovae!"})
    await until(lambda: bool(both.link("Kilonovae!")))
    name = both.link("Kilonovae!")
    assert name.startswith("nightdesk-") and name.endswith("-kilonovae")
    await until(lambda: both.there(name) == {"ana"})
    number = both.database["groups"].find_one({"name": "Kilonovae!"})["_id"]  # type: ignore[index]
    await both.ok("ana", "POST", f"groups/{number}/users", {"username": "ben"})
    await until(lambda: both.there(name) == {"ana", "ben"})
    await both.ok("ben", "DELETE", f"groups/{number}/users/ben")
    await until(lambda: both.there(name) == {"ana"})
    assert both.here("Kilonovae!") == {"ana"}
    await both.ok("ana", "PUT", f"groups/{number}", {"name": "Renamed"})
    await both.marshal.hub_groups.sync()
    assert both.link("Renamed") == name
    await both.ok("ana", "DELETE", f"groups/{number}")
    await until(lambda: name not in {group["name"] for group in both.admin("GET", "/groups")})
    assert made.status == 200


async def test_equal_names_bring_nobody_into_a_group(both: Both) -> None:
    """A group of the hub's may carry rights there, and one of ours holds secrets."""
    for name in ("ana", "ben"):
        await both.ok(name, "GET", "internal/profile")
    await both.marshal.hub_groups.sync()
    await both.ok("ana", "POST", "groups", {"name": "admins"})
    both.admin("POST", "/groups/admins", {"users": ["ben"]})
    await both.marshal.hub_groups.sync()
    assert both.here("admins") == {"ana"}
    assert both.here("admins (hub 2)") == {"ben"}
    assert both.there("admins") == {"ben"}
    assert both.there(both.link("admins")) == {"ana"}


async def test_what_is_removed_on_one_side(both: Both) -> None:
    both.admin("POST", "/groups/short-lived", {"users": ["ana"]})
    await both.ok("ana", "GET", "internal/profile")
    assert both.here("short-lived") == {"ana"}
    both.admin("DELETE", "/groups/short-lived")
    await both.marshal.hub_groups.sync()
    assert both.here("short-lived") == set()
    # the hub's group stays where ours is removed, and does not come again
    both.admin("POST", "/groups/unwanted", {"users": ["ana"]})
    await both.marshal.hub_groups.sync()
    both.database["groups"].delete_one({"name": "unwanted"})
    for _ in range(2):
        await both.marshal.hub_groups.sync()
    assert both.there("unwanted") == {"ana"}
    assert both.database["groups"].find_one({"name": "unwanted"}) is None


async def test_who_lost_a_role_at_the_hub_has_tokens_that_know(both: Both) -> None:
    """Without coming: the hub is asked for everybody."""
    both.admin("POST", "/groups/workers/users", {"users": ["ana"]})
    await both.ok("ana", "GET", "internal/profile")
    user = both.database["users"].find_one({"username": "ana"})
    assert user is not None
    assert "custom:nightdesk:sources:write" in user["seen_scopes"]
    roles = user["hub_roles"]
    both.database["users"].update_one(
        {"_id": user["_id"]}, {"$set": {"hub_roles": [*roles, "nightdesk-admin"]}}
    )
    await both.marshal.hub_groups.sync()
    found = both.database["users"].find_one({"_id": user["_id"]})
    assert found is not None
    assert (found["seen_scopes"], found["seen_role"], found["hub_roles"]) == ([], "View only", roles)


async def test_a_hub_that_is_away_keeps_nobody_out(settings: Settings, database: Database[Document]) -> None:
    from tests.services.marshal.world import PEOPLE, Names

    ensure_defaults(database)
    (port,) = free_ports(1)
    api = HubApi(f"http://127.0.0.1:{port}/hub/api", "x", 1.0)
    marshal = Marshal.create(MarshalConfig(settings), Names(), api)
    await marshal.prepare()
    with pytest.raises(Unavailable, match="hub"):
        await marshal.hub_groups.sync()
    access = await marshal.people.access(replace(PEOPLE["ana"], groups=frozenset({"somewhere"})))
    assert access.username == "ana"
    await marshal.close()
