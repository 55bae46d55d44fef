"""The first administrator is made once; passwords are never kept in clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from nightdesk.settings import Settings
from nightdesk_hub import accounts


def test_the_first_admin_is_made_once_with_a_random_password(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    made = accounts.first_admin(settings)
    assert made is not None
    assert (made.name, made.kind, made.generated) == ("admin", "admin", True)
    assert len(made.password) >= accounts.SHORTEST
    assert accounts.first_admin(settings) is None
    assert accounts.listed(tmp_path) == [accounts.Account("admin", "admin", authorized=True)]
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or made.password.encode() not in path.read_bytes()


def test_a_given_password_is_taken_or_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 8 characters"):
        accounts.first_admin(Settings(data_dir=tmp_path, admin_password="short"))
    made = accounts.first_admin(Settings(data_dir=tmp_path, admin_password="long-enough"))
    assert made is not None
    assert (made.password, made.generated) == ("long-enough", False)


@pytest.mark.parametrize("name", ["", "Ada", "a b", "../up", "-x", "x" * 64, "ada/ben"])
def test_names_that_could_be_paths_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a user name"):
        accounts.add(tmp_path, name)


def test_kinds_are_listed(tmp_path: Path) -> None:
    for name, kind in (("ada", "user"), ("ben", "viewer"), ("carl", "admin")):
        accounts.add(tmp_path, name, kind)  # type: ignore[arg-type]
    assert [(account.name, account.kind) for account in accounts.listed(tmp_path)] == [
        ("ada", "user"),
        ("ben", "viewer"),
        ("carl", "admin"),
    ]
    with pytest.raises(ValueError, match="there already"):
        accounts.add(tmp_path, "ada")
    accounts.remove(tmp_path, "ben")
    with pytest.raises(ValueError, match="no account 'ben'"):
        accounts.set_password(tmp_path, "ben")
