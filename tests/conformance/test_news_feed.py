"""The news feed through the official client."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from skyportal_py.news_feed import NewsFeedItem
from skyportal_py.profile import ProfilePatch
from skyportal_py.teams import TeamPost

from tests.conformance.conftest import Desk
from tests.conformance.people import new_group, number, refused
from tests.conformance.targets import save

_NUMBERS = itertools.count(80_000)


def said(desk: Desk, collection: str, obj_id: str, group: int, who: str = "ana", **fields: object) -> None:
    """Store what somebody said just now."""
    author = {"id": number(desk, who), "username": who}
    record = {"_id": next(_NUMBERS), "obj_id": obj_id, "group_ids": [group], "author": author}
    at = datetime.now(UTC)
    desk.database[collection].insert_one({**record, "created_at": at, "modified": at, **fields})


def feed(desk: Desk, who: str = "ana", **query: int) -> list[NewsFeedItem]:
    return desk.client(who).fetch_news_feed(**query)


@pytest.fixture(scope="module")
def group(desk: Desk) -> int:
    """A group of ana and ben in which something of each kind has happened."""
    made = new_group(desk.client(), "News")
    desk.client().post_group_user(made, number(desk, "ben"))
    desk.client().update_profile(ProfilePatch(first_name="Ana", last_name="N"))
    save(desk, "NewsOne", made, 30.0, 30.0)
    said(desk, "comments", "NewsOne", made, text="what a star")
    said(desk, "classifications", "NewsOne", made, classification="Ia", probability=0.9, ml=False)
    said(desk, "spectra", "NewsOne", made, who="ben")
    said(desk, "photometry", "NewsOne", made, who="ben")
    return made


def test_news_are_what_happened_newest_first(desk: Desk, group: int) -> None:
    items = [item for item in feed(desk) if item.source_id == "NewsOne"]
    kinds = ["photometry", "spectrum", "classification", "comment", "source"]
    assert [item.type for item in items] == kinds
    times = [item.time for item in items if item.time]
    assert times == sorted(times, reverse=True)
    _, spectrum, classification, comment, source = items
    assert (comment.author, comment.message) == ("ana", "what a star")
    info = comment.author_info
    assert info is not None
    assert (info.username, info.first_name, info.is_bot) == ("ana", "Ana", False)
    assert classification.classification == "Ia"
    assert spectrum.author is None
    assert spectrum.author_info is not None and spectrum.author_info.username == "ben"
    assert (source.author_info, source.message) == (None, "new source saved")


def test_strangers_hear_nothing(desk: Desk, group: int) -> None:
    assert not [item for item in feed(desk, "cleo") if item.source_id == "NewsOne"]
    assert [item for item in feed(desk, "root") if item.source_id == "NewsOne"]


def test_as_many_as_one_asks_for_or_prefers(desk: Desk, group: int) -> None:
    for number_ in range(6):
        said(desk, "comments", "NewsOne", group, text=f"more {number_}")
    assert [item.message for item in feed(desk, num_items=2)] == ["more 5", "more 4"]
    desk.client("ben").update_profile(ProfilePatch(preferences={"newsFeed": {"numItems": 4}}))
    assert len(feed(desk, "ben")) == 4
    assert len(feed(desk, "ben", num_items=3)) == 4, "the larger of both"
    assert len(feed(desk, "ben", num_items=5)) == 5
    with refused(400, "numItems"):
        feed(desk, num_items=1001)


def test_preferences_choose_the_kinds(desk: Desk, group: int) -> None:
    said(desk, "comments", "NewsOne", group, text="beep", bot=True)
    said(desk, "classifications", "NewsOne", group, classification="AGN", ml=True)
    viewed = feed(desk)
    assert "beep" not in [item.message for item in viewed]
    assert "AGN" not in [item.classification for item in viewed]
    categories = {"includeCommentsFromBots": True, "includeMLClassifications": True, "spectra": False}
    desk.client().update_profile(ProfilePatch(preferences={"newsFeed": {"categories": categories}}))
    viewed = feed(desk)
    assert "beep" in [item.message for item in viewed]
    assert "AGN" in [item.classification for item in viewed]
    assert "spectrum" not in [item.type for item in viewed]
    off = dict.fromkeys(("sources", "comments", "classifications", "photometry"), False)
    desk.client().update_profile(ProfilePatch(preferences={"newsFeed": {"categories": off}}))
    assert feed(desk) == []
    on = dict.fromkeys(("sources", "comments", "classifications", "photometry", "spectra"), True)
    desk.client().update_profile(ProfilePatch(preferences={"newsFeed": {"categories": on}}))


def test_a_team_narrows_the_news_to_its_sources(desk: Desk, group: int) -> None:
    other = new_group(desk.client(), "Other news")
    save(desk, "NewsTwo", other, 31.0, 31.0)
    said(desk, "comments", "NewsTwo", other, text="elsewhere")
    team = desk.client().post_team(TeamPost(name="Newsroom", group_ids=[other])).id
    assert {item.source_id for item in feed(desk, team_id=team)} == {"NewsTwo"}
    assert {"NewsOne", "NewsTwo"} <= {item.source_id for item in feed(desk, num_items=100)}
    with refused(404, f"no team {team}"):
        feed(desk, "ben", team_id=team)


def test_what_was_taken_back_is_no_news(desk: Desk, group: int) -> None:
    gone = datetime.now(UTC) - timedelta(seconds=1)
    said(desk, "comments", "NewsOne", group, text="oops", deleted_at=gone)
    assert "oops" not in [item.message for item in feed(desk)]
