"""Alerts' points keep their numbers, and no two have the same."""

from __future__ import annotations

import pytest
from nightdesk.surveys import get
from nightdesk_services.marshal.access import Access, Directory
from nightdesk_services.marshal.services.photometry_streams import stream_points
from nightdesk_services.marshal.services.photometry_views import Look

from tests.services.marshal.world import PEOPLE, night


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
def test_numbers_stay_with_points(survey: str) -> None:
    objects = {
        row["objectId"]: {"prv_candidates": one.prv_candidates, "fp_hists": one.fp_hists}
        for one, row in night(survey)
    }
    root = Access(1, PEOPLE["root"], Directory({}, {}))
    rows = stream_points(root, get(survey), objects, Look())
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    assert all(0 <= one < 2**53 for one in ids)
    for name, aux in objects.items():
        alone = stream_points(root, get(survey), {name: aux}, Look())
        assert [row["id"] for row in alone] == [row["id"] for row in rows if row["obj_id"] == name]


def test_who_has_no_stream_sees_nothing() -> None:
    ((one, row), *_) = night("ZTF")
    objects = {row["objectId"]: {"prv_candidates": one.prv_candidates, "fp_hists": one.fp_hists}}
    nobody = Access(2, PEOPLE["nobody"], Directory({}, {}))
    assert stream_points(nobody, get("ZTF"), objects, Look()) == []
