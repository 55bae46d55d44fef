"""Which files of a night count: a numbered manifest, replaced in one step by the next one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

from nightdesk.archive.place import Place

MANIFESTS: Final = "manifest/"
SPOOL: Final = "spool/"
PARTS: Final = "parts/"
_SUFFIX: Final = ".parquet"
_TRIES: Final = 50


@dataclass(frozen=True)
class Entry:
    """A file that the manifest names."""

    rows: int
    bytes: int
    made_by: str
    """Rewriting that made it: files of one rewriting share no alert."""
    order: int = -1
    """HEALPix order of the pixel that holds all its alerts; -1: any place on the sky."""
    pixel: int = -1
    """Nested pixel of that order."""


@dataclass(frozen=True)
class Manifest:
    """What rewritings made of a night; spool files besides count unless they are retired."""

    number: int = 0
    files: dict[str, Entry] = field(default_factory=dict)
    retired: dict[str, float] = field(default_factory=dict)
    """File whose alerts lie in others now -> Unix time since when; it is deleted later."""

    @property
    def name(self) -> str:
        """File of the manifest."""
        return f"{MANIFESTS}{self.number:08d}.json"

    def to_json(self) -> bytes:
        """Return the file's contents."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read a file's contents."""
        read = json.loads(data)
        return cls(read["number"], {n: Entry(**e) for n, e in read["files"].items()}, read["retired"])


@dataclass(frozen=True)
class State:
    """A night at one moment."""

    manifest: Manifest
    names: tuple[str, ...]
    """All files that are there."""

    @property
    def spool(self) -> list[str]:
        """Spool files that count, oldest first."""
        retired = self.manifest.retired
        return [n for n in self.names if n.startswith(SPOOL) and n.endswith(_SUFFIX) and n not in retired]

    @property
    def live(self) -> list[str]:
        """Files that count: the rewritten ones, then the spool."""
        return [*sorted(self.manifest.files), *self.spool]


def current(night: Place) -> State:
    """Return a night as it is now."""
    for _ in range(_TRIES):
        names = night.names()
        newest = max((n for n in names if n.startswith(MANIFESTS) and n.endswith(".json")), default=None)
        if newest is None:
            return State(Manifest(), tuple(names))
        try:
            return State(Manifest.from_json(night.read(newest)), tuple(names))
        except FileNotFoundError:
            continue  # several newer ones came meanwhile
    msg = f"the manifest of {night.path} changes faster than it can be read"
    raise OSError(msg)


def commit(night: Place, change: Callable[[State], Manifest | None]) -> bool:
    """Replace the manifest; whoever else does it at the same time does it before or after.

    Parameters
    ----------
    change
        Returns the next manifest of a state, or None to give up; it is asked again if another one was faster.

    Returns
    -------
    done
        Whether the manifest was replaced.
    """
    for _ in range(_TRIES):
        state = current(night)
        wanted = change(state)
        if wanted is None:
            return False
        there = set(state.names)
        manifest = Manifest(
            state.manifest.number + 1,
            wanted.files,
            {name: since for name, since in wanted.retired.items() if name in there},
        )
        try:
            night.create(manifest.name, manifest.to_json())
        except FileExistsError:
            continue
        return True
    msg = f"the manifest of {night.path} changes faster than it can be replaced"
    raise OSError(msg)
