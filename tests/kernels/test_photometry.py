"""Conversions, against published values, and light curves."""

from __future__ import annotations

import math
from typing import Any

import bson
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nightdesk import photometry, surveys
from nightdesk.surveys.model import Clock

ZTF, LSST = surveys.get("ZTF"), surveys.get("LSST")


def test_the_ab_zero_point_is_3631_jansky() -> None:
    assert photometry.magnitude_of_flux(3631e6) == pytest.approx(0, abs=1e-3)
    assert photometry.magnitude_of_flux(1.0) == 23.9


def test_a_nanojansky_is_31_4_mag() -> None:
    assert photometry.flux_in_ujy([1000.0, -5.0], 31.4) == pytest.approx([1, -0.005], rel=1e-12)


@given(st.floats(5, 30))
def test_magnitudes_and_fluxes_invert(magnitude: float) -> None:
    assert photometry.magnitude_of_flux(photometry.flux_of_magnitude(magnitude)) == pytest.approx(magnitude)


def test_no_magnitude_of_no_light() -> None:
    assert np.isnan(photometry.magnitude_of_flux([0.0, -5.0, np.nan])).all()


@pytest.mark.parametrize(("mjd", "leap"), [(61105.0, 37), (57754.5, 37), (57752.5, 36), (51544.5, 32)])
def test_tai_is_ahead_of_utc_by_the_leap_seconds(mjd: float, leap: int) -> None:
    tai = Clock(field="t", format="mjd", scale="tai")
    utc_mjd, utc_jd = photometry.utc(np.array([mjd, np.nan]), tai)
    assert (mjd - utc_mjd[0]) * 86400 == pytest.approx(leap, abs=1e-4)
    assert utc_jd[0] - utc_mjd[0] == pytest.approx(2400000.5, abs=1e-8)
    assert math.isnan(utc_mjd[1])


def test_utc_dates_are_not_touched() -> None:
    mjd, jd = photometry.utc([2458860.0222801], Clock(field="jd", format="jd", scale="utc"))
    assert (mjd[0], jd[0]) == (2458860.0222801 - 2400000.5, 2458860.0222801)


def _ztf_detection(**changes: Any) -> dict[str, Any]:
    point = {"jd": 2460000.5, "fid": 1, "candid": bson.Int64(2**60 + 1), "isdiffpos": "t", "programid": 1}
    return {**point, "magpsf": 20.0, "sigmapsf": 0.1, "diffmaglim": 20.5, **changes}


def test_a_ztf_detection() -> None:
    (point,) = photometry.light_curve(ZTF, {"prv_candidates": [_ztf_detection()]}).to_dicts()
    assert point["flux"] == pytest.approx(36.3078, rel=1e-5)  # 3631e6 * 10**-8
    assert point["fluxerr"] == pytest.approx(36.3078 * 0.1 * math.log(10) / 2.5, rel=1e-5)
    assert (point["mag"], point["magerr"], point["limiting_mag"]) == (20.0, 0.1, 20.5)
    assert (point["mjd"], point["band"], point["filter"]) == (60000.0, "g", "ztfg")
    assert (point["kind"], point["candid"], point["programid"]) == ("detection", 2**60 + 1, 1)
    assert point["isdiffpos"] is True


@pytest.mark.parametrize(
    ("written", "brighter"),
    [("t", True), ("1", True), (True, True), ("f", False), ("0", False), (False, False)],
)
def test_the_sign_as_each_schema_writes_it(written: object, brighter: bool) -> None:
    curve = photometry.light_curve(ZTF, {"prv_candidates": [_ztf_detection(isdiffpos=written)]})
    assert curve["isdiffpos"].to_list() == [brighter]
    assert (curve["flux"][0] > 0) is brighter
    assert curve["mag"].is_null().to_list() == [not brighter]


def test_a_ztf_non_detection_is_a_limit() -> None:
    missed = _ztf_detection(candid=None, isdiffpos=None, magpsf=None, sigmapsf=None, fid=2)
    (point,) = photometry.light_curve(ZTF, {"prv_candidates": [missed]}).to_dicts()
    assert (point["kind"], point["limiting_mag"], point["filter"]) == ("limit", 20.5, "ztfr")
    assert point["flux"] is point["mag"] is point["candid"] is point["isdiffpos"] is None
    assert 23.9 - 2.5 * math.log10(5 * point["fluxerr"]) == pytest.approx(20.5)


def test_ztf_forced_photometry_has_its_own_zero_point() -> None:
    points = [
        {"jd": 2460001.5, "fid": 3, "forcediffimflux": 1000.0, "forcediffimfluxunc": 50.0, "magzpsci": 26.4},
        {
            "jd": 2460002.5,
            "fid": 3,
            "forcediffimflux": -99999.0,
            "forcediffimfluxunc": -99999.0,
            "magzpsci": 26.4,
        },
        {"jd": 2460003.5, "fid": 3, "forcediffimflux": 60.0, "forcediffimfluxunc": 50.0, "magzpsci": 26.4},
    ]
    good, none, weak = photometry.light_curve(ZTF, {"fp_hists": points}).to_dicts()
    assert good["flux"] == pytest.approx(1000 * 10 ** (-0.4 * (26.4 - 23.9)))  # 100 µJy
    assert good["fluxerr"] == pytest.approx(5)
    assert good["mag"] == pytest.approx(18.9)
    assert good["magerr"] == pytest.approx(0.0543, abs=1e-4)
    assert none["flux"] is none["fluxerr"] is none["mag"] is None
    assert {p["kind"] for p in (good, none, weak)} == {"forced"}
    assert weak["mag"] is None
    assert weak["flux"] == pytest.approx(6)


def test_lsst_fluxes_are_nanojansky_at_tai() -> None:
    source = {
        "diaSourceId": 2**61 + 1,
        "midpointMjdTai": 61105.5,
        "band": "z",
        "psfFlux": 3631.0,
        "psfFluxErr": 100.0,
    }
    forced = {
        "diaForcedSourceId": 1,
        "midpointMjdTai": 61104.5,
        "band": "u",
        "psfFlux": -50.0,
        "psfFluxErr": 20.0,
    }
    curve = photometry.light_curve(LSST, {"prv_candidates": [source], "fp_hists": [forced]})
    first, last = curve.to_dicts()
    assert last["flux"] == pytest.approx(3.631)
    assert last["mag"] == pytest.approx(22.5, abs=1e-3)
    assert last["limiting_mag"] == pytest.approx(23.9 - 2.5 * math.log10(0.5))
    assert (last["candid"], last["filter"], last["programid"]) == (2**61 + 1, "lsstz", 1)
    assert (61105.5 - last["mjd"]) * 86400 == pytest.approx(37, abs=1e-3)
    assert (first["kind"], first["candid"], first["mag"], first["isdiffpos"]) == ("forced", None, None, False)


@pytest.mark.parametrize("survey", [ZTF, LSST])
@pytest.mark.parametrize("aux", [{}, {"prv_candidates": None, "fp_hists": []}])
def test_no_points_no_rows(survey: surveys.Survey, aux: dict[str, Any]) -> None:
    curve = photometry.light_curve(survey, aux)
    assert curve.height == 0
    assert dict(curve.schema) == photometry.POINTS


def test_points_that_say_nothing_of_brightness() -> None:
    curve = photometry.light_curve(LSST, {"prv_candidates": [{"midpointMjdTai": 61105.0, "band": "q"}]})
    assert curve["kind"].to_list() == ["limit"]
    assert curve["band"].to_list() == [None]
