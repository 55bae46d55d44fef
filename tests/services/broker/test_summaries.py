"""Nights, and what a worker that counts on through several of them adds to each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nightdesk_services.broker.models.errors import StoreUnavailableError
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services.nights import night_of, span_of
from nightdesk_services.broker.services.summaries import Summaries
from nightdesk_services.broker.storage.quarantine import Quarantine, kind_of
from nightdesk_services.broker.storage.summaries import SummaryStore
from pymongo.database import Database

Db = Database[dict[str, Any]]


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        ("2026-11-24T17:59:59+00:00", "20261124"),
        ("2026-11-24T18:00:00+00:00", "20261125"),
        ("2026-11-25T12:00:00+00:00", "20261125"),
        ("2026-11-25T20:00:00+03:00", "20261125"),
        ("2026-12-31T23:00:00+00:00", "20270101"),
    ],
)
def test_a_night_is_named_by_the_date_of_its_morning(moment: str, night: str) -> None:
    at = datetime.fromisoformat(moment)
    assert night_of(at) == night
    begin, end = span_of(night)
    assert begin <= at < end
    assert end - begin == timedelta(days=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the data end inside a block (at byte 20000)", "the data end inside a block (at byte 7)"),
        ("starts with 0a bd 1c 99, not 4f 62 6a 01", "starts with ff fe fd 00, not 4f 62 6a 01"),
        ("the codec 'zip' is not supported", "the codec 'x1' is not supported"),
    ],
)
def test_alike_reasons_are_of_one_kind(one: str, other: str) -> None:
    assert kind_of(one) == kind_of(other)
    assert kind_of(one) != kind_of("something else")


class World:
    """A store, one worker's counts, and the time."""

    def __init__(self, database: Db) -> None:
        self.database = database
        self.now = datetime(2026, 11, 25, 4, tzinfo=UTC)
        self.worker = Statistics()

    def service(self) -> Summaries:
        """As a process that has just started."""
        return Summaries(
            SummaryStore(self.database),
            Quarantine(self.database),
            lambda: {"tcp://127.0.0.1:1/2/3.5": self.worker},
            lambda: self.now,
        )

    def count(self, stored: int) -> None:
        self.worker.counts["ZTF"].update(received=stored, stored=stored)
        self.worker.bytes["ZTF"] += 70 * stored
        self.worker.batches += 1
        self.worker.seconds["store.alerts"] += 0.5
        self.worker.record_filter(2, 0.25, stored // 2)
        self.worker.record_latency(0.2, stored)


@pytest.fixture
def world(database: Db) -> World:
    return World(database)


def test_a_night_is_summed_up(world: World) -> None:
    world.database["filters"].insert_one({"_id": 2, "name": "Kilonovae"})
    service = world.service()
    for _ in range(3):
        world.count(10)
        service.update()
    found = service.read()
    assert found["night"] == "20261125"
    assert found["surveys"]["ZTF"]["stored"] == 30
    assert found["surveys"]["ZTF"]["bytes"] == 2100
    assert found["filters"] == [{"id": 2, "name": "Kilonovae", "passed": 15, "seconds": 0.75}]
    assert found["stages"] == [{"stage": "store.alerts", "seconds": 1.5, "share": 1.0}]
    assert found["latency_ms"]["p99"] == pytest.approx(200, rel=0.13)
    assert service.tonight()["stored"] == 30


def test_a_worker_counts_on_into_the_next_night(world: World) -> None:
    service = world.service()
    world.count(10)
    service.update()
    world.now += timedelta(days=1)
    world.count(7)
    assert service.read()["surveys"]["ZTF"]["stored"] == 7
    assert service.read("20261125")["surveys"]["ZTF"]["stored"] == 10
    assert service.nights() == ["20261126", "20261125"]


def test_a_service_that_starts_anew_counts_nothing_twice(world: World) -> None:
    world.count(10)
    world.service().update()
    world.now += timedelta(days=1)
    world.count(7)
    world.service().update()
    world.count(5)
    again = world.service()
    again.update()
    again.update()
    assert again.read()["surveys"]["ZTF"]["stored"] == 12
    assert again.read("20261125")["surveys"]["ZTF"]["stored"] == 10
    assert again.read()["batches"] == 2


def test_what_could_not_be_written_is_written_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    service = world.service()
    world.count(10)

    def away(*_: object) -> None:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(service._store, "write", away)
        with pytest.raises(StoreUnavailableError):
            service.update()
    world.count(5)
    assert service.read()["surveys"]["ZTF"]["stored"] == 15


def test_a_night_without_alerts_is_empty(world: World) -> None:
    found = world.service().read("20200101")
    assert (found["surveys"], found["filters"], found["stages"]) == ({}, [], [])
    assert found["latency_ms"] == {"p50": None, "p90": None, "p99": None}
    with pytest.raises(ValueError, match="2026"):
        world.service().read("2026-1")
