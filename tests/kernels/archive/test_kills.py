"""kill -9 of a writer and of a compaction, at chosen points of each."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from nightdesk.archive import ArchiveWriter, Shelf, archive, compact
from nightdesk.archive.manifest import current
from nightdesk.archive.rewriting import sweep
from nightdesk.surveys import get

from tests.kernels.archive.support import NIGHT, by_id, filled, simulated, write

ZTF = get("ZTF")
NUMBER = 60

# For each line of its input, a child that kills itself the n-th time a function is entered or left. It is
# forked before anything has run, so that what takes long, the imports, is done once.
VICTIMS = """
import functools, os, signal, sys
from nightdesk.archive import Shelf, compact, place
from nightdesk.surveys import get

def arm(owner, name, when, number):
    where = place.Place if owner == "Place" else place
    real, left = getattr(where, name), int(number)

    @functools.wraps(real)
    def deadly(*args, **options):
        nonlocal left
        left -= 1
        if left == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **options)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(where, name, deadly)

for line in sys.stdin:
    root, action, *point = line.rstrip().split(";")
    child = os.fork()
    if not child:
        shelf = Shelf(get("ZTF"), root)
        if action == "compact":
            arm(*point)
            compact(shelf, 20260915, grace=0, tile_bytes=40_000)
        else:
            data = shelf.place.read("spare")
            arm(*point)
            shelf.night(20260915).put(action, data)
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""

COMPACTION = {
    # the first file written is the union's schema, then come the parts
    "before anything": ("Place", "put", "before", 1),
    "before the first part": ("Place", "put", "before", 2),
    "after the first part": ("Place", "put", "after", 2),
    "within the second part": ("module", "_written", "after", 3),
    "before the manifest": ("Place", "create", "before", 1),
    "after the manifest": ("Place", "create", "after", 1),
    "while it deletes": ("Place", "delete", "after", 2),
}
WRITING = {
    "before the file is whole": ("module", "_written", "before", 1),
    "before the file has its name": ("module", "_written", "after", 1),
    "after the file has its name": ("Place", "put", "after", 1),
}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pl.DataFrame]:
    """An archive of some batches, one of them twice, and what is read of it."""
    root = tmp_path_factory.mktemp("kills") / "whole"
    batch = simulated("ztf", NUMBER)
    writer = filled(root, batch, 20)
    write(writer, [batch.take(list(range(10, 30)))])
    return root, by_id(archive("ZTF", root=root).collect())


@pytest.fixture(scope="module")
def kill() -> Iterator[Callable[..., None]]:
    """Runs an action on an archive until it is killed at a point."""
    with subprocess.Popen(
        [sys.executable, "-c", VICTIMS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin
        assert process.stdout

        def run(root: Path, action: str, point: tuple[str, str, str, int]) -> None:
            process.stdin.write(";".join([str(root), action, *map(str, point)]) + "\n")
            process.stdin.flush()
            assert int(process.stdout.readline()) == signal.SIGKILL

        yield run
        process.stdin.close()
        process.wait(20)


@pytest.mark.parametrize("title", COMPACTION)
def test_a_killed_compaction_loses_nothing(title, once, kill, tmp_path):
    original, whole = once
    root = tmp_path / "copy"
    shutil.copytree(original, root)
    kill(root, "compact", COMPACTION[title])
    assert by_id(archive("ZTF", root=root).collect()).equals(whole)
    shelf = Shelf(ZTF, root)
    compact(shelf, NIGHT, grace=0)
    assert by_id(archive("ZTF", root=root).collect()).equals(whole)
    # and nothing is left behind
    sweep(shelf.night(NIGHT), grace=0)
    state = current(shelf.night(NIGHT))
    assert set(state.names) == {*state.manifest.files, state.manifest.name}
    assert sum(entry.rows for entry in state.manifest.files.values()) == NUMBER


@pytest.mark.parametrize("title", WRITING)
def test_a_killed_writer_leaves_a_whole_file_or_none(title, kill, tmp_path):
    batch = simulated("ztf", NUMBER)
    writer = ArchiveWriter(tmp_path)
    write(writer, [batch.take(list(range(20)))])
    shelf = Shelf(ZTF, tmp_path)
    (name,) = current(shelf.night(NIGHT)).spool
    key = name.split(".")[-2]
    other = tmp_path / "other"
    write(ArchiveWriter(other), [batch.take(list(range(20, 40)))])
    place = Shelf(ZTF, other).night(NIGHT)
    (Path(shelf.place.path) / "spare").write_bytes(place.read(current(place).spool[0]))
    kill(tmp_path, f"spool/2-x.{key}.parquet", WRITING[title])
    there = 40 if title.startswith("after") else 20
    assert archive("ZTF", root=tmp_path, columns=["candid"]).collect().height == there
    # the broker writes the batch again
    write(writer, [batch.take(list(range(20, 40)))])
    found = by_id(archive("ZTF", root=tmp_path).collect())
    assert found["candid"].to_list() == sorted(batch.frame["candid"][:40])
    sweep(shelf.night(NIGHT), grace=0)
    assert not list(tmp_path.rglob("*.partial"))
