"""What the launcher leaves in the data directory for other commands: lock, addresses, states."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

State = Literal["starting", "running", "unhealthy", "waiting", "stopped", "failed"]


@dataclass
class ProcessState:
    """One watched process, as ``nightdesk status`` shows it."""

    name: str
    state: State = "starting"
    pid: int | None = None
    created: float | None = None
    """When the process came to be; with the pid it names a process for certain."""
    restarts: int = 0
    since: float = 0.0
    """Unix time since which it runs."""
    port: int | None = None
    healthy: bool = False
    reason: str = ""
    """Why it was last restarted, or does not start."""

    @property
    def alive(self) -> bool:
        """Whether the very process that was recorded still runs."""
        return is_alive(self.pid, self.created)


def created(pid: int) -> float | None:
    """Return when a process came to be, or None when there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def is_alive(pid: int | None, born: float | None) -> bool:
    """Return whether a process lives and is the one that was recorded, not a later one with its number."""
    if pid is None or born is None:
        return False
    try:
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - born) < 1 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write JSON that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    part.replace(path)


class Desk:
    """The data directory of a platform, and what runs on it."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir.resolve()
        self.logs = self.path / "logs"
        self._states = self.path / "run"
        self._run = self.path / "run.json"
        self._lock: int | None = None

    def acquire(self) -> bool:
        """Take the directory for this process; False when another has it. The kernel frees it at death."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.logs.mkdir(exist_ok=True, mode=0o700)
        self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            self._lock = None
            return False
        return True

    def publish(self, url: str, settings: dict[str, Any], **more: Any) -> None:
        """Record where the platform is."""
        pid = os.getpid()
        about = {
            "pid": pid,
            "created": created(pid),
            "started": time.time(),
            "url": url,
            "settings": settings,
        }
        write_private(self._run, about | more)

    def running(self) -> dict[str, Any] | None:
        """Return what the launcher that runs now recorded, or None when none does."""
        try:
            about: dict[str, Any] = json.loads(self._run.read_text())
        except (OSError, ValueError):
            return None
        return about if is_alive(about.get("pid"), about.get("created")) else None

    def withdraw(self) -> None:
        """Remove the records; data and logs stay."""
        self._run.unlink(missing_ok=True)
        for path in self._states.glob("*.json"):
            path.unlink(missing_ok=True)

    def record(self, state: ProcessState) -> None:
        """Record the state of one process."""
        write_private(self._states / f"{state.name}.json", asdict(state))

    def forget(self, name: str) -> None:
        """Remove the record of one process."""
        (self._states / f"{name}.json").unlink(missing_ok=True)

    def processes(self) -> list[ProcessState]:
        """Return all recorded processes; one that is gone is shown as stopped."""
        found = []
        for path in sorted(self._states.glob("[!.]*.json")):
            try:
                state = ProcessState(**json.loads(path.read_text()))
            except (OSError, ValueError, TypeError):
                continue
            if not state.alive and state.state in ("running", "unhealthy"):
                state.state, state.healthy = "stopped", False
            found.append(state)
        return found
