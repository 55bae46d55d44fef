"""Features over columns are those that a plain, slow way gives, object by object."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nightdesk.features import ACROSS, PER_BAND, LightCurves, PeriodSearch, features, names
from nightdesk.features.catalogue import COLOUR, PERIODIC

from tests.kernels.features import plain

DOCS = Path(__file__).parents[3] / "docs/reference/features.md"


def curves(
    points: list[list[tuple[float, float, float, int]]], bands: tuple[str, ...] = ("g", "r")
) -> LightCurves:
    """Light curves of (jd, flux, fluxerr, band code) for each object."""
    rows = [point for one in points for point in sorted(one, key=lambda p: p[0])]
    jd, flux, error = (np.array([row[i] for row in rows], dtype=float) for i in range(3))
    size = np.where(flux == 0, np.nan, np.abs(flux))
    return LightCurves(
        offsets=np.concatenate([[0], np.cumsum([len(one) for one in points])]).astype(np.int64),
        jd=jd,
        mag=23.9 - 2.5 * np.log10(size),
        magerr=1.0857362 * error / size,
        flux=flux,
        fluxerr=error,
        band=np.array([row[3] for row in rows], dtype=np.int8),
        bands=bands,
    )


def check(given: LightCurves) -> None:
    got, wanted = features(given), plain.features(given)
    assert got.columns == names(given.bands)
    for row, expected in zip(got.to_dicts(), wanted, strict=True):
        for name, value in row.items():
            other = expected.get(name)
            if other is None or math.isnan(other):
                assert value is None, (name, value)
            else:
                # slopes are differences of Julian dates of 2.5 million days
                assert value == pytest.approx(other, rel=2e-6, abs=1e-9), name


def random_curves(seed: int, objects: int) -> LightCurves:
    rng = np.random.default_rng(seed)
    points = []
    for _ in range(objects):
        n = int(rng.choice([0, 1, 2, 3, 8, 40]))
        jd = 2460000.5 + np.round(rng.uniform(0, rng.choice([2, 60, 900]), n), 3)
        flux = rng.normal(rng.choice([0, 100]), 30, n)
        error = rng.uniform(1, 9, n)
        error[rng.random(n) < 0.1] = np.nan
        points.append(list(zip(jd, flux, error, rng.integers(-1, 3, n), strict=True)))
    return curves(points, ("g", "r", "i"))


@pytest.mark.parametrize("seed", range(4))
def test_as_the_plain_way(seed: int) -> None:
    check(random_curves(seed, 150))


POINT = st.tuples(
    st.integers(0, 40).map(lambda n: 2460000.5 + n / 4),
    st.integers(-3, 40).map(lambda n: n * 12.5),
    st.sampled_from([2.0, 5.0, 5.0, math.nan, 0.0]),
    st.integers(-1, 1),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(POINT, max_size=9), max_size=4))
def test_as_the_plain_way_with_equal_times_and_values(points: list) -> None:
    check(curves(points))


def test_a_rise_and_a_fall() -> None:
    # 0.5 mag a day up to day 4, then 0.1 mag a day down, without noise
    days = np.arange(0, 15)
    mag = np.where(days <= 4, 20 - 0.5 * days, 18 + 0.1 * (days - 4))
    flux = 10 ** (-0.4 * (mag - 23.9))
    rows = [(2460000.5 + d, f, 0.05 * f, 0) for d, f in zip(days, flux, strict=True)]
    # red is 0.3 mag brighter at first and 0.02 mag more each day
    red = [(t + 0.1, f * 10 ** (0.4 * (0.3 + 0.02 * i)), e, 1) for i, (t, f, e, _) in enumerate(rows)]
    (row,) = features(curves([rows + red])).to_dicts()
    assert row["g.rise_rate"] == pytest.approx(-0.5, abs=1e-6)
    assert row["g.fade_rate"] == pytest.approx(0.1, abs=1e-6)
    assert row["g.slope_3d"] == pytest.approx(0.1, abs=1e-6)
    # a line through five points a day apart: σ / sqrt(10)
    assert row["g.rise_rate_err"] == pytest.approx(0.05 * 1.0857362 / math.sqrt(10), rel=1e-6)
    assert (row["g.peak_mag"], row["g.peak_jd"]) == (pytest.approx(18), 2460004.5)
    assert row["g.amplitude"] == pytest.approx(2)
    assert row["duration"] == pytest.approx(14.1)
    assert row["color_gr"] == pytest.approx(0.3 + 0.02 * 14)
    assert row["color_gr_rate"] == pytest.approx(0.02, abs=1e-6)
    assert row["color_gr_jd"] == pytest.approx(2460014.55)


def test_published_values_of_stetsons_k() -> None:
    """Stetson 1996: a pure sine gives 0.900, a Gaussian 0.798."""
    rng = np.random.default_rng(1)
    n = 20_000
    t = np.arange(n) * 0.01
    error = np.full(n, 0.01)
    for values, k in ((np.sin(t * 1.7), 0.900), (rng.normal(0, 1, n), 0.798)):
        one = curves([list(zip(t, np.ones(n), error, np.zeros(n), strict=True))])
        one.mag[:], one.magerr[:] = 20 + values, 0.1
        assert features(one)["g.stetson_k"][0] == pytest.approx(k, abs=0.005)


@pytest.mark.parametrize(("first", "step"), [(0.01, 0.003), (0.0004, 0.0004 / 5)])
def test_the_periodogram_is_astropys(first: float, step: float) -> None:
    from astropy.timeseries import LombScargle
    from nightdesk.features.periods import power

    rng = np.random.default_rng(2)
    t = np.sort(rng.uniform(0, 900, 80)) + 2460000.5
    e = rng.uniform(0.5, 3, 80)
    y = 40 + 6 * np.sin(2 * np.pi * t / 3.7) + rng.normal(0, e)
    frequency = first + step * np.arange(3000)
    expected = LombScargle(t - t[0], y, e).power(frequency, method="cython", assume_regular_frequency=True)
    assert power(t, y, e, first, step, 3000) == pytest.approx(expected, abs=1e-8)


def test_periods_are_found_where_there_are_enough_points() -> None:
    rng = np.random.default_rng(3)
    t = 2460000.5 + np.sort(rng.uniform(0, 400, 60))
    star = [(x, 20 * math.sin(2 * math.pi * x / 0.5437) + rng.normal(0, 2), 2.0, 0) for x in t]
    table = features(curves([star, star[:19]]), PeriodSearch())
    assert table.columns == names(("g", "r"), PeriodSearch())
    assert table["g.period"][0] == pytest.approx(0.5437, abs=2e-4)
    assert table["g.period_power"][0] > 0.8
    assert table["g.period"][1] is table["r.period"][0] is None
    limited = features(curves([star]), PeriodSearch(highest=1.0))
    assert limited["g.period"][0] >= 1
    with pytest.raises(ValueError, match="period search"):
        PeriodSearch(fewest=2)


def test_no_objects_and_no_points() -> None:
    assert features(curves([])).height == 0
    (row,) = features(curves([[]])).to_dicts()
    assert {name for name, value in row.items() if value is not None} == {
        f"{band}.{count}" for band in "gr" for count in ("n_det", "n_pos")
    }


def test_lists_of_a_frame() -> None:
    frame = pl.DataFrame(
        {
            "history.jd": [[1.0, 2.0], None, [], [5.0]],
            "history.magpsf": [[20.0, 19.0], None, [], [18.0]],
            "history.sigmapsf": [[0.1, None], None, [], [0.3]],
            "history.flux_ujy": [[36.0, -91.0], None, [], [229.0]],
            "history.fluxerr_ujy": [[3.0, 5.0], None, [], [6.0]],
            "history.band": [["r", "u"], None, [], [None]],
        }
    )
    # as a slice of another frame, whose lists do not begin at 0
    for one in (frame, pl.concat([frame[:1], frame])[1:]):
        made = LightCurves.from_lists(one, ("g", "r"))
        assert made.offsets.tolist() == [0, 2, 2, 2, 3]
        assert made.band.tolist() == [1, -1, -1]
        assert made.flux.tolist() == [36, -91, 229]
        assert np.isnan(made.magerr).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"jd": np.array([2.0, 1.0])}, "not in order of time"),
        ({"jd": np.array([1.0])}, "unlike length"),
        ({"offsets": np.array([0, 3])}, "do not part 2 points"),
        ({"offsets": np.array([0, 2, 1, 2])}, "do not part 2 points"),
        ({"band": np.array([0, 2], dtype=np.int8)}, "between -1 and 1"),
    ],
)
def test_arrays_that_would_mislead_a_kernel_are_refused(change: dict, message: str) -> None:
    sound = curves([[(1.0, 5.0, 1.0, 0), (2.0, 5.0, 1.0, 0)]])
    with pytest.raises(ValueError, match=message):
        LightCurves(**{**{n: getattr(sound, n) for n in sound.__dataclass_fields__}, **change})


def test_every_feature_is_in_the_reference() -> None:
    text = DOCS.read_text()
    for feature in (*PER_BAND, *PERIODIC):
        assert f"| `{feature.name}` |" in text, feature.name
    for feature in ACROSS:
        assert f"| `{feature.name}` |" in text
    for feature in COLOUR:
        assert f"| `color_gr{feature.name}` |" in text
