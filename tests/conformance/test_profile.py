"""One's own profile through the official client."""

from __future__ import annotations

from skyportal_py.profile import ProfilePatch

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused


def test_a_profile_tells_who_one_is(desk: Desk) -> None:
    mine = desk.client().fetch_profile()
    assert (mine.username, mine.roles, mine.is_bot, mine.is_anonymous) == ("ana", ["Full user"], False, False)
    assert {"Comment", "Upload data"} <= set(mine.permissions)
    assert [stream.name for stream in mine.streams] == ["ZTF Public", "LSST"]
    assert mine.preferences == {}
    viewer = desk.client("viewer").fetch_profile()
    assert (viewer.roles, viewer.permissions) == (["View only"], [])


def test_a_profile_lists_tokens_and_requests(desk: Desk) -> None:
    wished = new_group(desk.client("ben"), "Profile wished for")
    desk.client("ben").update_group(wished, "Profile wished for", private=False)
    desk.client().post_group_admission_request(wished, number(desk, "ana"))
    desk.client().post_token("profile", ["Comment"])
    mine = desk.client().fetch_profile()
    assert [(token.name, token.acls) for token in mine.tokens] == [("profile", ["Comment"])]
    (request,) = mine.group_admission_requests
    assert (request.group_id, request.status) == (wished, "pending")
    assert desk.client("cleo").fetch_profile().tokens == []


def test_fields_are_set_and_others_stay(desk: Desk) -> None:
    ana = desk.client()
    ana.update_profile(ProfilePatch(first_name="Ana", affiliations=["Kiel", "Bern"], contact_email="a@b.org"))
    ana.update_profile(ProfilePatch(username="ana", last_name="B", bio="stars", contact_phone="+41 31 5"))
    mine = ana.fetch_profile()
    assert (mine.first_name, mine.last_name, mine.bio) == ("Ana", "B", "stars")
    assert mine.affiliations == ["Kiel", "Bern"]
    assert (mine.contact_email, mine.contact_phone) == ("a@b.org", "+41 31 5")
    assert mine.modified is not None
    ana.update_profile(ProfilePatch(is_bot=True))
    assert ana.fetch_profile().is_bot is True
    ana.update_profile(ProfilePatch(is_bot=False))
    with refused(400, "username"):
        ana.update_profile(ProfilePatch(username="root"))
    with refused(400, "contact_email"):
        ana.update_profile(ProfilePatch(contact_email="nowhere"))


def test_preferences_are_merged(desk: Desk) -> None:
    ben = desk.client("ben")
    ben.update_profile(ProfilePatch(preferences={"theme": "dark", "newsFeed": {"numItems": 5, "x": 1}}))
    ben.update_profile(ProfilePatch(preferences={"newsFeed": {"numItems": 7}}))
    assert ben.fetch_profile().preferences == {"theme": "dark", "newsFeed": {"numItems": 7, "x": 1}}
    with refused(400, "preferences"):
        ben.update_profile(ProfilePatch(preferences={"much": "x" * 100_001}))


def test_only_who_manages_users_changes_others(desk: Desk) -> None:
    cleo = number(desk, "cleo")
    with refused(403, "Manage users"):
        desk.client("ben").update_profile(ProfilePatch(bio="fool"), user_id=cleo)
    desk.client("root").update_profile(ProfilePatch(bio="knows supernovae"), user_id=cleo)
    assert desk.client("cleo").fetch_profile().bio == "knows supernovae"
    desk.client("cleo").update_profile(ProfilePatch(bio="mine"), user_id=cleo)
    assert desk.client("cleo").fetch_profile().bio == "mine"
