"""The loop of one member of the consumer group."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import psutil
from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaException, Message, TopicPartition
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS

from nightdesk_services.broker.models.errors import StoreUnavailableError
from nightdesk_services.broker.models.packets import Packet
from nightdesk_services.broker.models.statistics import Statistics
from nightdesk_services.broker.services.delivery import deliver
from nightdesk_services.broker.services.pipeline import Pipeline

log = logging.getLogger(__name__)

Report = Callable[[Statistics], None]

_POLL = 0.2
# While there are light curves to put together.
_POLL_BUSY = 0.05
_REPORT_EVERY = 1.0


def topics(settings: Settings) -> list[str]:
    """Return the topics to subscribe to; a pattern starts with ``^``."""
    named = [name.strip() for name in settings.stream_topics.split(",") if name.strip()]
    return named or [survey.topics for survey in SURVEYS.values()]


def consumer_config(settings: Settings, client: str) -> dict[str, Any]:
    """Return the properties of a consumer that commits only what it is told to."""
    return {
        "bootstrap.servers": settings.stream,
        "group.id": settings.stream_group,
        "client.id": client,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 1500,
        "max.poll.interval.ms": 120_000,
        "topic.metadata.refresh.interval.ms": 2000,
        "fetch.wait.max.ms": 100,
        "fetch.message.max.bytes": 16 * 2**20,
        "queued.max.messages.kbytes": 32_768,
        "reconnect.backoff.ms": 500,
        "reconnect.backoff.max.ms": 2000,
        # a stream that is down would fill the log with a line for every attempt
        "log_level": 2,
        **settings.stream_config,
    }


class ConsumerLoop:
    """Polls a batch, has it dealt with, commits its offsets, until told to stop.

    Parameters
    ----------
    stop
        Set from another thread.
    report
        Called about once a second with the counts so far.
    """

    def __init__(
        self, settings: Settings, client: str, pipeline: Pipeline, stop: threading.Event, report: Report
    ) -> None:
        self._settings = settings
        self._client = client
        self._pipeline = pipeline
        self._stop = stop
        self._report = report
        self._reported_at = 0.0
        self._more = False
        self._pending: dict[tuple[str, int], int] = {}

    def run(self) -> None:
        """Consume until told to stop; a consumer that the stream gave up on is replaced."""
        while not self._stop.is_set():
            consumer = Consumer(consumer_config(self._settings, self._client))
            try:
                consumer.subscribe(topics(self._settings), on_revoke=self._revoked, on_lost=self._revoked)
                self._consume(consumer)
            except KafkaException as error:
                log.warning("the consumer starts anew: %s", error)
                self._stop.wait(2)
            finally:
                # leaves the group, so that the others take over at once
                consumer.close()
        self._tell(None)
        self._pipeline.close()

    def _consume(self, consumer: Consumer) -> None:
        self._pending = {}
        while not self._stop.is_set():
            messages = consumer.consume(self._settings.broker_batch, _POLL_BUSY if self._more else _POLL)
            packets = self._packets(messages)
            for packet in packets:
                self._pending[packet.topic, packet.partition] = packet.offset + 1
            if packets and not deliver(packets, self._pipeline, partial(self._wait, consumer)):
                return
            self._commit(consumer)
            self._tell(consumer)
            if packets:
                # the next pause must be a real one: a fetch under load may take as long as a short poll
                self._more = False
            else:
                self._tidy()

    def _tidy(self) -> None:
        try:
            self._more = self._pipeline.tidy()
        except StoreUnavailableError as error:
            log.warning("light curves are put together later: %s", str(error)[:300])

    def _packets(self, messages: Sequence[Message]) -> list[Packet]:
        packets = []
        for message in messages:
            error = message.error()
            if error is None:
                topic, partition, offset = message.topic(), message.partition(), message.offset()
                kind, when = message.timestamp()
                arrived = None if kind == TIMESTAMP_NOT_AVAILABLE else when / 1000
                packets.append(
                    Packet(message.value() or b"", topic or "", partition or 0, offset or 0, arrived)
                )
            elif error.fatal():
                raise KafkaException(error)
            else:
                log.info("stream: %s", error)
        return packets

    def _commit(self, consumer: Consumer) -> None:
        offsets = [TopicPartition(topic, part, offset) for (topic, part), offset in self._pending.items()]
        if not offsets:
            return
        try:
            consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            # tried again after the next poll; if this process ends first, the packets come again
            log.warning("offsets were not committed: %s", error)
        else:
            self._pending = {}

    def _revoked(self, _consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for partition in partitions:
            self._pending.pop((partition.topic, partition.partition), None)

    def _wait(self, consumer: Consumer, seconds: float) -> bool:
        """Wait for the store without being taken for dead by the group."""
        assigned = consumer.assignment()
        consumer.pause(assigned)
        until = time.monotonic() + seconds
        while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            message = consumer.poll(min(left, 0.5))
            if message is not None and message.error() is None:
                # a partition that came in just now: have its message again later
                where = TopicPartition(message.topic() or "", message.partition() or 0, message.offset() or 0)
                consumer.seek(where)
                consumer.pause([where])
            self._tell(consumer)
        consumer.resume(consumer.assignment())
        return not self._stop.is_set()

    def _tell(self, consumer: Consumer | None) -> None:
        now = time.monotonic()
        if consumer is not None and now - self._reported_at < _REPORT_EVERY:
            return
        self._reported_at = now
        statistics = self._pipeline.statistics
        statistics.partitions, statistics.lag = _lag(consumer) if consumer else (0, None)
        statistics.rss = psutil.Process().memory_info().rss
        self._report(statistics)


def _lag(consumer: Consumer) -> tuple[int, int | None]:
    """Return the partitions at hand, and how many messages wait in them as far as the client knows."""
    assigned = consumer.assignment()
    lag: int | None = None
    for place in consumer.position(assigned) if assigned else ():
        low, high = consumer.get_watermark_offsets(place, cached=True)
        if place.offset >= 0 and high >= place.offset >= low >= 0:
            lag = (lag or 0) + high - place.offset
    return len(assigned), lag
