"""Any process may be killed at any moment: afterwards everything is there once, and nothing else.

``NIGHTDESK_CHAOS_ALERTS`` and ``NIGHTDESK_CHAOS_SEEDS`` (``1-20``) make it longer; ``make chaos`` sets both.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from nightdesk import archive
from nightdesk.alerts import decode, point_key
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker.factory import build_pipeline, prepare_store
from nightdesk_services.broker.models.packets import Packet
from nightdesk_services.broker.storage.archive import StoredNights
from nightdesk_services.broker.storage.objects import ObjectStore
from nightdesk_services.common.light_curves import read_object
from nightdesk_services.common.store import connect
from pymongo.database import Database

from tests.services.broker.desk import Desk, Replaying, desk, until
from tests.services.broker.packets import group, simulated

ALERTS = int(os.environ.get("NIGHTDESK_CHAOS_ALERTS", "300"))
FIRST, _, LAST = os.environ.get("NIGHTDESK_CHAOS_SEEDS", "1").partition("-")
SEEDS = range(int(FIRST), int(LAST or FIRST) + 1)
BATCH = 100
LOOKED_AT = 25
SHORTEST = 20
ZTF = SURVEYS["ZTF"]

Db = Database[dict[str, Any]]

pytestmark = pytest.mark.timeout(300 + ALERTS)


class Killer:
    """Kills one process after the other until told to stop; each comes back as its keeper would do it."""

    def __init__(self, here: Desk, seed: int) -> None:
        self._here = here
        self._dice = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.killed: defaultdict[str, int] = defaultdict(int)
        self.error: BaseException | None = None

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(180)
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        targets = ["worker", "worker", "broker", "store"]
        # one that keeps its messages in memory forgets them, which is another test
        if self._here.stream.server.durable:
            targets.append("stream")
        try:
            for target in self._dice.sample(targets, len(targets)):
                if self._stop.wait(self._dice.uniform(0.5, 2.0)):
                    return
                self._kill(target)
            for _ in range(ALERTS // 200):
                if self._stop.wait(self._dice.uniform(1.0, 8.0)):
                    return
                self._kill(self._dice.choice(targets))
        except BaseException as error:
            self.error = error

    def _kill(self, target: str) -> None:
        here = self._here
        if target == "worker":
            with suppress(IndexError, ProcessLookupError, KeyError):
                os.kill(self._dice.choice(here.workers()), signal.SIGKILL)
                self.killed[target] += 1
            return
        self.killed[target] += 1
        if target == "broker":
            assert here.broker is not None
            here.broker.kill()
            here.broker.wait()
            here.start_broker()
        else:
            server = here.store if target == "store" else here.stream
            server.kill()
            time.sleep(self._dice.uniform(0, 1.0))
            server.start()


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed-{seed}")
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "desk").mkdir()
    with desk(tmp_path / "desk", broker_batch=BATCH) as made:
        yield made


def test_everything_is_there_once(here: Desk, tmp_path: Path, seed: int) -> None:
    packets = simulated("ZTF", ALERTS, seed=1000 + seed)
    night = tmp_path / "night"
    night.mkdir()
    for i, packet in enumerate(packets):
        (night / f"{i:06}.avro").write_bytes(packet.payload)
    # a night that is over at once would outlive no kill
    # killed every few seconds, a store of some size is busy with coming back for minutes
    replaying = Replaying(here, night, rate=min(150, ALERTS / SHORTEST), timeout=600)
    until(lambda: count(here.database, ZTF.alerts) > 0, 90, "nothing was stored")
    with Killer(here, seed) as killer:
        until(lambda: not replaying.running, 240 + ALERTS, "the night does not end")
    summary = replaying.summary()
    assert sum(killer.killed.values()) >= 3, killer.killed
    assert (summary.published, summary.stored, summary.lost) == (ALERTS, ALERTS, 0), killer.killed
    assert not summary.quarantined

    batch = decode([packet.payload for packet in packets], ZTF).batch
    candids = batch.frame["candid"].to_list()
    for name in (ZTF.alerts, ZTF.cutouts):
        assert sorted(here.database[name].distinct("_id")) == sorted(candids)
    # a candidate's id names its alert and its filter: there is no second one
    assert set(here.database["candidates"].distinct("_id")) == undisturbed(here, packets)
    # the workers may be at it, too
    while ObjectStore(here.database).fold(100):
        pass
    check_light_curves(here.database, batch)
    check_archive(here)


def check_archive(here: Desk) -> None:
    """The archive has the alerts of the store, each once, and the same points."""
    shelf, store = archive.Shelf(ZTF, here.settings.archive), StoredNights(here.database)
    nights = store.nights(ZTF)
    assert nights
    assert shelf.nights() == nights
    for night in nights:
        told = archive.verify(archive.archived(shelf, night), store.candids(ZTF, night))
        assert told.agrees, told
    for name in here.database[ZTF.objects].distinct("objectId")[:LOOKED_AT]:
        stored = read_object(here.database, ZTF, name)
        assert stored is not None
        found = archive.light_curve(ZTF, name, root=here.settings.archive)
        for points, kept in ((found.prv, stored["prv_candidates"]), (found.fp, stored["fp_hists"])):
            keys = sorted(str(point_key(ZTF, point)) for point in points.to_dicts())
            assert keys == sorted(str(point_key(ZTF, point)) for point in kept)


def check_light_curves(database: Db, batch: Any) -> None:
    """Every point of every history once, and no other."""
    wanted: dict[str, tuple[set[Any], set[Any]]] = defaultdict(lambda: (set(), set()))
    names = batch.frame["objectId"].to_list()
    for name, candid in zip(names, batch.frame["candid"], strict=True):
        wanted[name][0].add(candid)
    for which, history in enumerate((batch.prv, batch.fp)):
        for owner, point in zip(history.owner.tolist(), history.values.to_dicts(), strict=True):
            wanted[names[owner]][which].add(point_key(ZTF, point))
    assert set(database[ZTF.objects].distinct("objectId")) == set(wanted)
    for name, both in wanted.items():
        found = read_object(database, ZTF, name)
        assert found is not None
        for field, points in zip(("prv_candidates", "fp_hists"), both, strict=True):
            keys = [point_key(ZTF, point) for point in found[field]]
            assert len(keys) == len(set(keys))
            assert set(keys) == points
        assert found["n_det"] == sum(point.get("candid") is not None for point in found["prv_candidates"])


def undisturbed(here: Desk, packets: Sequence[Packet]) -> set[str]:
    """The candidates of the same night when nothing is killed."""
    settings: Settings = here.settings.model_copy(update={"store_name": "calm"})
    prepare_store(settings)
    pipeline = build_pipeline(settings)
    for start in range(0, len(packets), BATCH):
        pipeline.run(group(list(packets[start : start + BATCH])))
    return set(connect(settings)["candidates"].distinct("_id"))


def count(database: Db, name: str) -> int:
    with suppress(Exception):
        return database[name].count_documents({})
    return 0
