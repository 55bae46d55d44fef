"""What an embedded server is: how to find it, start it, and tell that it answers."""

from __future__ import annotations

import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal

from nightdesk.settings import Settings

Kind = Literal["store", "stream"]


def kept_in(variable: str, name: str) -> Path:
    """Return where a fetched program lies for all checkouts of a user, unless a variable says otherwise."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return Path(os.environ.get(variable, cache / "nightdesk" / name))


def fetch_into(target: Path, command: Callable[[Path], list[str]], failure: str) -> None:
    """Run a command that fills a directory; all of it comes to be at its place, or nothing.

    Parameters
    ----------
    command
        Given the directory to fill.
    failure
        What did not work, as in "Maven could not fetch Apache Kafka".

    Raises
    ------
    RuntimeError
        The command failed; says what it said.
    """
    part = target.with_name(f"{target.name}.part{os.getpid()}")
    part.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command(part), capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(part, ignore_errors=True)
        msg = f"{failure}: {(done.stdout + done.stderr)[-800:]}"
        raise RuntimeError(msg)
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


class EmbeddedServer(ABC):
    """One server program that the launcher can run on 127.0.0.1.

    A subclass gives `name`, `kind`, `durable`, and writes `missing`, `command` and `ready`;
    `prepare` where the data directory needs formatting first.
    """

    name: ClassVar[str]
    kind: ClassVar[Kind]
    durable: ClassVar[bool] = True
    """Whether data outlive the process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.directory: Path = settings.data_dir.resolve() / self.kind / self.name
        """Where this server keeps its data."""

    @classmethod
    @abstractmethod
    def missing(cls) -> str:
        """Return what this machine lacks to run the server, empty when nothing."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the program and its arguments."""

    @abstractmethod
    def ready(self) -> bool:
        """Return whether the server answers a real request now; must not block longer than 3 s."""

    def prepare(self) -> None:
        """Make the data directory usable; called before every start."""
        self.directory.mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        """Return variables to add to the process's environment."""
        return {}

    def ports(self) -> dict[str, int]:
        """Return the ports it listens on, by the name of the setting."""
        name = f"{self.kind}_port"
        return {name: getattr(self.settings, name)}
