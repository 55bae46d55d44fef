"""Nights that are over are compacted by themselves, and tonight is left alone."""

from __future__ import annotations

from pathlib import Path

from nightdesk.alerts import decode
from nightdesk.archive import ArchiveWriter, Shelf, archived, info, night_of
from nightdesk.settings import Settings
from nightdesk.simulate import Night
from nightdesk.surveys import get
from nightdesk_services.broker.services.compacting import Compacting

ZTF = get("ZTF")
UNIX_JD = 2440587.5


def test_a_night_is_compacted_when_it_is_over(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    packets = [alert.payload for alert in Night("ztf", seed=5, nights=2, hours=0.05, density=8)]
    batch = decode(packets, ZTF).batch
    writer = ArchiveWriter(settings.archive)
    for start in range(0, len(batch), 20):
        part = batch.take(list(range(start, min(start + 20, len(batch)))))
        writer.write(part, part.prv, part.fp)
    shelf = Shelf(ZTF, settings.archive)
    first, second = shelf.nights()
    before = {night: sorted(archived(shelf, night)) for night in (first, second)}
    assert info(shelf, first).spool > 1

    jd = batch.frame["jd"].to_list()
    during = next(one for one in jd if night_of(one, ZTF) == second)
    compacting = Compacting(settings)
    assert compacting.sweep((during - UNIX_JD) * 86400) == {"ZTF": [first]}
    assert (info(shelf, first).spool, info(shelf, second).spool > 1) == (0, True)
    # nothing new came
    assert compacting.sweep((during - UNIX_JD) * 86400) == {}
    assert compacting.sweep((during - UNIX_JD + 2) * 86400) == {"ZTF": [second]}
    # a late alert is taken up once more
    late = batch.take([jd.index(min(jd))])
    writer.write(late, late.prv, late.fp)
    assert compacting.sweep((during - UNIX_JD + 2) * 86400) == {"ZTF": [first]}
    assert {night: sorted(archived(shelf, night)) for night in (first, second)} == before
