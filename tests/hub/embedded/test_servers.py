"""The embedded servers do what the platform relies on: answer, and keep what they acknowledged."""

from __future__ import annotations

from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer
from nightdesk.settings import Settings
from nightdesk_hub.embedded import choose
from pymongo import MongoClient

from tests.support.servers import running

pytestmark = pytest.mark.real


def test_store_keeps_acknowledged_writes_through_a_kill(tmp_path: Path) -> None:
    with running("store", tmp_path) as store:
        client = MongoClient(store.server.settings.store, journal=True)
        client["t"]["c"].insert_many([{"_id": 2**62 + i} for i in range(500)])
        store.kill()
        store.start()
        assert {d["_id"] for d in client["t"]["c"].find()} == {2**62 + i for i in range(500)}
        client.close()


def test_stream_gives_back_what_was_produced(stream_bootstrap: str) -> None:
    producer = Producer({"bootstrap.servers": stream_bootstrap})
    sent = {bytes([i]) * 1000 for i in range(50)}
    for value in sent:
        producer.produce("roundtrip", value)
    assert producer.flush(20) == 0
    consumer = Consumer(
        {"bootstrap.servers": stream_bootstrap, "group.id": "roundtrip", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["roundtrip"])
    got: set[bytes] = set()
    for _ in range(40):
        got |= {m.value() for m in consumer.consume(100, 1) if not m.error()}
        if got == sent:
            break
    consumer.close()
    assert got == sent


def test_an_unknown_or_absent_server_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LookupError, match="NIGHTDESK_STORE_SERVER=oracle is not known; one of mongod"):
        choose("store", Settings(data_dir=tmp_path, store_server="oracle"))
    monkeypatch.setenv("NIGHTDESK_KAFKA_JARS", str(tmp_path))
    with pytest.raises(LookupError, match="kafka needs"):
        choose("stream", Settings(data_dir=tmp_path, stream_server="kafka"))
