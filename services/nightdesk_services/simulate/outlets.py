"""Where simulated packets go: the stream, a directory, or an archive in the form of ZTF's public one."""

from __future__ import annotations

import gzip
import io
import logging
import tarfile
from pathlib import Path
from typing import Any, Final, Protocol

from nightdesk.settings import Settings
from nightdesk.simulate import SimulatedAlert

log = logging.getLogger(__name__)

_MAX_MESSAGE: Final = 16 * 2**20
_PARTITIONS: Final = 4


class Outlet(Protocol):
    """Takes packets."""

    failed: int
    """Packets that were taken but did not arrive."""

    def put(self, alert: SimulatedAlert) -> None:
        """Take a packet."""
        ...

    def close(self) -> None:
        """End, when all that was taken has arrived."""
        ...


def topic_of(alert: SimulatedAlert) -> str:
    """Return the topic that the survey would use."""
    return f"ztf_{alert.night}_programid1" if alert.survey == "ZTF" else "lsst-alerts"


class Directory:
    """Writes ``<survey>/<night>/<candid>.avro``."""

    def __init__(self, path: Path) -> None:
        self.path, self.failed = path, 0
        path.mkdir(parents=True, exist_ok=True)

    def put(self, alert: SimulatedAlert) -> None:
        """Write a packet."""
        folder = self.path / alert.survey.lower() / alert.night
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{alert.candid}.avro").write_bytes(alert.payload)

    def close(self) -> None:
        """Do nothing: every file is closed."""


class Archive:
    """Writes ``<candid>.avro`` into a tar file, below the survey's name when there are several."""

    def __init__(self, path: Path, several: bool) -> None:
        self.failed, self._several = 0, several
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        # without a time and a name in its head, the same night is the same file
        self._packed = gzip.GzipFile("", "wb", 1, self._file, mtime=0) if path.suffix != ".tar" else None
        self._tar = tarfile.open(fileobj=self._packed or self._file, mode="w|")  # noqa: SIM115 - closed by close()

    def put(self, alert: SimulatedAlert) -> None:
        """Append a packet."""
        prefix = f"{alert.survey.lower()}/" if self._several else ""
        member = tarfile.TarInfo(f"{prefix}{alert.candid}.avro")
        member.size = len(alert.payload)
        self._tar.addfile(member, io.BytesIO(alert.payload))

    def close(self) -> None:
        """Finish the archive."""
        self._tar.close()
        if self._packed is not None:
            self._packed.close()
        self._file.close()


class Stream:
    """Publishes to Kafka, keyed by object, so that an object's alerts stay in order."""

    def __init__(self, settings: Settings, topic: str | None) -> None:
        from confluent_kafka import Producer
        from confluent_kafka.admin import AdminClient

        common: dict[str, Any] = {"bootstrap.servers": settings.stream, **settings.stream_config}
        self._producer = Producer(
            {
                "linger.ms": 20,
                "acks": "all",
                "queue.buffering.max.kbytes": 131_072,
                "message.max.bytes": _MAX_MESSAGE,
                **common,
            }
        )
        self._admin = AdminClient(common)
        self._topic, self._topics, self.failed = topic, set[str](), 0
        self._partitions = max(_PARTITIONS, settings.broker_workers)

    def put(self, alert: SimulatedAlert) -> None:
        """Hand a packet to the producer; wait while its queue is full."""
        topic = self._topic or topic_of(alert)
        self._ensure(topic)
        while True:
            try:
                self._producer.produce(topic, alert.payload, key=alert.key.encode(), on_delivery=self._told)
                break
            except BufferError:
                self._producer.poll(0.2)
        self._producer.poll(0)

    def close(self) -> None:
        """Wait for the stream to have all, for a minute at most."""
        self.failed += self._producer.flush(60)

    def _told(self, error: Any, _message: Any) -> None:
        if error is not None:
            self.failed += 1
            log.warning("the stream did not take an alert: %s", error)

    def _ensure(self, topic: str) -> None:
        """Create a topic with the partitions that our workers share; where that is forbidden, leave it."""
        if topic in self._topics:
            return
        from confluent_kafka import KafkaException
        from confluent_kafka.cimpl import NewTopic

        self._topics.add(topic)
        try:
            self._admin.create_topics([NewTopic(topic, self._partitions)])[topic].result(15)
        except (KafkaException, TimeoutError) as error:
            log.info("topic %s was not created: %s", topic, error)


def outlet(settings: Settings, out: Path | None, topic: str | None, several: bool) -> Outlet:
    """Return the outlet for a path (a directory, ``.tar`` or ``.tar.gz``), or the stream if there is none."""
    if out is None:
        return Stream(settings, topic)
    if out.name.endswith((".tar", ".tar.gz", ".tgz")):
        return Archive(out, several)
    return Directory(out)
