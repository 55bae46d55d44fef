"""What the tests of people and groups share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from skyportal_py._http import SkyPortalError
from skyportal_py.groups import GroupPost

from tests.conformance.conftest import Desk, Recorded


@contextmanager
def refused(status: int, words: str = ".") -> Iterator[None]:
    """Expect an answer of this status that says these words."""
    with pytest.raises(SkyPortalError, match=words) as caught:
        yield
    assert caught.value.status_code == status, str(caught.value)


def number(desk: Desk, who: str) -> int:
    """Return the id of a person, who is known from then on."""
    found = desk.client(who).fetch_profile().id
    assert found is not None
    return found


def new_group(client: Recorded, name: str, **fields: object) -> int:
    """Return the id of a new group of this person."""
    made = client.post_group(GroupPost.model_validate({"name": name, **fields})).id
    client.update_group(made, name, private=True)
    return made


def token(desk: Desk, secret: str) -> Recorded:
    """Return a client with a token of the marshal's own."""
    return desk.client(secret)
