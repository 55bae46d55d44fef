"""Light curves of sources through the official client: alerts' points beside uploaded ones."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from skyportal_py.photometry import PhotometryPoint, PhotometryPost

from tests.conformance.conftest import Desk
from tests.conformance.facilities import facility, user_id
from tests.conformance.people import new_group, number, refused
from tests.conformance.targets import save
from tests.services.marshal.world import fill

_NAMES = (f"Curve2026{i}" for i in itertools.count(1))


@pytest.fixture(scope="module")
def camera(desk: Desk) -> int:
    """An instrument with the filters ztfg and ztfr."""
    return facility(desk, "Curves").instrument


@pytest.fixture(scope="module")
def group(desk: Desk, camera: int) -> int:
    """A private group of Ana and Ben; Cleo is not in it."""
    made = new_group(desk.client(), "Curve club")
    desk.client().post_group_user(made, number(desk, "ben"))
    user_id(desk, "cleo")
    return made


@pytest.fixture(scope="module")
def alerted(desk: Desk) -> list[str]:
    """Objects of ZTF with the most points first."""
    found: dict[str, int] = {}
    for one in fill(desk.database, "ZTF"):
        found[one["objectId"]] = len(desk.client().fetch_photometry(one["objectId"]))
    return sorted(found, key=lambda name: -found[name])


@pytest.fixture
def target(desk: Desk, group: int) -> str:
    """A source of the group."""
    return save(desk, next(_NAMES), group, 210.0, 12.0)


def upload(desk: Desk, target: str, camera: int, group: int, who: str = "ana", **fields: Any) -> list[int]:
    base: dict[str, Any] = {
        "obj_id": target,
        "instrument_id": camera,
        "mjd": [60000.0, 60001.0],
        "filter": "ztfg",
        "mag": [19.0, 19.1],
        "magerr": 0.1,
        "limiting_mag": 20.5,
        "group_ids": [group],
    }
    return desk.client(who).post_photometry(PhotometryPost.model_validate(base | fields)).ids


def curve(desk: Desk, target: str, who: str = "ana", **asked: Any) -> list[PhotometryPoint]:
    return desk.client(who).fetch_photometry(target, **asked)


def test_uploaded_points_stand_beside_the_alerts(
    desk: Desk, camera: int, group: int, alerted: list[str]
) -> None:
    target = alerted[0]
    before = curve(desk, target, format="both")
    assert before
    middle = sorted(point.mjd for point in before if point.mjd)[len(before) // 2]
    made = upload(desk, target, camera, group, mjd=[middle - 0.001, middle + 1000.0])
    points = curve(desk, target, "ben", format="both")
    assert len(points) == len(before) + 2
    times = [point.mjd for point in points if point.mjd is not None]
    assert times == sorted(times)
    assert {point.id for point in points} == {point.id for point in before} | set(made)
    assert points[-1].id == made[1]
    assert curve(desk, target, "cleo", format="both") == before, "others see the alerts alone"
    assert {point.origin for point in before} <= {"detection", "limit", "forced"}
    seen = [point for point in before if point.origin == "detection"]
    assert seen and all(
        (point.altdata or {}).get("candid") for point in seen if isinstance(point.altdata, dict)
    )
    assert {point.instrument_name for point in before} == {"ZTF"}


def test_every_form_says_the_same(desk: Desk, camera: int, group: int, alerted: list[str]) -> None:
    target = alerted[1]
    upload(desk, target, camera, group)
    mags, fluxes, both = (curve(desk, target, format=form) for form in ("mag", "flux", "both"))
    assert [(one.mag, two.flux) for one, two in zip(mags, fluxes, strict=True)] == [
        (one.mag, one.flux) for one in both
    ]
    assert {point.flux for point in mags} == {point.mag for point in fluxes} == {None}
    for point in both:
        if point.mag is not None and point.flux is not None:
            assert point.zp is not None
            assert point.zp - 2.5 * math.log10(point.flux) == pytest.approx(point.mag, abs=1e-4)
    vega = curve(desk, target, format="both", magsys="vega")
    offsets = {"ztfg": -0.08, "ztfr": 0.16, "ztfi": 0.37}
    for one, two in zip(both, vega, strict=True):
        shift = offsets[two.filter or ""]
        assert two.magsys == "vega"
        assert two.zp == pytest.approx(23.9 - shift)
        assert two.flux == one.flux
        if one.mag is not None:
            assert two.mag == pytest.approx(one.mag - shift)
    plot = curve(desk, target, format="plot")
    assert [point.mag for point in plot] == [point.mag for point in mags]
    assert {(point.snr, point.created_at, point.magsys) for point in plot} == {(None, None, None)}


def test_what_is_told_of_each_point(desk: Desk, camera: int, group: int, alerted: list[str]) -> None:
    target = alerted[2]
    (one, _) = upload(desk, target, camera, group)
    desk.client().post_annotation(
        one, "checker", {"fwhm": 2.1}, group_ids=[group], resource_type="photometry"
    )
    bare = next(point for point in curve(desk, target) if point.id == one)
    assert (bare.owner, bare.streams, bare.annotations) == (None, [], [])
    told = curve(
        desk, target, include_owner_info=True, include_stream_info=True, include_annotation_info=True
    )
    mine = next(point for point in told if point.id == one)
    assert mine.owner is not None and mine.owner.username == "ana"
    assert [found.data for found in mine.annotations] == [{"fwhm": 2.1}]
    streams = {
        tuple(found.name for found in point.streams) for point in told if point.instrument_name == "ZTF"
    }
    assert len(streams) == 1
    assert all("ZTF" in name for name in next(iter(streams)))


def test_of_duplicates_the_last_made_is_kept(desk: Desk, camera: int, group: int, target: str) -> None:
    upload(desk, target, camera, group)
    later = upload(desk, target, camera, group, mag=[19.01, 19.11], origin="better")
    assert len(curve(desk, target)) == 4
    assert [point.id for point in curve(desk, target, deduplicate_photometry=True)] == later


def test_folding_needs_a_period(desk: Desk, camera: int, group: int, target: str) -> None:
    upload(desk, target, camera, group, mjd=[60000.0, 60003.25])
    with refused(400, "phaseFoldData: nobody annotated"):
        curve(desk, target, phase_fold_data=True)
    desk.client().post_annotation(target, "old", {"period": 7.0}, group_ids=[group])
    desk.client().post_annotation(target, "new", {"Period": 2.5, "x": 1}, group_ids=[group])
    phases = [point.phase for point in curve(desk, target, phase_fold_data=True)]
    assert phases == [pytest.approx(60000.0 % 2.5 / 2.5), pytest.approx(60003.25 % 2.5 / 2.5)]
    assert {point.phase for point in curve(desk, target)} == {None}


def test_extinction_by_the_annotated_reddening(desk: Desk, camera: int, group: int, target: str) -> None:
    upload(desk, target, camera, group)
    (point, _) = curve(desk, target, include_extinction=True)
    assert (point.mag, point.extinction, point.mag_corr, point.flux_corr) == (19.0, None, None, None)
    desk.client().post_annotation(target, "dust", {"ebv": 0.1}, group_ids=[group])
    (point, _) = curve(desk, target, include_extinction=True)
    assert point.extinction == pytest.approx(0.3237)
    assert point.mag_corr == pytest.approx(19.0 - 0.3237)
    assert point.flux is None
    (flux, _) = curve(desk, target, include_extinction=True, format="flux")
    assert flux.flux_corr == pytest.approx((flux.flux or 0) * 10 ** (0.4 * 0.3237))
    assert (flux.mag, flux.mag_corr) == (None, None)


def test_a_super_objects_points_together(desk: Desk, camera: int, group: int, target: str) -> None:
    other = save(desk, next(_NAMES), group, 210.0, 12.0)
    secret = new_group(desk.client(), f"Secret {target}")
    mine, theirs = upload(desk, target, camera, group), upload(desk, other, camera, group)
    hidden = upload(desk, other, camera, secret, origin="hidden")
    desk.client().post_super_obj(name=f"Super {target}", is_roid=False, obj_ids=[target, other])
    assert {point.id for point in curve(desk, target)} == set(mine)
    together = curve(desk, target, include_super_objs_photometry=True)
    assert {point.id for point in together} == {*mine, *theirs, *hidden}
    seen = curve(desk, target, "ben", include_super_objs_photometry=True)
    assert {point.id for point in seen} == {*mine, *theirs}
    with refused(404, f"no object {target}"):
        curve(desk, target, "cleo", include_super_objs_photometry=True)


def test_who_knows_no_such_object_is_told_so(desk: Desk, camera: int, group: int, target: str) -> None:
    assert curve(desk, target) == [], "a source without points has none"
    upload(desk, target, camera, group)
    with refused(404, f"no object {target}"):
        curve(desk, target, "cleo")
    with refused(404, "no object ZTF18nothere"):
        curve(desk, "ZTF18nothere")


def test_copying(desk: Desk, camera: int, group: int, target: str, alerted: list[str]) -> None:
    ana, origin = desk.client(), alerted[3]
    upload(desk, origin, camera, group, origin="pipe", altdata={"a": 1})
    stream = next(one.id for one in ana.fetch_streams() if "ZTF" in (one.name or ""))
    desk.client("root").delete_group_stream(group, stream)
    try:
        with refused(403, f"group {group} has no stream"):
            ana.post_source_photometry_copy(target, origin, [group])
        assert curve(desk, target) == []
    finally:
        desk.client("root").post_group_stream(group, stream)
    whole = curve(desk, origin, format="both")
    ana.post_source_photometry_copy(target, origin, [group])
    copied = curve(desk, target, "ben", format="both")
    usable = [point for point in whole if point.fluxerr is not None]
    for name in ("mjd", "filter", "mag", "flux", "fluxerr", "origin", "instrument_name", "altdata"):
        assert [getattr(one, name) for one in copied] == [getattr(one, name) for one in usable], name
    assert {point.obj_id for point in copied} == {target}
    ana.post_source_photometry_copy(target, origin, [group])
    assert len(curve(desk, target)) == len(copied), "copying again changes nothing"
    with refused(400, "origin_id: no object Nothing2026"):
        ana.post_source_photometry_copy(target, "Nothing2026", [group])
    with refused(404, "no object Nothing2026"):
        ana.post_source_photometry_copy("Nothing2026", origin, [group])
    with refused(400, "origin_id"):
        ana.post_source_photometry_copy(target, target, [group])


def test_others_points_are_copied_where_they_are_seen(
    desk: Desk, camera: int, group: int, target: str
) -> None:
    other = save(desk, next(_NAMES), group, 211.0, 12.0)
    upload(desk, other, camera, group, "ben")
    further = new_group(desk.client(), f"Further {target}")
    with refused(403, "somebody else's to share"):
        desk.client().post_source_photometry_copy(target, other, [further])
    desk.client().post_source_photometry_copy(target, other, [group])
    told = curve(desk, target, include_owner_info=True)
    assert [point.owner.username if point.owner else None for point in told] == ["ana", "ana"]


def test_removing_all_of_a_source(desk: Desk, camera: int, group: int, alerted: list[str]) -> None:
    target = alerted[4]
    before = {point.id for point in curve(desk, target)}
    upload(desk, target, camera, group)
    with refused(403, "Delete bulk photometry"):
        desk.client().delete_source_photometry(target)
    told = desk.client("root").delete_source_photometry(target)
    assert told == f"Deleted 2 photometry point(s) of {target}."
    assert {point.id for point in curve(desk, target)} == before, "alerts' points stay"
    with refused(404, f"no photometry of {target}"):
        desk.client("root").delete_source_photometry(target)


def test_many_light_curves_at_once(desk: Desk, camera: int, group: int, alerted: list[str]) -> None:
    target = save(desk, next(_NAMES), group, 210.0, 12.0)
    upload(desk, target, camera, group)
    body = {"obj_ids": [alerted[5], target, "Nothing2026", alerted[6], target]}
    answer = desk.client().post("/api/photometry/sources", json=body, params={"format": "both"})
    points = [PhotometryPoint.model_validate(row) for row in answer.raise_for_status().json()["data"]]
    each = [curve(desk, name, format="both") for name in (alerted[5], target, alerted[6])]
    assert points == [point for one in each for point in one]
    others = desk.client("cleo").post("/api/photometry/sources", json=body).json()["data"]
    assert {row["obj_id"] for row in others} == {alerted[5], alerted[6]}
    none = desk.client().post("/api/photometry/sources", json={"obj_ids": ["Nothing2026"]})
    assert none.json() == {"status": "success", "data": []}
    wrong = desk.client().post("/api/photometry/sources", json={"obj_ids": []})
    assert wrong.status_code == 400
    assert "obj_ids" in wrong.json()["message"]
