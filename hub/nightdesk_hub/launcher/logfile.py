"""Log files that do not grow without bound."""

from __future__ import annotations

import shutil
from pathlib import Path

LIMIT = 10 * 2**20
"""Size in bytes at which a log is put aside."""
KEPT = 3


def rotate(path: Path, limit: int = LIMIT) -> bool:
    """Put a log aside when it is over the limit; its writer may go on, if it opened it to append.

    The file is copied and then emptied, because the writer is another process that keeps it open.
    """
    if not path.exists() or path.stat().st_size <= limit:
        return False
    for number in range(KEPT - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    with path.open("r+b") as file:
        file.truncate(0)
    return True


def tail(path: Path, lines: int) -> list[str]:
    """Return the last lines of a log, without reading more of it than needed."""
    block = 4096
    with path.open("rb") as file:
        size = file.seek(0, 2)
        while True:
            start = max(0, size - block)
            file.seek(start)
            text = file.read(size - start)
            if start == 0 or text.count(b"\n") > lines:
                break
            block *= 2
    return text.decode(errors="replace").splitlines()[-lines:] if lines else []
