"""Document stores: three programs that speak MongoDB's protocol, best first."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any, ClassVar, Literal

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from nightdesk_hub.embedded.base import EmbeddedServer, fetch_into, kept_in

# The change-event log holds whole documents; this many entries bound it to a few GB at most.
OPLOG_ENTRIES = 50_000


class _MongoProtocol(EmbeddedServer):
    kind: ClassVar[Literal["store"]] = "store"
    program: ClassVar[str]

    @classmethod
    def _find(cls) -> str | None:
        beside = Path(sys.executable).with_name(cls.program)
        return str(beside) if beside.exists() else shutil.which(cls.program)

    @classmethod
    def missing(cls) -> str:
        """Return the program that is not here."""
        return "" if cls._find() else f"the program {cls.program}"

    def _client(self) -> MongoClient[dict[str, Any]]:
        return MongoClient(self.settings.store, serverSelectionTimeoutMS=1500, socketTimeoutMS=1500)

    def ready(self) -> bool:
        """Return whether it answers and can read its data."""
        try:
            with self._client() as client:
                client.admin.command("ping")
                client[self.settings.store_name].list_collection_names()
        except PyMongoError:
            return False
        return True


class Mongod(_MongoProtocol):
    """MongoDB's own server, where it is installed."""

    name = "mongod"
    program = "mongod"

    def command(self) -> list[str]:
        """Return a single-node replica set's command: change streams need one."""
        return [
            self._find() or self.program,
            "--bind_ip=127.0.0.1",
            f"--port={self.settings.store_port}",
            f"--dbpath={self.directory}",
            "--replSet=nightdesk",
            "--wiredTigerCacheSizeGB=1",
        ]

    def ready(self) -> bool:
        """Return whether it is primary, asking it to become so on its first start."""
        try:
            with self._client() as client:
                hello = client.admin.command("hello")
                if not hello.get("setName"):
                    host = f"127.0.0.1:{self.settings.store_port}"
                    config = {"_id": "nightdesk", "members": [{"_id": 0, "host": host}]}
                    client.admin.command("replSetInitiate", config)
                return bool(hello.get("isWritablePrimary"))
        except PyMongoError:
            return False


class _Secantus(_MongoProtocol):
    def command(self) -> list[str]:
        """Return the command."""
        return [
            self._find() or self.program,
            "--host=127.0.0.1",
            f"--port={self.settings.store_port}",
            f"--storage-path={self.directory}",
            "--cache-size=1G",
            f"--oplog-max-entries={OPLOG_ENTRIES}",
            "--log-level=WARNING",
        ]


class SecantusRust(_Secantus):
    """SecantusDB's Rust server, where it has been built: a program of its own, under the GPL."""

    name = "secantusd-rs"
    program = "secantusd-rs"
    crate: ClassVar[str] = "secantus-mdb"
    version: ClassVar[str] = "0.5.3-beta.196"

    @classmethod
    def home(cls) -> Path:
        """Return where it is built to; shared by all checkouts of a user."""
        return kept_in("NIGHTDESK_SECANTUS_HOME", f"{cls.crate}-{cls.version}")

    @classmethod
    def _find(cls) -> str | None:
        built = cls.home() / "bin" / cls.program
        return str(built) if built.exists() else super()._find()

    @classmethod
    def fetch(cls) -> None:
        """Build it with Cargo, which takes some minutes; complete or not at all.

        Raises
        ------
        RuntimeError
            A tool is missing or the build failed.
        """
        if not cls.missing():
            return
        if lacking := [tool for tool in ("cargo", "cmake", "ninja") if not shutil.which(tool)]:
            msg = f"building the store needs {', '.join(lacking)}; without it the platform uses secantusd-py"
            raise RuntimeError(msg)
        # its manifest asks for the newest compiler, its code does not
        how = ["--locked", "--ignore-rust-version", "--quiet", f"--version={cls.version}"]
        fetch_into(
            cls.home(),
            lambda part: ["cargo", "install", cls.crate, *how, f"--root={part}"],
            f"Cargo could not build {cls.crate}",
        )

    def command(self) -> list[str]:
        """Return the command; what is acknowledged must outlive a kill."""
        return [*super().command(), "--sync-on-commit"]


class SecantusPython(_Secantus):
    """SecantusDB's Python server on WiredTiger, from PyPI."""

    name = "secantusd-py"
    program = "secantusd-py"
