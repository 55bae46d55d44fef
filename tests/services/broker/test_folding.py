"""Points of light curves are appended first and put together later; readers see the same curve throughout."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from nightdesk.alerts import point_key
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker.services.pipeline import Pipeline
from nightdesk_services.broker.storage.objects import ObjectStore
from nightdesk_services.common.light_curves import read_object
from pymongo.database import Database

from tests.services.broker.packets import group, revisited

Db = Database[dict[str, Any]]
ZTF = SURVEYS["ZTF"]


def light_curves(database: Db) -> dict[str, tuple[list[str], list[str]]]:
    found = {}
    for name in database[ZTF.objects].distinct("objectId"):
        curve = read_object(database, ZTF, name)
        assert curve is not None
        prv, fp = (
            sorted(str(point_key(ZTF, p)) for p in curve[field]) for field in ("prv_candidates", "fp_hists")
        )
        assert len(set(prv)) == len(prv) and len(set(fp)) == len(fp)
        found[name] = prv, fp
    return found


def fold_all(database: Db, at_once: int = 7) -> None:
    store = ObjectStore(database)
    while store.fold(at_once):
        pass


def test_nothing_changes_for_readers(pipeline: Pipeline, database: Db) -> None:
    packets = revisited("ZTF", 60)
    for start in (0, 30):
        pipeline.run(group(packets[start : start + 30]))
        before = light_curves(database)
        assert ObjectStore(database).fold(7) == 7
        assert database[ZTF.objects].count_documents({"fresh": True}) > 0
        assert light_curves(database) == before
    while pipeline.tidy():
        pass
    assert light_curves(database) == before
    assert database[ZTF.objects].count_documents({"fresh": True}) == 0
    for name, (prv, _) in before.items():
        assert database[ZTF.objects].count_documents({"objectId": name}) <= 2
        aux = database[ZTF.aux].find_one({"_id": name})
        assert aux is not None
        assert len(aux["prv_candidates"]) == len(prv)
        assert None not in aux["prv_candidates"][0].values()


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_between_the_writes_changes_nothing(
    pipeline: Pipeline, database: Db, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.run(group(revisited("ZTF", 30)))
    before = light_curves(database)
    real = ObjectStore._written

    def crash(self: ObjectStore, *arguments: Any) -> bool:
        if when == "after":
            real(self, *arguments)
        raise Crash

    monkeypatch.setattr(ObjectStore, "_written", crash)
    with pytest.raises(Crash):
        ObjectStore(database).fold(20)
    monkeypatch.undo()
    assert light_curves(database) == before
    fold_all(database)
    assert light_curves(database) == before
    assert database[ZTF.objects].count_documents({"fresh": True}) == 0


def test_two_workers_at_once(new_pipeline: Callable[[], Pipeline], database: Db) -> None:
    packets = revisited("ZTF", 60)
    first = new_pipeline()
    for start in (0, 30):
        first.run(group(packets[start : start + 30]))
        before = light_curves(database)
        threads = [threading.Thread(target=fold_all, args=(database, n)) for n in (3, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert light_curves(database) == before
        assert database[ZTF.objects].count_documents({"fresh": True}) == 0
