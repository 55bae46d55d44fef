"""Allocations through the official client."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from skyportal_py import SkyPortalError
from skyportal_py.allocations import AllocationPost, AllocationUpdate
from skyportal_py.followup_requests import FollowupRequestPost
from skyportal_py.instruments import InstrumentPut

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility, user_id
from tests.conformance.targets import save


def test_an_allocation_is_its_groups(desk: Desk) -> None:
    made = facility(desk, "Own")
    found = desk.client("ben").fetch_allocation(made.allocation)
    assert (found.pi, found.hours_allocated, found.types) == ("Ana", 20.0, ["triggered"])
    assert found.instrument is not None and found.instrument.name == "Own camera"
    assert found.telescope is not None and found.telescope.name == "Own telescope"
    assert found.ephemeris is not None and found.ephemeris.sunset_utc is not None
    assert found.requests == []
    assert made.allocation in {one.id for one in desk.client("ben").fetch_allocations()}
    cleo = desk.client("cleo")
    assert made.allocation not in {one.id for one in cleo.fetch_allocations()}
    with pytest.raises(SkyPortalError, match="no allocation") as hidden:
        cleo.fetch_allocation(made.allocation)
    assert hidden.value.status_code == 404


def test_allocations_are_listed_by_instrument_and_interface(desk: Desk) -> None:
    one, other = facility(desk, "First"), facility(desk, "Second")
    root = desk.client("root")
    assert {a.id for a in root.fetch_allocations(instrument_id=one.instrument)} == {one.allocation}
    assert other.allocation not in {a.id for a in root.fetch_allocations(api_type="api_classname")}
    with pytest.raises(SkyPortalError, match="apiType"):
        root.fetch_allocations(api_implements="submit")


def test_an_allocation_changes_and_keeps_its_secrets(desk: Desk) -> None:
    made, root = facility(desk, "Secret"), desk.client("root")
    ben = user_id(desk, "ben")
    root.update_allocation(
        made.allocation,
        AllocationUpdate(hours_allocated=5, allocation_admin_ids=[ben], altdata={"user": "u", "token": "t"}),
    )
    root.update_allocation(
        made.allocation, AllocationUpdate(allocation_admin_ids=[ben], altdata={"token": "new"})
    )
    stored = desk.database["allocations"].find_one({"_id": made.allocation})
    assert stored is not None and stored["altdata"] == {"user": "u", "token": "new"}
    answer = desk.client("ben").get(f"/api/allocation/{made.allocation}").text
    assert "altdata" not in answer and "token" not in answer
    found = desk.client("ben").fetch_allocation(made.allocation)
    assert found.hours_allocated == 5
    assert [one.username for one in found.allocation_users or []] == ["ben"]  # type: ignore[union-attr]
    root.update_allocation(made.allocation, AllocationUpdate(pi="Ben"))
    assert desk.client("ben").fetch_allocation(made.allocation).allocation_users == []


def test_an_allocation_is_removed(desk: Desk) -> None:
    made, root = facility(desk, "Gone"), desk.client("root")
    spare = root.post_allocation(
        AllocationPost(instrument_id=made.instrument, group_id=made.group, hours_allocated=1)
    ).id
    with pytest.raises(SkyPortalError, match="Manage allocations"):
        desk.client("ben").delete_allocation(spare)
    root.delete_allocation(spare)
    with pytest.raises(SkyPortalError, match=f"no allocation {spare}"):
        root.fetch_allocation(spare)


def test_what_is_wrong_is_told(desk: Desk) -> None:
    made, root = facility(desk, "Bad"), desk.client("root")
    good: dict[str, Any] = {"instrument_id": made.instrument, "group_id": made.group, "hours_allocated": 1}
    cases = [
        (good | {"instrument_id": 10**6}, "instrument_id: no instrument"),
        (good | {"allocation_admin_ids": [10**6]}, "allocation_admin_ids: no user"),
        (good | {"types": ["wish"]}, "types"),
        (good | {"hours_allocated": -1}, "hours_allocated"),
        (good | {"validity_ranges": [{"start_date": "2026-01-01"}]}, "validity_ranges"),
    ]
    for payload, message in cases:
        with pytest.raises(SkyPortalError, match=message):
            root.post_allocation(AllocationPost(**payload))


def test_a_report_counts_what_was_made_of_an_allocation(desk: Desk) -> None:
    made, root = facility(desk, "Counted"), desk.client("root")
    root.update_instrument(made.instrument, InstrumentPut(api_classname="MANUALAPI"))
    ana = desk.client("ana")
    empty = ana.fetch_allocation_report(made.instrument, output_format="png")
    save(desk, "Counted2026", made.group, 10.0, 20.0)
    payload = {
        "start_date": "2026-10-01",
        "end_date": "2026-10-02",
        "exposure_time": 30,
        "observation_choices": ["ztfr"],
    }
    for status in ("completed", "submitted"):
        post = FollowupRequestPost(obj_id="Counted2026", allocation_id=made.allocation, payload=payload)
        ana.update_followup_request(ana.post_followup_request(post).id, status=status)
    with Image.open(io.BytesIO(ana.fetch_allocation_report(made.instrument, output_format="png"))) as drawn:
        filled = drawn.convert("RGB").histogram()
    with Image.open(io.BytesIO(empty)) as drawn:
        assert drawn.convert("RGB").histogram() != filled
    assert ana.fetch_allocation_report(made.instrument)[:5] == b"%PDF-"
    with pytest.raises(SkyPortalError, match="your groups have no allocation"):
        desk.client("cleo").fetch_allocation_report(made.instrument)
    with pytest.raises(SkyPortalError, match="output_format"):
        ana.fetch_allocation_report(made.instrument, output_format="gif")


def test_requests_go_with_their_allocation(desk: Desk) -> None:
    made, root = facility(desk, "Moved"), desk.client("root")
    root.update_instrument(made.instrument, InstrumentPut(api_classname="MANUALAPI"))
    save(desk, "Moved2026", made.group, 11.0, 20.0)
    save(desk, "Moved2026", 1, 11.0, 20.0)
    ana, cleo = desk.client("ana"), desk.client("cleo")
    payload = {
        "start_date": "2026-10-01",
        "end_date": "2026-10-02",
        "exposure_time": 30,
        "observation_choices": ["ztfr"],
    }
    post = FollowupRequestPost(obj_id="Moved2026", allocation_id=made.allocation, payload=payload)
    number = ana.post_followup_request(post).id
    assert [one["id"] for one in ana.fetch_allocation(made.allocation).requests or []] == [number]
    with pytest.raises(SkyPortalError, match="no follow-up request"):
        cleo.fetch_followup_request(number)
    root.update_allocation(made.allocation, AllocationUpdate(group_id=1))
    assert cleo.fetch_followup_request(number).status == "submitted"
    root.delete_allocation(made.allocation)
    with pytest.raises(SkyPortalError, match="no follow-up request"):
        ana.fetch_followup_request(number)
