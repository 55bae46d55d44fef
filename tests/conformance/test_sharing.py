"""Sharing photometry and spectra through the official client."""

from __future__ import annotations

import itertools

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused

_NUMBERS = itertools.count(70_000)


def stored(desk: Desk, collection: str, owner: str, *groups: int) -> int:
    """Return the id of a new point or spectrum of somebody's."""
    made, user = next(_NUMBERS), number(desk, owner)
    record = {"_id": made, "obj_id": "SharedOne", "group_ids": list(groups)}
    desk.database[collection].insert_one({**record, "owner_id": user, "author": {"id": user}})
    return made


def readers(desk: Desk, collection: str, one: int) -> list[int]:
    found = desk.database[collection].find_one({"_id": one})
    assert found is not None
    return sorted(found["group_ids"])


def test_ones_own_data_is_shared_with_further_groups(desk: Desk) -> None:
    one, two = new_group(desk.client(), "Sharing"), new_group(desk.client("ben"), "Shared with")
    desk.client("ben").update_group(two, "Shared with", private=False)
    points = [stored(desk, "photometry", "ana", one) for _ in range(2)]
    spectrum = stored(desk, "spectra", "ana", one)
    desk.client().post_sharing([two], photometry_ids=points, spectrum_ids=[spectrum])
    for point in points:
        assert readers(desk, "photometry", point) == [one, two]
    assert readers(desk, "spectra", spectrum) == [one, two]
    desk.client().post_sharing([two], photometry_ids=points[:1])
    assert readers(desk, "photometry", points[0]) == [one, two], "sharing again changes nothing"


def test_data_is_shared_with_one_person(desk: Desk) -> None:
    group = new_group(desk.client(), "For one")
    groups = desk.client("cleo").fetch_groups(include_single_user_groups=True).user_groups
    single = next(one.id for one in groups if one.single_user_group)
    point = stored(desk, "photometry", "ana", group)
    desk.client().post_sharing([single], photometry_ids=[point])
    assert readers(desk, "photometry", point) == sorted([group, single])


def test_photometry_of_others_needs_the_right_to_share(desk: Desk) -> None:
    one, two = new_group(desk.client(), "Of ana"), new_group(desk.client("ben"), "Of ben")
    desk.client().post_group_user(one, number(desk, "ben"))
    point = stored(desk, "photometry", "ana", one)
    with refused(403, "lets you share"):
        desk.client("ben").post_sharing([two], photometry_ids=[point])
    desk.client().update_group_user(one, number(desk, "ben"), can_share_photometry=True)
    desk.client("ben").post_sharing([two], photometry_ids=[point])
    assert readers(desk, "photometry", point) == [one, two]
    open_ = new_group(desk.client("cleo"), "Of cleo")
    desk.client("cleo").update_group(open_, "Of cleo", private=False)
    with refused(403, f"not in group {open_}"):
        desk.client("ben").post_sharing([open_], photometry_ids=[point])
    spectrum = stored(desk, "spectra", "ana", one)
    with refused(403, "somebody else's"):
        desk.client("ben").post_sharing([two], spectrum_ids=[spectrum])
    desk.client("root").post_sharing([two], photometry_ids=[point], spectrum_ids=[spectrum])
    assert readers(desk, "spectra", spectrum) == [one, two]


def test_all_is_shared_or_nothing_and_strangers_data_is_not_told_of(desk: Desk) -> None:
    one, two = new_group(desk.client(), "Mine"), new_group(desk.client("ben"), "Theirs")
    mine, theirs = stored(desk, "photometry", "ana", one), stored(desk, "photometry", "ben", two)
    other = new_group(desk.client(), "Mine too")
    with refused(400, f"photometryIDs: there is none of number {theirs}"):
        desk.client().post_sharing([other], photometry_ids=[mine, theirs])
    with refused(400, "spectrumIDs: there is none of number 99999"):
        desk.client().post_sharing([other], photometry_ids=[mine], spectrum_ids=[99_999])
    assert readers(desk, "photometry", mine) == [one]
    with refused(400, f"groupIDs: no group {two}"):
        desk.client().post_sharing([two], photometry_ids=[mine])
    with refused(400, "photometryIDs or spectrumIDs"):
        desk.client().post_sharing([other])
