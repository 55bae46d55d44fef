"""Order, schedules and defaults of follow-up requests through the official client."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from skyportal_py.followup_requests import DefaultFollowupRequestPost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id
from tests.conformance.people import refused
from tests.conformance.receivers import Receiver
from tests.conformance.robotic import ask, robotic, until
from tests.conformance.targets import save

# the telescope comes first: a desk reads at its start where it may send
pytestmark = pytest.mark.usefixtures("telescope", "fresh")


def test_requests_are_put_in_order(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Order", telescope)
    ana, numbers = desk.client("ana"), []
    for i, flux in enumerate((100.0, 1000.0, 10.0)):
        save(desk, f"Order2026{i}", made.group, 50.0 + i, 20.0)
        point = {
            "obj_id": f"Order2026{i}",
            "instrument_id": made.instrument,
            "mjd": 61300.5,
            "filter": "ztfr",
            "flux": flux,
            "fluxerr": 1.0,
            "zp": 23.9,
            "magsys": "ab",
            "group_ids": [made.group],
        }
        ana.post("/api/photometry", json=point).raise_for_status()
        numbers.append(ask(desk, made, f"Order2026{i}"))

    def order() -> list[int]:
        return [ana.fetch_followup_request(number).payload["priority"] for number in numbers]

    ana.update_followup_request_prioritization(request_ids=numbers)
    # magnitudes of 18.9, 16.4 and 21.4
    assert order() == [3, 5, 1]
    assert [one["action"] for one in telescope.got] == ["submit"] * 3 + ["update"] * 3
    ana.update_followup_request_prioritization(
        request_ids=numbers, magnitude_ordering="descending", minimum_priority=2, maximum_priority=4
    )
    assert order() == [3, 2, 4]
    with refused(400, "payload.priority"):
        ana.update_followup_request_prioritization(request_ids=numbers, maximum_priority=9)
    assert order() == [3, 2, 4]
    with refused(400, "localizationId: needed"):
        ana.update_followup_request_prioritization(request_ids=numbers, priority_type="localization")
    with refused(400, "localizationId: this desk holds no localization 7"):
        ana.update_followup_request_prioritization(
            request_ids=numbers, priority_type="localization", localization_id=7
        )
    with refused(400, "maximumPriority"):
        ana.update_followup_request_prioritization(
            request_ids=numbers, minimum_priority=4, maximum_priority=2
        )


def test_a_night_is_planned(desk: Desk) -> None:
    made = robotic(desk, "Plan")
    # up in the middle of an October night on Palomar, and never
    save(desk, "Plan2026", made.group, 20.0, 30.0)
    save(desk, "PlanToo2026", made.group, 340.0, 25.0)
    save(desk, "South2026", made.group, 20.0, -80.0)
    ana = desk.client("ana")
    numbers = [
        ask(desk, made, name, exposure_time=300, exposure_counts=2, priority=priority)
        for name, priority in (("Plan2026", 2), ("PlanToo2026", 4), ("South2026", 5))
    ]
    night: dict[str, Any] = {
        "observation_start_date": "2026-10-02T01:00:00",
        "observation_end_date": "2026-10-02T14:00:00",
        "time_resolution": 60,
    }

    def planned(**asked: Any) -> list[dict[str, str]]:
        text = ana.fetch_followup_request_schedule(made.instrument, **(night | asked)).decode()
        return list(csv.DictReader(io.StringIO(text)))

    rows = planned()
    assert {int(row["request_id"]) for row in rows} == set(numbers[:2])
    for row in rows:
        start, end = (datetime.fromisoformat(row[f"observation_{one}"]) for one in ("start", "end"))
        assert (end - start).total_seconds() >= 2 * (300 + 10)
        assert datetime(2026, 10, 2, 2) < start < end < datetime(2026, 10, 2, 13)
        assert 1 <= float(row["airmass"]) <= 2.5
        assert (row["filter"], row["requester"], row["epoch"]) == ("ztfr", "ana", "2000")
    assert {row["ra"] for row in rows} == {"01:20:00.00", "22:40:00.00"}
    assert planned(source_id="PlanToo")[0]["object_id"] == "PlanToo2026"
    assert planned(priority_threshold=3, status="submitted")[0]["request_id"] == str(numbers[1])
    ana.delete_followup_request(numbers[0])
    assert [int(row["request_id"]) for row in planned()] == [numbers[1]]
    # outside of a request's own dates it is not observed
    other = {"observation_start_date": "2026-11-02T01:00:00", "observation_end_date": "2026-11-02T14:00:00"}
    assert planned(**other) == []
    # the Moon is some degrees from it that night
    save(desk, "PlanMoon2026", made.group, 60.0, 25.0)
    ask(desk, made, "PlanMoon2026")
    assert planned(source_id="PlanMoon") == []
    near = ask(desk, made, "PlanMoon2026", minimum_lunar_distance=2, maximum_airmass=1.5)
    (row,) = planned(source_id="PlanMoon")
    assert (row["request_id"], float(row["airmass"]) <= 1.5) == (str(near), True)
    stars = planned(standards_only=True, standard_type="ESO", magnitude_range="(12,11)")
    assert stars and all(row["object_id"].startswith("STD-") for row in stars)
    assert len(planned(include_standards=True)) > len(planned())
    with refused(400, "standardType"):
        planned(include_standards=True, standard_type="Mine")
    with refused(400, "magnitudeRange"):
        planned(include_standards=True, magnitude_range="bright")
    with refused(400, "nothing to plan"):
        planned(start_date="2999-01-01")
    with refused(400, "nothing to plan"):
        planned(end_date="2001-01-01")
    with refused(400, "observationEndDate"):
        planned(observation_end_date="2026-10-01")
    picture = ana.fetch_followup_request_schedule(made.instrument, output_format="png", **night)
    with Image.open(io.BytesIO(picture)) as drawn:
        assert drawn.format == "PNG"
        # curves and night are drawn, not only a frame
        assert len(drawn.getcolors(maxcolors=1 << 20) or ()) > 50
    assert ana.fetch_followup_request_schedule(made.instrument, output_format="pdf", **night)[:5] == b"%PDF-"


def test_default_requests_are_kept(desk: Desk) -> None:
    made = robotic(desk, "Default")
    ana, cleo = desk.client("ana"), desk.client("cleo")
    payload = {"exposure_time": 45, "observation_choices": ["ztfg"], "priority": 2}
    post = DefaultFollowupRequestPost(
        allocation_id=made.allocation,
        payload=payload,
        default_followup_name="Every new one",
        source_filter={"group_id": made.group},
        target_group_ids=[made.group],
        comment="of itself",
        validity_days=3,
        not_if_classified=True,
        radius=2.0,
    )
    number = ana.post_default_followup_request(post).id
    found = desk.client("ben").fetch_default_followup_request(number)
    assert (found.default_followup_name, found.payload) == ("Every new one", payload)
    assert found.source_filter == {"group_id": made.group}
    assert found.constraints is not None and found.constraints["not_if_classified"] is True
    assert (found.validity_days, found.priority_order, found.implements_update) == (3, "asc", True)
    assert found.allocation is not None and found.allocation.id == made.allocation
    assert [one.id for one in found.target_groups] == [made.group]
    assert number in {one.id for one in ana.fetch_default_followup_requests()}
    assert number not in {one.id for one in cleo.fetch_default_followup_requests()}
    with refused(404):
        cleo.fetch_default_followup_request(number)
    with refused(404):
        cleo.delete_default_followup_request(number)
    with refused(403, "deletes it"):
        desk.client("ben").delete_default_followup_request(number)
    for change, field in (
        ({"payload": payload | {"start_date": "2026-01-01"}}, "payload.start_date: not to be given"),
        ({"payload": payload | {"exposure_time": -1}}, "payload.exposure_time"),
        ({"source_filter": {"classification": "Ia"}}, "source_filter"),
        ({"source_filter": {"group_id": 10**6}}, "source_filter.group_id: no group"),
        ({"allocation_id": 10**6}, "allocation_id: no allocation"),
    ):
        with refused(400, field):
            ana.post_default_followup_request(post.model_copy(update=change))
    ana.delete_default_followup_request(number)
    with refused(404, f"no default follow-up request {number}"):
        ana.fetch_default_followup_request(number)


def test_saving_a_source_makes_its_default_requests(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Spring", telescope)
    ana = desk.client("ana")
    payload = {"exposure_time": 45, "observation_choices": ["ztfg"], "priority": 2}
    post = DefaultFollowupRequestPost(
        allocation_id=made.allocation,
        payload=payload,
        default_followup_name="Spring",
        source_filter={"group_id": made.group},
        comment="of itself",
        validity_days=2,
    )
    number = ana.post_default_followup_request(post).id
    # ben saves, ana's default request asks
    save(desk, "Spring2026", made.group, 70.0, 20.0, who="ben")

    def requests() -> list[Any]:
        found = ana.fetch_followup_requests(allocation_id=made.allocation).followup_requests
        return [one for one in found if one.status == "submitted"]

    (made_one,) = until(requests)
    assert (made_one.obj_id, made_one.comment) == ("Spring2026", "of itself")
    assert made_one.requester_id == user_id(desk, "ana")
    start, end = (datetime.fromisoformat(made_one.payload[f"{one}_date"]) for one in ("start", "end"))
    assert end - start == timedelta(days=2)
    assert made_one.payload | payload == made_one.payload
    # saved again, or elsewhere, it asks for nothing
    save(desk, "Spring2026", made.group, 70.0, 20.0)
    save(desk, "Elsewhere2026", 1, 71.0, 20.0)
    # a more urgent default request raises what there is
    ana.delete_default_followup_request(number)
    urgent = post.model_copy(update={"payload": payload | {"priority": 5}, "default_followup_name": "Now"})
    last = ana.post_default_followup_request(urgent).id
    ana.request("DELETE", "/api/sources/Spring2026", params={"group_id": made.group}).raise_for_status()
    save(desk, "Spring2026", made.group, 70.0, 20.0)
    until(lambda: [one for one in requests() if one.payload["priority"] == 5])
    assert telescope.actions(made_one.id) == ["submit", "update"]
    assert len(ana.fetch_followup_requests(allocation_id=made.allocation).followup_requests) == 1
    ana.delete_default_followup_request(last)


def test_what_to_ask_for_is_told(desk: Desk, telescope: Receiver) -> None:
    made = robotic(desk, "Form", telescope)
    forms = desk.client("ana").get("/api/internal/instrument_forms").json()["data"]
    form = forms[str(made.instrument)]
    choices = form["formSchema"]["properties"]["observation_choices"]["items"]["enum"]
    assert choices == ["ztfg", "ztfr"]
    assert form["methodsImplemented"]["retrieve"] is True
    allocations = desk.client("ana").fetch_allocations
    able = {one.id for one in allocations(api_type="api_classname", api_implements="retrieve")}
    assert made.allocation in able
    assert robotic(desk, "Queue").allocation not in able
