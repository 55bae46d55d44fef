"""The light curve at a time is what was known then."""

from __future__ import annotations

import functools
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from nightdesk.alerts import AlertBatch, point_key
from nightdesk.archive import ArchiveWriter, Shelf, archive, compact, light_curve, limits, pieces
from nightdesk.surveys import get

from tests.kernels.archive.support import fresh, parts, real, simulated
from tests.support.data import needs_data

# as many nights as it takes to come back to a field
SURVEYS = {"ZTF": {"nights": 3, "hours": 0.12}, "LSST": {"nights": 4, "hours": 0.08}}
MEASURED = {
    "ZTF": ("jd", "fid", "magpsf", "sigmapsf", "isdiffpos", "diffmaglim", "ra", "dec", "programid"),
    "LSST": ("jd", "band", "psfFlux", "psfFluxErr", "ra", "dec", "diaSourceId", "visit"),
}


@functools.cache
def nights(survey: str) -> AlertBatch:
    return simulated(survey.lower(), None, density=8, **SURVEYS[survey])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alerts in order, each with its new points only; the first night is compacted."""
    made = tmp_path_factory.mktemp("curves")
    for survey in SURVEYS:
        writer, seen = ArchiveWriter(made, fold_files=4), {}
        for batch in parts(nights(survey), 60):
            writer.write(batch, *fresh(batch, seen))
        shelf = Shelf(get(survey), made)
        assert compact(shelf, shelf.nights()[0]) is not None
    return made


def several(survey: str) -> list[int]:
    """Alerts of objects that come most often."""
    names = nights(survey).frame["objectId"].to_list()
    often = [name for name, number in Counter(names).most_common(3) if number == 4]
    assert often
    return [i for i, name in enumerate(names) if name in often]


def keyed(points: pl.DataFrame, survey: str) -> dict[object, dict[str, object]]:
    found = {point_key(get(survey), point): point for point in points.iter_rows(named=True)}
    assert len(found) == points.height
    return found


@pytest.mark.parametrize("survey", SURVEYS)
def test_the_curve_at_an_alert_is_the_packets_own_history(survey, root):
    batch = nights(survey)
    own = set(batch.frame["candid"])
    for i in several(survey):
        row = batch.frame.row(i, named=True)
        where = (row["ra"], row["dec"], 30.0)
        curve = light_curve(survey, row["objectId"], until=row["jd"], cone=where, root=root)
        assert curve.prv["jd"].is_sorted()
        assert curve.prv["jd"].max() <= row["jd"]
        got = keyed(curve.prv, survey)
        assert row["candid"] in got
        for known, packet in ((got, batch.prv[i]), (keyed(curve.fp, survey), batch.fp[i])):
            expected = keyed(packet, survey)
            assert expected.keys() <= known.keys()
            for key, point in expected.items():
                # an alert itself may know more fields than a later packet's history says of it
                same = MEASURED[survey] if key in own else point
                assert {name: known[key][name] for name in same} == {name: point[name] for name in same}
            # nothing besides but the alert itself, and what the packet's window no longer shows
            first = min((point["jd"] for point in expected.values()), default=row["jd"])
            later = {key for key, point in known.items() if point["jd"] >= first}
            assert later - expected.keys() <= {row["candid"]}


@pytest.mark.parametrize("survey", SURVEYS)
def test_points_are_stored_once(survey, root):
    table = archive(survey, root=root, columns=["objectId", "prv_new"]).collect()
    points = table.explode("prv_new", empty_as_null=False, keep_nulls=False).unnest("prv_new")
    names = points["objectId"]
    keys = [point_key(get(survey), p) for p in points.drop("objectId").iter_rows(named=True)]
    assert len(set(zip(names, keys, strict=True))) == len(keys)
    assert len(keys) < nights(survey).prv.values.height


def test_until_a_night_and_without_a_place(root):
    name = nights("ZTF").frame["objectId"][several("ZTF")[-1]]
    whole = light_curve("ZTF", name, root=root)
    survey = get("ZTF")
    first = Shelf(survey, root).nights()[0]
    early = light_curve("ZTF", name, until=first, root=root)
    assert 0 < early.prv.height < whole.prv.height
    assert early.prv["jd"].max() < limits(first, survey)[1]


def test_an_unknown_object_has_an_empty_curve(root):
    curve = light_curve("ZTF", "ZTF99nobody", root=root)
    known = light_curve("ZTF", nights("ZTF").frame["objectId"][0], root=root)
    assert curve.prv.height == curve.fp.height == 0
    assert curve.prv.schema == known.prv.schema
    assert light_curve("ZTF", "ZTF99nobody", root=root / "none").prv.height == 0


@needs_data
def test_a_real_deep_field_history_keeps_every_point(tmp_path):
    batch = real("LSST")
    ArchiveWriter(tmp_path).write(batch, *fresh(batch, {}))
    i = int(batch.prv.lengths.argmax())
    assert batch.prv.lengths[i] >= 300
    row = batch.frame.row(i, named=True)
    curve = light_curve("LSST", row["objectId"], until=row["jd"], root=tmp_path)
    assert set(keyed(curve.prv, "LSST")) == {*keyed(batch.prv[i], "LSST"), row["candid"]}
    assert set(keyed(curve.fp, "LSST")) == set(keyed(batch.fp[i], "LSST"))


def test_what_files_hold_is_read_once(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = shutil.copytree(root, tmp_path / "copy")
    reads: list[str] = []
    read = pieces._read

    def noted(night: object, name: str, columns: list[str]) -> pl.DataFrame:
        reads.append(name)
        return read(night, name, columns)

    monkeypatch.setattr(pieces, "_read", noted)
    often = [nights("ZTF").frame["objectId"][i] for i in several("ZTF")[:2]]
    first = light_curve("ZTF", often[0], root=copy)
    assert len(reads) == len(set(reads)) > 1
    assert light_curve("ZTF", often[0], root=copy).prv.equals(first.prv)
    assert light_curve("ZTF", often[1], root=copy).prv.height
    assert len(reads) == len(set(reads))
    assert light_curve("ZTF", "ZTF18nothing", root=copy).prv.is_empty()
