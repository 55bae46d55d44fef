"""What is read equals what was decoded, in every engine."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from pathlib import Path

import astropy.units as u
import nightdesk
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from astropy.coordinates import SkyCoord
from nightdesk.alerts.batch import STANDARD
from nightdesk.archive import ArchiveWriter, Shelf, archive, compact
from nightdesk.surveys import get

from tests.kernels.archive.support import NIGHT, by_id, filled, parts, real, simulated, write
from tests.support.data import needs_data

ENGINES = ("polars", "arrow", "dask", "duckdb")
SECOND = 20260916


def read(engine: str, *args: object, **about: object) -> pl.DataFrame:
    """Read with an engine; return a frame of what it gave, its ids as they came."""
    found = nightdesk.archive(*args, engine=engine, **about)
    if engine == "polars":
        return found.collect()
    if engine == "arrow":
        assert isinstance(found, pa.Table)
        return pl.from_arrow(found)
    if engine == "duckdb":
        # the session's time zone is the machine's
        return pl.from_arrow(found.to_arrow_table()).with_columns(
            pl.selectors.datetime(time_zone="*").dt.convert_time_zone("UTC")
        )
    frame = found.compute()
    return pl.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two ZTF nights of different schemas, the first one compacted, some batches twice; one of LSST."""
    root = tmp_path_factory.mktemp("mixed")
    first = simulated("ztf", 120, schema_version="3.3")
    filled(root, first, 30)
    assert compact(Shelf(get("ZTF"), root), NIGHT) is not None
    second = simulated("ztf", 120, schema_version="4.02", start=2461299.65)
    writer = filled(root, second, 30, fold_files=3)
    write(writer, parts(second, 50)[:1])
    filled(root, simulated("lsst", 60, schema_version="10.0"), 30)
    filled(root, simulated("lsst", 60, schema_version="11.1", start=2461299.65), 30)
    return root


@needs_data
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
def test_real_packets_come_back_bit_for_bit(survey, engine, tmp_path):
    batch = real(survey)
    filled(tmp_path, batch, 5)
    got = by_id(read(engine, survey, root=tmp_path))
    order = batch.frame["candid"].arg_sort().to_list()
    for column in batch.frame.columns:
        if batch.frame[column].dtype != pl.Null:
            assert got[column].equals(batch.frame[column][order], null_equal=True), column
            assert got[column].dtype == batch.frame[column].dtype, column
    assert got["candid"].dtype == pl.Int64
    for name, history in (("prv_new", batch.prv), ("fp_new", batch.fp)):
        assert got[name].list.len().to_list() == history.lengths[order].tolist()
        points = got[name].explode(empty_as_null=False, keep_nulls=False).struct.unnest()
        expected = history.take(np.array(order)).values
        assert points.select(expected.columns).equals(expected)


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
def test_engines_agree(survey, mixed):
    expected = by_id(read("polars", survey, root=mixed))
    assert expected.height == expected["candid"].n_unique() == {"ZTF": 240, "LSST": 120}[survey]
    for engine in ENGINES[1:]:
        got = by_id(read(engine, survey, root=mixed))
        assert got.schema == expected.schema
        assert got.equals(expected)


def test_dask_keeps_ids_and_nulls(mixed):
    frame = archive("ZTF", root=mixed, engine="dask", columns=["candid", "objectId", "candidate.tblid"])
    got = frame.compute()
    assert str(got["candid"].dtype) == str(got["candidate.tblid"].dtype) == "int64[pyarrow]"
    assert set(got["candid"]) == set(read("polars", "ZTF", root=mixed)["candid"])
    assert frame.dtypes.astype(str).to_dict() == got.dtypes.astype(str).to_dict()


def test_a_later_column_is_null_before(mixed):
    early = simulated("lsst", 60, schema_version="10.0").frame
    late = simulated("lsst", 60, schema_version="11.1", start=2461299.65).frame
    new = [name for name in late.columns if name not in early.columns and late[name].null_count() < 60]
    assert new
    for engine in ENGINES:
        got = by_id(read(engine, "LSST", root=mixed, columns=["candid", "night", new[0]]))
        assert got.filter(pl.col("night") == NIGHT)[new[0]].null_count() == 60
        assert got.filter(pl.col("night") == SECOND)[new[0]].equals(late.sort("candid")[new[0]])
        # also where only files without it are read
        only = read(engine, "LSST", root=mixed, columns=[new[0]], end=NIGHT)
        assert only[new[0]].null_count() == only.height == 60


def test_forced_photometry_came_with_a_later_schema(mixed):
    for engine in ENGINES:
        got = read(engine, "ZTF", root=mixed, columns=["night", "fp_new"])
        assert got.filter(pl.col("night") == NIGHT)["fp_new"].list.len().sum() == 0
        assert got.filter(pl.col("night") == SECOND)["fp_new"].list.len().sum() > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_an_empty_answer_has_the_schema(engine, mixed):
    whole = read(engine, "ZTF", root=mixed).schema
    assert read(engine, "ZTF", root=mixed, start="2030-01-01").schema == whole
    south = read(engine, "ZTF", root=mixed, cone=(10.0, -89.0, 60.0))
    assert (south.height, south.schema) == (0, whole)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_archive_yet(engine, tmp_path):
    got = read(engine, "ZTF", root=tmp_path / "none")
    assert got.height == 0
    assert dict(got.schema) == {**STANDARD, "night": pl.Int32(), "packet_schema": pl.String()}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("radius", [0.5, 200.0, 20_000.0])
def test_cone_against_astropy(engine, radius, mixed):
    every = read("polars", "ZTF", root=mixed, columns=["candid", "ra", "dec"])
    where = SkyCoord(every["ra"].to_numpy(), every["dec"].to_numpy(), unit="deg")
    for i in (0, 150):
        ra, dec = every["ra"][i], every["dec"][i]
        # off the alert, so that none lies on the circle
        dec += min(radius / 3, 1000) / 3600
        near = SkyCoord(ra, dec, unit="deg").separation(where) < radius * u.arcsec
        expected = set(every["candid"].filter(pl.Series(near)))
        assert expected
        got = read(engine, "ZTF", root=mixed, columns=["candid"], cone=(ra, dec, radius))
        assert set(got["candid"]) == expected


def test_cone_over_the_origin_and_the_pole(tmp_path):
    batch = simulated("ztf", 120)
    draw = np.random.default_rng(1)
    ra, dec = draw.uniform(-2, 2, 120) % 360, draw.uniform(-2, 2, 120)
    ra[60:], dec[60:] = draw.uniform(0, 360, 60), draw.uniform(88, 90, 60)
    places = pl.DataFrame(
        {
            "ra": ra,
            "dec": dec,
            "hpx12": nightdesk.sky.pixel(ra, dec, 12),
            "hpx6": nightdesk.sky.pixel(ra, dec, 6),
        }
    )
    filled(tmp_path, batch.with_columns(places))
    shelf = Shelf(get("ZTF"), tmp_path)
    for _ in range(2):
        for center, radius in (((0.0, 0.0), 3600.0), ((359.9, 0.5), 5000.0), ((77.0, 89.5), 3000.0)):
            near = nightdesk.sky.separation(ra, dec, *center) <= radius
            assert near.any()
            for engine in ("polars", "duckdb"):
                got = read(engine, "ZTF", root=tmp_path, columns=["candid"], cone=(*center, radius))
                assert set(got["candid"]) == set(batch.frame["candid"].filter(pl.Series(near)))
        compact(shelf, NIGHT, tile_bytes=60_000)


def test_start_and_end(mixed):
    jd = read("polars", "ZTF", root=mixed, columns=["jd"])["jd"].sort()
    first, second = jd.filter(jd < 2461299.3), jd.filter(jd > 2461299.3)

    def number(**about: object) -> int:
        return read("polars", "ZTF", root=mixed, columns=["jd"], **about).height

    for night in ("2026-09-15", "20260915", NIGHT, date(2026, 9, 15)):
        assert number(start=night, end=night) == len(first) == 120
        assert number(end=night) == 120
    assert number(start=SECOND) == len(second) == 120
    some = float(first[50])
    for engine in ENGINES:
        assert read(engine, "ZTF", root=mixed, start=some)["jd"].min() == some
        assert read(engine, "ZTF", root=mixed, end=some)["jd"].max() == some
    assert number(start=some - 2_400_000.5 - 1e-6, end=NIGHT) == (first >= some - 1e-6).sum()
    when = datetime(2026, 9, 15, 20, tzinfo=UTC)
    assert number(start=when) == 120


def test_only_the_files_asked_for_are_opened(mixed):
    """A night outside of the question may be broken."""
    import shutil

    root = mixed.parent / "broken"
    shutil.copytree(mixed, root)
    for file in (root / "survey=ZTF" / f"night={SECOND}").rglob("*.parquet"):
        file.write_bytes(b"nothing")
    assert read("polars", "ZTF", root=root, end=NIGHT).height == 120
    with pytest.raises(Exception):  # noqa: B017  # whatever the reader says of it
        read("polars", "ZTF", root=root, start=SECOND)


def test_nan_of_a_stage_stays_nan(tmp_path):
    batch = simulated("ztf", 120).with_columns({"mine": pl.Series([math.nan, None, 1.5] * 40)})
    filled(tmp_path, batch)
    for engine in ENGINES[:2] + ENGINES[3:]:
        got = read(engine, "ZTF", root=tmp_path, columns=["candid", "mine"])
        assert got["mine"].null_count() == 40
        assert got["mine"].is_nan().sum() == 40


def test_cutouts_only_where_asked_for(tmp_path):
    batch = simulated("ztf", 120)
    filled(tmp_path, batch, cutouts=True)
    assert not [c for c in archive("ZTF", root=tmp_path).collect_schema() if c.startswith("cutout")]
    got = by_id(archive("ZTF", root=tmp_path, columns=["candid", "cutout.science"]).collect())
    order = batch.frame["candid"].arg_sort()
    assert got["cutout.science"].to_list() == [batch.cutouts["science"][i] for i in order]


def test_columns_come_in_the_order_named(mixed):
    assert read("duckdb", "ZTF", root=mixed, columns=["dec", "candid"]).columns == ["dec", "candid"]


def test_what_makes_no_sense_is_refused(mixed):
    with pytest.raises(ValueError, match="no column 'rubbish'"):
        archive("ZTF", root=mixed, columns=["candid", "rubbish"])
    with pytest.raises(ValueError, match="unknown engine"):
        archive("ZTF", root=mixed, engine="spark")
    with pytest.raises(ValueError, match="unknown survey"):
        archive("NONE", root=mixed)
    with pytest.raises(ValueError, match="is not a time"):
        archive("ZTF", root=mixed, start="soon")
    with pytest.raises(ValueError, match="not a position"):
        archive("ZTF", root=mixed, cone=(1.0, 91.0, 1.0))


def test_the_settings_name_the_root(tmp_path, monkeypatch):
    monkeypatch.setenv("NIGHTDESK_DATA_DIR", str(tmp_path))
    batch = simulated("ztf", 120)
    ArchiveWriter().write(batch, batch.prv, batch.fp)
    assert nightdesk.archive("ZTF", columns=["candid"]).collect().height == 120
    assert (tmp_path / "archive" / "survey=ZTF" / f"night={NIGHT}").is_dir()


def test_object_storage(mixed):
    """The same on a file system that is no disk."""
    root = "memory://archive-of-test"
    batch = simulated("ztf", 120)
    writer = filled(root, batch, 30, fold_files=3)
    write(writer, parts(batch, 50)[:1])
    for _ in range(2):
        for engine in ENGINES:
            got = by_id(read(engine, "ZTF", root=root, columns=["candid", "magpsf"]))
            assert got.equals(by_id(batch.frame.select("candid", "magpsf")))
        compact(Shelf(get("ZTF"), root), NIGHT)
