"""The stream as retries use it: send one packet and know its place, ask how far the broker has come."""

from __future__ import annotations

import time
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from nightdesk.settings import Settings

from nightdesk_services.broker.models.errors import StreamUnavailableError

_MAX_MESSAGE = 16 * 2**20
_PATIENCE = 10.0


class Resender:
    """A producer that says where a packet went, and a look at the broker's group."""

    def __init__(self, settings: Settings) -> None:
        common: dict[str, Any] = {
            "bootstrap.servers": settings.stream,
            "reconnect.backoff.max.ms": 2000,
            "log_level": 0,
            **settings.stream_config,
        }
        self._producer = Producer(
            {
                **common,
                "message.max.bytes": _MAX_MESSAGE,
                "acks": "all",
                "linger.ms": 0,
                "message.timeout.ms": int(_PATIENCE * 1000),
            }
        )
        self._group = Consumer({**common, "group.id": settings.stream_group, "enable.auto.commit": False})

    def publish(self, topic: str, payload: bytes) -> tuple[str, int, int]:
        """Send a packet; return topic, partition and offset once the stream has it.

        Raises
        ------
        StreamUnavailableError
            The stream did not take it in ten seconds.
        """
        answer: list[Any] = []
        try:
            self._producer.produce(topic, payload, on_delivery=lambda *about: answer.extend(about))
        except (KafkaException, BufferError) as error:
            raise StreamUnavailableError(str(error)) from error
        deadline = time.monotonic() + _PATIENCE + 2
        while not answer and time.monotonic() < deadline:
            self._producer.poll(0.1)
        if not answer:
            raise StreamUnavailableError("the stream does not answer")
        refused, message = answer
        if refused is not None:
            raise StreamUnavailableError(str(refused))
        return message.topic(), message.partition(), message.offset()

    def committed(self, places: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Return up to which offset the broker has dealt with partitions.

        Raises
        ------
        StreamUnavailableError
            The stream does not answer.
        """
        try:
            found = self._group.committed([TopicPartition(*place) for place in sorted(places)], timeout=5)
        except KafkaException as error:
            raise StreamUnavailableError(str(error)) from error
        return {(p.topic, p.partition): p.offset for p in found if p.error is None and p.offset >= 0}
