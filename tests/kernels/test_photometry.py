"""Conversions, against published values, and light curves."""

from __future__ import annotations

import math
from typing import Any

import bson
import numpy as np
import polars as pl
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from nightdesk import photometry, surveys
from nightdesk.surveys.checking import sample
from nightdesk.surveys.model import ZEROPOINTS, Clock

from tests.support.data import DATA, needs_data

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


@pytest.mark.parametrize("unit", ["Jy", "mJy", "uJy", "nJy"])
def test_units_of_flux_as_astropy_has_them(unit: str) -> None:
    """AB: m = -2.5 log10(f) - 48.60 in cgs (Oke & Gunn 1983), so 1 Jy has magnitude 8.90."""
    assert ZEROPOINTS[unit] == pytest.approx((1 * u.Unit(unit)).to_value(u.ABmag), abs=1e-9)
    flux = photometry.flux_in_ujy([3.5], ZEROPOINTS[unit])
    assert flux == pytest.approx((3.5 * u.Unit(unit)).to_value(u.uJy), rel=1e-12)
    assert photometry.magnitude_of_flux(flux) == pytest.approx((3.5 * u.Unit(unit)).to_value(u.ABmag))


@pytest.mark.parametrize(
    ("clock", "ahead"),
    # TT = TAI + 32.184 s (IAU 1991); TAI - UTC = 37 s since 2017 (IERS Bulletin C 52)
    [("tai", 37.0), ("tt", 69.184), ("utc", 0.0)],
)
@pytest.mark.parametrize("form", ["jd", "mjd"])
def test_clocks(clock: Any, form: Any, ahead: float) -> None:
    zero = 2400000.5 if form == "jd" else 0.0
    mjd, jd = photometry.utc([61000.25 + zero], Clock(field="t", format=form, scale=clock))
    # a Julian date in one double has steps of 40 microseconds
    assert (61000.25 - mjd[0]) * 86400 == pytest.approx(ahead, abs=1e-4)
    assert jd[0] == pytest.approx(Time(61000.25 + zero, format=form, scale=clock).utc.jd, abs=1e-9)


def test_the_start_of_2017_in_tai() -> None:
    """The leap second before it: UTC 2017-01-01T00:00:00 is TAI 2017-01-01T00:00:37."""
    tai = Clock(field="t", format="mjd", scale="tai")
    mjd, _ = photometry.utc([57754 + 37 / 86400, 57754 + 35 / 86400], tai)
    assert mjd == pytest.approx([57754, 57754 - 2 / 86401], abs=1e-9)


class TestTotals:
    """The correction of Förster et al. 2021, AJ 161, 242."""

    def test_equal_fluxes_are_twice_as_bright(self) -> None:
        mag, error, extended = photometry.total_magnitude(19.0, 0.1, 1, 19.0, 0.05)
        assert mag == pytest.approx(19 - 2.5 * math.log10(2))
        assert error == pytest.approx(math.sqrt(0.1**2 - 0.05**2) / 2)
        assert extended == pytest.approx(0.05)

    def test_a_star_that_fades(self) -> None:
        # a difference of 20.5 mag below a reference of 18.0: 10% of the light is gone
        mag, error, extended = photometry.total_magnitude([20.5], [0.1], [-1], [18.0], [0.02])
        assert mag[0] == pytest.approx(18 - 2.5 * math.log10(0.9))
        assert math.isnan(error[0])
        assert extended[0] == pytest.approx(0.1 / 9)

    def test_more_than_all_light_cannot_fade(self) -> None:
        assert all(np.isnan(x) for x in photometry.total_magnitude(17.0, 0.1, -1, 18.0, 0.02))

    @pytest.mark.parametrize(("distance", "there"), [(0.3, True), (1.4, True), (1.5, False), (-999.0, False)])
    def test_the_reference_source_has_to_be_the_same(self, distance: float, there: bool) -> None:
        point = _ztf_detection(magnr=19.0, sigmagnr=0.02, distnr=distance)
        (row,) = photometry.total(pl.DataFrame([point]), ZTF).to_dicts()
        assert (row["total_mag"] is not None) is there
        assert (row["total_flux"] is not None) is (row["total_fluxerr"] is not None) is there

    def test_lsst_measures_the_science_image(self) -> None:
        points = pl.DataFrame(
            {"psfFlux": [-500.0, 1.0], "scienceFlux": [3631.0, None], "scienceFluxErr": [36.31, 1.0]}
        )
        first, second = photometry.total(points, LSST).to_dicts()
        assert first["total_mag"] == pytest.approx((3631 * u.nJy).to_value(u.ABmag))
        assert first["total_magerr"] == pytest.approx(0.010857, abs=1e-6)
        assert (first["total_flux"], first["total_fluxerr"]) == (pytest.approx(3.631), pytest.approx(0.03631))
        assert second["total_mag"] is second["total_flux"] is None

    def test_a_survey_without_totals(self) -> None:
        survey = ZTF.model_copy(update={"total": None})
        assert photometry.total(pl.DataFrame([_ztf_detection()]), survey)["total_mag"].to_list() == [None]

    @needs_data
    def test_real_detections_as_astropy_adds_them(self) -> None:
        corrected = 0
        for path in sorted((DATA / "ztf").rglob("*.avro")):
            _, (record,) = sample(path, ZTF)
            points = [p for p in [record["candidate"], *(record["prv_candidates"] or [])] if p["magpsf"]]
            rows = pl.DataFrame(
                [
                    {k: p[k] for k in ("magpsf", "sigmapsf", "isdiffpos", "magnr", "sigmagnr", "distnr")}
                    for p in points
                ]
            )
            for point, row in zip(points, photometry.total(rows, ZTF).to_dicts(), strict=True):
                if point["distnr"] is None or not 0 <= point["distnr"] <= 1.4:
                    assert row["total_mag"] is None
                    continue
                sign = 1 if point["isdiffpos"] in ("t", "1") else -1
                flux = (point["magnr"] * u.ABmag).to(u.uJy) + sign * (point["magpsf"] * u.ABmag).to(u.uJy)
                assert row["total_flux"] == pytest.approx(flux.value, rel=1e-6)
                if flux > 0:
                    assert row["total_mag"] == pytest.approx(flux.to_value(u.ABmag), abs=1e-6)
                    corrected += 1
        assert corrected > 20


def test_forced_fluxes_are_magnitudes_above_three_sigma_and_limits_below() -> None:
    """ZTF's recipe (Masci et al. 2023): zp - 2.5 log10(flux), 1.0857 unc / flux, zp - 2.5 log10(5 unc)."""
    flux, error = [310.0, 290.0, -500.0, 10.0, 10.0], [100.0, 100.0, 100.0, math.nan, 0.0]
    mag, magerr, limit = photometry.magnitude_or_limit(flux, error, 26.3)
    assert mag[0] == pytest.approx(26.3 - 2.5 * math.log10(310))
    assert magerr[0] == pytest.approx(1.0857 * 100 / 310, rel=1e-4)
    assert limit[1:3] == pytest.approx(26.3 - 2.5 * math.log10(500))
    assert np.isnan(mag).tolist() == np.isnan(magerr).tolist() == [False, True, True, True, True]
    assert np.isnan(limit).tolist() == [True, False, False, True, True]
