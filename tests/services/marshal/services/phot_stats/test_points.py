"""Points of surveys and of people, as statistics take them."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk.surveys import get
from nightdesk_services.marshal.services.phot_stats.points import of_survey, uploaded

BASE = {"obj_id": "A", "mjd": 60000.5, "filter": "sdssr", "group_ids": [7, 3], "origin": None}


def only(**fields: Any) -> Any:
    (made,) = uploaded([BASE | fields])
    return made


def test_an_uploaded_flux_is_a_detection_from_three_sigma() -> None:
    seen = only(flux=100.0, fluxerr=10.0, limiting_mag=20.0)
    assert (seen.mag, seen.limit, seen.part, seen.forced) == (
        pytest.approx(18.9),
        None,
        "measured:3,7;;",
        False,
    )
    faint = only(flux=2.0, fluxerr=1.0)
    assert faint.mag is None and faint.limit == pytest.approx(23.9 - 2.5 * 0.69897, abs=1e-4)
    assert only(flux=-100.0, fluxerr=10.0).mag is None, "it has become fainter than the reference"
    assert only(flux=None, fluxerr=10.0, limiting_mag=19.5).limit == 19.5


@pytest.mark.parametrize(
    ("origin", "forced"),
    [("alert_fp", True), ("Forced photometry", True), ("ZTF-FP", True), ("fpack", False), ("LT", False)],
)
def test_the_origin_says_what_was_forced(origin: str, forced: bool) -> None:
    assert only(flux=100.0, fluxerr=10.0, origin=origin).forced is forced


def test_what_is_no_point_is_left_out() -> None:
    odd: list[dict[str, Any]] = [{"mjd": None}, {"mjd": float("nan")}, {"filter": None}, {"mjd": True}]
    assert uploaded([BASE | one for one in odd]) == []


def test_a_surveys_points_know_their_program_and_kind() -> None:
    alert = {"jd": 2460000.5, "fid": 1, "isdiffpos": "t", "magpsf": 18.0, "sigmapsf": 0.1, "diffmaglim": 20.0}
    past = [
        alert | {"programid": 2, "candid": 1},
        {"jd": 2459999.5, "fid": 2, "diffmaglim": 19.5, "programid": 1},
    ]
    forced = [
        {"jd": 2460001.5, "fid": 1, "forcediffimflux": 900.0, "forcediffimfluxunc": 30.0, "magzpsci": 26.0}
    ]
    made = of_survey(get("ZTF"), {"prv_candidates": past, "fp_hists": forced})
    assert [(one.part, one.filter, one.forced, one.mag is not None) for one in made] == [
        ("ZTF:1", "ztfr", False, False),
        ("ZTF:2", "ztfg", False, True),
        ("ZTF:1", "ztfg", True, True),
    ]
    assert made[0].limit == pytest.approx(19.5) and made[1].mag == pytest.approx(18.0)
