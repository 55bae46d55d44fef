"""The statistics of small light curves whose values are known."""

from __future__ import annotations

import math

import pytest
from nightdesk_services.marshal.services.phot_stats.statistics import Point, statistics


def point(
    mjd: float, band: str, mag: float | None, limit: float | None = None, *, forced: bool = False
) -> Point:
    return Point(mjd=mjd, filter=band, part="ZTF:1", mag=mag, limit=limit, forced=forced)


CURVE = [
    point(14, "ztfg", 18.5),
    point(10, "ztfg", 19.0),
    point(12, "ztfg", 18.0),
    point(11, "ztfr", 18.8),
    point(20, "ztfr", 19.4, forced=True),
    point(8, "ztfg", None, 20.5),
    point(9, "ztfr", None, 20.1, forced=True),
    point(21, "ztfr", None, 21.0),
]
"""In no order: limits, a rise in g to day 12, and a forced detection at the end."""


def test_what_was_seen_when() -> None:
    made = statistics(CURVE)
    assert (made["num_obs_global"], made["num_det_global"], made["num_det_no_forced_phot_global"]) == (
        8,
        5,
        4,
    )
    assert made["num_obs_per_filter"] == {"ztfg": 4, "ztfr": 4}
    assert made["num_det_per_filter"] == {"ztfg": 3, "ztfr": 2}
    first = [made[f"first_detected_{name}"] for name in ("mjd", "mag", "filter")]
    last = [made[f"last_detected_{name}"] for name in ("mjd", "mag", "filter")]
    assert (first, last) == ([10, 19.0, "ztfg"], [20, 19.4, "ztfr"])
    assert made["last_detected_no_forced_phot_mjd"] == 14
    assert made["last_detected_no_forced_phot_filter"] == "ztfg"
    assert made["recent_obs_mjd"] == 21
    assert made["predetection_mjds"] == [8, 9]
    assert (made["last_non_detection_mjd"], made["time_to_non_detection"]) == (9, 1)


def test_how_bright_it_was() -> None:
    made = statistics(CURVE)
    assert (made["peak_mag_global"], made["peak_mjd_global"]) == (18.0, 12)
    assert made["peak_mag_per_filter"] == {"ztfg": 18.0, "ztfr": 18.8}
    assert made["peak_mjd_per_filter"] == {"ztfg": 12, "ztfr": 11}
    assert (made["faintest_mag_global"], made["deepest_limit_global"]) == (19.4, 21.0)
    assert made["faintest_mag_per_filter"] == {"ztfg": 19.0, "ztfr": 19.4}
    assert made["deepest_limit_per_filter"] == {"ztfg": 20.5, "ztfr": 21.0}
    assert made["mean_mag_per_filter"] == pytest.approx({"ztfg": 18.5, "ztfr": 19.1})
    assert made["mean_mag_global"] == pytest.approx(18.74)
    assert made["mean_color"] == pytest.approx({"ztfg-ztfr": -0.6, "ztfr-ztfg": 0.6})
    assert made["mag_rms_per_filter"] == pytest.approx({"ztfg": math.sqrt(0.5 / 3), "ztfr": 0.3})


def test_rates_are_of_the_filter_at_the_end_and_positive_while_it_brightens() -> None:
    made = statistics(CURVE)
    assert made["rise_rate"] == pytest.approx(0.5), "from 19.0 on day 10 to 18.0 on day 12, in g"
    assert made["decay_rate"] == pytest.approx(-0.6 / 9), "from 18.8 on day 11 to 19.4 on day 20, in r"


@pytest.mark.parametrize("points", [[], [point(8, "ztfg", None, 20.5)], [point(8, "ztfg", 18.0)]])
def test_what_cannot_be_told_is_none(points: list[Point]) -> None:
    made = statistics(points)
    assert made["rise_rate"] is None and made["decay_rate"] is None
    assert made["time_to_non_detection"] is None
    assert made["num_obs_global"] == len(points)
    assert (made["peak_mag_global"] is None) == (made["num_det_global"] == 0)
    assert made["mag_rms_global"] in (None, 0.0)
