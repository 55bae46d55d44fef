"""One process that is kept running: started, asked whether it answers, started again with back-off."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nightdesk_gateway.death import dying_with_me

from nightdesk_hub.launcher.logfile import rotate, tail
from nightdesk_hub.launcher.probe import is_free
from nightdesk_hub.launcher.state import Desk, ProcessState, State, created


@dataclass
class Program:
    """What to run, and how to tell that it answers."""

    name: str
    command: Callable[[], list[str]]
    ready: Callable[[], bool]
    """Whether it answers a real request; runs in a thread and blocks some seconds at most."""
    environment: Callable[[], dict[str, str]]
    """Its whole environment."""
    prepare: Callable[[], None] = lambda: None
    """Called in a thread before every start."""
    ports: dict[str, int] = field(default_factory=dict)
    """Ports it listens on, by the name of the setting; the first is shown."""
    stop_timeout: float = 15.0
    """Seconds between the polite and the forceful signal."""
    start_timeout: float = 120.0
    """Seconds within which it must answer for the first time."""
    patience: float = 60.0
    """Seconds for which it may not answer before it is killed and started again."""


@dataclass
class BackOff:
    """Growing pauses between starts; short again after it ran well for a while."""

    first: float = 0.5
    most: float = 30.0
    forgiven_after: float = 60.0
    failures: int = 0

    def pause(self, ran: float) -> float:
        """Return seconds to wait, after the process ran for some seconds."""
        self.failures = 1 if ran > self.forgiven_after else self.failures + 1
        return min(self.most, self.first * 2.0 ** min(self.failures - 1, 16))


class Watched:
    """Keeps a program running until it is told to stop."""

    interval = 5.0
    """Seconds between questions to a running program."""

    def __init__(self, program: Program, desk: Desk, report: Callable[[str], None] = lambda _: None) -> None:
        self.program = program
        self.desk = desk
        self.report = report
        self.log = desk.logs / f"{program.name}.log"
        self.state = ProcessState(program.name, port=next(iter(program.ports.values()), None))
        self.back_off = BackOff()
        self.answered = asyncio.Event()
        """Set once it answered for the first time."""
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._run(), name=self.program.name)

    async def stop(self) -> None:
        """End the program: politely, then by force; return when it is gone."""
        self._stopping.set()
        if self._task is not None:
            await self._task
        self.desk.forget(self.program.name)

    def kill(self) -> None:
        """End the program and its group by force, at once."""
        self._stopping.set()
        if self._process is not None:
            self._signal_group(self._process.pid, signal.SIGKILL)

    def last_words(self, lines: int = 15) -> str:
        """Return the end of its log."""
        return "\n".join(tail(self.log, lines)) if self.log.exists() else ""

    async def _run(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                reason = await self._once()
            except (OSError, RuntimeError, LookupError) as error:
                reason = f"could not start: {error}"
            if self._stopping.is_set():
                break
            pause = self.back_off.pause(time.monotonic() - began)
            self.state.restarts += 1
            self._set("waiting", reason=reason)
            self.report(f"{self.program.name} {reason}; starting it again in {pause:.1f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
        self._set("stopped")

    async def _once(self) -> str:
        """Run it once; return why it ended."""
        self._set("starting", reason=self.state.reason)
        await asyncio.to_thread(self.program.prepare)
        await self._wait_for_ports()
        if self._stopping.is_set():
            return "was stopped"
        await asyncio.to_thread(rotate, self.log)
        # Appending: the log may be emptied under its writer.
        with self.log.open("ab") as out:
            self._process = process = await asyncio.create_subprocess_exec(
                *self.program.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=asyncio.subprocess.STDOUT,
                env=self.program.environment(),
                start_new_session=True,
                preexec_fn=dying_with_me(),
            )
        self.state.pid, self.state.created = process.pid, created(process.pid)
        self.state.since = time.time()
        self._set("starting", reason=self.state.reason)
        ended = asyncio.create_task(process.wait())
        stopping = asyncio.create_task(self._stopping.wait())
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({ended, stopping, watching}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                code = ended.result()
                how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            elif watching.done():
                how = watching.result()
                self._signal_group(process.pid, signal.SIGKILL)
            else:
                how = "was stopped"
                await self._end_politely(process, ended)
            await ended
        finally:
            stopping.cancel()
            watching.cancel()
            # What it started and left in its group must not hold its ports.
            self._signal_group(process.pid, signal.SIGKILL)
            self._process = None
        self.state.pid = self.state.created = None
        return how

    async def _watch(self) -> str:
        """Ask it again and again; return, with the reason, when it has not answered for too long."""
        last = began = time.monotonic()
        answered = False
        while True:
            if await asyncio.to_thread(self.program.ready):
                last = time.monotonic()
                answered = True
                if self.state.state != "running":
                    self._set("running")
                self.answered.set()
            elif answered:
                if self.state.state == "running":
                    self._set("unhealthy", reason="does not answer")
                if time.monotonic() - last > self.program.patience:
                    return f"did not answer for {self.program.patience:.0f} s"
            elif time.monotonic() - began > self.program.start_timeout:
                return f"did not answer within {self.program.start_timeout:.0f} s of its start"
            await asyncio.to_thread(rotate, self.log)
            await asyncio.sleep(self.interval if answered else 0.2)

    async def _end_politely(self, process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        done, _ = await asyncio.wait({ended}, timeout=self.program.stop_timeout)
        if not done:
            self.report(f"{self.program.name} did not stop in {self.program.stop_timeout:.0f} s; killing it")
            self._signal_group(process.pid, signal.SIGKILL)

    async def _wait_for_ports(self, longest: float = 15.0) -> None:
        """Wait until its ports are free: the kernel may need a moment after a kill."""
        deadline = time.monotonic() + longest
        for name, port in self.program.ports.items():
            while not is_free(port) and not self._stopping.is_set():
                if time.monotonic() > deadline:
                    msg = f"port {port} ({name}) is still in use"
                    raise RuntimeError(msg)
                await asyncio.sleep(0.1)

    def _set(self, state: State, reason: str = "") -> None:
        self.state.state = state
        self.state.healthy = state == "running"
        self.state.reason = reason
        self.desk.record(self.state)

    @staticmethod
    def _signal_group(pid: int, sig: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, sig)
