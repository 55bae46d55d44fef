"""To a real stream and back."""

from __future__ import annotations

import re
import time
import uuid
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest
from confluent_kafka import Consumer, Message
from nightdesk.alerts import decode
from nightdesk.settings import Settings
from nightdesk.surveys import get
from nightdesk_services.simulate import run


def consume(bootstrap: str, topics: list[str], number: int) -> list[Message]:
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": uuid.uuid4().hex,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": 6000,
        }
    )
    consumer.subscribe(topics)
    found: list[Message] = []
    deadline = time.monotonic() + 90
    try:
        while len(found) < number and time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is not None and message.error() is None:
                found.append(message)
    finally:
        consumer.close()
    return found


@pytest.mark.real
def test_what_is_published_is_read_back(stream_bootstrap: str, tmp_path: Path) -> None:
    settings = Settings(stream_bootstrap=stream_bootstrap)
    truth = tmp_path / "truth.parquet"
    topic = f"ztf_simulated_{uuid.uuid4().hex[:8]}"
    summary = run(settings, survey="ztf", seed=2, count=60, density=30, topic=topic, truth=truth)
    assert (summary.published, summary.failed, summary.topics) == (60, 0, [topic])
    messages = consume(stream_bootstrap, [topic], 60)
    found = decode([message.value() or b"" for message in messages], get("ZTF"))
    assert not found.bad
    table = pl.read_parquet(truth)
    assert sorted(found.batch.frame["candid"]) == sorted(table["candid"])
    # the key is the object, so that its alerts stay in order
    places = defaultdict(set)
    for message, name in zip(messages, found.batch.frame["objectId"], strict=True):
        assert message.key() == name.encode()
        places[name].add(message.partition())
    assert all(len(partitions) == 1 for partitions in places.values())


@pytest.mark.real
def test_topics_are_those_that_the_broker_listens_to(stream_bootstrap: str) -> None:
    settings = Settings(stream_bootstrap=stream_bootstrap)
    summary = run(settings, survey="both", seed=2, count=60, density=15, start=2461400.65)
    assert summary.topics == ["lsst-alerts", "ztf_20261226_programid1"]
    assert summary.failed == 0
    for survey in ("ZTF", "LSST"):
        assert any(re.match(get(survey).topics, topic) for topic in summary.topics)
