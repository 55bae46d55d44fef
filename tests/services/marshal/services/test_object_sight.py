"""Counts of an object are those of the points that somebody sees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from nightdesk_services.common.packed import POINT
from nightdesk_services.marshal.access import Access, Directory, Identity
from nightdesk_services.marshal.exceptions import NotFound
from nightdesk_services.marshal.services.objects import ObjectService
from nightdesk_services.marshal.storage.archive import Archive
from nightdesk_services.marshal.storage.candidates import Candidates
from nightdesk_services.marshal.storage.sources import Sources

from tests.services.marshal.conftest import Desk
from tests.services.marshal.world import PEOPLE

NAME = "ZTF26shared"


def somebody(*programs: int) -> Access:
    streams = {1: {"_id": 1, "name": "theirs", "altdata": {"survey": "ZTF", "selector": list(programs)}}}
    groups = {7: {"_id": 7, "name": "club", "stream_ids": [1], "members": [{"username": "ana"}]}}
    return Access(1, PEOPLE["ana"], Directory(groups, streams))


def point(jd: float, programid: int | None, **fields: Any) -> dict[str, Any]:
    seen = {"magpsf": 18.0, "sigmapsf": 0.1, "isdiffpos": "t", "candid": int(jd)}
    return {"jd": jd, "fid": 1, "programid": programid, "diffmaglim": 20.5} | seen | fields


def packed() -> bytes:
    points = np.zeros(4, POINT)
    points["jd"] = [2460001.5, 2460002.5, 2460003.5, 2460004.5]
    points["programid"] = [2, 1, 1, 2]
    return points.tobytes()


@pytest.fixture(params=["packed", "in the light curve alone"])
def objects(desk: Desk, request: pytest.FixtureRequest) -> ObjectService:
    database, store = desk.database, desk.marshal.store
    database["ZTF_objects"].insert_one(
        {
            "_id": f"{NAME}/1",
            "objectId": NAME,
            "v": 1,
            "place": {"ra": 1.0, "dec": 2.0},
            "n_det": 4,
            "first_jd": 2460001.5,
            "last_jd": 2460004.5,
            "cross_matches": {},
        }
        | ({"detections": packed()} if request.param == "packed" else {})
    )
    limit = {"magpsf": None, "sigmapsf": None, "isdiffpos": None, "candid": None}
    database["ZTF_alerts_aux"].insert_one(
        {
            "_id": NAME,
            "v": 1,
            "prv_candidates": [
                point(2460001.5, 2),
                point(2460002.5, 1),
                point(2460003.5, None),
                point(2460004.5, 2),
                point(2460005.5, 1, **limit),
            ],
            "fp_hists": [],
        }
    )
    return ObjectService(Archive(store), Candidates(store), Sources(store))


async def told(objects: ObjectService, access: Access) -> tuple[int, float, float]:
    found = await objects.brief(access, NAME)
    assert found is not None
    return tuple(found[1][name] for name in ("n_det", "first_jd", "last_jd"))  # type: ignore[return-value]


async def test_counts_are_of_what_is_seen(objects: ObjectService) -> None:
    # a point without a program is public
    assert await told(objects, somebody(1)) == (2, 2460002.5, 2460003.5)
    assert await told(objects, somebody(2, 3)) == (2, 2460001.5, 2460004.5)
    assert await told(objects, somebody(1, 2)) == (4, 2460001.5, 2460004.5)
    root = Access(9, Identity("root", True, frozenset()), Directory({}, {}))
    assert await told(objects, root) == (4, 2460001.5, 2460004.5)


async def test_points_are_those_that_are_seen(objects: ObjectService) -> None:
    _, aux = await objects.aux(somebody(2), NAME)
    assert [one["jd"] for one in aux["prv_candidates"]] == [2460001.5, 2460004.5]
    # of others' non-detections nothing is told even to those who see every detection
    _, aux = await objects.aux(somebody(1), NAME)
    assert [one["jd"] for one in aux["prv_candidates"]] == [2460002.5, 2460003.5, 2460005.5]


async def test_an_object_of_others_is_not_there(objects: ObjectService) -> None:
    assert await objects.brief(somebody(3), NAME) is None
    with pytest.raises(NotFound, match="no object"):
        await objects.aux(somebody(3), NAME)


async def test_who_sees_a_limit_alone_sees_no_detection(desk: Desk, objects: ObjectService) -> None:
    points = [
        point(2460001.5, 2),
        point(2460003.5, 3, magpsf=None, sigmapsf=None, isdiffpos=None, candid=None),
    ]
    desk.database["ZTF_alerts_aux"].update_one({"_id": NAME}, {"$set": {"prv_candidates": points}})
    assert await told(objects, somebody(3)) == (0, None, None)
    _, aux = await objects.aux(somebody(3), NAME)
    assert [one["jd"] for one in aux["prv_candidates"]] == [2460003.5]
    assert await objects.brief(somebody(5), NAME) is None
