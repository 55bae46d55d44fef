"""Scopes: their names, and who holds which."""

from __future__ import annotations

import pytest
from nightdesk.scopes import ADMIN_SCOPES, AREAS, USER_SCOPES, VIEWER_SCOPES, custom_scopes, scope


def test_names() -> None:
    assert scope("sources", "write") == "custom:nightdesk:sources:write"
    with pytest.raises(ValueError, match=r"unknown area 'source'; one of .*sources"):
        scope("source", "read")


def test_every_scope_is_registered_with_a_description() -> None:
    registered = custom_scopes()
    assert len(registered) == 3 * len(AREAS)
    assert all(entry["description"] for entry in registered.values())
    assert set(USER_SCOPES) | set(VIEWER_SCOPES) | set(ADMIN_SCOPES) <= set(registered)


def test_a_viewer_changes_nothing() -> None:
    assert not [name for name in VIEWER_SCOPES if not name.endswith(":read")]
    assert set(VIEWER_SCOPES) < set(USER_SCOPES) < set(ADMIN_SCOPES)


def test_only_an_administrator_approves_or_configures() -> None:
    assert not [name for name in USER_SCOPES if name.endswith(":approve") or ":system:" in name]
