"""Machine code on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from nightdesk.avro import compiled, interpreter

PROGRAM = """
from nightdesk.avro import compile_schema, decode
print(decode(compile_schema('int'), [b'\\2']).to_pylist())
"""


def test_stale_code_is_told_by_all_sources_of_the_package() -> None:
    """The stamp is a private attribute of Numba's: if it moves, an edit would run old machine code."""
    cache = interpreter.run._cache._cache_file  # type: ignore[attr-defined]
    assert cache._source_stamp == compiled.STAMP
    names = {name for name, *_ in compiled.STAMP}
    assert {"interpreter.py", "varints.py", "shapes.py", "memory.py"} <= names


def test_the_second_process_finds_the_code(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_DEBUG_CACHE": "1"}
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    ]
    assert all("[1]" in output for output in outputs)
    assert "data saved" in outputs[0]
    assert "data saved" not in outputs[1]
    assert "data loaded" in outputs[1]
