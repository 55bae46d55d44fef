"""Columns become points in µJy and AB, whatever they were sent in."""

from __future__ import annotations

import math
from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.photometry import PhotometryPost
from nightdesk_services.marshal.services.photometry_rows import rows_of, same


def post(**fields: Any) -> PhotometryPost:
    base = {"obj_id": "One", "mjd": 60000.0, "instrument_id": 1, "filter": "ztfg"}
    return PhotometryPost.model_validate(base | fields)


def test_a_scalar_is_for_all_points() -> None:
    rows = rows_of(post(mjd=[1, 2.5], mag=["19.0", None], magerr=[0.1, float("nan")], limiting_mag=20))
    assert [row["mjd"] for row in rows] == [1.0, 2.5]
    assert [row["mag"] for row in rows] == [19.0, None]
    assert {row["obj_id"] for row in rows} == {"One"}


def test_magnitudes_and_their_fluxes() -> None:
    (row,) = rows_of(post(mag=23.9, magerr=0.2, limiting_mag=24.0, magref=21.4, e_magref=0.1))
    assert row["flux"] == pytest.approx(1.0)
    assert row["fluxerr"] == pytest.approx(0.2 * math.log(10) / 2.5)
    assert row["snr"] == pytest.approx(2.5 / math.log(10) / 0.2)
    assert row["ref_flux"] == pytest.approx(10.0)
    assert row["ref_fluxerr"] == pytest.approx(10 * 0.1 * math.log(10) / 2.5)


def test_a_limit_is_of_as_many_sigma_as_it_says() -> None:
    (five,) = rows_of(post(limiting_mag=23.9))
    (three,) = rows_of(post(limiting_mag=23.9, limiting_mag_nsigma=3))
    assert (five["flux"], five["mag"], five["snr"]) == (None, None, None)
    assert five["fluxerr"] == pytest.approx(1 / 5)
    assert three["fluxerr"] == pytest.approx(1 / 3)


def test_a_negative_flux_has_no_magnitude() -> None:
    (row,) = rows_of(post(flux=-100.0, fluxerr=1.0))
    assert (row["flux"], row["mag"], row["snr"]) == (-100.0, None, -100.0)
    assert row["limiting_mag"] == pytest.approx(23.9 - 2.5 * math.log10(5))


def test_vega_magnitudes_of_filters_that_have_some() -> None:
    (row,) = rows_of(post(mag=19.0, magerr=0.1, limiting_mag=20.0, magsys="vega", filter="bessellv"))
    assert (row["mag"], row["limiting_mag"]) == (pytest.approx(19.02), pytest.approx(20.02))
    (flux,) = rows_of(post(flux=1.0, fluxerr=0.1, zp=25.0, magsys="vega", filter="2massks"))
    assert flux["mag"] == pytest.approx(26.85)
    with pytest.raises(Invalid, match="magsys: row 0: no Vega magnitude is known of the filter swiftxrt"):
        rows_of(post(flux=1.0, fluxerr=0.1, magsys="vega", filter="swiftxrt"))


def test_nothing_at_all_is_no_point() -> None:
    with pytest.raises(Invalid, match="limiting_mag: row 0: is missing"):
        rows_of(post())
    with pytest.raises(Invalid, match="fluxerr: row 1: is missing"):
        rows_of(post(flux=[1.0, 2.0], fluxerr=[1.0, None]))


def test_lists_in_altdata_are_for_each_point() -> None:
    rows = rows_of(post(mjd=[1, 2], limiting_mag=20, altdata={"a": [1, 2], "b": "x", "c": ""}))
    assert [row["altdata"] for row in rows] == [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]
    each = rows_of(post(mjd=[1, 2], limiting_mag=20, altdata=[{"a": 1}, None]))
    assert [row["altdata"] for row in each] == [{"a": 1}, None]


def test_what_makes_two_points_the_same() -> None:
    (row,) = rows_of(post(mag=19.0, magerr=0.1, limiting_mag=20.0, origin="pipe"))
    mine = row | {"owner_id": 1}
    assert same(mine) == same(mine | {"altdata": {"a": 1}, "filter": "ztfr", "group_ids": [7]})
    for name, other in (("obj_id", "Two"), ("mjd", 60000.1), ("instrument_id", 2), ("origin", None)):
        assert same(mine) != same(mine | {name: other}), name
        assert same(mine, ignore_flux=True) != same(mine | {name: other}, ignore_flux=True), name
    for name, other in (("flux", 2.0), ("fluxerr", 3.0), ("owner_id", 2)):
        assert same(mine) != same(mine | {name: other}), name
        assert same(mine, ignore_flux=True) == same(mine | {name: other}, ignore_flux=True), name
