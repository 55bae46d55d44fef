"""Packets from files, directories and archives."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_ARCHIVES = (".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file."""

    file: str
    directory: str
    payload: bytes


def check(paths: Sequence[Path]) -> None:
    """Refuse paths that are not there, before anything is sent.

    Raises
    ------
    FileNotFoundError
    """
    if missing := [str(path) for path in paths if not path.exists()]:
        msg = f"not found: {', '.join(missing)}"
        raise FileNotFoundError(msg)


def count(paths: Sequence[Path]) -> int:
    """Return the number of packets, 0 if there is an archive: that would have to be read."""
    files = [file for path in paths for file in _files(path)]
    return 0 if any(_is_archive(file) for file in files) else len(files)


def entries(paths: Sequence[Path]) -> Iterator[Entry]:
    """Return the packets, in the order of the paths, and by name within each.

    Raises
    ------
    ValueError
        An archive cannot be read.
    """
    for path in paths:
        for file in _files(path):
            if _is_archive(file):
                yield from _members(file)
            else:
                yield Entry(str(file), str(file.parent), file.read_bytes())


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(f for f in path.rglob("*") if f.is_file() and (f.suffix == ".avro" or _is_archive(f)))


def _is_archive(path: Path) -> bool:
    return path.name.endswith(_ARCHIVES)


def _members(path: Path) -> Iterator[Entry]:
    try:
        with tarfile.open(path, mode="r|*") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and member.name.endswith(".avro"):
                    inside = Path(member.name)
                    yield Entry(f"{path}:{member.name}", f"{path}:{inside.parent}", content.read())
    except (tarfile.TarError, EOFError, OSError) as error:
        msg = f"{path} cannot be read as an archive: {error}"
        raise ValueError(msg) from error
