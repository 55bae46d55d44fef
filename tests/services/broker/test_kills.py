"""kill -9 of any process in the middle of a replay: what is stored in the end is the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from nightdesk.alerts import decode, point_key
from nightdesk.surveys import SURVEYS
from nightdesk_services.common.light_curves import read_object

from tests.services.broker.desk import Desk, Replaying, desk, until
from tests.services.broker.packets import simulated

NUMBER = 150
ZTF = SURVEYS["ZTF"]


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("kills"), broker_batch=40) as made:
        yield made


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """With a stream that keeps everything in memory."""
    with desk(tmp_path_factory.mktemp("tansu"), stream="tansu", broker_batch=40) as made:
        yield made


class Night:
    """A night in files, half-way through its replay."""

    def __init__(self, here: Desk, directory: Path, seed: int) -> None:
        self.here = here
        # simulated nights may share alerts
        for name in (ZTF.alerts, ZTF.aux, ZTF.objects, ZTF.cutouts, "candidates"):
            here.database[name].delete_many({})
        packets = simulated("ZTF", NUMBER, seed=seed)
        for i, packet in enumerate(packets):
            (directory / f"{i:04}.avro").write_bytes(packet.payload)
        self.batch = decode([p.payload for p in packets], ZTF).batch
        self.ids = self.batch.frame["candid"].to_list()
        self.replaying = Replaying(here, directory, rate=60)
        until(lambda: self.stored() >= NUMBER // 10, 60, "nothing was stored")
        assert self.stored() < NUMBER

    def stored(self) -> int:
        return self.here.database["ZTF_alerts"].count_documents({"_id": {"$in": self.ids}})

    def check(self) -> None:
        summary = self.replaying.summary()
        assert (summary.published, summary.stored, summary.duplicates) == (NUMBER, NUMBER, 0)
        assert (summary.lost, summary.quarantined, summary.error) == (0, [], "")
        assert self.stored() == NUMBER
        cutouts = self.here.database["ZTF_alerts_cutouts"]
        assert cutouts.count_documents({"_id": {"$in": self.ids}}) == NUMBER
        for row, (candid, name) in enumerate(self.batch.frame.select("candid", "objectId").iter_rows()):
            aux = read_object(self.here.database, ZTF, name)
            assert aux is not None
            for field, past in (("prv_candidates", self.batch.prv), ("fp_hists", self.batch.fp)):
                keys = [point_key(ZTF, p) for p in aux[field]]
                assert len(keys) == len(set(keys))
                assert {point_key(ZTF, p) for p in past[row].to_dicts()} <= set(keys)
            assert candid in {p.get("candid") for p in aux["prv_candidates"]}


def test_a_worker(lasting: Desk, tmp_path: Path) -> None:
    night = Night(lasting, tmp_path, seed=1)
    before = lasting.workers()
    os.kill(before[0], signal.SIGKILL)
    night.check()
    until(lambda: len(lasting.workers()) == 2, 30, "the worker did not come back")
    assert before[0] not in lasting.workers()


def test_the_broker(lasting: Desk, tmp_path: Path) -> None:
    night = Night(lasting, tmp_path, seed=2)
    assert lasting.broker is not None
    children = psutil.Process(lasting.broker.pid).children(recursive=True)
    lasting.broker.kill()
    lasting.broker.wait()
    gone, alive = psutil.wait_procs(children, 10)
    assert gone
    assert not alive, "workers outlive the broker"
    lasting.start_broker()
    night.check()


def test_the_store(lasting: Desk, tmp_path: Path) -> None:
    night = Night(lasting, tmp_path, seed=3)
    lasting.store.kill()
    lasting.store.start()
    night.check()


def test_the_stream(lasting: Desk, tmp_path: Path) -> None:
    night = Night(lasting, tmp_path, seed=4)
    lasting.stream.kill()
    lasting.stream.start()
    night.check()


def test_a_stream_that_forgets_everything(forgetful: Desk, tmp_path: Path) -> None:
    night = Night(forgetful, tmp_path, seed=5)
    forgetful.stream.kill()
    forgetful.stream.start()
    night.check()
