"""Every route x role x membership, generated from the running application's own table of handlers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from nightdesk.scopes import ADMIN_SCOPES, AREAS, USER_SCOPES, VIEWER_SCOPES, custom_scopes, scope
from nightdesk_services.marshal.access import Identity
from nightdesk_services.marshal.handlers.base import ANY, ApiHandler
from nightdesk_services.marshal.roles import ROLES

from tests.services.marshal import inside, world
from tests.services.marshal.addresses import UNMADE, real
from tests.services.marshal.conftest import Desk
from tests.services.marshal.routes import Route, nothing, routes
from tests.services.marshal.things import everything

ROUTES = list(routes())
READS = frozenset(scope(area, "read") for area in AREAS if area != "system")
USER, ADMIN, VIEWER = frozenset(USER_SCOPES), frozenset(ADMIN_SCOPES), frozenset(VIEWER_SCOPES)

READING = {"PUT desk/selection", "POST photometry/sources", "POST spectra/bulk"}
"""What changes no record: one's own view of the desk, and questions too long for an address."""


@dataclass(frozen=True)
class Role:
    """A token, and what it holds by the words of the documentation, not by the code's."""

    token: str
    scopes: frozenset[str]
    acls: frozenset[str]

    def gate(self, route: Route) -> str:
        """Return what a refusal at the door must say, empty where the door is open."""
        required = str(route.scope)
        if required != ANY and required not in self.scopes:
            return f"lacks the scope {required}"
        if route.writes and not self.acls:
            return "you hold no ACL"
        return f"needs the ACL {route.acl!r}" if route.acl and route.acl not in self.acls else ""


SUPER, GROUP_ADMIN, FULL = (ROLES[name] for name in ("Super admin", "Group admin", "Full user"))
NONE: frozenset[str] = frozenset()


@pytest.fixture
async def people(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, Role]:
    """Somebody of each role, and tokens that are narrower than their owner."""

    def add(name: str, scopes: frozenset[str]) -> None:
        monkeypatch.setitem(world.PEOPLE, name, Identity(name, False, scopes))

    add("gina", USER)
    add("vera", USER)
    users = {name: (await desk.ok(name, "GET", "internal/profile"))["id"] for name in ("gina", "vera")}
    await desk.ok("root", "POST", f"user/{users['gina']}/roles", {"roleIds": ["Group admin"]})
    await desk.ok("root", "POST", f"user/{users['vera']}/roles", {"roleIds": ["View only"]})
    await desk.ok("root", "DELETE", f"user/{users['vera']}/roles/Full user")
    tokens = {}
    for name, acls in (("comment", ["Comment"]), ("reader", [])):
        made = await desk.ok("root", "POST", "internal/tokens", {"name": name, "acls": acls})
        tokens[name] = made["token_id"]
    return {
        "Super admin": Role("root", ADMIN, SUPER),
        "Group admin": Role("gina", USER, GROUP_ADMIN | FULL),
        "Full user": Role("ana", USER, FULL),
        "View only, by the hub": Role("viewer", VIEWER, NONE),
        "View only, by the desk": Role("vera", USER, NONE),
        "token that comments": Role(
            tokens["comment"], READS | {scope("comments", "write")}, frozenset({"Comment"})
        ),
        "token that reads": Role(tokens["reader"], READS, NONE),
    }


def test_every_route_declares_a_scope() -> None:
    known = {ANY, *custom_scopes()}
    assert not [route.name for route in ROUTES if route.scope not in known]
    assert len(ROUTES) > 200


def test_what_writes_declares_no_scope_to_read() -> None:
    unsafe = [route for route in ROUTES if route.method not in ("GET", "HEAD")]
    assert {route.name for route in unsafe if not route.writes} <= READING
    assert all(route.scope != ANY for route in unsafe)


async def test_a_route_without_a_scope_answers_403_whoever_asks(desk: Desk, people: dict[str, Role]) -> None:
    class Forgotten(ApiHandler):
        async def get(self) -> None:
            self.answer("secret")

        post = put = patch = delete = get

    prefix = desk.marshal.config.prefix
    desk.application.add_handlers(".*", [(f"{prefix}api/forgotten", Forgotten)])
    for role in people.values():
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            assert "declares no scope" in await desk.error(403, role.token, method, "forgotten")


@pytest.mark.timeout(600)
async def test_the_door_of_every_route(
    desk: Desk, people: dict[str, Role], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each role at each route: refused for what it lacks, with those words, and for nothing else."""
    monkeypatch.setattr(desk.marshal.store, "_timeout", 30.0)
    for name in custom_scopes():
        monkeypatch.setitem(world.PEOPLE, f"not {name}", Identity("ana", False, ADMIN - {name}))
    await desk.marshal.audit.flushed()
    before = desk.database["audit"].count_documents({})
    wrong: list[str] = []
    expected: list[tuple[str, str, str, int]] = []

    async def ask(route: Route, role: Role | None, token: str, label: str) -> None:
        address, body = route.address(nothing), {} if route.writes else None
        response = await inside.ask(desk.application, token, route.method, address, body)
        refusal = role.gate(route) if role else ""
        said = response.text if route.method != "HEAD" else refusal
        if role is None:
            fine = response.status == 401
        elif refusal:
            fine = response.status == 403 and refusal in said
        else:
            doors = ("lacks the scope", "you hold no ACL", "needs the ACL", "declares no scope")
            fine = response.status not in (401, 405, 500) and not any(d in said for d in doors)
        if not fine:
            wrong.append(f"{label}: {route.name}: {response.status} {said[:120]} (expected {refusal!r})")
        if role and route.writes:
            expected.append((label, route.method, route.template, response.status))

    for route in ROUTES:
        await ask(route, None, "", "nobody")
        if route.scope != ANY:
            lacking = Role(f"not {route.scope}", ADMIN - {str(route.scope)}, FULL)
            await ask(route, lacking, lacking.token, "all scopes but one")
        for label, role in people.items():
            await ask(route, role, role.token, label)
    assert not wrong, "\n".join(wrong)
    owner = {role.token: "root" if role.token.startswith("ndt-") else role.token for role in people.values()}
    names = {label: owner[role.token] for label, role in people.items()} | {"all scopes but one": "ana"}
    wanted = sorted((names[label], *rest) for label, *rest in expected)
    await desk.marshal.audit.flushed()
    entries = desk.database["audit"].find().sort("_id", 1).skip(before)
    assert sorted((one["username"], one["method"], one["route"], one["status"]) for one in entries) == wanted


OWN = {
    "GET internal/tokens/{}",
    "GET listing/{}",
    "GET notification_rules/{}",
    "GET group_admission_requests/{}",
    "GET source/{}/reminders/{}",
    "GET spectra/{}/reminders/{}",
    "GET shift/{}/reminders/{}",
    "GET gcn_event/{}/reminders/{}",
    "GET earthquake/{}/reminders/{}",
}
"""What is one person's, not the group's."""
MISSING = {
    # no catalogue of stars, no list of names, no telescope that answers is here
    "GET sources/{}/finder": 404,
    "GET sources/{}/offsets": 404,
    "GET sources/{}/tns": 404,
    "GET instrument/{}/external_api": 400,
}
"""What the things of the club do not have, and the answer then."""


@pytest.mark.timeout(300)
async def test_members_read_what_their_group_holds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other half of `test_two_groups`: the same addresses, from inside."""
    monkeypatch.setattr(desk.marshal.store, "_timeout", 30.0)
    monkeypatch.setitem(world.PEOPLE, "vito", Identity("vito", False, VIEWER))
    things = await everything(desk, "vito")
    wrong = []
    for route in ROUTES:
        unmade = any(word in UNMADE for word in route.template.split("/"))
        if route.method not in ("GET", "HEAD") or "{}" not in route.template or unmade:
            continue
        for who in ("ana", "ben", "vito", "root"):
            if (route.name in OWN and who != "ana") or (who == "vito" and route.scope not in {ANY, *VIEWER}):
                continue
            address = route.address(real(things, route))
            answer = await inside.ask(desk.application, who, route.method, address)
            if answer.status != MISSING.get(route.name, 200):
                wrong.append(f"{who}: {route.method} {address}: {answer.status} {answer.text[:150]}")
    assert not wrong, "\n".join(wrong)
