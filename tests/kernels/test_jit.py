"""Machine code on disk, made once for all processes."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nightdesk.avro import interpreter

DECODING = """
from nightdesk.avro import compile_schema, decode
print(decode(compile_schema('int'), [b'\\2']).to_pylist())
"""
ADDING = """
import sys
sys.path.insert(0, {directory!r})
from adding import add
print('ready', flush=True)
input()
print(add(1, 2), flush=True)
print('hits', sum(add.stats.cache_hits.values()), 'misses', sum(add.stats.cache_misses.values()))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_DEBUG_CACHE": "1"}


@pytest.fixture
def module(tmp_path: Path) -> Iterator[str]:
    """Write a module with a function; return a program that compiles and calls it when it is told to."""
    (tmp_path / "adding.py").write_text(
        "from nightdesk.jit import jit\n\n\n@jit\ndef add(a, b):\n    return a + b\n"
    )
    yield ADDING.format(directory=str(tmp_path))


def start(program: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def lock_of(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "cache").rglob("adding.add-*.lock")
    return found


def test_stale_code_is_told_by_all_sources_of_the_package() -> None:
    """The stamp is a private attribute of Numba's: if it moves, an edit would run old machine code."""
    stamp = interpreter.run._cache._cache_file._source_stamp  # type: ignore[attr-defined]
    assert {"interpreter.py", "varints.py", "shapes.py", "memory.py"} <= {name for name, *_ in stamp}


def test_the_second_process_finds_the_code(environment: dict[str, str]) -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", DECODING], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert all("[1]" in output for output in outputs)
    assert "data saved" in outputs[0]
    assert "data saved" not in outputs[1]
    assert "data loaded" in outputs[1]


def test_of_processes_that_begin_together_one_compiles(module: str, environment: dict[str, str]) -> None:
    processes = [start(module, environment) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert all("\n3\n" in f"\n{output}" for output in outputs)
    assert sorted("misses 1" in output for output in outputs) == [False, False, False, True]
    assert sum("data saved" in output for output in outputs) == 1


def test_a_process_that_ends_meanwhile_keeps_nobody_waiting(
    module: str, environment: dict[str, str], tmp_path: Path
) -> None:
    # makes the place, and nothing else that counts
    start(module, environment).communicate("go\n", timeout=60)
    lock = lock_of(tmp_path)
    for entry in lock.parent.glob("adding.add-*.nb[ci]"):
        entry.unlink()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import fcntl, time; f = open({str(lock)!r}); fcntl.flock(f, fcntl.LOCK_EX); "
            "print('held', flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    waiting = start(module, environment)
    assert waiting.stdin is not None
    waiting.stdin.write("go\n")
    waiting.stdin.flush()
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(2)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert "\n3\n" in f"\n{waiting.communicate(timeout=30)[0]}"


def test_the_lock_is_free_afterwards(module: str, environment: dict[str, str], tmp_path: Path) -> None:
    process = start(module, environment)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("go\n")
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while process.stdout.readline() != "3\n":
        assert time.monotonic() < deadline
    with lock_of(tmp_path).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    process.kill()
    process.wait()


def test_without_a_place_each_compiles_for_itself(module: str, tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": "/proc/nowhere"}
    output = start(module, environment).communicate("go\n", timeout=60)[0]
    assert "3\n" in output
