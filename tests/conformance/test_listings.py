"""Lists through the official client."""

from __future__ import annotations

import pytest
from skyportal_py import SkyPortalError
from skyportal_py.listings import ListingPost
from skyportal_py.sources import SourcePost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id


@pytest.fixture(scope="module")
def stars(desk: Desk) -> list[str]:
    """Two sources that everybody sees."""
    names = ["Listed2026a", "Listed2026b"]
    for i, name in enumerate(names):
        desk.client("ana").post_source(SourcePost(id=name, ra=80.0 + i, dec=3.0, group_ids=[1]))
    return names


def test_an_object_is_listed_moved_and_taken_off(desk: Desk, stars: list[str]) -> None:
    ana, ben, root = desk.client("ana"), desk.client("ben"), desk.client("root")
    ana_id, ben_id = user_id(desk, "ana"), user_id(desk, "ben")
    made = ana.post_listing(ListingPost(obj_id=stars[0], list_name="favorites")).id
    (found,) = ana.fetch_listings(list_name="favorites")
    assert (found.id, found.obj_id, found.user_id) == (made, stars[0], ana_id)
    assert [one.id for one in root.fetch_listings(user_id=ana_id)] == [made]
    assert ben.fetch_listings() == []
    with pytest.raises(SkyPortalError, match="user_id"):
        ben.fetch_listings(user_id=ana_id)
    with pytest.raises(SkyPortalError) as hidden:
        ben.update_listing(made, list_name="stolen")
    assert hidden.value.status_code == 404
    with pytest.raises(SkyPortalError, match="user_id"):
        ana.update_listing(made, user_id=ben_id)

    ana.update_listing(made, obj_id=stars[1], list_name="later")
    assert [(one.id, one.obj_id) for one in ana.fetch_listings(list_name="later")] == [(made, stars[1])]
    assert ana.fetch_listings(list_name="favorites") == []
    second = ana.post_listing(ListingPost(obj_id=stars[0], list_name="later")).id
    with pytest.raises(SkyPortalError, match="on the list later already"):
        ana.update_listing(made, obj_id=stars[0])
    ana.delete_listing(second)
    # the place of what was taken off is free
    ana.update_listing(made, obj_id=stars[0])
    root.update_listing(made, user_id=ben_id)
    assert ana.fetch_listings() == []
    assert [one.id for one in ben.fetch_listings()] == [made]
    root.delete_listing_by_name(stars[0], "later", user_id=ben_id)
    assert ben.fetch_listings() == []
    with pytest.raises(SkyPortalError, match="not on the list"):
        ben.delete_listing_by_name(stars[0], "later")


def test_a_watchlist_says_how_to_watch(desk: Desk, stars: list[str]) -> None:
    ana = desk.client("ana")
    good = {"arcsec": 5, "cadence": 2.5, "end_of_night": True}
    for params, wrong in (
        (None, "params.arcsec"),
        (good | {"arcsec": 3601}, "params.arcsec"),
        (good | {"arcsec": "5"}, "params.arcsec"),
        (good | {"cadence": 0}, "params.cadence"),
        (good | {"end_of_night": "yes"}, "params.end_of_night"),
    ):
        with pytest.raises(SkyPortalError, match=wrong):
            ana.post_listing(ListingPost(obj_id=stars[0], list_name="watchlist", params=params))
    made = ana.post_listing(ListingPost(obj_id=stars[0], list_name="watchlist", params=good)).id
    assert [(one.id, one.params) for one in ana.fetch_listings(list_name="watchlist")] == [(made, good)]
    plain = ana.post_listing(ListingPost(obj_id=stars[1], list_name="plain")).id
    with pytest.raises(SkyPortalError, match="params"):
        ana.update_listing(plain, list_name="watchlist")
    with pytest.raises(SkyPortalError, match="no object"):
        ana.update_listing(plain, obj_id="Nowhere2026z")
    with pytest.raises(SkyPortalError, match="list_name"):
        ana.post_listing(ListingPost(obj_id=stars[0], list_name="!"))
