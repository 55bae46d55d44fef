"""Which parts of a light curve the people of the desk see."""

from __future__ import annotations

from collections.abc import Iterator

from nightdesk_services.marshal.access import Access, Directory, Identity

Parts = frozenset[str]


class Audiences:
    """All people at one moment; people who see the same parts share their statistics."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._people = list(_people(directory))
        self._known: dict[Parts, frozenset[Parts]] = {}

    def of(self, parts: Parts) -> frozenset[Parts]:
        """Return what is seen of an object with these parts: all, and whatever less somebody sees."""
        if parts not in self._known:
            seen = {frozenset(filter(access.sees_part, parts)) for access in self._people}
            self._known[parts] = frozenset(seen | {parts})
        return self._known[parts]


def _people(directory: Directory) -> Iterator[Access]:
    """Return everybody's rights, as far as no token widens or bounds them."""
    for user_id, user in directory.users.items():
        yield Access(user_id, Identity(user["username"], False, frozenset()), directory)
