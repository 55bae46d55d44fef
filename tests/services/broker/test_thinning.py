"""Old cutouts make room, and those that somebody looks at stay."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS, Survey
from nightdesk_services.broker.models.errors import StoreUnavailableError
from nightdesk_services.broker.services.pipeline import Pipeline
from nightdesk_services.broker.services.thinning import Thinning
from nightdesk_services.broker.storage.thinning import ThinningStore
from nightdesk_services.common.cutouts import CHOSEN, CutoutPacks
from pymongo.database import Database

from tests.services.broker.packets import group, simulated

Db = Database[dict[str, Any]]
Cutouts = dict[int, dict[str, Any]]

ZTF = SURVEYS["ZTF"]
FIELDS = ["cutoutScience", "cutoutTemplate", "cutoutDifference"]
NUMBER = 60
DAY = 86400.0


@pytest.fixture
def packs(settings: Settings) -> CutoutPacks:
    return CutoutPacks(settings.cutouts)


@pytest.fixture
def thinning(database: Db, packs: CutoutPacks) -> Thinning:
    return Thinning(ThinningStore(database), packs)


@pytest.fixture
def wanted(pipeline: Pipeline, database: Db, packs: CutoutPacks) -> Cutouts:
    """Fill the store; return the cutouts of candidates, of a source and of a listed object."""
    packets = simulated("ZTF", NUMBER)
    for start in range(0, NUMBER, 20):
        pipeline.run(group(packets[start : start + 20]))
    names = sorted(database["ZTF_alerts"].distinct("objectId"))
    database["sources"].insert_one({"_id": names[0], "group_ids": [1]})
    database["listings"].insert_one({"_id": 1, "obj_id": names[1], "user_id": 1})
    candids = {one["candid"] for one in database["candidates"].find()}
    candids |= {
        one["_id"] for one in database["ZTF_alerts"].find({"objectId": {"$in": names[:2]}}, {"_id": 1})
    }
    assert 2 < len(candids) < NUMBER - 10
    return {candid: one for candid, one in read(database, packs).items() if candid in candids}


def read(database: Db, packs: CutoutPacks) -> Cutouts:
    return {one["_id"]: packs.whole(one, FIELDS) for one in database["ZTF_alerts_cutouts"].find()}


def files(settings: Settings) -> list[Path]:
    return sorted(Path(settings.cutouts).rglob("*.pack"))


def today() -> str:
    return f"{datetime.now(UTC):%Y%m%d}"


def test_what_somebody_looks_at_stays(
    settings: Settings, database: Db, packs: CutoutPacks, thinning: Thinning, wanted: Cutouts
) -> None:
    before = sum(file.stat().st_size for file in files(settings))
    assert thinning.sweep(30, time.time() + 29 * DAY) == []
    (made,) = thinning.sweep(30, time.time() + 31 * DAY)
    assert (made.survey, made.day) == ("ZTF", today())
    assert (made.packs, made.unlisted) == (3, 0)
    assert (made.chosen, made.dropped) == (len(wanted), NUMBER - len(wanted))
    assert read(database, packs) == wanted
    assert all(len(one["cutoutScience"]["stampData"]) > 1000 for one in wanted.values())
    (file,) = files(settings)
    assert file.parent.name == CHOSEN
    # the list of what is in it comes on top
    assert before - made.freed < file.stat().st_size < before - made.freed + 5000
    assert packs.days(ZTF) == []
    assert database["ZTF_alerts"].count_documents({}) == NUMBER
    # once is enough, however late
    assert thinning.sweep(1, time.time() + 1000 * DAY) == []
    assert read(database, packs) == wanted


def test_a_rehearsal_tells_and_changes_nothing(
    settings: Settings, database: Db, packs: CutoutPacks, thinning: Thinning, wanted: Cutouts
) -> None:
    told: list[tuple[int, int]] = []
    before, there = read(database, packs), files(settings)
    made = thinning.thin(ZTF, today(), rehearse=True, tell=lambda done, total: told.append((done, total)))
    assert (read(database, packs), files(settings)) == (before, there)
    assert told == [(3, 3)]
    assert made == thinning.thin(ZTF, today())


def test_it_can_be_stopped(database: Db, packs: CutoutPacks, thinning: Thinning, wanted: Cutouts) -> None:
    before = read(database, packs)
    thinning.stop()
    made = thinning.thin(ZTF, today())
    assert (made.packs, made.chosen, made.dropped, made.freed) == (3, 0, 0, 0)
    assert read(database, packs) == before
    assert Thinning(ThinningStore(database), packs).thin(ZTF, today()).chosen == len(wanted)


def test_what_was_moved_meanwhile_is_not_dropped(database: Db, wanted: Cutouts) -> None:
    # as if two were at it, and the object became a source between their questions
    candid = next(iter(wanted))
    (known,) = database["ZTF_alerts_cutouts"].find({"_id": candid})
    store = ThinningStore(database)
    store.drop(ZTF, [known | {"pack": "ZTF/20260915/other.pack"}])
    assert database["ZTF_alerts_cutouts"].count_documents({"_id": candid}) == 1
    store.drop(ZTF, [known])
    assert database["ZTF_alerts_cutouts"].count_documents({"_id": candid}) == 0


class Failing(ThinningStore):
    """A store that goes away once."""

    def __init__(self, database: Db, when: str) -> None:
        super().__init__(database)
        self._when = when

    def _perhaps(self, now: str) -> None:
        if now == self._when:
            self._when = ""
            raise StoreUnavailableError("gone")

    def move(self, survey: Survey, before: Sequence[Any], after: Sequence[Any]) -> None:
        self._perhaps("before move")
        super().move(survey, before, after)
        self._perhaps("after move")

    def drop(self, survey: Survey, documents: Sequence[Any]) -> None:
        super().drop(survey, documents)
        self._perhaps("after drop")


@pytest.mark.parametrize("when", ["before move", "after move", "after drop"])
def test_an_end_at_any_moment_loses_nothing(
    database: Db, packs: CutoutPacks, wanted: Cutouts, when: str
) -> None:
    thinning = Thinning(Failing(database, when), packs)
    later = time.time() + 31 * DAY
    assert thinning.sweep(30, later) == []
    there = read(database, packs)
    assert {candid: there[candid] for candid in wanted} == wanted
    (made,) = thinning.sweep(30, later)
    assert made.packs == 3
    assert read(database, packs) == wanted
    assert packs.days(ZTF) == []


def test_a_pack_that_no_document_names_goes(
    settings: Settings, database: Db, packs: CutoutPacks, thinning: Thinning, wanted: Cutouts
) -> None:
    # as a batch that is repeated after a crash leaves it
    packs.keep(ZTF, list(wanted.values()))
    assert len(files(settings)) == 4
    thinning.thin(ZTF, today())
    assert len(files(settings)) == 1
    assert read(database, packs) == wanted


def test_a_pack_without_a_list_is_left_alone(
    settings: Settings, database: Db, packs: CutoutPacks, thinning: Thinning, wanted: Cutouts
) -> None:
    first, *_ = files(settings)
    first.write_bytes(first.read_bytes()[:-1])
    before = read(database, packs)
    made = thinning.thin(ZTF, today())
    assert (made.packs, made.unlisted) == (3, 1)
    assert first.exists()
    name = str(first.relative_to(settings.cutouts))
    assert {
        one["_id"]: packs.whole(one, FIELDS) for one in database["ZTF_alerts_cutouts"].find({"pack": name})
    } == {candid: one for candid, one in before.items() if candid in _of(database, name)}


def _of(database: Db, pack: str) -> set[int]:
    found = {one["_id"] for one in database["ZTF_alerts_cutouts"].find({"pack": pack})}
    assert len(found) == 20
    return found
