"""Light curves from bytes are those from documents, whatever stands in them."""

from __future__ import annotations

from typing import Any

import bson
import polars as pl
import pytest
from bson import Int64
from hypothesis import given, settings
from hypothesis import strategies as st
from nightdesk.photometry import light_curves
from nightdesk.surveys import SURVEYS
from nightdesk_services.common.light_curves import joined
from nightdesk_services.common.raw.curves import raw_light_curves
from polars.testing import assert_frame_equal

Point = dict[str, Any]
mags = st.none() | st.floats(10, 25) | st.integers(15, 20)
ids = st.none() | st.integers(1, 12).map(Int64)
odd = st.sampled_from(["18.5", True, 3.0, "text that is long", [], float("nan"), float("inf"), -99999.0])


def sparse(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Point]:
    """Points that lack some fields."""
    return st.fixed_dictionaries({}, optional=fields)


ztf_points = st.builds(
    lambda jd, fid, point: {"jd": 2460000.5 + jd, "fid": fid, **point},
    st.integers(0, 5),
    st.integers(1, 4),
    sparse(
        candid=ids,
        programid=st.none() | st.integers(1, 3),
        magpsf=mags,
        sigmapsf=mags,
        diffmaglim=mags,
        isdiffpos=st.sampled_from(["t", "f", "1", "0", None, 1, True]),
        rb=st.floats(0, 1),
    ),
)
ztf_forced = st.builds(
    lambda jd, fid, point: {"jd": 2460000.5 + jd, "fid": fid, **point},
    st.integers(0, 5),
    st.integers(1, 3),
    sparse(forcediffimflux=mags, forcediffimfluxunc=mags, magzpsci=mags, programid=st.integers(1, 3)),
)
lsst_points = st.builds(
    lambda number, point: {"diaSourceId": Int64(number), **point},
    st.integers(1, 9),
    sparse(
        midpointMjdTai=st.floats(60000, 60010), band=st.sampled_from("ugrizyx"), psfFlux=mags, psfFluxErr=mags
    ),
)
lsst_forced = lsst_points.map(lambda p: {"diaForcedSourceId": p.pop("diaSourceId"), **p})
KINDS = {"ZTF": (ztf_points, ztf_forced), "LSST": (lsst_points, lsst_forced)}


def parts(survey: str) -> st.SearchStrategy[list[Point]]:
    prv, fp = KINDS[survey]
    lists = st.fixed_dictionaries(
        {"prv_candidates": st.lists(prv, max_size=5), "fp_hists": st.lists(fp, max_size=4)}
    )
    return st.lists(lists, max_size=3)


def each_once(survey: str, part: Point) -> Point:
    """A part as the broker writes it."""
    return joined(SURVEYS[survey], [part, part])


def compare(survey: str, objects: dict[str, list[Point]]) -> pl.DataFrame:
    known = SURVEYS[survey]
    wanted = light_curves(known, {name: joined(known, parts) for name, parts in objects.items()})
    raw = {name: [bson.encode(part) for part in parts] for name, parts in objects.items()}
    found = raw_light_curves(known, raw).frame()
    assert_frame_equal(found, wanted)
    return found


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_they_are_those_of_the_documents(survey: str, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(parts(survey), min_size=1, max_size=3))
    compare(survey, {f"object {i}": [each_once(survey, p) for p in one] for i, one in enumerate(drawn)})


@settings(max_examples=60, deadline=None)
@given(st.lists(ztf_points, min_size=1, max_size=4), st.data())
def test_odd_values_are_read_one_by_one(points: list[Point], data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(["magpsf", "isdiffpos", "programid", "fid", "diffmaglim"]))
    points[0][field] = data.draw(odd)
    compare("ZTF", {"object": [{"prv_candidates": points}]})


def test_a_point_that_came_twice_is_there_once() -> None:
    point = {"jd": 2460001.5, "fid": 1, "candid": Int64(5), "magpsf": 18.0, "sigmapsf": 0.1, "isdiffpos": "t"}
    limit = {"jd": 2460002.5, "fid": 2, "diffmaglim": 20.0}
    found = compare("ZTF", {"a": [{"prv_candidates": [point, limit]}, {"prv_candidates": [limit, point]}]})
    assert found["kind"].to_list() == ["detection", "limit"]


def test_a_point_without_identity_is_an_error() -> None:
    parts = [bson.encode({"prv_candidates": [{"magpsf": 18.0}]})] * 2
    with pytest.raises(ValueError, match="needs candid or jd and fid"):
        raw_light_curves(SURVEYS["ZTF"], {"a": parts})


def test_no_object_has_no_points() -> None:
    assert compare("ZTF", {}).height == 0
    assert compare("ZTF", {"a": []}).height == 0
