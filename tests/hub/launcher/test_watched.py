"""A watched process is brought back, with growing pauses, and ended for good when told so."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
from nightdesk_hub.launcher.state import Desk
from nightdesk_hub.launcher.watched import BackOff, Program, Watched

SLEEP = "import time; print('here', flush=True); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Callable[..., Watched]]:
    """Return a function that watches a piece of Python; all are ended afterwards."""
    started: list[Watched] = []
    desk = Desk(tmp_path)
    assert desk.acquire()

    def begin(code: str, ready: Callable[[], bool] | None = None, **options: float) -> Watched:
        log = desk.logs / "it.log"
        program = Program(
            name="it",
            command=lambda: [sys.executable, "-c", code],
            ready=ready or (lambda: "here" in log.read_text()),
            environment=lambda: dict(os.environ),
            **options,  # type: ignore[arg-type]
        )
        watched = Watched(program, desk, report=lambda line: None)
        watched.interval = 0.1
        watched.start()
        started.append(watched)
        return watched

    yield begin
    for watched in started:
        await watched.stop()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - what changes is another process
            await asyncio.sleep(0.02)


async def test_a_killed_process_comes_back_and_is_counted(watch: Callable[..., Watched]) -> None:
    it = watch(SLEEP)
    await it.answered.wait()
    first = it.state.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: it.state.restarts == 1 and it.state.healthy)
    assert it.state.pid not in (None, first)
    shown = it.desk.processes()
    assert [(process.name, process.pid, process.restarts) for process in shown] == [("it", it.state.pid, 1)]


async def test_the_reason_is_kept_while_it_waits(watch: Callable[..., Watched]) -> None:
    it = watch("raise SystemExit(7)")
    await until(lambda: it.state.state == "waiting")
    assert it.state.reason == "ended with code 7"
    assert not it.state.healthy


def test_pauses_grow_to_a_limit_and_are_forgiven() -> None:
    back_off = BackOff(first=0.5, most=30)
    assert [back_off.pause(ran=1) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert back_off.pause(ran=61) == 0.5


async def test_one_that_lives_but_does_not_answer_is_started_again(watch: Callable[..., Watched]) -> None:
    well = True
    it = watch(SLEEP, ready=lambda: well, patience=0.5)
    await it.answered.wait()
    first = it.state.pid
    well = False
    await until(lambda: it.state.state == "unhealthy")
    await until(lambda: it.state.restarts == 1)
    well = True
    await until(lambda: it.state.healthy)
    assert it.state.pid != first
    assert first is not None
    assert not psutil.pid_exists(first)


async def test_one_that_does_not_stop_is_killed_with_its_children(watch: Callable[..., Watched]) -> None:
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n{DEAF}"
    it = watch(code, stop_timeout=0.3)
    await it.answered.wait()
    assert it.state.pid is not None
    process = psutil.Process(it.state.pid)
    await until(lambda: len(process.children()) == 1)
    family = [process, *process.children()]
    began = time.monotonic()
    await it.stop()
    assert 0.3 <= time.monotonic() - began < 5
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert it.desk.processes() == []


async def test_it_waits_for_its_port(watch: Callable[..., Watched], tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        it = watch(SLEEP, ports={"hub_port": taken.getsockname()[1]})
        await asyncio.sleep(0.5)
        assert it.state.pid is None
    await it.answered.wait()
    assert it.state.restarts == 0
