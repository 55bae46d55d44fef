"""Photometry through the official client: uploading, reading, changing, sharing and removing points."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from skyportal_py.photometry import PhotometryPoint, PhotometryPost, PhotometryUpdate

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility, user_id
from tests.conformance.people import new_group, number, refused
from tests.conformance.targets import save

_NAMES = (f"Phot2026{i}" for i in itertools.count(1))


@pytest.fixture(scope="module")
def camera(desk: Desk) -> int:
    """An instrument with the filters ztfg and ztfr."""
    return facility(desk, "Photometry").instrument


@pytest.fixture(scope="module")
def group(desk: Desk, camera: int) -> int:
    """A private group of Ana and Ben; Cleo is not in it."""
    made = new_group(desk.client(), "Photometrists")
    desk.client().post_group_user(made, number(desk, "ben"))
    user_id(desk, "cleo")
    return made


@pytest.fixture
def target(desk: Desk, group: int) -> str:
    """A source of the group."""
    return save(desk, next(_NAMES), group, 210.0, 12.0)


def detections(target: str, camera: int, group: int, count: int = 3, **fields: Any) -> PhotometryPost:
    """Return some points in magnitudes."""
    base: dict[str, Any] = {
        "obj_id": target,
        "instrument_id": camera,
        "mjd": [60000.0 + i for i in range(count)],
        "filter": "ztfg",
        "mag": [19.0 + 0.1 * i for i in range(count)],
        "magerr": 0.1,
        "limiting_mag": 20.5,
        "group_ids": [group],
    }
    return PhotometryPost.model_validate(base | fields)


def curve(desk: Desk, target: str, who: str = "ana", **asked: Any) -> list[PhotometryPoint]:
    return desk.client(who).fetch_photometry(target, **asked)


def test_magnitudes_and_limits_in_bulk(desk: Desk, camera: int, group: int, target: str) -> None:
    post = detections(
        target,
        camera,
        group,
        filter=["ztfg", "ztfr", "ztfg"],
        mag=[19.0, None, 18.0],
        magerr=[0.1, None, 0.05],
        limiting_mag=[20.0, 20.5, 21.0],
        ra=[210.0, None, 210.0001],
        dec=12.0,
        origin=["pipeline", None, ""],
        altdata={"exptime": [30, 60, 90], "observer": "ana"},
    )
    made = desk.client().post_photometry(post)
    assert len(set(made.ids)) == 3
    assert made.upload_id
    points = curve(desk, target, format="both")
    assert [point.id for point in points] == made.ids
    first, limit, last = points
    assert (first.mag, first.magerr, first.limiting_mag) == (19.0, 0.1, 20.0)
    assert first.flux == pytest.approx(10 ** (-0.4 * (19.0 - 23.9)))
    assert first.fluxerr == pytest.approx((first.flux or 0) * 0.1 * math.log(10) / 2.5)
    assert first.snr == pytest.approx(10.857, abs=1e-3)
    assert (first.magsys, first.zp, first.filter, first.mjd) == ("ab", 23.9, "ztfg", 60000.0)
    assert (first.instrument_id, first.instrument_name) == (camera, "Photometry camera")
    assert (limit.mag, limit.magerr, limit.flux, limit.limiting_mag) == (None, None, None, 20.5)
    assert limit.fluxerr == pytest.approx(10 ** (-0.4 * (20.5 - 23.9)) / 5)
    assert [point.ra for point in points] == [210.0, None, 210.0001]
    assert [point.origin for point in points] == ["pipeline", None, None]
    assert [point.altdata for point in points] == [{"exptime": n, "observer": "ana"} for n in (30, 60, 90)]
    assert {group.name for group in last.groups} >= {"Photometrists"}
    assert all(point.created_at for point in points)
    assert {point.id for point in curve(desk, target, "ben")} == set(made.ids)


def test_fluxes_have_their_zero_point(desk: Desk, camera: int, group: int, target: str) -> None:
    made = desk.client().post_photometry(
        PhotometryPost(
            obj_id=target,
            instrument_id=camera,
            filter="ztfr",
            mjd=[60010.0, 60011.0, 60012.0],
            flux=[1000.0, 10.0, None],
            fluxerr=[50.0, 50.0, 40.0],
            zp=25.0,
            ref_flux=[2000.0, None, None],
            ref_fluxerr=[10.0, None, None],
            ref_zp=25.0,
            group_ids=[group],
        )
    )
    bright, faint, none = curve(desk, target, format="flux")
    factor = 10 ** (-0.4 * (25.0 - 23.9))
    assert bright.flux == pytest.approx(1000 * factor)
    assert bright.fluxerr == pytest.approx(50 * factor)
    assert (bright.zp, bright.mag, bright.limiting_mag) == (23.9, None, None)
    assert bright.ref_flux == pytest.approx(2000 * factor)
    assert bright.tot_flux == pytest.approx(3000 * factor)
    assert bright.tot_fluxerr == pytest.approx(math.hypot(50, 10) * factor)
    assert bright.magtot == pytest.approx(25 - 2.5 * math.log10(3000))
    assert bright.magref == pytest.approx(25 - 2.5 * math.log10(2000))
    assert (none.flux, none.ref_flux) == (None, None)
    shown = desk.client().fetch_photometry_point(made.ids[0])
    assert shown.mag == pytest.approx(25 - 2.5 * math.log10(1000))
    assert shown.limiting_mag == pytest.approx(25 - 2.5 * math.log10(250))
    assert shown.flux is None
    dim = desk.client().fetch_photometry_point(faint.id)
    assert (dim.mag, dim.magerr) == (None, None), "a fifth of a sigma is no detection"
    assert dim.limiting_mag == pytest.approx(25 - 2.5 * math.log10(250))


def test_vega_magnitudes(desk: Desk, camera: int, group: int, target: str) -> None:
    post = detections(target, camera, group, 1, magsys="vega", mag=19.0, limiting_mag=20.0, filter="ztfr")
    made = desk.client().post_photometry(post).ids[0]
    in_ab = desk.client().fetch_photometry_point(made, format="mag")
    assert (in_ab.magsys, in_ab.mag, in_ab.limiting_mag) == ("ab", pytest.approx(19.16), pytest.approx(20.16))
    in_vega = desk.client().fetch_photometry_point(made, magsys="vega")
    assert (in_vega.magsys, in_vega.mag) == ("vega", pytest.approx(19.0))
    fluxes = desk.client().fetch_photometry_point(made, format="flux", magsys="vega")
    assert fluxes.zp is not None and fluxes.flux is not None
    assert fluxes.zp - 2.5 * math.log10(fluxes.flux) == pytest.approx(19.0)
    with refused(400, "magsys"):
        desk.client().fetch_photometry_point(made, magsys="bd17")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"magerr": [0.1, None, 0.1]}, "magerr: row 1: mag and magerr"),
        ({"limiting_mag": [20.0, None, 20.0]}, "limiting_mag: row 1: is missing"),
        ({"mag": [19.0, 19.1]}, "mag: has 2 values, other columns have 3"),
        ({"filter": ["ztfg", "ztfg", "ztfi"]}, "filter: row 2: the Photometry camera has no filter ztfi"),
        ({"instrument_id": 99_999}, "instrument_id: row 0: no instrument 99999"),
        ({"magsys": "st"}, "magsys.0: Input should be 'ab' or 'vega'"),
        ({"flux": 3.0}, "flux: give magnitudes or fluxes"),
        ({"mag": [19.0, 1e9, 19.0]}, "mag.1: Input should be less than"),
        ({"ra": [1.0, 2.0, 3.0, 4.0]}, "has 3 values, other columns have 4"),
        ({"altdata": {"exptime": [1, 2]}}, "altdata.exptime: has 2 values"),
        ({"altdata": {"x": 2**70}}, "altdata"),
    ],
)
def test_a_bad_post_names_row_and_field_and_writes_nothing(
    desk: Desk, camera: int, group: int, target: str, fields: dict[str, Any], words: str
) -> None:
    with refused(400, words):
        desk.client().post_photometry(detections(target, camera, group, **fields))
    assert curve(desk, target) == []


def test_unknown_columns_and_objects_are_refused_by_name(
    desk: Desk, camera: int, group: int, target: str
) -> None:
    body = detections(target, camera, group).model_dump(exclude_none=True)
    for method in ("POST", "PUT"):
        answer = desk.client().request(method, "/api/photometry", json=body | {"magnitude": 19.0})
        assert answer.status_code == 400
        assert answer.json()["message"].startswith("magnitude: ")
    with refused(400, "obj_id: row 1: no object Nowhere2026"):
        desk.client().post_photometry(
            detections(target, camera, group, obj_id=[target, "Nowhere2026", target])
        )
    theirs = save(desk, next(_NAMES), new_group(desk.client("cleo"), f"Cleo's {target}"), 1.0, 1.0, "cleo")
    with refused(400, f"obj_id: row 0: no object {theirs}"):
        desk.client().post_photometry(detections(theirs, camera, group))
    with refused(403, "group_ids"):
        desk.client("cleo").post_photometry(detections(theirs, camera, group))
    with refused(403, "stream_ids"):
        desk.client().post_photometry(detections(target, camera, group, stream_ids=[999]))
    with refused(403, "sources:write"):
        desk.client("viewer").post_photometry(detections(target, camera, group))
    assert curve(desk, target) == []


def test_words_that_no_store_keeps_are_refused(desk: Desk, camera: int, group: int, target: str) -> None:
    body = detections(target, camera, group, altdata={"note": "?"}).model_dump_json(exclude_none=True)
    for odd in (r'"\ud800"', r'{"\u0000": 1}', "1" * 40):
        answer = desk.client().post("/api/photometry", content=body.replace('"?"', odd).encode())
        assert answer.status_code == 400, answer.text
        assert answer.json()["message"].startswith("altdata")
    assert curve(desk, target) == []


def test_what_is_there_already_is_refused_as_a_whole(
    desk: Desk, camera: int, group: int, target: str
) -> None:
    ana, ben = desk.client(), desk.client("ben")
    made = ana.post_photometry(detections(target, camera, group, 2)).ids
    with refused(400, rf"already exists: row 0 .*{target}.* is point {made[0]}; row 1"):
        ana.post_photometry(detections(target, camera, group, 3))
    with refused(400, "already exists"):
        ben.post_photometry(detections(target, camera, group, 1))
    assert [point.id for point in curve(desk, target)] == made
    # the same moment with another origin or brightness is another measurement
    ana.post_photometry(detections(target, camera, group, 1, origin="again"))
    ana.post_photometry(detections(target, camera, group, 1, mag=[19.5]))
    assert len(curve(desk, target)) == 4
    with refused(400, "given twice: rows 0 and 1"):
        ana.post_photometry(detections(target, camera, group, 2, mjd=[61000.0, 61000.0], mag=19.0))


def test_a_stranger_cannot_find_out_that_a_measurement_is_there(
    desk: Desk, camera: int, group: int, target: str
) -> None:
    shared = new_group(desk.client("cleo"), f"Also {target}")
    desk.client().post_photometry(detections(target, camera, group, 1))
    save(desk, target, shared, 210.0, 12.0, "cleo")
    cleo = desk.client("cleo")
    assert curve(desk, target, "cleo") == []
    made = cleo.post_photometry(detections(target, camera, shared, 1)).ids
    assert [point.id for point in curve(desk, target, "cleo")] == made
    assert made[0] not in [point.id for point in curve(desk, target)]
    again = cleo.upsert_photometry(detections(target, camera, shared, 1))
    assert again.ids == made


def test_upserting_adds_what_is_new_and_widens_what_is_there(
    desk: Desk, camera: int, group: int, target: str
) -> None:
    ana = desk.client()
    other = new_group(ana, f"Wider {target}")
    made = ana.post_photometry(detections(target, camera, group, 2)).ids
    both = ana.upsert_photometry(detections(target, camera, group, 3, group_ids=[other]), refresh=True)
    assert both.ids[:2] == made
    assert both.ids[2] not in made
    assert both.upload_id
    points = {point.id: {one.id for one in point.groups} for point in curve(desk, target)}
    assert points[made[0]] >= {group, other}
    assert group not in points[both.ids[2]]
    assert [point.id for point in curve(desk, target, "ben")] == made
    # twice in one request is once
    same = ana.upsert_photometry(detections(target, camera, group, 2, mjd=[61000.0, 61000.0], mag=19.0))
    assert same.ids[0] == same.ids[1]
    again = ana.upsert_photometry(detections(target, camera, group, 2, mjd=[61000.0, 61000.0], mag=19.0))
    assert (again.ids, again.upload_id) == (same.ids, None)


def test_others_points_are_not_widened_without_the_right_to_share(
    desk: Desk, camera: int, group: int, target: str
) -> None:
    made = desk.client().post_photometry(detections(target, camera, group, 1)).ids
    ben = desk.client("ben")
    bens = new_group(ben, f"Ben's {target}")
    assert ben.upsert_photometry(detections(target, camera, group, 1)).ids == made, "nothing is widened"
    with refused(403, "row 0"):
        ben.upsert_photometry(detections(target, camera, group, 1, group_ids=[bens]))
    desk.client().update_group_user(group, number(desk, "ben"), can_share_photometry=True)
    assert ben.upsert_photometry(detections(target, camera, group, 1, group_ids=[bens])).ids == made
    (point,) = curve(desk, target, "ben")
    assert bens in {one.id for one in point.groups}
    desk.client().update_group_user(group, number(desk, "ben"), can_share_photometry=False)


def test_a_super_admin_may_overwrite_fluxes(desk: Desk, camera: int, group: int, target: str) -> None:
    root = desk.client("root")
    first = detections(target, camera, group, 2, origin=["pipe", None])
    made = root.post_photometry(first).ids
    other = detections(target, camera, group, 2, origin=["pipe", None], mag=[18.0, 18.0])
    with refused(403, "super admin"):
        desk.client().upsert_photometry(other, duplicate_ignore_flux=True)
    assert root.upsert_photometry(other, duplicate_ignore_flux=True).ids == made
    assert [point.mag for point in curve(desk, target)] == [19.0, 19.1], "the flux was ignored"
    assert root.upsert_photometry(other, duplicate_ignore_flux=True, overwrite_flux=True).ids == made
    assert [point.mag for point in curve(desk, target)] == [18.0, 19.1], "one has no origin"
    with refused(400, "already exists"):
        root.post_photometry(detections(target, camera, group, 1, origin="pipe", mag=[18.0]))


def test_groups_all_and_streams(desk: Desk, camera: int, group: int, target: str) -> None:
    ana, cleo = desk.client(), desk.client("cleo")
    save(desk, target, 1, 210.0, 12.0)
    (public,) = ana.post_photometry(detections(target, camera, group, 1, group_ids="all")).ids
    (private,) = ana.post_photometry(detections(target, camera, group, 1, mjd=[60100.0], group_ids=None)).ids
    streams = sorted(one.id for one in ana.fetch_streams())
    (streamed,) = ana.post_photometry(
        detections(target, camera, group, 1, mjd=[60200.0], stream_ids=streams[:1])
    ).ids
    assert [point.id for point in curve(desk, target)] == [public, private, streamed]
    assert [point.id for point in curve(desk, target, "cleo")] == [public, streamed]
    assert [point.id for point in curve(desk, target, "ben")] == [public, streamed]
    with refused(404, f"no photometry point {private}"):
        cleo.fetch_photometry_point(private)
    told = {point.id: point.streams for point in curve(desk, target, include_stream_info=True)}
    assert [one.id for one in told[streamed]] == streams[:1]
    assert told[public] == []


def test_changing_a_point(desk: Desk, camera: int, group: int, target: str) -> None:
    ana = desk.client()
    one = ana.post_photometry(detections(target, camera, group, 1, origin="pipe", ra=210.0, dec=12.0)).ids[0]
    ana.update_photometry(one, PhotometryUpdate(mag=18.0, mjd=60001.5), refresh=True)
    point = ana.fetch_photometry_point(one)
    assert (point.mag, point.magerr, point.limiting_mag, point.mjd) == (18.0, 0.1, 20.5, 60001.5)
    assert (point.origin, point.ra) == ("pipe", 210.0), "what is not sent stays"
    ana.update_photometry(one, PhotometryUpdate(mag=None, magerr=None, origin=None, ra=None))
    point = ana.fetch_photometry_point(one)
    assert (point.mag, point.magerr, point.limiting_mag, point.origin, point.ra) == (
        None,
        None,
        20.5,
        None,
        None,
    )
    assert ana.fetch_photometry_point(one, format="flux").flux is None
    ana.update_photometry(one, PhotometryUpdate(flux=100.0, fluxerr=5.0, zp=25.0, altdata={"a": 1}))
    point = ana.fetch_photometry_point(one)
    assert point.mag == pytest.approx(20.0)
    assert point.altdata == {"a": 1}
    ana.update_photometry(one, PhotometryUpdate(mag=19.0, magerr=0.1, magsys="vega"))
    assert ana.fetch_photometry_point(one).mag == pytest.approx(18.92)
    with refused(400, "magerr"):
        ana.update_photometry(one, PhotometryUpdate(mag=None))
    with refused(400, "filter"):
        ana.update_photometry(one, PhotometryUpdate(filter="ztfi"))
    with refused(400, "mjd: cannot be empty"):
        ana.update_photometry(one, PhotometryUpdate(mjd=None))
    with refused(400, "zp: is nothing without flux"):
        ana.update_photometry(one, PhotometryUpdate(zp=25.0))
    with refused(400, "nothing to change"):
        ana.update_photometry(one, PhotometryUpdate())


def test_changing_groups_and_streams_of_a_point(desk: Desk, camera: int, group: int, target: str) -> None:
    ana, ben = desk.client(), desk.client("ben")
    one, two = ana.post_photometry(detections(target, camera, group, 2)).ids
    other = new_group(ana, f"Other {target}")
    first, second = sorted(stream.id for stream in ana.fetch_streams())[:2]
    ana.update_photometry(one, PhotometryUpdate(group_ids=[other], stream_ids=[first]))
    ana.update_photometry(one, PhotometryUpdate(stream_ids=[second]))
    point = next(point for point in curve(desk, target, include_stream_info=True) if point.id == one)
    assert [found.id for found in point.groups] == [other]
    assert sorted(found.id for found in point.streams) == [first, second]
    with refused(403, "only its owner"):
        ben.update_photometry(two, PhotometryUpdate(mag=1.0))
    with refused(403, "only its owner"):
        ben.delete_photometry(two)
    with refused(404, f"no photometry point {two}"):
        desk.client("cleo").update_photometry(two, PhotometryUpdate(mag=1.0))
    with refused(404, f"no photometry point {two}"):
        desk.client("cleo").delete_photometry(two)
    strange = new_group(desk.client("cleo"), f"Strange {target}")
    with refused(403, f"not in group {strange}"):
        ana.update_photometry(two, PhotometryUpdate(group_ids=[strange]))
    desk.client("root").update_photometry(two, PhotometryUpdate(mag=18.5))
    assert ana.fetch_photometry_point(two).mag == 18.5
    ana.update_photometry(two, PhotometryUpdate(mjd=60000.0, mag=19.5))
    with refused(400, "already exists"):
        ana.update_photometry(two, PhotometryUpdate(mag=19.0))


def test_removing_points(desk: Desk, camera: int, group: int, target: str) -> None:
    ana, root = desk.client(), desk.client("root")
    one, two, three = ana.post_photometry(detections(target, camera, group, 3)).ids
    ana.delete_photometry(one)
    with refused(404, f"no photometry point {one}"):
        ana.fetch_photometry_point(one)
    upload = ana.post_photometry(detections(target, camera, group, 2, origin="second")).upload_id
    assert upload is not None
    with refused(403, "Delete bulk photometry"):
        ana.bulk_delete_photometry(upload)
    assert root.bulk_delete_photometry(upload) == "Deleted 2 photometry point(s)."
    with refused(404, "no upload"):
        root.bulk_delete_photometry(upload)
    assert [point.id for point in curve(desk, target)] == [two, three]


def test_who_may_remove_in_bulk_removes_their_own(desk: Desk, camera: int, group: int, target: str) -> None:
    root, ben = desk.client("root"), number(desk, "ben")
    upload = desk.client().post_photometry(detections(target, camera, group, 2)).upload_id
    assert upload is not None
    root.post_user_acl(ben, ["Delete bulk photometry"])
    try:
        with refused(404, "no upload"):
            desk.client("ben").bulk_delete_photometry(upload)
    finally:
        root.delete_user_acl(ben, "Delete bulk photometry")
    assert len(curve(desk, target)) == 2


def test_marks_of_trust(desk: Desk, camera: int, group: int, target: str) -> None:
    ana, root = desk.client(), desk.client("root")
    one = ana.post_photometry(detections(target, camera, group, 1)).ids[0]
    with refused(403, "Manage sources"):
        ana.post_photometry_validation(one, validated=True)
    with refused(404, "neither validated nor rejected"):
        root.update_photometry_validation(one, validated=True)
    made = root.post_photometry_validation(
        one, validated=False, explanation="a ghost", notes="see", magsys="ab"
    )
    assert root.post_photometry_validation(one, validated=True).id == made.id, "it is changed in place"
    (point,) = curve(desk, target, include_validation_info=True)
    (mark,) = point.validations
    assert (mark.id, mark.photometry_id, mark.validated) == (made.id, one, True)
    assert (mark.explanation, mark.notes) == ("a ghost", "see")
    assert mark.validator_id == number(desk, "root")
    assert root.update_photometry_validation(one, notes="seen").id == made.id
    (point,) = curve(desk, target, include_validation_info=True)
    assert (point.validations[0].validated, point.validations[0].notes) == (None, "seen")
    assert curve(desk, target)[0].validations == []
    assert root.delete_photometry_validation(one).id == made.id
    with refused(404, "neither validated nor rejected"):
        root.delete_photometry_validation(one)
    root.post_user_acl(number(desk, "cleo"), ["Manage sources"])
    try:
        with refused(404, f"no photometry point {one}"):
            desk.client("cleo").post_photometry_validation(one, validated=True)
    finally:
        root.delete_user_acl(number(desk, "cleo"), "Manage sources")


def test_points_of_a_span_of_time(desk: Desk, camera: int, group: int, target: str) -> None:
    ana = desk.client()
    # MJD 61041 is 2026-01-01
    post = detections(target, camera, group, 4, mjd=[61040.0, 61041.0, 61042.0, 61043.0])
    made = ana.post_photometry(post).ids
    asked: dict[str, Any] = {
        "instrument_ids": [camera],
        "min_date": "2026-01-01",
        "max_date": "2026-01-02T00:00:00Z",
    }
    assert sorted(point.id for point in ana.fetch_photometry_range(**asked)) == made[1:3]
    fluxes = ana.fetch_photometry_range(**asked, format="flux")
    assert [point.flux is not None and point.mag is None for point in fluxes] == [True, True]
    assert {point.magsys for point in ana.fetch_photometry_range(**asked, magsys="vega")} == {"vega"}
    assert ana.fetch_photometry_range(instrument_ids=[99_999]) == []
    open_ended = {point.id for point in ana.fetch_photometry_range(min_date="2026-01-02")}
    assert open_ended >= set(made[2:])
    assert not open_ended & set(made[:2])
    assert set(made) <= {point.id for point in ana.fetch_photometry_range()}
    assert not set(made) & {point.id for point in desk.client("cleo").fetch_photometry_range(**asked)}
    with refused(400, "min_date"):
        ana.fetch_photometry_range(min_date="yesterday")


def test_origins(desk: Desk, camera: int, group: int, target: str) -> None:
    desk.client().post_photometry(detections(target, camera, group, 1, origin=f"pipe of {target}"))
    assert f"pipe of {target}" in desk.client().fetch_photometry_origins()
    assert f"pipe of {target}" not in desk.client("cleo").fetch_photometry_origins()
