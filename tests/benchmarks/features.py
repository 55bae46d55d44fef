"""Light curves measured per second of one core, and by the plain way in the same run, object by object."""

from __future__ import annotations

import time

import numpy as np
from nightdesk.features import LightCurves, PeriodSearch, features

from tests.benchmarks.result import Result
from tests.kernels.features import plain

OBJECTS = 20_000
PLAIN = 100
PERIODS = 50
TURNS = 5


def run() -> list[Result]:
    """Measure light curves of 5 to 60 points in three bands, and periods of a hundred points in one."""
    rng = np.random.default_rng(30)
    many, few = _curves(OBJECTS, rng, 5, 60), _curves(PLAIN, rng, 5, 60)
    long = _curves(PERIODS, rng, 100, 101, bands=1)
    search = PeriodSearch()
    features(few)
    features(long, search)
    return [
        _result("features.light_curves_per_s", many, None, few),
        _result("features.with_periods_per_s", long, search, few),
    ]


def _curves(objects: int, rng: np.random.Generator, least: int, most: int, bands: int = 3) -> LightCurves:
    lengths = rng.integers(least, most, objects)
    size = int(lengths.sum())
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    owner = np.repeat(np.arange(objects), lengths)
    jd = 2460000.5 + rng.uniform(0, 1000, size)
    jd = jd[np.lexsort((jd, owner))]
    flux, error = rng.normal(60, 30, size), rng.uniform(3, 6, size)
    return LightCurves(
        offsets=offsets,
        jd=jd,
        mag=23.9 - 2.5 * np.log10(np.abs(flux)),
        magerr=1.0857 * error / np.abs(flux),
        flux=flux,
        fluxerr=error,
        band=rng.integers(0, bands, size).astype(np.int8),
        bands=("g", "r", "i"),
    )


def _result(name: str, curves: LightCurves, search: PeriodSearch | None, few: LightCurves) -> Result:
    seconds = []
    for _ in range(TURNS):
        began = time.process_time()
        features(curves, search)
        seconds.append(time.process_time() - began)
    began = time.process_time()
    plain.features(few)
    other = len(few) / (time.process_time() - began)
    rate = len(curves) / min(seconds)
    return {
        "name": name,
        "value": rate,
        "unit": "light curves/s of one core",
        "reference": f"plain numpy and SciPy without periods {other:.0f}/s in the same run",
        "ratio": rate / other,
    }
