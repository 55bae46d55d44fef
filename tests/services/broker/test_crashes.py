"""A crash between any two writes, or in the middle of one, and a redelivery end where no crash would have."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from nightdesk.alerts import point_key
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker.factory import build_pipeline, prepare_store
from nightdesk_services.broker.models.errors import ConflictError, StoreUnavailableError
from nightdesk_services.broker.models.packets import Packet, digest
from nightdesk_services.broker.services.delivery import deliver
from nightdesk_services.broker.services.pipeline import Pipeline
from nightdesk_services.broker.services.stages import Stage
from nightdesk_services.broker.services.work import Work
from nightdesk_services.common.cutouts import CutoutPacks
from nightdesk_services.common.light_curves import read_object
from pymongo.database import Database

from tests.services.broker.packets import group, revisited, simulated

Db = Database[dict[str, Any]]

NUMBER = 120
WRITES = (
    ("_cutouts", "insert"),
    ("_objects", "merge"),
    ("_candidates", "insert"),
    ("_alerts", "insert"),
)


class Crash(BaseException):
    """The process is gone."""


def night() -> list[Packet]:
    """Alerts in which objects come more than once, in an order of no order."""
    packets = list(revisited("ZTF", NUMBER))
    random.Random(3).shuffle(packets)
    return packets


def contents(database: Db, settings: Settings) -> dict[str, Any]:
    """Everything in the store that a crash must not change."""
    survey, packs = SURVEYS["ZTF"], CutoutPacks(settings.cutouts)
    objects = {}
    for name in database["ZTF_objects"].distinct("objectId"):
        aux = read_object(database, survey, name)
        assert aux is not None
        prv = [str(point_key(survey, p)) for p in aux["prv_candidates"]]
        assert len(prv) == len(set(prv))
        fp = [str(point_key(survey, p)) for p in aux["fp_hists"]]
        assert len(fp) == len(set(fp))
        objects[aux["_id"]] = (sorted(prv), sorted(fp), aux["n_det"], aux["first_jd"], aux["last_jd"])
    return {
        "objects": objects,
        "alerts": {d["_id"]: d["features"]["n_det"] for d in database["ZTF_alerts"].find()},
        "cutouts": {
            d["_id"]: hash(packs.data(d, "cutoutScience")) for d in database["ZTF_alerts_cutouts"].find()
        },
        "candidates": sorted(d["_id"] for d in database["candidates"].find()),
    }


@pytest.fixture(scope="module")
def undisturbed(store_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What a run without a crash leaves."""
    from nightdesk_services.common.store import connect

    settings = Settings(
        data_dir=tmp_path_factory.mktemp("calm"), store_uri=store_uri, store_name="test_undisturbed"
    )
    prepare_store(settings)
    pipeline = build_pipeline(settings)
    for batch in batches():
        pipeline.run(group(batch))
    database = connect(settings)
    found = contents(database, settings)
    assert len(found["alerts"]) == NUMBER
    assert len(found["candidates"]) > 0
    yield found
    database.client.drop_database("test_undisturbed")
    database.client.close()


def batches() -> list[list[Packet]]:
    packets = night()
    return [packets[start : start + 60] for start in range(0, NUMBER, 60)]


def break_after(pipeline: Pipeline, part: str, method: str, *, half: bool) -> None:
    """Make the next call of a write the last thing that the pipeline does."""
    store = getattr(pipeline, part)
    real = getattr(store, method)

    def crash(*arguments: Any) -> None:
        *front, items = arguments
        real(*front, items[: len(items) // 2] if half else items)
        raise Crash

    setattr(store, method, crash)


@pytest.mark.parametrize("half", [False, True], ids=["after", "within"])
@pytest.mark.parametrize(("part", "method"), WRITES, ids=lambda value: value.strip("_"))
def test_a_crash_changes_nothing(
    new_pipeline: Callable[[], Pipeline],
    database: Db,
    settings: Settings,
    undisturbed: dict[str, Any],
    part: str,
    method: str,
    half: bool,
) -> None:
    for batch in batches():
        doomed = new_pipeline()
        break_after(doomed, part, method, half=half)
        with pytest.raises(Crash):
            doomed.run(group(batch))
        new_pipeline().run(group(batch))
    assert contents(database, settings) == undisturbed


def test_redelivery_in_other_batches_changes_nothing(
    new_pipeline: Callable[[], Pipeline], database: Db, settings: Settings, undisturbed: dict[str, Any]
) -> None:
    first = batches()[0]
    doomed = new_pipeline()
    break_after(doomed, "_objects", "merge", half=False)
    with pytest.raises(Crash):
        doomed.run(group(first))
    packets = night()
    for start in range(0, NUMBER, 50):
        new_pipeline().run(group(packets[start : start + 50]))
    found = contents(database, settings)
    assert found["objects"] == undisturbed["objects"]
    assert set(found["alerts"]) == set(undisturbed["alerts"])


def test_two_workers_with_the_same_packets(
    new_pipeline: Callable[[], Pipeline], database: Db, settings: Settings, undisturbed: dict[str, Any]
) -> None:
    """As when a member of the group is taken for dead and is not."""
    workers = [new_pipeline() for _ in range(3)]
    errors: list[BaseException] = []

    def work(pipeline: Pipeline) -> None:
        try:
            for batch in batches():
                assert deliver(batch, pipeline, lambda _seconds: True)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(pipeline,)) for pipeline in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    found = contents(database, settings)
    assert found["objects"] == undisturbed["objects"]
    assert set(found["alerts"]) == set(undisturbed["alerts"])
    assert found["cutouts"] == undisturbed["cutouts"]
    assert sum(p.statistics.counts["ZTF"]["stored"] for p in workers) == NUMBER


def test_a_change_between_reading_and_writing_is_noticed(
    new_pipeline: Callable[[], Pipeline], database: Db
) -> None:
    packets = night()[:20]
    slow, fast = new_pipeline(), new_pipeline()
    real = slow._objects.merge

    def late(*arguments: Any) -> None:
        fast.run(group(packets))
        real(*arguments)

    slow._objects.merge = late  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        slow.run(group(packets))
    slow._objects.merge = real  # type: ignore[method-assign]
    slow.run(group(packets))
    assert slow.statistics.counts["ZTF"]["duplicates"] == 20
    assert database["ZTF_alerts"].count_documents({}) == 20


def test_a_store_that_is_away_is_waited_for(pipeline: Pipeline, database: Db) -> None:
    real, calls, pauses = pipeline._alerts.insert, [], []

    def away(*arguments: Any) -> set[int]:
        calls.append(1)
        if len(calls) < 4:
            raise StoreUnavailableError("away")
        return real(*arguments)

    pipeline._alerts.insert = away  # type: ignore[method-assign]

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return True

    assert deliver(simulated("ZTF", 10), pipeline, wait)
    assert pauses == sorted(pauses)
    assert len(pauses) == 3 == pipeline.statistics.retries
    assert database["ZTF_alerts"].count_documents({}) == 10
    assert database["quarantine"].count_documents({}) == 0


def test_waiting_can_be_ended(pipeline: Pipeline) -> None:
    def away(*_arguments: Any) -> set[int]:
        raise StoreUnavailableError("away")

    pipeline._alerts.insert = away  # type: ignore[method-assign]
    assert not deliver(simulated("ZTF", 3), pipeline, lambda _seconds: False)


class Choking(Stage):
    """Cannot bear one alert."""

    name = "choking"
    inputs = ("candid",)
    outputs = ()

    def __init__(self, candid: int) -> None:
        self._candid = candid

    def run(self, work: Work) -> None:
        if self._candid in work.frame["candid"].to_list():
            raise RuntimeError("too much")


def test_the_alert_at_fault_is_found_and_the_rest_go_in(pipeline: Pipeline, database: Db) -> None:
    packets = simulated("ZTF", 50)
    pipeline.run(group(packets[:1]))
    (first,) = database["ZTF_alerts"].find()
    database["ZTF_alerts"].delete_many({})
    pipeline._stages.append(Choking(first["_id"]))
    assert deliver(packets, pipeline, lambda _seconds: False)
    (kept,) = database["quarantine"].find()
    assert (kept["_id"], kept["reason"]) == (digest(packets[0].payload), "RuntimeError: too much")
    assert database["ZTF_alerts"].count_documents({}) == 49
