"""Who is mentioned."""

from __future__ import annotations

import pytest
from nightdesk_services.marshal.access import Directory
from nightdesk_services.marshal.services.talk import mentioned

PEOPLE = {1: "ana", 2: "ben", 3: "cleo", 4: "j.doe", 5: "j.doe.", 6: "anabel"}
DIRECTORY = Directory(
    groups={
        1: {"_id": 1, "members": [{"username": name} for name in PEOPLE.values()]},
        2: {"_id": 2, "members": [{"username": "ana"}, {"username": "j.doe"}]},
    },
    streams={},
    users={number: {"_id": number, "username": name} for number, name in PEOPLE.items()},
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ana", [1]),
        ("ask @cleo and @ana, (@ben)!", [1, 2, 3]),
        ("@ana@ana @ana", [1]),
        ("@anabel", [6]),
        ("@anab @Ana", []),
        ("mail ana@ben or see example.org/@cleo", []),
        ("thanks @j.doe-", [4]),
        ("thanks @ben.", [2]),
        ("**@ben**", [2]),
        ("@", []),
    ],
)
def test_names_in_a_text(text: str, found: list[int]) -> None:
    assert mentioned(DIRECTORY, text, [1]) == found


def test_only_who_may_read_it() -> None:
    assert mentioned(DIRECTORY, "@ana @ben @j.doe", [2]) == [1, 4]
    assert mentioned(DIRECTORY, "@ana", []) == []
