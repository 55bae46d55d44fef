"""What replay reads, where it sends it, and when it gives up."""

from __future__ import annotations

import re
import tarfile
import time
from pathlib import Path

import pytest
from nightdesk.settings import Settings
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker.models.packets import digest
from nightdesk_services.broker.models.replay import ReplaySummary
from nightdesk_services.broker.replay import replay
from nightdesk_services.broker.services.replaying import reading
from nightdesk_services.broker.services.replaying.following import Tracker
from nightdesk_services.broker.services.replaying.parcels import Parcel, parcels

from tests.services.broker.packets import simulated
from tests.support.ports import free_ports


def entry(payload: bytes, file: str = "here/a.avro") -> reading.Entry:
    return reading.Entry(file, str(Path(file).parent), payload)


def test_directories_files_and_archives_are_read_in_order(tmp_path: Path) -> None:
    night = tmp_path / "night"
    (night / "deep").mkdir(parents=True)
    (night / "b.avro").write_bytes(b"b")
    (night / "deep" / "a.avro").write_bytes(b"a")
    (night / "notes.txt").write_bytes(b"no packet")
    (tmp_path / "single").write_bytes(b"s")
    for name, mode in (("x.tar", "w"), ("y.tar.gz", "w:gz"), ("z.tgz", "w:gz")):
        with tarfile.open(tmp_path / name, mode) as archive:  # type: ignore[call-overload]
            archive.add(night, "n")
    paths = [tmp_path / "single", night, tmp_path / "x.tar", tmp_path / "y.tar.gz", tmp_path / "z.tgz"]
    found = list(reading.entries(paths))
    assert [e.payload for e in found[:3]] == [b"s", b"b", b"a"]
    assert [sorted(e.payload for e in found[i : i + 2]) for i in (3, 5, 7)] == [[b"a", b"b"]] * 3
    assert found[0].file == str(tmp_path / "single")
    assert {e.file.rpartition(":")[0] for e in found[3:5]} == {str(tmp_path / "x.tar")}
    assert reading.count(paths[:2]) == 3
    assert reading.count(paths) == 0


def test_an_archive_inside_a_directory_is_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.avro").write_bytes(b"a")
    with tarfile.open(tmp_path / "in" / "x.tar", "w") as archive:
        archive.add(tmp_path / "a.avro", "a.avro")
    assert [e.payload for e in reading.entries([tmp_path / "in"])] == [b"a"]


def test_a_broken_archive_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "night.tar.gz"
    broken.write_bytes(b"\x1f\x8b but no more")
    with pytest.raises(ValueError, match=re.escape(str(broken))):
        list(reading.entries([broken]))


def test_topic_and_key_are_the_surveys_own() -> None:
    (ztf,), (lsst,) = simulated("ZTF", 1), simulated("LSST", 1)
    first, second = parcels([entry(ztf.payload), entry(lsst.payload)], None)
    assert re.fullmatch(r"ztf_20\d{6}_programid[123]", first.topic)
    assert second.topic == "lsst-replay"
    for parcel in (first, second):
        assert re.search(parcel.survey.topics, parcel.topic)
        assert parcel.key
        assert len(parcel.ids) == 1
        assert parcel.bad == ""
    assert first.key is not None
    assert first.key.startswith("ZTF")


@pytest.mark.parametrize(
    ("beside", "named", "survey", "topic"),
    [
        (None, None, "ZTF", "ztf_replay"),
        ("LSST", None, "LSST", "lsst-replay"),
        ("LSST", "ZTF", "ZTF", "ztf_replay"),
        (None, "LSST", "LSST", "lsst-replay"),
    ],
)
def test_what_cannot_be_read_goes_with_its_neighbours(
    beside: str | None, named: str | None, survey: str, topic: str
) -> None:
    entries = [entry(b""), entry(b"junk" * 50)]
    if beside:
        entries.append(entry(simulated(beside, 1)[0].payload))
        entries.append(entry(simulated("ZTF", 1)[0].payload, "elsewhere/b.avro"))
    for parcel in parcels(entries, named)[:2]:
        assert (parcel.survey.name, parcel.topic, parcel.key, parcel.ids) == (survey, topic, None, ())
        assert parcel.bad
        assert parcel.digest == digest(parcel.payload)


def test_impossible_requests_are_refused_at_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(FileNotFoundError, match=r"not found: .*absent"):
        replay(settings, [tmp_path, tmp_path / "absent"])
    with pytest.raises(ValueError, match="unknown survey 'vera'"):
        replay(settings, [tmp_path], survey="vera")
    with pytest.raises(ValueError, match="a rate is positive, not 0"):
        replay(settings, [tmp_path], rate=0)


def test_it_gives_up_when_nothing_deals_with_the_packets(
    settings: Settings, stream_bootstrap: str, tmp_path: Path
) -> None:
    """There is no broker here."""
    alone = settings.model_copy(update={"stream_bootstrap": stream_bootstrap, "stream_group": "nobody"})
    (tmp_path / "a.avro").write_bytes(simulated("ZTF", 1)[0].payload)
    summary = replay(alone, [tmp_path / "a.avro"], timeout=3)
    assert (summary.published, summary.stored, summary.lost) == (1, 0, 1)
    assert "nothing went forward for 3 s with 1 packets" in summary.error


def test_it_gives_up_when_there_is_no_stream(settings: Settings, tmp_path: Path) -> None:
    alone = settings.model_copy(update={"stream_bootstrap": f"127.0.0.1:{free_ports(1)[0]}"})
    (tmp_path / "a.avro").write_bytes(simulated("ZTF", 1)[0].payload)
    started = time.monotonic()
    summary = replay(alone, [tmp_path / "a.avro"], timeout=2)
    assert time.monotonic() - started < 60
    assert summary.lost == 1
    assert summary.error


class World:
    """A store, a quarantine and a stream whose contents a test sets."""

    def __init__(self) -> None:
        self.alerts: set[int] = set()
        self.refused: dict[str, str] = {}
        self.offsets: dict[tuple[str, int], int] = {}

    def existing(self, _survey: object, candids: list[int]) -> set[int]:
        return self.alerts & set(candids)

    def reasons(self, digests: list[str]) -> dict[str, str]:
        return {d: r for d, r in self.refused.items() if d in digests}

    def committed(self, places: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
        return {p: o for p, o in self.offsets.items() if p in places}


def parcel(offset: int, *ids: int, bad: str = "") -> Parcel:
    made = Parcel(f"{offset}", b"x", SURVEYS["ZTF"], "t", ids=ids, bad=bad, digest=f"digest {offset}")
    made.place = ("t", 0, offset)
    return made


def follow(world: World, *sent: Parcel) -> tuple[Tracker, ReplaySummary]:
    summary = ReplaySummary()
    tracker = Tracker(world, world, world, summary)  # type: ignore[arg-type]
    tracker.expect(sent)
    for one in sent:
        tracker.sent(one)
    return tracker, summary


def test_an_alert_is_dealt_with_when_it_is_stored_and_its_offset_committed() -> None:
    world = World()
    tracker, summary = follow(world, parcel(0, 100))
    world.alerts = {100}
    assert tracker.look() == 0
    world.offsets = {("t", 0): 1}
    assert tracker.look() == 1
    assert (summary.stored, summary.duplicates, tracker.pending) == (1, 0, [])


def test_a_stored_alert_is_found_when_the_stream_forgot_its_offsets() -> None:
    world = World()
    tracker, summary = follow(world, parcel(0, 100), parcel(1, 101))
    world.alerts = {100}
    assert tracker.look(thorough=True) == 1
    assert summary.stored == 1
    assert [p.ids for p in tracker.pending] == [(101,)]


def test_a_committed_offset_alone_is_not_believed() -> None:
    world = World()
    tracker, _ = follow(world, parcel(0, 100))
    world.offsets = {("t", 0): 50}
    assert tracker.look() == 0
    assert len(tracker.pending) == 1


def test_duplicates_wait_for_the_broker() -> None:
    world = World()
    world.alerts = {100}
    tracker, summary = follow(world, parcel(0, 100), parcel(1, 101), parcel(2, 101))
    world.alerts.add(101)
    assert tracker.look(thorough=True) == 1
    assert (summary.stored, summary.duplicates) == (1, 0)
    world.offsets = {("t", 0): 3}
    assert tracker.look() == 2
    assert (summary.stored, summary.duplicates) == (1, 2)


def test_a_packet_that_only_the_pipeline_refuses_is_quarantined() -> None:
    world = World()
    tracker, summary = follow(world, parcel(0, 100), parcel(1, bad="broken"))
    world.refused = {"digest 0": "too much", "digest 1": "broken"}
    world.offsets = {("t", 0): 2}
    assert tracker.look() == 2
    assert [(r.file, r.reason) for r in summary.quarantined] == [("0", "too much"), ("1", "broken")]
    assert summary.stored == 0


def test_a_packet_that_was_refused_before_waits_for_the_broker() -> None:
    world = World()
    world.refused = {"digest 0": "broken"}
    tracker, summary = follow(world, parcel(0, bad="broken"))
    assert tracker.look(thorough=True) == 0
    world.offsets = {("t", 0): 1}
    assert tracker.look() == 1
    assert len(summary.quarantined) == 1
