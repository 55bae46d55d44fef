"""What the broker gives the archive, and whether it agrees with the store."""

from __future__ import annotations

import functools
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bson import Int64
from nightdesk.alerts import AlertBatch, decode, point_key
from nightdesk.archive import ArchiveWriter, Shelf, archive, archived, limits, verify
from nightdesk.archive.light_curves import light_curve
from nightdesk.simulate import Night
from nightdesk.surveys import get
from nightdesk_services.broker.models.errors import StoreUnavailableError
from nightdesk_services.broker.models.objects import NO_KEYS, KnownObject
from nightdesk_services.broker.services.archiving import Archiving, late_alerts
from nightdesk_services.broker.services.points import curves, news
from nightdesk_services.broker.services.work import Work
from nightdesk_services.broker.storage.archive import StoredNights
from nightdesk_services.common.packed import POINT

ZTF = get("ZTF")


@functools.cache
def nights() -> AlertBatch:
    """Three nights, the third of which comes back to the fields of the first."""
    packets = [alert.payload for alert in Night("ztf", seed=5, nights=3, hours=0.06, density=8)]
    return decode(packets, ZTF).batch


class Memory:
    """A store of objects, and a worker that may be killed between its writes."""

    def __init__(self, root: Path) -> None:
        self.known: dict[str, KnownObject] = {}
        self.archiving = Archiving(ArchiveWriter(root, fold_files=4))

    def deal_with(self, batch: AlertBatch, killed: str = "") -> None:
        names = set(batch.frame["objectId"])
        work = Work(batch, {name: one for name, one in self.known.items() if name in names})
        found = work.curves = curves(batch, work.known)
        new = news(batch, work.known, found)
        if killed != "before the archive":
            self.archiving.write(work, (new.prv, new.fp))
        if killed in ("before the archive", "before the objects"):
            return
        for i, name in enumerate(found.names):
            before = work.known.get(name)
            self.known[name] = KnownObject(
                version=1,
                detections=found.of(i),
                limits=np.concatenate([before.limits if before else NO_KEYS, new.limits[i]]),
                forced=np.concatenate([before.forced if before else NO_KEYS, new.forced[i]]),
            )


def check(root: Path, batch: AlertBatch, rows: list[int]) -> None:
    """The archive has each alert once, and at each alert knows at least what its packet said."""
    found = archive("ZTF", root=root, columns=["candid"]).collect()["candid"]
    assert sorted(found) == sorted(batch.frame["candid"])
    for i in rows:
        row = batch.frame.row(i, named=True)
        where = (row["ra"], row["dec"], 30.0)
        curve = light_curve("ZTF", row["objectId"], until=row["jd"], cone=where, root=root)
        for known, packet in ((curve.prv, batch.prv[i]), (curve.fp, batch.fp[i])):
            have = {point_key(ZTF, point) for point in known.iter_rows(named=True)}
            said = {point_key(ZTF, point) for point in packet.iter_rows(named=True)}
            assert said <= have
            assert known.height == len(have)


def returning(batch: AlertBatch) -> list[int]:
    names = batch.frame["objectId"].to_list()
    last = {name: i for i, name in enumerate(names)}
    chosen = [i for i, name in enumerate(names) if last[name] - names.index(name) > 60]
    assert len(chosen) > 10
    return chosen[-12:]


def first_ones_with_a_history(batch: AlertBatch) -> list[tuple[int, int]]:
    """First alerts of objects that bring earlier points along, each with the next alert of its object."""
    names, lengths = batch.frame["objectId"].to_list(), batch.prv.lengths
    found = [
        (i, names.index(name, i + 1))
        for i, name in enumerate(names)
        if lengths[i] and name not in names[:i] and name in names[i + 1 :]
    ]
    assert len(found) > 5
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_kills_between_the_writes_and_alerts_out_of_order(seed, tmp_path):
    batch, draw, memory = nights(), random.Random(seed), Memory(tmp_path)
    order = list(range(len(batch)))
    # neighbours change places, as partitions of a stream are read side by side; some come much later
    order.sort(key=lambda i: i + draw.uniform(0, 20))
    pairs = first_ones_with_a_history(batch)[:8]
    for first, second in pairs:
        order.remove(first)
        order.insert(order.index(second) + 1 + draw.choice([0, 30]), first)
    while order:
        now = order[: draw.randrange(10, 40)]
        death = draw.choice(["", "before the archive", "before the objects", "after the objects"])
        memory.deal_with(batch.take(now), death)
        if not death:
            order = order[len(now) :]
    memory.archiving.tidy()
    check(tmp_path, batch, [first for first, _ in pairs] + returning(batch)[:4])


def test_in_order_points_are_kept_once(tmp_path):
    batch, memory = nights(), Memory(tmp_path)
    for start in range(0, len(batch), 30):
        memory.deal_with(batch.take(list(range(start, min(start + 30, len(batch))))))
    check(tmp_path, batch, returning(batch)[:4])
    table = archive("ZTF", root=tmp_path, columns=["prv_new"]).collect()
    # what comes again lies in the store, and in no second row
    assert table["prv_new"].list.len().sum() < batch.prv.values.height


def test_the_new_points_are_worked_out_where_not_given(tmp_path):
    batch = nights().take(list(range(40)))
    Archiving(ArchiveWriter(tmp_path)).write(Work(batch))
    check(tmp_path, batch, [0, 10, 39])


def test_late_alerts():
    batch = nights().take([0, 1, 2, 3])
    jd, names = batch.frame["jd"].to_list(), batch.frame["objectId"].to_list()

    def known(*times: float) -> KnownObject:
        points = np.zeros(len(times), POINT)
        points["jd"] = times
        return KnownObject(1, points, NO_KEYS, NO_KEYS)

    work = Work(batch, {names[0]: known(jd[0] - 2), names[1]: known(jd[1] - 2, jd[1]), names[2]: known()})
    assert late_alerts(work).tolist() == [False, True, False, False]
    # a later alert of the same object stands before it in the batch
    same = nights().frame.with_row_index().filter(nights().frame["objectId"].is_duplicated())
    first, second = same.filter(same["objectId"] == same["objectId"][0])["index"].to_list()[:2]
    assert late_alerts(Work(nights().take([first, second]))).tolist() == [False, False]
    assert late_alerts(Work(nights().take([second, first]))).tolist() == [False, True]


def test_a_disk_that_takes_nothing_is_no_fault_of_the_alerts(tmp_path):
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(StoreUnavailableError, match="archive"):
        Archiving(ArchiveWriter(tmp_path / "file")).write(Work(nights().take([0])))


def test_archive_and_store_agree(database: Any, tmp_path):
    batch, memory = nights(), Memory(tmp_path)
    memory.deal_with(batch)
    alerts = [
        {"_id": Int64(candid), "jd": jd} for candid, jd in batch.frame.select("candid", "jd").iter_rows()
    ]
    database[ZTF.alerts].insert_many(alerts)
    # just on either side of a noon
    noon = limits(20260915, ZTF)[1]
    edges = [{"_id": Int64(1), "jd": noon - 1e-6}, {"_id": Int64(2), "jd": noon + 1e-6}]
    database[ZTF.alerts].insert_many(edges)
    store, shelf = StoredNights(database), Shelf(ZTF, tmp_path)
    assert store.nights(ZTF) == shelf.nights() == [20260915, 20260916, 20260917]
    assert store.nights(get("LSST")) == []
    results = [verify(archived(shelf, n), store.candids(ZTF, n)) for n in shelf.nights()]
    assert [one.missing for one in results] == [(1,), (2,), ()]
    assert [one.agrees for one in results] == [False, False, True]
    assert sum(one.same for one in results) == len(batch)
    gone = int(batch.frame["candid"][0])
    database[ZTF.alerts].delete_one({"_id": gone})
    assert verify(archived(shelf, 20260915), store.candids(ZTF, 20260915)).extra == (gone,)


def test_an_archive_that_doubles_an_alert_is_told():
    with pytest.raises(ValueError, match="1 alerts more than once"):
        verify([2**62, 1, 2**62], [1, 2**62])
    assert verify([], []).agrees
