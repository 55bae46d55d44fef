"""Alerts' points keep their numbers, and no two have the same."""

from __future__ import annotations

import json
from dataclasses import replace

import bson
import pytest
from nightdesk.surveys import get
from nightdesk_services.marshal.access import Access, Directory
from nightdesk_services.marshal.encoding import encode
from nightdesk_services.marshal.services.photometry_streams import stream_points, stream_rows
from nightdesk_services.marshal.services.photometry_views import Look

from tests.services.marshal.world import PEOPLE, night


def curves(survey: str) -> dict[str, list[bytes]]:
    return {
        row["objectId"]: [bson.encode({"prv_candidates": one.prv_candidates, "fp_hists": one.fp_hists})]
        for one, row in night(survey)
    }


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
def test_numbers_stay_with_points(survey: str) -> None:
    objects = curves(survey)
    root = Access(1, PEOPLE["root"], Directory({}, {}))
    rows = [point.body for point in stream_points(root, get(survey), objects, Look())]
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    assert all(0 <= one < 2**53 for one in ids)
    for name, aux in objects.items():
        alone = stream_points(root, get(survey), {name: aux}, Look())
        assert [point.body["id"] for point in alone] == [row["id"] for row in rows if row["obj_id"] == name]


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
@pytest.mark.parametrize("form", ["mag", "flux", "both", "plot"])
@pytest.mark.parametrize("magsys", ["ab", "vega"])
def test_encoded_points_are_the_same(survey: str, form: str, magsys: str) -> None:
    objects = curves(survey)
    root = Access(1, PEOPLE["root"], Directory({}, {}))
    look = Look(format=form, magsys=magsys, owner=True, streams=True, extras=True)
    plain = stream_points(root, get(survey), objects, look)
    encoded = stream_points(root, get(survey), objects, replace(look, encoded=True))
    assert len(plain) == len(encoded) > 0
    for one, other in zip(plain, encoded, strict=True):
        assert one[:4] == other[:4]
        assert json.loads(other.body) == json.loads(encode(one.body))
    written = stream_rows(root, get(survey), objects, replace(look, encoded=True))
    assert written == b",".join(point.body for point in encoded)


def test_who_has_no_stream_sees_nothing() -> None:
    nobody = Access(2, PEOPLE["nobody"], Directory({}, {}))
    assert stream_points(nobody, get("ZTF"), curves("ZTF"), Look()) == []
    assert stream_rows(nobody, get("ZTF"), curves("ZTF"), Look(encoded=True)) == b""
