"""Photometric series through the official client."""

from __future__ import annotations

import base64
import hashlib
import itertools
import math
from pathlib import Path
from typing import Any

import pytest
from skyportal_py.photometric_series import PhotometricSeriesPost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility, user_id
from tests.conformance.people import new_group, number, refused
from tests.conformance.targets import save

HERE = Path(__file__).parent / "data"
_NUMBERS = itertools.count(1)
COUNT = 12


@pytest.fixture(scope="module")
def camera(desk: Desk) -> int:
    """An instrument with the filters ztfg and ztfr."""
    return facility(desk, "Series").instrument


@pytest.fixture(scope="module")
def group(desk: Desk, camera: int) -> int:
    """A private group of Ana and Ben; Cleo is not in it."""
    made = new_group(desk.client(), "Series readers")
    desk.client().post_group_user(made, number(desk, "ben"))
    user_id(desk, "cleo")
    return made


@pytest.fixture
def target(desk: Desk, group: int) -> str:
    """A source of the group."""
    return save(desk, f"Series2026{next(_NUMBERS)}", group, 210.0, 12.0)


def table(**columns: Any) -> dict[str, list[Any]]:
    """Return a light curve of 12 rows, a minute apart, backwards in time."""
    rows = range(COUNT)
    return {
        "mjd": [60000.0 + (COUNT - 1 - i) / 1440 for i in rows],
        "flux": [100.0 + (COUNT - 1 - i) for i in rows],
        "fluxerr": [10.0] * COUNT,
        "quality": [i % 2 == 0 for i in rows],
        **columns,
    }


def series(target: str, camera: int, group: int, **fields: Any) -> PhotometricSeriesPost:
    """Return a new series."""
    base: dict[str, Any] = {
        "data": table(),
        "series_name": "tess/sector_7",
        "series_obj_id": target,
        "obj_id": target,
        "instrument_id": camera,
        "group_ids": [group],
        "ra": 210.0,
        "dec": 12.0,
        "exp_time": 30.0,
        "filter": "ztfr",
    }
    return PhotometricSeriesPost.model_validate(base | fields)


def found(desk: Desk, target: str, who: str = "ana", **asked: Any) -> list[int]:
    """Return the series of an object that a query finds."""
    return [
        one.id for one in desk.client(who).fetch_photometric_series_page(object_id=target, **asked).series
    ]


def test_a_series_and_its_statistics(desk: Desk, camera: int, group: int, target: str) -> None:
    post = series(
        target, camera, group, channel="2", origin="pipe 1", limiting_mag=20.0, magref=18.0, e_magref=0.1,
        ra_unc=0.1, altdata={"camera": 3}, time_stamp_alignment="start",
    )  # fmt: skip
    made = desk.client().post_photometric_series(post).id
    one = desk.client("ben").fetch_photometric_series(made)
    assert (one.obj_id, one.series_name, one.series_obj_id) == (target, "tess/sector_7", target)
    assert (one.filter, one.channel, one.origin, one.exp_time) == ("ztfr", "2", "pipe 1", 30.0)
    assert (one.ra, one.dec, one.ra_unc, one.dec_unc) == (210.0, 12.0, 0.1, None)
    assert (one.time_stamp_alignment, one.altdata, one.limiting_mag) == ("start", {"camera": 3}, 20.0)
    assert one.ref_flux == pytest.approx(10 ** (-0.4 * (18.0 - 23.9)))
    assert one.ref_fluxerr == pytest.approx((one.ref_flux or 0) * 0.1 * math.log(10) / 2.5)
    assert (one.num_exp, one.is_detected, one.autodelete) == (COUNT, True, True)
    assert one.mjd_first == 60000.0
    assert one.mjd_last == pytest.approx(60000.0 + 11 / 1440)
    assert one.mjd_mid == pytest.approx(60000.0 + 5.5 / 1440)
    assert one.frame_rate == pytest.approx(1 / 60, rel=1e-3)
    mags = [23.9 - 2.5 * math.log10(100.0 + i) for i in range(COUNT)]
    mean = sum(mags) / COUNT
    assert (one.mag_first, one.mag_last) == (pytest.approx(mags[0]), pytest.approx(mags[-1]))
    assert one.mean_mag == pytest.approx(mean)
    assert one.rms_mag == pytest.approx(math.sqrt(sum((mag - mean) ** 2 for mag in mags) / COUNT))
    assert one.robust_mag == pytest.approx((mags[5] + mags[6]) / 2)
    assert one.robust_rms == pytest.approx(one.rms_mag)
    assert (one.worst_snr, one.best_snr, one.median_snr) == (10.0, pytest.approx(11.1), pytest.approx(10.55))
    assert (one.mjd_last_detected, one.mag_last_detected) == (one.mjd_last, one.mag_last)
    assert one.medians is not None and one.medians["flux"] == 105.5
    assert one.minima is not None and one.minima["flux"] == 100.0
    assert one.maxima is not None and one.maxima["quality"] == 1.0
    assert one.stds is not None and one.stds["fluxerr"] == 0.0
    assert [found.id for found in one.groups if found.name == "Series readers"] == [group]
    assert group in one.group_ids
    assert one.owner_id == number(desk, "ana")
    assert isinstance(one.data, dict)
    assert one.data["flux"] == [100.0 + i for i in range(COUNT)], "in the order of time"
    assert one.data["quality"] == [i % 2 == 1 for i in range(COUNT)]
    bare = desk.client().fetch_photometric_series(made, data_format="none")
    assert bare.data is None
    packed = desk.client().fetch_photometric_series(made, data_format="hdf5").data
    assert isinstance(packed, str)
    file = base64.b64decode(packed)
    assert hashlib.md5(file).hexdigest() == one.hash
    assert found(desk, target, file_hash=one.hash) == [made]


def test_what_the_table_says_need_not_be_given(desk: Desk, camera: int, group: int, target: str) -> None:
    columns = table(RA=[210.1] * COUNT, Dec=[12.1] * COUNT, exptime=[20] * COUNT, filter=["ztfg"] * COUNT)
    post = series(target, camera, group, data=columns, ra=None, dec=None, exp_time=None, filter=None)
    one = desk.client().fetch_photometric_series(desk.client().post_photometric_series(post).id)
    assert (one.ra, one.dec, one.exp_time, one.filter) == (210.1, 12.1, 20.0, "ztfg")
    assert one.time_stamp_alignment == "middle"


@pytest.mark.parametrize("form", ["table", "fixed"])
def test_files_of_pandas(desk: Desk, camera: int, group: int, target: str, form: str) -> None:
    file = (HERE / f"series_{form}.h5").read_bytes()
    post = series(target, camera, group, data=base64.b64encode(file).decode(), series_name=form)
    made = desk.client().post_photometric_series(post).id
    one = desk.client().fetch_photometric_series(made)
    assert isinstance(one.data, dict)
    assert one.data["mjd"] == [60000.0, 60000.5, 60001.0]
    assert one.data["mag"] == [18.0, 18.1, None]
    assert one.data["n"] == [1, 2, 3]
    assert one.origin == "from the file", "its metadata count where nothing else is given"
    again = desk.client().fetch_photometric_series(made, data_format="hdf5").data
    change = PhotometricSeriesPost(data=again)
    assert desk.client().update_photometric_series(made, change).id == made
    assert desk.client().fetch_photometric_series(made).data == one.data


def test_files_that_run_something_are_refused(desk: Desk, camera: int, group: int, target: str) -> None:
    for name, words in (("pickle", "pickle of"), ("link", "of its own"), ("bomb", "more than 10 MB")):
        file = base64.b64encode(hostile(name)).decode()
        with refused(400, words):
            desk.client().post_photometric_series(series(target, camera, group, data=file))
    for odd in ("!!!", base64.b64encode(b"no HDF5 at all").decode(), ""):
        with refused(400, "data"):
            desk.client().post_photometric_series(series(target, camera, group, data=odd))
    assert found(desk, target) == []


def hostile(kind: str) -> bytes:
    """Return a file that would do harm to who reads it carelessly."""
    import io
    import pickle

    import h5py
    import numpy as np

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        group = file.create_group("phot_series")
        group.attrs["pandas_type"] = np.bytes_("frame_table")
        if kind == "link":
            group["table"] = h5py.ExternalLink("/etc/hostname.h5", "/table")
        elif kind == "bomb":
            rows = np.dtype([("index", "<i8"), ("mjd", "<f8"), ("flux", "<f8")])
            group.create_dataset("table", (10_000_000,), rows, compression="gzip", chunks=True)
        else:
            group.create_dataset("table", data=np.zeros(2, [("mjd", "<f8"), ("flux", "<f8")]))
            group.attrs["metadata"] = np.bytes_(pickle.dumps(print, 0))
    return out.getvalue()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"data": {"flux": [1.0]}}, "data: lacks the column mjd"),
        ({"data": {"mjd": [60000.0]}}, "data: lacks a column flux or mag"),
        ({"data": {"mjd": [], "flux": []}}, "data: has no rows"),
        ({"data": {"mjd": [60000.0], "flux": [1.0, 2.0]}}, "data.flux: has 2 values"),
        ({"data": {"mjd": ["x"], "flux": [1.0]}}, "data.mjd: must be numbers"),
        ({"data": {"mjd": [60000.0, None], "flux": [1.0, 2.0]}}, "data.mjd: row 1: is missing"),
        ({"data": table(odd=[{}] * COUNT)}, "data.odd: must be all numbers or all words"),
        ({"data": table(**{"a.b": [1] * COUNT})}, "'a.b' is no name of a column"),
        ({"ra": None}, "ra: is neither given nor a column"),
        ({"filter": None}, "filter: is neither given"),
        ({"filter": "ztfi"}, "filter: the Series camera has no filter ztfi"),
        ({"obj_id": "Nothing2026"}, "obj_id: no object Nothing2026"),
        ({"instrument_id": 99_999}, "instrument_id: no instrument"),
        ({"series_name": "../../etc"}, "series_name"),
        ({"series_obj_id": "a/b"}, "series_obj_id"),
    ],
)
def test_a_bad_series_is_refused_by_field(
    desk: Desk, camera: int, group: int, target: str, fields: dict[str, Any], words: str
) -> None:
    with refused(400, words):
        desk.client().post_photometric_series(series(target, camera, group, **fields))
    assert found(desk, target) == []


def test_who_sees_and_who_changes(desk: Desk, camera: int, group: int, target: str) -> None:
    ana, ben, cleo = (desk.client(who) for who in ("ana", "ben", "cleo"))
    made = ana.post_photometric_series(series(target, camera, group)).id
    assert found(desk, target, "ben") == [made]
    assert found(desk, target, "cleo") == []
    page = cleo.fetch_photometric_series_page(object_id=target)
    assert page.total_matches == 0
    with refused(404, f"no photometric series {made}"):
        cleo.fetch_photometric_series(made)
    with refused(404, f"no photometric series {made}"):
        cleo.update_photometric_series(made, PhotometricSeriesPost(origin="x"))
    with refused(404, f"no photometric series {made}"):
        cleo.delete_photometric_series(made)
    with refused(403, "only its owner"):
        ben.update_photometric_series(made, PhotometricSeriesPost(origin="x"))
    with refused(403, "only its owner"):
        ben.delete_photometric_series(made)
    with refused(403, f"not in group {group}"):
        cleo.post_photometric_series(series(target, camera, group))
    with refused(409, "series_name: you have the series tess/sector_7/series_"):
        ana.post_photometric_series(series(target, camera, group))
    ana.delete_photometric_series(made)
    assert found(desk, target) == []
    assert desk.database["photometric_series_files"].find_one({"_id": made}) is None
    with refused(404, f"no photometric series {made}"):
        ana.fetch_photometric_series(made)


def test_groups_all_and_streams(desk: Desk, camera: int, group: int, target: str) -> None:
    ana = desk.client()
    save(desk, target, 1, 210.0, 12.0)
    public = ana.post_photometric_series(series(target, camera, group, group_ids="all", series_name="p")).id
    own = ana.post_photometric_series(series(target, camera, group, group_ids=None, series_name="o")).id
    stream = ana.fetch_streams()[0].id
    streamed = series(target, camera, group, group_ids=None, series_name="s", stream_ids=[stream])
    by_stream = ana.post_photometric_series(streamed).id
    assert sorted(found(desk, target)) == [public, own, by_stream]
    assert sorted(found(desk, target, "cleo")) == [public, by_stream]
    shown = desk.client("cleo").fetch_photometric_series(by_stream)
    assert (shown.stream_ids, [one.id for one in shown.streams], shown.groups) == ([stream], [stream], [])


def test_changing(desk: Desk, camera: int, group: int, target: str) -> None:
    ana = desk.client()
    made = ana.post_photometric_series(series(target, camera, group, origin="one", altdata={"a": 1})).id
    before = ana.fetch_photometric_series(made)
    other = new_group(ana, f"Other {target}")
    change = PhotometricSeriesPost(origin="two", exp_time=60.0, group_ids=[other])
    assert ana.update_photometric_series(made, change).id == made
    after = ana.fetch_photometric_series(made)
    assert (after.origin, after.exp_time, after.altdata) == ("two", 60.0, {"a": 1})
    assert after.data == before.data
    assert after.hash != before.hash
    assert other in after.group_ids and group not in after.group_ids
    assert found(desk, target, "ben") == []
    fresh = table(flux=[50.0] * COUNT, ra=[211.0] * COUNT)
    ana.update_photometric_series(made, PhotometricSeriesPost(data=fresh))
    again = ana.fetch_photometric_series(made)
    assert (again.ra, again.dec, again.origin) == (211.0, 12.0, "two"), "the place is the new table's"
    assert again.best_snr == 5.0
    ana.update_photometric_series(made, PhotometricSeriesPost(data=fresh, ra=212.0))
    assert ana.fetch_photometric_series(made).ra == 212.0
    with refused(400, "filter"):
        ana.update_photometric_series(made, PhotometricSeriesPost(filter="ztfi"))


@pytest.fixture(scope="module")
def sky(desk: Desk, camera: int, group: int) -> dict[str, int]:
    """Three series of one object that differ in all that can be asked for."""
    target = save(desk, "SeriesSky", group, 30.0, -20.0)
    later = [60100.0 + i / 288 for i in range(COUNT)]
    posts = {
        "bright": series(target, camera, group, series_name="a", ra=30.0, dec=-20.0, limiting_mag=20.0),
        "faint": series(
            target, camera, group, series_name="b", series_obj_id="tic1", ra=30.5, dec=-20.0, filter="ztfg",
            channel="4", origin="qlp", exp_time=120.0, magref=17.0,
            data=table(mjd=later, flux=[20.0] * COUNT),
        ),
        "none": series(
            target, camera, group, series_name="c", ra=31.5, dec=-20.0, assignment_id=5,
            followup_request_id=6,
            data={"mjd": [60200.0, 60200.5], "flux": [1.0, -1.0], "fluxerr": [1.0, 1.0]},
        ),
    }  # fmt: skip
    return {name: desk.client().post_photometric_series(post).id for name, post in posts.items()}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, "bright faint none"),
        ({"ra": 30.0, "dec": -20.0, "radius": 0.1}, "bright"),
        ({"ra": 30.0, "dec": -20.0, "radius": 0.5}, "bright faint"),
        ({"ra": 30.0, "dec": -20.0}, "bright faint none"),
        ({"series_name": "b"}, "faint"),
        ({"series_obj_id": "tic1"}, "faint"),
        ({"filter": "ztfg"}, "faint"),
        ({"channel": "4"}, "faint"),
        ({"origin": "qlp"}, "faint"),
        ({"start_before": "2023-03-01"}, "bright"),
        ({"start_after": "2023-03-01"}, "faint none"),
        ({"mid_after": "2023-03-01", "mid_before": "2023-08-01"}, "faint"),
        ({"end_before": "2023-08-01"}, "bright faint"),
        ({"end_after": "2023-08-01"}, "none"),
        ({"detected": True}, "bright"),
        ({"detected": False}, "faint none"),
        ({"exp_time": 120.0}, "faint"),
        ({"min_exp_time": 100.0}, "faint"),
        ({"max_exp_time": 100.0}, "bright none"),
        ({"min_frame_rate": 0.01}, "bright"),
        ({"max_frame_rate": 0.01}, "faint none"),
        ({"min_num_exposures": 3}, "bright faint"),
        ({"max_num_exposures": 3}, "none"),
        ({"assignment_id": 5}, "none"),
        ({"followup_request_id": 6}, "none"),
        ({"owner_id": 999}, ""),
        ({"instrument_id": 999}, ""),
        ({"mag_brighter_than": 19.0}, "bright"),
        ({"mag_fainter_than": 19.0}, "faint none"),
        ({"mag_fainter_than": 19.0, "use_robust_mag_and_rms": True}, "faint none"),
        ({"limiting_mag_brighter_than": 20.5}, "bright"),
        ({"limiting_mag_fainter_than": 20.5}, ""),
        ({"limiting_mag_is_nan": True}, "faint none"),
        ({"magref_brighter_than": 17.5}, "faint"),
        ({"magref_fainter_than": 17.5}, ""),
        ({"min_rms": 0.01}, "bright"),
        ({"max_rms": 0.01}, "faint none"),
        ({"min_rms": 0.01, "use_robust_mag_and_rms": True}, "bright"),
        ({"min_median_snr": 5.0}, "bright"),
        ({"max_median_snr": 1.0}, "none"),
        ({"min_best_snr": 11.0}, "bright"),
        ({"max_best_snr": 1.5}, "none"),
        ({"min_worst_snr": 1.0}, "bright faint"),
        ({"max_worst_snr": 1.0}, "none"),
        ({"rejected_object_id": "SeriesSky"}, ""),
        ({"rejected_object_id": "Other1, Other2"}, "bright faint none"),
    ],
)
def test_finding(desk: Desk, sky: dict[str, int], asked: dict[str, Any], names: str) -> None:
    wanted = [sky[name] for name in names.split()]
    assert sorted(found(desk, "SeriesSk", **asked)) == wanted


def test_finding_by_file_owner_and_instrument(desk: Desk, camera: int, sky: dict[str, int]) -> None:
    shown = desk.client().fetch_photometric_series(sky["faint"], data_format="none")
    assert shown.filename == f"b/series_tic1_inst_{camera}_4_qlp.h5"
    assert found(desk, "SeriesSky", filename=shown.filename) == [sky["faint"]]
    mine = {"owner_id": number(desk, "ana"), "instrument_id": camera}
    assert sorted(found(desk, "SeriesSky", **mine)) == sorted(sky.values())
    with refused(400, "startAfter"):
        found(desk, "SeriesSky", start_after="tomorrow")


def test_pages_and_order(desk: Desk, sky: dict[str, int]) -> None:
    def ids(**asked: Any) -> list[int]:
        return found(desk, "SeriesSky", **asked)

    assert ids(sort_by="ra", sort_order="desc") == [sky["none"], sky["faint"], sky["bright"]]
    assert ids(sort_by="id") == ids(sort_by="saved_at") == ids(sort_by="obj_id") == sorted(sky.values())
    assert ids(sort_by="dec", sort_order="desc") == sorted(sky.values(), reverse=True)
    first = desk.client().fetch_photometric_series_page(object_id="SeriesSky", num_per_page=2, sort_by="id")
    assert (first.total_matches, first.page_number, first.num_per_page) == (3, 1, 2)
    assert [one.id for one in first.series] == sorted(sky.values())[:2]
    assert ids(num_per_page=2, page_number=2, sort_by="id") == sorted(sky.values())[2:]
    assert desk.client().fetch_photometric_series_page(num_per_page=900).num_per_page == 500
    with refused(400, "sortBy"):
        ids(sort_by="colour")
    whole = desk.client().fetch_photometric_series_page(object_id="SeriesSky", data_format="json").series
    assert all(isinstance(one.data, dict) and len(one.data["mjd"]) == one.num_exp for one in whole)
    assert [one.data for one in first.series] == [None, None]


def test_rows_of_a_series_in_the_light_curve(desk: Desk, camera: int, group: int, target: str) -> None:
    made = desk.client().post_photometric_series(series(target, camera, group, origin="qlp")).id
    points = desk.client().fetch_photometry(target, format="both")
    assert [point.flux for point in points] == [100.0 + i for i in range(COUNT)]
    first = points[0]
    assert (first.id, first.obj_id, first.filter, first.origin) == (made, target, "ztfr", "qlp")
    assert (first.instrument, first.telescope) == ("Series camera", "Series telescope")
    assert (first.ra, first.dec, first.mag) == (210.0, 12.0, pytest.approx(18.9))
    assert first.limiting_mag == pytest.approx(23.9 - 2.5 * math.log10(50.0))
    vega = desk.client().fetch_photometry(target, magsys="vega")
    assert vega[0].mag == pytest.approx(18.9 - 0.16)
    assert desk.client().fetch_photometry(target, individual_or_series="individual") == []
    assert len(desk.client().fetch_photometry(target, individual_or_series="series")) == COUNT
    with refused(404, f"no object {target}"):
        desk.client("cleo").fetch_photometry(target)
