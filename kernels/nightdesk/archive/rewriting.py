"""Many files into fewer ones, without an alert lost or doubled whenever it is killed.

New files are written beside the old ones and count for nothing until the next manifest names them. The same
manifest retires the old ones. They are deleted some minutes later, so that readers who began before can end.
Two rewritings of the same files are harmless: the second finds its input retired and throws its work away.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from nightdesk.archive.manifest import MANIFESTS, PARTS, Entry, Manifest, State, commit, current
from nightdesk.archive.pieces import Piece, pieces, scan
from nightdesk.archive.place import PARTIAL, Place
from nightdesk.archive.schema import Columns, union
from nightdesk.archive.shelves import Shelf, to_parquet
from nightdesk.archive.tiling import Tile, tiles

GRACE: Final = 600.0
"""Seconds that a retired file stays for those who are reading it."""
TILE_BYTES: Final = 64_000_000
"""Size that files of a compacted night are cut to."""
ROW_GROUP: Final = 8192
"""Rows of a row group: what a cone search or a cut in time reads at least."""


@dataclass(frozen=True)
class Rewritten:
    """What a rewriting made."""

    files: dict[str, Entry]
    rows: int
    duplicates: int
    """Alerts that had been written more than once."""


def fold(shelf: Shelf, night: int, names: Sequence[str]) -> Rewritten | None:
    """Put some files of a night into one; None if another rewriting was faster.

    Parameters
    ----------
    names
        Files of `nightdesk.archive.manifest.State.live`; those that no longer count are left out.
    """
    place = shelf.night(night)
    state = current(place)
    live = set(state.live)
    return _rewrite(shelf, place, state, [name for name in names if name in live], whole=False)


def compact(
    shelf: Shelf, night: int, *, grace: float = GRACE, tile_bytes: int = TILE_BYTES
) -> Rewritten | None:
    """Put a night into one set of files by position, each alert once, and delete what is retired.

    Only one tile is in memory at a time. Alerts that are written meanwhile lie in the spool until next time.

    Parameters
    ----------
    night
        ``yyyymmdd``.
    grace
        Seconds since their retirement after which files are deleted.
    tile_bytes
        About how large a file may grow.

    Returns
    -------
    rewritten
        None if there was nothing to do, or another rewriting was faster.
    """
    place = shelf.night(night)
    state = current(place)
    done = None
    if not _compacted(state):
        done = _rewrite(shelf, place, state, state.live, whole=True, tile_bytes=tile_bytes)
    sweep(place, grace)
    return done


def sweep(night: Place, grace: float = GRACE) -> int:
    """Delete what no longer counts and is older than ``grace`` seconds; return how many files."""
    state, now = current(night), time.time()
    old = {name for name, since in state.manifest.retired.items() if now - since >= grace}
    wanted = {*state.live, *state.manifest.retired, state.manifest.name}
    for name in set(state.names) - wanted:
        # left by a killed rewriting, a killed writer, or the manifest before
        leftover = name.startswith((PARTS, MANIFESTS)) or name.endswith(PARTIAL)
        try:
            if leftover and now - night.modified(name) >= grace:
                old.add(name)
        except FileNotFoundError:
            continue
    for name in old:
        night.delete(name)
    return len(old)


def _compacted(state: State) -> bool:
    """Return whether all alerts lie in the files of one compaction already."""
    made = {(entry.made_by, entry.order >= 0) for entry in state.manifest.files.values()}
    return not state.spool and len(made) <= 1 and all(tiled for _, tiled in made)


def _rewrite(
    shelf: Shelf,
    night: Place,
    state: State,
    names: Sequence[str],
    *,
    whole: bool,
    tile_bytes: int = TILE_BYTES,
) -> Rewritten | None:
    if not names:
        return None
    found = pieces(shelf, night, state, names)
    target = union(piece.schema for piece in found)
    key, maker = shelf.add_schema(target), uuid.uuid4().hex[:12]
    made: dict[str, Entry] = {}
    written = sum(_rows(night, name, state) for name in names)
    parts = _tiled(found, target, night, tile_bytes) if whole else [(None, _sorted(scan(found, target)))]
    for tile, frame in parts:
        where = f"order={tile.order}/pixel={tile.pixel}" if tile else "fold"
        name = f"{PARTS}{where}/{time.time_ns():020d}-{maker}.{key}.parquet"
        data = to_parquet(frame, row_group=ROW_GROUP, level=3 if tile else 1)
        night.put(name, data)
        place = (tile.order, tile.pixel) if tile else (-1, -1)
        made[name] = Entry(frame.height, len(data), maker, *place)

    def change(now: State) -> Manifest | None:
        # if any of the input was rewritten, or the output swept away, this came too late
        if not set(names) <= set(now.live) or not set(made) <= set(now.names):
            return None
        gone, moment = set(names), time.time()
        kept = {n: e for n, e in now.manifest.files.items() if n not in gone}
        retired = now.manifest.retired | dict.fromkeys(names, moment)
        return Manifest(now.manifest.number, kept | made, retired)

    if not commit(night, change):
        for name in made:
            night.delete(name)
        return None
    rows = sum(entry.rows for entry in made.values())
    return Rewritten(made, rows, written - rows)


def _tiled(
    found: Sequence[Piece], target: Columns, night: Place, tile_bytes: int
) -> Iterator[tuple[Tile, pl.DataFrame]]:
    whole = scan(found, target)
    where = whole.select("hpx12").collect()["hpx12"].to_numpy()
    size = sum(night.size(piece.name) for piece in found)
    most = max(int(tile_bytes / max(size, 1) * len(where)), 1)
    for tile in tiles(np.asarray(where, np.int64), most):
        yield tile, _sorted(whole.filter(pl.col("hpx12").is_between(*tile.range)))


def _sorted(frame: pl.LazyFrame) -> pl.DataFrame:
    # the same alerts give the same file, whatever pieces they came in
    return frame.collect().sort("hpx12", "jd", "candid")


def _rows(night: Place, name: str, state: State) -> int:
    if entry := state.manifest.files.get(name):
        return entry.rows
    return rows_in(night, name)


def rows_in(night: Place, name: str) -> int:
    """Return how many alerts a file has, by its footer."""
    import pyarrow.parquet as pq

    with night.fs.open(night.full(name), "rb") as stream:
        return int(pq.read_metadata(stream).num_rows)
