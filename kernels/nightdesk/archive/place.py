"""A directory on disk or in object storage, whose files appear whole or not at all."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

PARTIAL = ".partial"
"""End of the name of a file that is being written."""


@dataclass(frozen=True)
class Place:
    """A directory of any file system that fsspec knows."""

    fs: AbstractFileSystem
    path: str

    @classmethod
    def at(cls, root: str | Path, options: dict[str, Any] | None = None) -> Place:
        """Return the directory at a path or URL, with options of its fsspec file system."""
        fs, path = url_to_fs(str(root), **(options or {}))
        return cls(fs, path.rstrip("/"))

    def __truediv__(self, name: str) -> Place:
        return Place(self.fs, f"{self.path}/{name}")

    @property
    def local(self) -> bool:
        """Whether it is on a disk of this machine."""
        return isinstance(self.fs, LocalFileSystem)

    def full(self, name: str) -> str:
        """Return a file's path in the file system."""
        return f"{self.path}/{name}"

    def names(self) -> list[str]:
        """Return all files under the directory, sorted, relative to it; partial ones too."""
        self.fs.invalidate_cache()
        return sorted(str(found)[len(self.path) + 1 :] for found in self.fs.find(self.path))

    def sizes(self) -> dict[str, int]:
        """Return all files under the directory and their bytes, sorted by name."""
        self.fs.invalidate_cache()
        found = self.fs.find(self.path, detail=True)
        return {str(name)[len(self.path) + 1 :]: int(found[name]["size"]) for name in sorted(found)}

    def folders(self) -> list[str]:
        """Return the names of the directories in it, sorted."""
        self.fs.invalidate_cache()
        try:
            found = self.fs.ls(self.path, detail=True)
        except FileNotFoundError:
            return []
        paths = (str(f["name"]).rstrip("/") for f in found if f["type"] == "directory")
        return sorted(path.rpartition("/")[2] for path in paths)

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return int(self.fs.size(self.full(name)))

    def modified(self, name: str) -> float:
        """Return when a file was written, as Unix time."""
        return float(self.fs.modified(self.full(name)).timestamp())

    def read(self, name: str) -> bytes:
        """Return the contents of a file."""
        return bytes(self.fs.cat_file(self.full(name)))

    def read_part(self, name: str, start: int, size: int) -> bytes:
        """Return some bytes of a file, from a place in it on."""
        return bytes(self.fs.cat_file(self.full(name), start=start, end=start + size))

    def put(self, name: str, data: bytes) -> None:
        """Write a file; after the return it is on disk, and at no time is a half of it seen."""
        if not self.local:
            # an object appears when its upload is complete
            self.fs.pipe_file(self.full(name), data)
            return
        target = Path(self.full(name))
        partial = _written(target, data)
        partial.replace(target)
        _sync_directory(target.parent)

    def create(self, name: str, data: bytes) -> None:
        """Write a file that must not exist yet; of several writers one succeeds.

        Raises
        ------
        FileExistsError
            If it exists.
        """
        if not self.local:
            self.fs.pipe_file(self.full(name), data, mode="create")
            return
        target = Path(self.full(name))
        partial = _written(target, data)
        try:
            # a link, not a rename: a rename would replace another writer's file
            target.hardlink_to(partial)
        finally:
            partial.unlink()
        _sync_directory(target.parent)

    def delete(self, name: str) -> None:
        """Delete a file; one that is gone already is no error."""
        with suppress(FileNotFoundError):
            self.fs.rm_file(self.full(name))

    def delete_if_empty(self) -> None:
        """Delete the directory if nothing is in it; object storage has none without files."""
        if self.local:
            with suppress(OSError):
                self.fs.rmdir(self.path)


def _written(target: Path, data: bytes) -> Path:
    """Write and sync a file beside the target; return its path."""
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync_directory(target.parent.parent)
    partial = target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}{PARTIAL}")
    with partial.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    return partial


def _sync_directory(directory: Path) -> None:
    """Put a directory's entries on disk, so that a renamed file survives a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
