"""Groups with time on robotic telescopes, and what they ask of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from skyportal_py.allocations import AllocationUpdate
from skyportal_py.followup_requests import FollowupRequestPost
from skyportal_py.instruments import InstrumentPut

from tests.conformance.conftest import Desk
from tests.conformance.facilities import Facility, facility
from tests.conformance.receivers import Receiver

TOKEN = "s3cret-of-the-dome"
GOOD: dict[str, Any] = {
    "start_date": "2026-10-01",
    "end_date": "2026-10-05",
    "exposure_time": 30,
    "observation_choices": ["ztfr"],
}


def robotic(desk: Desk, name: str, telescope: Receiver | None = None) -> Facility:
    """Make a group with time on an instrument: a robotic one, or one with a queue for people."""
    made, root = facility(desk, name), desk.client("root")
    kind = InstrumentPut(api_classname="HTTPAPI" if telescope else "MANUALAPI")
    kind.listener_classname = "HTTPListener" if telescope else None
    root.update_instrument(made.instrument, kind)
    if telescope:
        altdata = {"url": telescope.url, "token": TOKEN}
        root.update_allocation(made.allocation, AllocationUpdate(altdata=altdata))
    return made


def ask(desk: Desk, made: Facility, obj_id: str, who: str = "ana", **payload: Any) -> int:
    """Hand in a request and return its id."""
    post = FollowupRequestPost(obj_id=obj_id, allocation_id=made.allocation, payload=GOOD | payload)
    return desk.client(who).post_followup_request(post).id


def until(met: Callable[[], Any]) -> Any:
    """Wait for a condition and return what it comes to."""
    end = time.monotonic() + 15
    while not (found := met()):
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)
    return found
