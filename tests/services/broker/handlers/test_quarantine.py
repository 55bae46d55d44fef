"""The quarantine over HTTP, against the real broker, store and stream, with tokens of a hub."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from nightdesk_services.broker.replay import replay

from tests.services.broker.desk import Desk, desk, until
from tests.services.broker.handlers.hub import hub
from tests.services.broker.packets import simulated


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with hub() as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with desk(tmp_path_factory.mktemp("desk"), broker_workers=1) as made:
            yield made


def ask(here: Desk, path: str, token: str = "reader", method: str = "GET", **how: Any) -> httpx.Response:
    url = f"http://127.0.0.1:{here.settings.broker_port}/services/broker/api/{path}"
    headers = {"Authorization": f"token {token}"} if token else {}
    return httpx.request(method, url, headers=headers, timeout=30, **how)


def entries(here: Desk, **query: Any) -> dict[str, Any]:
    answer = ask(here, "quarantine", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


def entry(here: Desk, digest: str) -> dict[str, Any] | None:
    return next((e for e in entries(here, limit=200)["entries"] if e["id"] == digest), None)


def refused(here: Desk, directory: Path, *payloads: bytes) -> list[str]:
    """Send packets that cannot be read; return their digests once they are in quarantine."""
    directory.mkdir(exist_ok=True)
    for i, payload in enumerate(payloads):
        (directory / f"{i}.avro").write_bytes(payload)
    summary = replay(here.settings, [directory], timeout=60)
    assert len(summary.quarantined) == len(payloads)
    return [hashlib.sha256(payload).hexdigest() for payload in payloads]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "status"),
        ("GET", "history"),
        ("GET", "summary"),
        ("GET", "quarantine"),
        ("GET", f"quarantine/{'0' * 64}/payload"),
        ("POST", "quarantine/retry"),
        ("POST", "quarantine/delete"),
    ],
)
def test_nobody_gets_in_without_the_scope(here: Desk, method: str, path: str) -> None:
    body = {"json": {"ids": ["0" * 64]}} if method == "POST" else {}
    assert ask(here, path, "", method, **body).status_code == 401
    assert ask(here, path, "forged", method, **body).status_code == 401
    answer = ask(here, path, "stranger", method, **body)
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("the token lacks the scope custom:nightdesk:stream:")
    if method == "POST":
        assert ask(here, path, "reader", method, **body).status_code == 403
        assert ask(here, path, "writer", method, **body).status_code == 200


def test_health_and_metrics_need_no_token(here: Desk) -> None:
    assert here.get("/health").status_code == 200
    assert "nightdesk_broker_workers 1.0" in here.get("/metrics").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("quarantine?limit=201", 400),
        ("quarantine?skip=-1", 400),
        ("quarantine?skip=x", 400),
        ("history?since=x", 400),
        ("summary?night=2026-11-25", 400),
        (f"quarantine/{'0' * 64}/payload", 404),
    ],
)
def test_what_makes_no_sense_is_refused(here: Desk, path: str, status: int) -> None:
    answer = ask(here, path)
    assert answer.status_code == status
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"json": {}}, 400),
        ({"json": {"ids": []}}, 400),
        ({"json": {"ids": ["$ne"]}}, 400),
        ({"json": {"ids": [{"$ne": 1}]}}, 400),
        ({"json": ["x"]}, 400),
        ({"json": {"ids": ["0" * 64] * 201}}, 400),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": {"ids": "0"}}, 415),
    ],
)
def test_a_bad_body_is_refused(here: Desk, how: dict[str, Any], status: int) -> None:
    headers = how.pop("headers", {}) | {"Authorization": "token writer"}
    url = f"http://127.0.0.1:{here.settings.broker_port}/api/quarantine/delete"
    assert httpx.post(url, headers=headers, **how).status_code == status


def test_packets_are_listed_filtered_downloaded_and_deleted(here: Desk, tmp_path: Path) -> None:
    (alert,) = simulated("ZTF", 1, seed=71)
    cut = [alert.payload[:n] for n in (20_000, 21_000)]
    noise = [os.urandom(2000) for _ in range(3)]
    digests = refused(here, tmp_path / "ztf", *cut, *noise)
    every = entries(here)
    assert (every["total"], every["matching"], every["retrying"]) == (5, 5, 0)
    assert {e["id"] for e in every["entries"]} == set(digests)
    assert sum(kind["count"] for kind in every["kinds"]) == 5
    first = entry(here, digests[0])
    assert first is not None
    assert (first["size"], first["state"], first["survey"]) == (20_000, "quarantined", "ZTF")
    assert first["topic"].startswith("ztf_")
    # both were cut short, at different places
    alike = entries(here, kind=first["kind"])
    assert {digests[0], digests[1]} <= {e["id"] for e in alike["entries"]}
    assert alike["matching"] == next(k["count"] for k in every["kinds"] if k["kind"] == first["kind"])
    assert entries(here, survey="LSST")["matching"] == 0
    pages = [entries(here, survey="ZTF", limit=2, skip=skip) for skip in (0, 2, 4)]
    assert [len(page["entries"]) for page in pages] == [2, 2, 1]
    assert len({e["id"] for page in pages for e in page["entries"]}) == 5

    answer = ask(here, f"quarantine/{digests[0]}/payload")
    assert answer.content == cut[0]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{digests[0][:16]}.avro"'
    gone = ask(here, "quarantine/delete", "writer", "POST", json={"ids": digests})
    assert gone.json()["data"] == {"deleted": 5}
    assert entries(here)["total"] == 0


def test_a_packet_that_is_still_bad_comes_back_with_its_reason(here: Desk, tmp_path: Path) -> None:
    (digest,) = refused(here, tmp_path / "bad", os.urandom(3000))
    here.database["quarantine"].update_one({"_id": digest}, {"$set": {"reason": "an old reason"}})
    answer = ask(here, "quarantine/retry", "writer", "POST", json={"ids": [digest]})
    assert answer.json()["data"] == {"sent": 1, "refused": []}
    until(lambda: (entry(here, digest) or {}).get("state") == "came back", 30, "it did not come back")
    found = entry(here, digest)
    assert found is not None
    # a replay on a busy machine may send a packet again itself
    assert found["tries"] == 1
    assert found["count"] >= 2
    assert found["reason"] != "an old reason"


def test_a_packet_that_can_be_read_now_goes_from_the_quarantine_into_the_store(here: Desk) -> None:
    """As after an upgrade that understands what was refused before."""
    (alert,) = simulated("ZTF", 1, seed=72)
    digest = hashlib.sha256(alert.payload).hexdigest()
    (other,) = here.database["quarantine"].find().limit(1)
    old = other | {
        "_id": digest,
        "payload": alert.payload,
        "size": len(alert.payload),
        "reason": "not understood",
    }
    here.database["quarantine"].insert_one(old)
    stored = here.database["ZTF_alerts"].count_documents({})
    assert ask(here, "quarantine/retry", "writer", "POST", json={"ids": [digest]}).json()["data"]["sent"] == 1
    until(lambda: entry(here, digest) is None, 30, "it stayed in quarantine")
    assert here.database["ZTF_alerts"].count_documents({}) == stored + 1
    assert here.database["quarantine_retries"].count_documents({}) == 0
    assert 'nightdesk_broker_quarantine_retries_total{outcome="dealt_with"} 1.0' in here.get("/metrics").text


def test_what_cannot_be_sent_is_told(here: Desk) -> None:
    (other,) = here.database["quarantine"].find().limit(1)
    cut, lost, absent = "a" * 64, "b" * 64, "c" * 64
    here.database["quarantine"].insert_many(
        [other | {"_id": cut, "size": 10**9}, other | {"_id": lost, "topic": ""}]
    )
    answer = ask(here, "quarantine/retry", "writer", "POST", json={"ids": [cut, lost, absent]}).json()["data"]
    assert answer["sent"] == 0
    assert [one["id"] for one in answer["refused"]] == [cut, lost, absent]
    assert "beginning" in answer["refused"][0]["reason"]
    assert "topic" in answer["refused"][1]["reason"]
    ask(here, "quarantine/delete", "writer", "POST", json={"ids": [cut, lost]})


def test_the_nights_summary_survives_a_restart(here: Desk, tmp_path: Path) -> None:
    for i, packet in enumerate(simulated("ZTF", 12, seed=73)):
        (tmp_path / f"{i}.avro").write_bytes(packet.payload)
    replay(here.settings, [tmp_path], timeout=60)

    def counted(name: str) -> int:
        data = ask(here, "summary").json()["data"]
        return int(data["surveys"].get("ZTF", {}).get(name, 0))

    # one was stored by the retry above
    until(lambda: counted("stored") == 13, 90, "the summary lags behind")
    before = ask(here, "summary").json()["data"]
    assert before["surveys"]["ZTF"]["quarantined"] >= 7
    assert sum(before["still_quarantined"].values()) == entries(here)["total"] == 1
    assert before["nights"] == [before["night"]]
    assert {stage["stage"] for stage in before["stages"]} & {"decode", "documents", "store.alerts"}
    assert sum(stage["share"] for stage in before["stages"]) <= 1.0 + 1e-9

    assert here.stop_broker() == 0
    here.start_broker()
    after = ask(here, "summary").json()["data"]
    assert after["surveys"] == before["surveys"]
    replay(here.settings, [tmp_path], timeout=60)
    until(lambda: counted("duplicates") >= 12, 90, "the summary lags behind")
    assert counted("stored") == 13
    assert ask(here, "summary?night=20200101").json()["data"]["surveys"] == {}
    kept = here.database["nightly_summaries"].find({}, {"_id": 1})
    assert {d["_id"] for d in kept} == {f"{before['night']}:ZTF", f"{before['night']}:stream"}
