"""Pictures on disk, in folders that a hash of their number spreads them over."""

from __future__ import annotations

import asyncio
import os
from hashlib import sha256
from pathlib import Path


class ThumbnailFiles:
    """Writes and reads pictures under names of its own making: a number and a depth, nothing a client sent.

    Parameters
    ----------
    directory
        Where all of them lie; made when the first is written.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @staticmethod
    def name(number: int, depth: int) -> str:
        """Return where a picture lies below the directory: a folder for each two digits of the hash."""
        digits = sha256(str(number).encode()).hexdigest()
        return "/".join([*(digits[2 * i : 2 * i + 2] for i in range(depth)), f"{number}.png"])

    async def write(self, number: int, depth: int, body: bytes) -> None:
        """Store a picture; it is there whole or not at all."""
        await asyncio.to_thread(_written, self._path(number, depth), body)

    async def read(self, number: int, depth: int) -> bytes | None:
        """Return a picture, None if its file is missing."""
        try:
            return await asyncio.to_thread(self._path(number, depth).read_bytes)
        except FileNotFoundError:
            return None

    async def remove(self, number: int, depth: int) -> None:
        """Remove a picture."""
        await asyncio.to_thread(self._path(number, depth).unlink, missing_ok=True)

    async def move(self, number: int, depth: int, to: int) -> bool:
        """Move a picture to another depth; False if its file is missing from both."""
        return await asyncio.to_thread(_moved, self._path(number, depth), self._path(number, to))

    async def prune(self) -> int:
        """Remove every empty folder and return how many there were."""
        return await asyncio.to_thread(_pruned, self._directory)

    def _path(self, number: int, depth: int) -> Path:
        return self._directory / self.name(number, depth)


def _written(path: Path, body: bytes) -> None:
    part = path.with_suffix(".part")
    for attempt in (1, 2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            break
        except FileNotFoundError:
            # the folder was empty, and cleared away in this very moment
            if attempt == 2:
                raise
    part.replace(path)


def _moved(path: Path, target: Path) -> bool:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.replace(target)
    except FileNotFoundError:
        # moved before, and the record of it was lost
        return target.is_file()
    return True


def _pruned(directory: Path) -> int:
    removed = 0
    for here, _, _ in os.walk(directory, topdown=False):
        if Path(here) == directory:
            continue
        try:
            Path(here).rmdir()
        except OSError:
            # there is something in it
            continue
        removed += 1
    return removed
