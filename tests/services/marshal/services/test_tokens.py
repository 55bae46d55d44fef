"""What a token with few ACLs may still do."""

from __future__ import annotations

import pytest
from nightdesk.scopes import ADMIN_SCOPES, AREAS, USER_SCOPES, scope
from nightdesk_services.marshal.roles import ACLS
from nightdesk_services.marshal.services.tokens import bounded

ALL = list(ADMIN_SCOPES)


@pytest.mark.parametrize("acl", ACLS)
def test_no_acl_opens_a_scope_that_the_maker_lacks(acl: str) -> None:
    for held in (list(USER_SCOPES), [scope("comments", "read")], []):
        assert bounded(held, frozenset({acl})) <= set(held)


def test_without_any_acl_a_token_only_reads() -> None:
    left = bounded(ALL, frozenset())
    assert left == {scope(area, "read") for area in AREAS if area != "system"}


@pytest.mark.parametrize("acl", sorted(set(ACLS) - {"System admin"}))
def test_the_system_is_for_tokens_of_system_administrators(acl: str) -> None:
    left = bounded(ALL, frozenset({acl}))
    assert not {name for name in left if ":system:" in name or name.endswith(":approve")}
    assert scope("stream", "write") not in left


@pytest.mark.parametrize(
    ("acl", "areas"),
    [
        ("Comment", {"comments"}),
        ("Manage users", {"groups"}),
        ("Manage groups", {"groups"}),
        ("Classify", {"sources", "facilities"}),
        ("Become user", set()),
    ],
)
def test_an_acl_opens_the_areas_that_it_is_about(acl: str, areas: set[str]) -> None:
    left = bounded(ALL, frozenset({acl}))
    assert {area for area in AREAS if scope(area, "write") in left} == areas


def test_all_acls_take_nothing() -> None:
    assert bounded(ALL, frozenset(ACLS)) == set(ALL)
