"""Who is observed when."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from nightdesk_services.marshal.services.facilities.night import Site
from nightdesk_services.marshal.services.followup.plan import READOUT, Block, Plan, plan
from nightdesk_services.marshal.services.followup.schedule_files import COLUMNS, table

PALOMAR = Site(33.3563, -116.865, 1712.0)
START, END = datetime(2026, 10, 2, 1, tzinfo=UTC), datetime(2026, 10, 2, 14, tzinfo=UTC)
BLOCK = Block(1, 2, "A", 340.0, 30.0, exposure=300)


def planned(*blocks: Block, start: datetime = START, end: datetime = END, step: float = 60) -> Plan:
    return plan(PALOMAR, blocks, start, end, step)


def test_one_telescope_does_one_thing_at_a_time() -> None:
    blocks = [replace(BLOCK, request_id=i, ra=300.0 + 10 * i, exposure=600, count=3) for i in range(8)]
    seen = planned(*blocks).observations
    assert len(seen) >= 6
    assert len({one.block.request_id for one in seen}) == len(seen)
    for before, after in itertools.pairwise(seen):
        # ten degrees take five seconds
        assert after.start >= before.end + timedelta(seconds=5)
    for one in seen:
        assert one.end - one.start >= timedelta(seconds=3 * (600 + READOUT))
        assert 1 <= one.airmass <= 2.5


def test_it_is_dark_when_something_is_observed() -> None:
    made = planned(BLOCK, replace(BLOCK, request_id=2, ra=60.0, moon_distance=0))
    for one in made.observations:
        first = round((one.start - START).total_seconds() / made.sky.step)
        assert made.sky.sun[first] <= -12


def test_the_most_urgent_comes_first_and_then_what_sets() -> None:
    setting = replace(BLOCK, request_id=2, ra=280.0)
    assert [one.block.request_id for one in planned(BLOCK, setting).observations] == [2, 1]
    urgent = replace(BLOCK, priority=4)
    assert [one.block.request_id for one in planned(urgent, setting).observations] == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"dec": -80.0},
        {"maximum_airmass": 1.0},
        {"moon_distance": 179.0},
        {"exposure": 80_000.0},
        {"latest": START},
        {"earliest": END},
    ],
)
def test_what_cannot_be_observed_is_not(change: dict[str, float]) -> None:
    assert planned(replace(BLOCK, **change)).observations == []  # type: ignore[arg-type]


def test_nothing_is_observed_by_day() -> None:
    day = datetime(2026, 10, 2, 16, tzinfo=UTC)
    assert planned(BLOCK, start=day, end=day + timedelta(hours=6)).observations == []


def test_a_fine_resolution_is_bounded() -> None:
    made = planned(BLOCK, end=START + timedelta(days=3), step=1)
    assert made.sky.altitude.shape[1] <= 4002
    assert len(made.observations) == 1


def test_a_plan_is_a_table() -> None:
    rows = list(csv.DictReader(io.StringIO(table(planned(BLOCK)).decode())))
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["ra"], rows[0]["dec"], rows[0]["epoch"]) == ("22:40:00.00", "+30:00:00.0", "2000")
    assert (rows[0]["request_id"], rows[0]["exposure_time"]) == ("1", "300")
    empty = table(planned(replace(BLOCK, dec=-80.0))).decode()
    assert empty.splitlines() == [",".join(COLUMNS)]
