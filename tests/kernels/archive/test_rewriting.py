"""Folding and compacting: no alert lost, none doubled, whatever happens."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest
from nightdesk.archive import ArchiveWriter, Shelf, archive, archived, compact, info, rewriting
from nightdesk.archive.manifest import Manifest, commit, current
from nightdesk.archive.rewriting import fold, sweep
from nightdesk.surveys import get

from tests.kernels.archive.support import NIGHT, by_id, filled, parts, simulated, write

ZTF = get("ZTF")
NUMBER = 120


def everything(root: Path) -> pl.DataFrame:
    return by_id(archive("ZTF", root=root).collect())


def night(root: Path):
    return Shelf(ZTF, root).night(NIGHT)


def test_a_batch_written_twice_is_read_once(tmp_path):
    batch = simulated("ztf", NUMBER)
    writer = filled(tmp_path, batch, 30)
    once = everything(tmp_path)
    # as after a kill: in other company, partly known
    write(writer, [batch.take(list(range(50, 100))), batch.take([3, 119, 50])])
    assert everything(tmp_path).equals(once)
    for engine in ("arrow", "dask", "duckdb"):
        assert len(archive("ZTF", root=tmp_path, columns=["candid"], engine=engine)) == NUMBER
    made = compact(Shelf(ZTF, tmp_path), NIGHT)
    assert made is not None
    assert (made.rows, made.duplicates) == (NUMBER, 53)
    assert everything(tmp_path).equals(once)
    # and again after the compaction
    write(writer, [batch.take([7, 8])])
    assert everything(tmp_path).equals(once)
    assert sorted(archived(Shelf(ZTF, tmp_path), NIGHT)) == once["candid"].to_list()


def test_a_writer_leaves_few_files(tmp_path):
    batch = simulated("ztf", NUMBER)
    writer = filled(tmp_path, batch, 2, fold_files=8)
    about = info(Shelf(ZTF, tmp_path), NIGHT)
    # 60 batches: one growing file, and what is not yet folded
    assert about.alerts == NUMBER
    assert about.files <= 1 + 8
    writer.fold()
    about = info(Shelf(ZTF, tmp_path), NIGHT)
    assert (about.alerts, about.files, about.spool) == (NUMBER, 1, 0)
    assert by_id(batch.frame.select("candid", "jd")).equals(everything(tmp_path).select("candid", "jd"))


def test_a_file_that_is_large_takes_in_no_more(tmp_path):
    filled(tmp_path, simulated("ztf", NUMBER), 10, fold_files=4, fold_bytes=60_000)
    files = current(night(tmp_path)).manifest.files
    assert len(files) >= 3
    assert sum(entry.rows for entry in files.values()) <= NUMBER


def test_two_writers_and_a_compaction_at_once(tmp_path):
    batch = simulated("ztf", NUMBER)
    halves = [parts(batch.take(list(range(i, NUMBER, 2))), 4) for i in (0, 1)]
    stop, failures = threading.Event(), []

    def run(action):
        try:
            action()
        except Exception as error:
            failures.append(error)

    def compacting():
        while not stop.is_set():
            compact(Shelf(ZTF, tmp_path), NIGHT, grace=60)

    writers = [
        threading.Thread(target=run, args=(lambda h=h: write(ArchiveWriter(tmp_path, fold_files=3), h),))
        for h in halves
    ]
    compactor = threading.Thread(target=run, args=(compacting,))
    for thread in (*writers, compactor):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    compactor.join()
    assert not failures
    assert sorted(archived(Shelf(ZTF, tmp_path), NIGHT)) == sorted(batch.frame["candid"])
    compact(Shelf(ZTF, tmp_path), NIGHT)
    assert info(Shelf(ZTF, tmp_path), NIGHT).alerts == NUMBER


def test_the_slower_of_two_compactions_throws_its_work_away(tmp_path, monkeypatch):
    filled(tmp_path, simulated("ztf", NUMBER), 30)
    once = everything(tmp_path)
    shelf, real = Shelf(ZTF, tmp_path), rewriting.commit
    faster = []

    def beaten(place, change):
        monkeypatch.setattr(rewriting, "commit", real)
        faster.append(compact(shelf, NIGHT))
        return real(place, change)

    monkeypatch.setattr(rewriting, "commit", beaten)
    assert compact(shelf, NIGHT) is None
    assert faster[0] is not None
    assert set(current(shelf.night(NIGHT)).manifest.files) == set(faster[0].files)
    files = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("parts/**/*.parquet")}
    assert len(files) == len(faster[0].files)
    assert everything(tmp_path).equals(once)


def test_a_fold_beside_a_compaction_keeps_both(tmp_path, monkeypatch):
    """The compaction's manifest is written again on top of the fold's."""
    batch = simulated("ztf", NUMBER)
    filled(tmp_path, batch.take(list(range(90))), 30)
    shelf, real = Shelf(ZTF, tmp_path), rewriting.commit

    def overtaken(place, change):
        monkeypatch.setattr(rewriting, "commit", real)
        writer = filled(tmp_path, batch.take(list(range(90, NUMBER))), 10)
        writer.fold()
        return real(place, change)

    monkeypatch.setattr(rewriting, "commit", overtaken)
    assert compact(shelf, NIGHT) is not None
    orders = [entry.order for entry in current(shelf.night(NIGHT)).manifest.files.values()]
    assert orders.count(-1) == 1
    assert sorted(archived(shelf, NIGHT)) == sorted(batch.frame["candid"])
    assert compact(shelf, NIGHT) is not None
    assert compact(shelf, NIGHT) is None


def test_what_is_compacted_stays_as_it_is(tmp_path):
    filled(tmp_path, simulated("ztf", NUMBER), 30)
    shelf = Shelf(ZTF, tmp_path)
    assert compact(shelf, NIGHT) is not None
    before = current(shelf.night(NIGHT)).manifest
    assert compact(shelf, NIGHT) is None
    assert current(shelf.night(NIGHT)).manifest == before


def test_compacted_files_lie_by_pixel(tmp_path):
    batch = simulated("ztf", NUMBER)
    filled(tmp_path, batch, 30)
    shelf = Shelf(ZTF, tmp_path)
    made = compact(shelf, NIGHT, tile_bytes=60_000)
    assert made is not None
    assert len(made.files) > 3
    for name, entry in made.files.items():
        assert f"order={entry.order}/pixel={entry.pixel}/" in name
        found = pl.read_parquet(shelf.night(NIGHT).full(name))
        assert found.height == entry.rows
        assert set(found["hpx12"] // 4 ** (12 - entry.order)) == {entry.pixel}
        assert found["hpx12"].is_sorted()


def test_who_reads_during_a_compaction_reads_on(tmp_path):
    filled(tmp_path, simulated("ztf", NUMBER), 30)
    lazy, once = archive("ZTF", root=tmp_path), everything(tmp_path)
    assert compact(Shelf(ZTF, tmp_path), NIGHT) is not None
    assert by_id(lazy.collect()).equals(once)
    waiting = info(Shelf(ZTF, tmp_path), NIGHT).retired
    assert waiting == 4
    assert sweep(night(tmp_path), grace=60) == 0
    # four batches, and nothing else: the first manifest counts
    assert sweep(night(tmp_path), grace=0) == waiting
    assert everything(tmp_path).equals(once)


def test_a_sweep_leaves_what_counts(tmp_path):
    batch = simulated("ztf", NUMBER)
    writer = filled(tmp_path, batch, 30, fold_files=2)
    write(writer, parts(batch, 20)[:1])
    place = night(tmp_path)
    place.put("parts/fold/1-orphan.abc.parquet", b"of a killed compaction")
    place.put("spool/1-x.abc.parquet.12345678.partial", b"of a killed writer")
    sweep(place, grace=0)
    state = current(place)
    assert set(state.names) == {*state.live, state.manifest.name}
    assert everything(tmp_path).height == NUMBER


def test_fold_of_files_that_no_longer_count_does_nothing(tmp_path):
    filled(tmp_path, simulated("ztf", NUMBER), 30)
    shelf = Shelf(ZTF, tmp_path)
    names = current(shelf.night(NIGHT)).spool
    assert compact(shelf, NIGHT) is not None
    assert fold(shelf, NIGHT, names) is None


def test_of_two_manifests_with_one_number_the_first_stays(tmp_path):
    place = night(tmp_path)
    place.create("manifest/00000001.json", Manifest(1).to_json())
    with pytest.raises(FileExistsError):
        place.create("manifest/00000001.json", b"another")
    assert place.names() == ["manifest/00000001.json"]
    assert commit(place, lambda state: state.manifest)
    assert current(place).manifest.number == 2


def test_an_empty_night(tmp_path):
    assert compact(Shelf(ZTF, tmp_path), NIGHT) is None
    assert info(Shelf(ZTF, tmp_path), NIGHT).alerts == 0
    assert archived(Shelf(ZTF, tmp_path), NIGHT) == []
