"""The broker service on a real store and a real stream: real packets, bad ones, status, an orderly end."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import distributed
import httpx
import psutil
import pytest
from distributed.comm import connect
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker import catalogs
from nightdesk_services.broker.replay import replay
from nightdesk_services.common.light_curves import read_object

from tests.services.broker.desk import Desk, desk, until
from tests.services.broker.packets import simulated
from tests.support.data import DATA, needs_data


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture(scope="module")
def first(here: Desk) -> dict[str, object]:
    summary = replay(here.settings, [DATA / "ztf", DATA / "lsst"], timeout=120)
    return json.loads(summary.to_json())


@needs_data
def test_all_real_packets_are_stored_once(here: Desk, first: dict[str, object]) -> None:
    assert (first["published"], first["stored"], first["duplicates"], first["lost"]) == (41, 41, 0, 0)
    assert first["quarantined"] == []
    again = replay(here.settings, [DATA / "ztf", DATA / "lsst"], timeout=120)
    assert (again.stored, again.duplicates, again.lost, again.quarantined) == (0, 41, 0, [])
    assert here.database["ZTF_alerts"].count_documents({}) == 36
    assert here.database["LSST_alerts"].count_documents({}) == 5


@needs_data
def test_bad_files_are_quarantined_and_the_rest_go_in(here: Desk, tmp_path: Path) -> None:
    packets = simulated("ZTF", 3, seed=91)
    for i, packet in enumerate(packets):
        (tmp_path / f"good{i}.avro").write_bytes(packet.payload)
    (tmp_path / "truncated.avro").write_bytes(packets[0].payload[:20_000])
    (tmp_path / "empty.avro").write_bytes(b"")
    (tmp_path / "random.avro").write_bytes(os.urandom(5000))
    for _ in range(2):
        summary = replay(here.settings, [tmp_path], timeout=120)
        assert summary.lost == 0
        assert summary.stored + summary.duplicates == 3
        assert {Path(r.file).name for r in summary.quarantined} == {
            "truncated.avro",
            "empty.avro",
            "random.avro",
        }
        assert all(r.reason for r in summary.quarantined)
    assert summary.duplicates == 3


@needs_data
def test_archives_go_in(here: Desk, tmp_path: Path, first: dict[str, object]) -> None:
    night = shutil.make_archive(str(tmp_path / "night"), "gztar", DATA / "ztf" / "20200202")
    summary = replay(here.settings, [Path(night)], timeout=120)
    assert (summary.published, summary.duplicates, summary.lost) == (12, 12, 0)


def test_a_rate_is_kept(here: Desk, tmp_path: Path) -> None:
    for i, packet in enumerate(simulated("ZTF", 20, seed=92)):
        (tmp_path / f"{i}.avro").write_bytes(packet.payload)
    started = time.monotonic()
    summary = replay(here.settings, [tmp_path], rate=10, timeout=120)
    assert time.monotonic() - started >= 1.9
    assert summary.stored == 20


def test_a_catalogue_loaded_meanwhile_is_used(here: Desk, tmp_path: Path) -> None:
    packets = simulated("LSST", 12, seed=93)
    for i, packet in enumerate(packets):
        (tmp_path / f"{i}.avro").write_bytes(packet.payload)
    replay(here.settings, [tmp_path], timeout=120)
    (one,) = here.database["LSST_alerts"].find({}).sort("_id", -1).limit(1)
    assert here.database["LSST_objects"].find_one({"objectId": one["objectId"]})["cross_matches"] == {}
    table = tmp_path / "hosts.csv"
    ra, dec = one["candidate"]["ra"], one["candidate"]["dec"]
    table.write_text(f"ra,dec,z\n10,20,0.5\n{ra},{dec + 1 / 3600},0.031\n")
    catalogs.load(here.settings, "HOSTS", table, "ra", "dec")
    time.sleep(2.5)
    here.database["LSST_alerts"].delete_one({"_id": one["_id"]})
    replay(here.settings, [tmp_path], timeout=120)
    aux = read_object(here.database, SURVEYS["LSST"], one["objectId"])
    assert aux is not None
    (match,) = aux["cross_matches"]["HOSTS"]
    assert (match["_id"], match["z"]) == (1, 0.031)
    assert match["distance_arcsec"] == pytest.approx(1.0, abs=1e-3)


def test_status_and_metrics_tell_what_happened(here: Desk, tmp_path: Path) -> None:
    for i, packet in enumerate(simulated("ZTF", 5, seed=94)):
        (tmp_path / f"{i}.avro").write_bytes(packet.payload)
    replay(here.settings, [tmp_path], timeout=120)

    def counts() -> dict[str, int]:
        return here.get("/api/status").json()["data"]["counts"].get("ZTF", {})

    until(lambda: counts().get("stored", 0) >= 5, 20, "status lags behind")
    data = here.get("/api/status").json()["data"]
    assert data["phase"] == "running"
    assert len([w for w in data["workers"] if w["alive"]]) == 2
    assert data["totals"]["ZTF_alerts"] == here.database["ZTF_alerts"].count_documents({})
    assert data["last_alert_at"].endswith("+00:00")
    assert {"decode", "history", "crossmatch", "features", "filters", "store.alerts"} <= set(
        data["stage_seconds"]
    )
    text = here.get("/metrics").text
    assert 'nightdesk_broker_alerts_total{outcome="stored",survey="ZTF"}' in text
    assert "nightdesk_broker_workers 2.0" in text
    assert here.get("/health").json() == {"status": "ok", "workers": 2}


def test_nobody_else_reaches_the_workers(here: Desk) -> None:
    assert here.broker is not None
    family = [psutil.Process(here.broker.pid), *psutil.Process(here.broker.pid).children(recursive=True)]
    listening = [c.laddr for p in family for c in p.net_connections() if c.status == psutil.CONN_LISTEN]
    assert len(listening) >= 3
    assert {place.ip for place in listening} == {"127.0.0.1"}
    for place in listening:
        if place.port == here.settings.broker_port:
            continue
        for path in ("", "/status", "/info/main/workers.html", "/json/identity.json"):
            try:
                answer = httpx.get(f"http://127.0.0.1:{place.port}{path}", timeout=2)
            except httpx.TransportError:
                # it speaks TLS
                break
            assert answer.status_code >= 400
        # a Dask client without the certificate gets nowhere
        with pytest.raises((OSError, TimeoutError)):
            asyncio.run(greet(f"tcp://127.0.0.1:{place.port}"))


async def test_an_open_scheduler_would_greet() -> None:
    async with distributed.Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
        await greet(scheduler.address)


async def greet(address: str) -> None:
    """Shake hands as a Dask client does that has no certificate."""
    async with asyncio.timeout(5):
        comm = await connect(address, timeout=2)
    comm.abort()


def test_it_ends_in_order_and_leaves_nothing(here: Desk) -> None:
    """Last in the file: the desk has no broker afterwards."""
    assert here.broker is not None
    children = psutil.Process(here.broker.pid).children(recursive=True)
    assert len(children) >= 2
    here.broker.send_signal(signal.SIGTERM)
    assert here.broker.wait(30) == 0
    psutil.wait_procs(children, 5)
    assert not [c for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE]
    assert "the broker has ended" in here.log()
    assert "did not leave in time" not in here.log()
    assert "Traceback" not in here.log()
