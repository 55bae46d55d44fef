"""Putting packets onto the stream, whatever state it is in."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from nightdesk.settings import Settings

from nightdesk_services.broker.models.errors import StreamUnavailableError
from nightdesk_services.broker.services.replaying.parcels import Parcel

log = logging.getLogger(__name__)

_MAX_MESSAGE = 16 * 2**20
_PARTITIONS = 4


class Publisher:
    """A producer that does not give up, and a look at how far the broker's group has come."""

    def __init__(self, settings: Settings) -> None:
        common: dict[str, Any] = {
            "bootstrap.servers": settings.stream,
            "reconnect.backoff.ms": 500,
            "reconnect.backoff.max.ms": 2000,
            "log_level": 0,
            **settings.stream_config,
        }
        self._producer = Producer(
            {
                **common,
                "message.max.bytes": _MAX_MESSAGE,
                "queue.buffering.max.kbytes": 131_072,
                "linger.ms": 10,
                "acks": "all",
                # for ever: a stream that is down comes back
                "message.timeout.ms": 0,
            }
        )
        self._admin = AdminClient(common)
        self._group = Consumer({**common, "group.id": settings.stream_group, "enable.auto.commit": False})
        self._topics: set[str] = set()
        self._partitions = max(_PARTITIONS, settings.broker_workers)

    def send(self, parcel: Parcel) -> None:
        """Hand a packet to the producer; its place is set when the stream has acknowledged it."""
        self._ensure(parcel.topic)
        parcel.place = None
        parcel.sent_at = time.monotonic()
        while True:
            try:
                self._producer.produce(
                    parcel.topic, parcel.payload, key=parcel.key, on_delivery=partial(_delivered, parcel)
                )
                break
            except BufferError:
                self._producer.poll(0.2)
        self._producer.poll(0)

    def poll(self, seconds: float) -> None:
        """Let acknowledgements come in."""
        self._producer.poll(seconds)

    def committed(self, places: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Return up to which offset the broker has dealt with partitions.

        Raises
        ------
        StreamUnavailableError
            The stream does not answer.
        """
        if not places:
            return {}
        try:
            found = self._group.committed([TopicPartition(*place) for place in sorted(places)], timeout=5)
        except KafkaException as error:
            raise StreamUnavailableError(str(error)) from error
        return {(p.topic, p.partition): p.offset for p in found if p.error is None and p.offset >= 0}

    def close(self, *, drop: bool) -> None:
        """End; with ``drop`` without waiting for what the stream has not acknowledged."""
        if drop:
            self._producer.purge()
        self._producer.flush(10)
        self._group.close()

    def _ensure(self, topic: str) -> None:
        if topic in self._topics:
            return
        try:
            self._admin.create_topics([NewTopic(topic, self._partitions)])[topic].result(15)
        except KafkaException as error:
            problem = error.args[0]
            if problem.code() != KafkaError.TOPIC_ALREADY_EXISTS:
                # a site may forbid it; then the topic is there or makes itself
                log.info("topic %s was not created: %s", topic, problem)
        except TimeoutError:
            log.info("topic %s: the stream does not answer", topic)
            return
        self._topics.add(topic)


def _delivered(parcel: Parcel, error: KafkaError | None, message: Message) -> None:
    if error is None:
        parcel.place = (message.topic() or "", message.partition() or 0, message.offset() or 0)
    else:
        log.warning("%s was not taken by the stream: %s", parcel.file, error)
