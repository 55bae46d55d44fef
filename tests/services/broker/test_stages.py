"""Stages run in the order of what they read, add what they say, and impossible orders are refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from nightdesk.alerts import decode
from nightdesk.crossmatch import Galaxies, Shelf, write_catalogue
from nightdesk.features import PeriodSearch, names
from nightdesk.filters import Expression
from nightdesk.surveys import SURVEYS
from nightdesk_services.broker.services.stages import Crossmatch, Features, History, Stage, in_order
from nightdesk_services.broker.services.stages.choosing import chosen
from nightdesk_services.broker.services.work import Work

from tests.support.data import DATA, needs_data


def stage(name_: str, inputs_: tuple[str, ...], outputs_: tuple[str, ...]) -> Stage:
    class Made(Stage):
        name = name_
        inputs = inputs_
        outputs = outputs_

        def run(self, work: Work) -> None:
            raise NotImplementedError

    return Made()


def test_the_brokers_stages_have_an_order(tmp_path: Path) -> None:
    given = [Features(), Crossmatch(Shelf(tmp_path).catalogues), History()]
    names = [s.name for s in in_order(given)]
    assert sorted(names) == ["crossmatch", "features", "history"]
    assert names.index("history") < names.index("features")


def test_a_stage_follows_what_it_reads() -> None:
    c = stage("c", ("xmatch.VSX.distance", "b"), ("c",))
    b = stage("b", ("a",), ("b",))
    a = stage("a", ("candid",), ("a",))
    x = stage("x", ("ra", "dec"), ("xmatch.*",))
    names = [s.name for s in in_order([c, b, a, x])]
    assert names.index("a") < names.index("b") < names.index("c")
    assert names.index("x") < names.index("c")


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([("a", ("nothing",), ("a",))], "stage a reads nothing, which no stage makes"),
        ([("a", (), ("x",)), ("b", (), ("x",))], "stage b: column x already comes from a"),
        ([("a", (), ("ra",))], "stage a: column ra already comes from the batch itself"),
        ([("a", ("y",), ("x",)), ("b", ("x",), ("y",))], "stages wait for each other: "),
    ],
)
def test_impossible_orders_are_refused(
    stages: list[tuple[str, tuple[str, ...], tuple[str, ...]]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        in_order([stage(*s) for s in stages])


class TestChoosing:
    def stages(self, tmp_path: Path) -> list[Stage]:
        return [Features(), Crossmatch(Shelf(tmp_path).catalogues), History()]

    def test_those_that_are_named_take_part(self, tmp_path: Path) -> None:
        given = self.stages(tmp_path)
        assert [s.name for s in chosen(given, ["features", "history"])] == ["history", "features"]
        assert [s.name for s in chosen(given, ["crossmatch"])] == ["crossmatch"]
        assert chosen(given, []) == []

    @pytest.mark.parametrize(
        ("wanted", "message"),
        [
            (["history", "xmatch"], "no stage 'xmatch'; there are features, crossmatch, history"),
            (["historie"], "did you mean 'history'"),
            (["history", "history"], "'history' is named twice"),
            (["features"], "stage features reads first_jd, which no stage makes"),
        ],
    )
    def test_what_cannot_be_is_refused(self, tmp_path: Path, wanted: list[str], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            chosen(self.stages(tmp_path), wanted)


def real(folder: str) -> Work:
    """All real alerts of a survey, before any stage."""
    paths = sorted((DATA / folder).rglob("*.avro"))
    return Work(decode([path.read_bytes() for path in paths], SURVEYS[folder.upper()]).batch)


@needs_data
def test_crossmatch_adds_what_the_nearest_match_brings(tmp_path: Path) -> None:
    work = real("ztf")
    ra, dec = work.frame["ra"].to_numpy(), work.frame["dec"].to_numpy()
    table = pa.table({"kind": ["far", "near"], "p": [1.5, float("nan")], "n": [7, 8]})
    write_catalogue(tmp_path, "STARS", ra[[3, 3]], dec[[3, 3]] + [1 / 3600, 0.5 / 3600], table)
    galaxies = Galaxies(
        np.array([100.0, np.nan]), radius_kpc=10, axis=np.array([np.nan, 30.0]), ratio=None, angle=None
    )
    write_catalogue(
        tmp_path, "GAL", ra[[5, 5]], dec[[5, 5]] + 20 / 3600, pa.table({"z": [0.02, 0.03]}), galaxies=galaxies
    )
    stage = Crossmatch(Shelf(tmp_path).catalogues)
    stage.run(work)
    row = work.frame.row(3, named=True)
    assert row["xmatch.STARS.distance"] == pytest.approx(0.5, abs=1e-4)
    assert (row["xmatch.STARS.n"], row["xmatch.STARS.kind"], row["xmatch.STARS.p"]) == (2, "near", None)
    assert [m["kind"] for m in work.matches["STARS"][3]] == ["near", "far"]
    other = work.frame.row(5, named=True)
    assert (other["xmatch.GAL.n"], other["xmatch.GAL.in_ellipse"]) == (2, True)
    assert other["xmatch.GAL.distance_kpc"] == pytest.approx(100e3 * np.radians(20 / 3600), rel=1e-3)
    away = work.frame.filter(pl.col("xmatch.STARS.n") == 0)
    assert away.height >= 30
    for name in ("STARS.distance", "STARS.kind", "GAL.distance_kpc", "GAL.z"):
        assert away[f"xmatch.{name}"].is_null().sum() >= 29
    passed = Expression("xmatch.GAL.distance_kpc < 10 and xmatch.GAL.z < 0.025").evaluate(work.frame)
    assert passed[5]


@needs_data
@pytest.mark.parametrize("folder", ["ztf", "lsst"])
def test_features_of_real_light_curves(folder: str) -> None:
    work = real(folder)
    bands = SURVEYS[folder.upper()].bands
    History().run(work)
    Features(PeriodSearch(fewest=4, most=50)).run(work)
    frame = work.frame
    assert set(frame.columns) >= {f"features.{name}" for name in names(bands, PeriodSearch())}
    counted = pl.sum_horizontal(f"features.{band}.n_det" for band in bands)
    assert frame.select(counted).to_series().to_list() == frame["n_det"].to_list()
    for row in frame.iter_rows(named=True):
        points = [
            (mag, jd)
            for mag, jd, band, up in zip(
                *(row[f"history.{name}"] for name in ("magpsf", "jd", "band", "isdiffpos")), strict=True
            )
            if band == row["band"] and up
        ]
        assert row["peak_mag"] == (min(points)[0] if points else None)
        if points:
            assert row["delta_mag"] == row["magpsf"] - row["peak_mag"]
            assert row[f"features.{row['band']}.peak_jd"] == min(points)[1]
        assert row["age_days"] == row["jd"] - row["first_jd"]
        assert row["features.duration"] == pytest.approx(row["jd"] - row["first_jd"])
    own = frame["band"][0]
    passed = Expression(f"features.{own}.n_det >= 1 and features.duration >= 0").evaluate(frame)
    assert passed[0]
