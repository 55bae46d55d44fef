"""Shifts through the official client."""

from __future__ import annotations

import pytest
from skyportal_py import SkyPortalError
from skyportal_py.shifts import ShiftPost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import group, user_id

NIGHT = {"start_date": "2026-09-01T18:00:00", "end_date": "2026-09-02T06:00:00"}


def test_a_shift_is_made_found_changed_and_removed(desk: Desk) -> None:
    ana, club = desk.client("ana"), group(desk, "Watch")
    made = ana.post_shift(ShiftPost(name="First", group_id=club, description="look", **NIGHT)).id
    found = desk.client("ben").fetch_shift(made)
    assert (found.name, found.description, found.group_id) == ("First", "look", club)
    assert [(one.username, one.admin) for one in found.shift_users] == [("ana", True)]
    assert found.group is not None and found.group.has_admin_access is False
    assert {one.username for one in found.group.group_users} == {"ana", "ben"}
    assert found.comments == []
    ana.update_shift(made, name="Second", required_users_number=2)
    found = ana.fetch_shift(made)
    assert (found.name, found.required_users_number, found.description) == ("Second", 2, "look")
    with pytest.raises(SkyPortalError, match="admin of the shift"):
        desk.client("ben").delete_shift(made)
    ana.delete_shift(made)
    with pytest.raises(SkyPortalError, match=f"no shift {made}"):
        ana.fetch_shift(made)


def test_shifts_are_listed_by_group_and_time(desk: Desk) -> None:
    ana, club = desk.client("ana"), group(desk, "Listed")
    early = ana.post_shift(ShiftPost(name="Early", group_id=club, **NIGHT)).id
    late = ana.post_shift(
        ShiftPost(name="Late", group_id=club, start_date="2026-10-01", end_date="2026-10-02")
    ).id
    assert [one.id for one in ana.fetch_shifts(group_id=club)] == [early, late]
    assert [one.id for one in ana.fetch_shifts(group_id=club, start_date_limit="2026-09-15")] == [late]
    assert [one.id for one in ana.fetch_shifts(group_id=club, end_date_limit="2026-09-15")] == [late]
    cleo = desk.client("cleo")
    assert not {early, late} & {one.id for one in cleo.fetch_shifts()}
    with pytest.raises(SkyPortalError, match="not in group"):
        cleo.fetch_shifts(group_id=club)
    for ask in (cleo.fetch_shift, cleo.delete_shift, cleo.fetch_shift_summary):
        with pytest.raises(SkyPortalError, match=f"no shift {early}"):
            ask(early)


def test_people_sign_up_and_ask_to_be_replaced(desk: Desk) -> None:
    ana, ben, club = desk.client("ana"), desk.client("ben"), group(desk, "Crew")
    ana_id, ben_id, cleo_id = (user_id(desk, who) for who in ("ana", "ben", "cleo"))
    made = ana.post_shift(ShiftPost(name="Crewed", group_id=club, required_users_number=2, **NIGHT)).id
    joined = ben.post_shift_user(made, ben_id)
    assert (joined.shift_id, joined.user_id, joined.admin) == (made, ben_id, False)
    with pytest.raises(SkyPortalError, match="already"):
        ben.post_shift_user(made, ben_id)
    with pytest.raises(SkyPortalError, match="userID"):
        ana.post_shift_user(made, cleo_id)
    ben.update_shift_user(made, ben_id, needs_replacement=True)
    assert {one.username: one.needs_replacement for one in ana.fetch_shift(made).shift_users}["ben"] is True
    with pytest.raises(SkyPortalError, match="admin of the shift"):
        ben.update_shift_user(made, ben_id, admin=True)
    with pytest.raises(SkyPortalError, match="keeps an admin"):
        ana.update_shift_user(made, ana_id, admin=False)
    ana.update_shift_user(made, ben_id, admin=True)
    assert ana.fetch_shift(made).shift_users_ids == [ana_id, ben_id]
    with pytest.raises(SkyPortalError, match="required_users_number"):
        ana.update_shift(made, required_users_number=1)
    ben.delete_shift_user(made, ana_id)
    assert ben.fetch_shift(made).shift_users_ids == [ben_id]


def test_a_full_shift_takes_nobody(desk: Desk) -> None:
    ana, club = desk.client("ana"), group(desk, "Full crew")
    made = ana.post_shift(ShiftPost(name="One", group_id=club, required_users_number=1, **NIGHT)).id
    with pytest.raises(SkyPortalError, match="full"):
        ana.post_shift_user(made, user_id(desk, "ben"))


def test_a_summary_is_of_one_shift_or_of_some_weeks(desk: Desk) -> None:
    ana, club = desk.client("ana"), group(desk, "Summed")
    made = ana.post_shift(ShiftPost(name="Summed", group_id=club, **NIGHT)).id
    one = ana.fetch_shift_summary(made)
    assert one.shifts is not None and one.shifts.total == 1
    assert one.shifts.data[0]["name"] == "Summed"
    span = ana.fetch_shift_summary(start_date="2026-08-25", end_date="2026-09-05")
    assert span.shifts is not None and made in {shift["id"] for shift in span.shifts.data}
    later = ana.fetch_shift_summary(start_date="2026-11-25", end_date="2026-12-05")
    assert later.shifts is not None and later.shifts.total == 0
    with pytest.raises(SkyPortalError, match="four weeks"):
        ana.fetch_shift_summary(start_date="2026-01-01", end_date="2026-09-05")
    with pytest.raises(SkyPortalError, match="startDate"):
        ana.fetch_shift_summary()
    with pytest.raises(SkyPortalError, match="end_date"):
        ana.post_shift(ShiftPost(name="Back", group_id=club, start_date="2026-09-02", end_date="2026-09-01"))
