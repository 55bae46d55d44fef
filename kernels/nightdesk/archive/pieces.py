"""Files of a night that together hold each alert once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Final, TypeVar

import polars as pl
import pyarrow.parquet as pq
from cachetools import LRUCache, cached

from nightdesk.archive.manifest import State
from nightdesk.archive.place import Place
from nightdesk.archive.schema import Columns, conformed
from nightdesk.archive.shelves import Shelf

T = TypeVar("T")
R = TypeVar("R")

_AT_ONCE: Final = 8
"""Files that are read at a time."""
_ROWS: Final = 1_000_000
"""Alerts whose names are kept, of some 40 bytes each."""


@dataclass(frozen=True)
class Piece:
    """A file, and which of its alerts another file has already given."""

    place: Place
    name: str
    schema: Columns
    excluded: tuple[int, ...] = ()
    """Candids to leave out."""

    def holds(self, object_id: str) -> bool:
        """Return whether an alert of an object is in the file."""
        return bool((_names(self.place, self.name)["objectId"] == object_id).any())

    @property
    def path(self) -> str:
        """Path in the file system."""
        return self.place.full(self.name)


def pieces(
    shelf: Shelf, night: Place, state: State, chosen: Sequence[str] | None = None, *, again: bool = False
) -> list[Piece]:
    """Return the files of a night, each alert counted where it stands first.

    A batch may have been written twice, when a worker was killed before it could say that it was done.

    Parameters
    ----------
    chosen
        Names of some of the files; default all that count.
    again
        Whether the files will be asked for again, so that what is read of them is kept.
    """
    names = state.live if chosen is None else list(chosen)
    twice = _repeated(night, names, _kept_candids if again else candids) if _may_repeat(state, names) else {}
    made = []
    for name in names:
        excluded = twice.get(name, ())
        made.append(Piece(night, name, shelf.schema_of(name), tuple(excluded)))
    return made


def candids(night: Place, name: str) -> pl.Series:
    """Return the candids in a file."""
    return _read(night, name, ["candid"])["candid"]


def holding(found: Sequence[Piece], object_id: str) -> list[Piece]:
    """Return the files that have alerts of an object; what they hold is kept for the next question."""
    there = _each(lambda piece: piece.holds(object_id), found)
    return [piece for piece, here in zip(found, there, strict=True) if here]


# a file never changes, and who asks about one object will ask about the next
@cached(LRUCache(_ROWS, getsizeof=len), lock=Lock())
def _names(night: Place, name: str) -> pl.DataFrame:
    """Return the candids and the objects in a file."""
    return _read(night, name, ["candid", "objectId"])


def _kept_candids(night: Place, name: str) -> pl.Series:
    return _names(night, name)["candid"]


def _each(ask: Callable[[T], R], files: Sequence[T]) -> list[R]:
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(ask, files))


def _read(night: Place, name: str, columns: list[str]) -> pl.DataFrame:
    with night.fs.open(night.full(name), "rb") as stream:
        table = pq.read_table(stream, columns=columns, use_threads=False)
    found = pl.from_arrow(table)
    assert isinstance(found, pl.DataFrame)  # noqa: S101  # of a table, never a series
    return found


def scan(found: Sequence[Piece], target: Columns) -> pl.LazyFrame:
    """Return the alerts of files as a lazy frame with the columns of ``target``."""
    plain: dict[int, tuple[Columns, list[Piece]]] = {}
    frames = []
    for piece in found:
        if piece.excluded:
            left = ~pl.col("candid").is_in(pl.lit(pl.Series(piece.excluded, dtype=pl.Int64)).implode())
            frames.append(conformed(_opened([piece]).filter(left), piece.schema, target))
        else:
            # schemas are shared objects of the shelf
            plain.setdefault(id(piece.schema), (piece.schema, []))[1].append(piece)
    for schema, alike in plain.values():
        frames.append(conformed(_opened(alike), schema, target))
    return pl.concat(frames, how="vertical") if frames else pl.LazyFrame(schema=target)


def _opened(alike: Sequence[Piece]) -> pl.LazyFrame:
    paths, place = [piece.path for piece in alike], alike[0].place
    if place.local:
        return pl.scan_parquet(paths, hive_partitioning=False, glob=False)
    import pyarrow.dataset as ds

    return pl.scan_pyarrow_dataset(ds.dataset(paths, filesystem=place.fs, format="parquet"))


def _may_repeat(state: State, names: Sequence[str]) -> bool:
    """Return whether files may share alerts: those of one rewriting do not."""
    entries = [state.manifest.files.get(name) for name in names]
    makers = {entry.made_by if entry else name for entry, name in zip(entries, names, strict=True)}
    return len(makers) > 1


def _repeated(
    night: Place, names: Sequence[str], read: Callable[[Place, str], pl.Series]
) -> dict[str, list[int]]:
    """Return the candids in each file that an earlier one has too."""
    found = _each(partial(read, night), names)
    whole = pl.DataFrame(
        {
            "candid": pl.concat(found),
            "file": pl.concat(
                [pl.repeat(i, len(f), dtype=pl.Int32, eager=True) for i, f in enumerate(found)]
            ),
        }
    )
    again = whole.filter(~pl.col("candid").is_first_distinct())
    return {names[file[0]]: part["candid"].to_list() for file, part in again.group_by("file")}
