"""Candidates: what is listed, to whom, in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.services.marshal.conftest import Desk
from tests.services.marshal.world import MATCH, candidate, fill, night


async def ids(desk: Desk, who: str = "ana", **query: Any) -> list[str]:
    page = await desk.ok(who, "GET", "candidates", extras=True, **query)
    assert page["totalMatches"] >= len(page["candidates"])
    return [card["id"] for card in page["candidates"]]


def objects(candidates: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(c["objectId"] for c in candidates))


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
async def test_a_card_has_all_that_the_panel_shows(desk: Desk, survey: str) -> None:
    made = fill(desk.database, survey)[0]
    card = (await desk.ok("ana", "GET", "candidates", extras=True))["candidates"][0]
    assert card["id"] == made["objectId"]
    assert card["passing_alert_id"] == str(made["candid"])
    for name in ("ra", "dec", "survey", "band", "magpsf", "score", "n_det", "first_jd"):
        assert card[name] == made[name], name
    assert card["filter_ids"] == [made["filter_id"]]
    assert (card["is_source"], card["rejected"], card["n_comments"], card["saved_groups"]) == (
        False,
        False,
        0,
        [],
    )
    assert card["cross_matches"] == {"VSX": [MATCH]}
    kinds = {thumb["type"]: thumb["public_url"] for thumb in card["thumbnails"]}
    assert kinds["new"] == f"/api/cutouts/{survey}/{made['candid']}/science/png"
    assert set(kinds) == {"new", "ref", "sub"}
    seen = datetime.fromisoformat(card["last_detected_at"])
    assert abs(seen.timestamp() / 86400 + 2440587.5 - made["jd"]) < 1e-6
    picture = await desk.http.get(kinds["new"], headers={"Authorization": "token ana"})
    assert picture.headers["Content-Type"] == "image/png"


async def test_paging_order_and_bounds(desk: Desk) -> None:
    made = fill(desk.database, "ZTF")
    every = objects(made)
    assert await ids(desk) == every
    paged = [await ids(desk, numPerPage=4, pageNumber=page) for page in (1, 2, 3, 4)]
    assert [obj_id for page in paged for obj_id in page] == every
    assert await ids(desk, sortBy="passed_at", sortOrder="asc") == every[::-1]
    scores = {c["objectId"]: c["score"] for c in made}
    best = await ids(desk, sortBy="score")
    assert [scores[i] for i in best] == sorted(scores.values(), reverse=True)
    high = sorted(scores.values())[len(scores) // 2]
    assert set(await ids(desk, minScore=high)) == {i for i, score in scores.items() if score >= high}
    now = datetime.now(UTC)
    assert await ids(desk, startDate=(now - timedelta(minutes=2.5)).isoformat()) == every[:3]
    assert await ids(desk, endDate=(now - timedelta(minutes=2.5)).isoformat()) == every[3:]
    assert await ids(desk, filterIDs="2") == []
    assert await ids(desk, survey="lsst") == []
    assert "unknown survey" in await desk.error(400, "ana", "GET", "candidates", survey="PANSTARRS")


async def test_new_candidates_are_listed_at_once(desk: Desk) -> None:
    assert await ids(desk) == []
    rows = [row for _, row in night("ZTF")]
    for i, row in enumerate(rows):
        desk.database["candidates"].insert_one(candidate(row, "ZTF", 1))
        assert await ids(desk) == objects(rows[: i + 1])[::-1]


async def test_several_filters_are_one_card(desk: Desk, club: int) -> None:
    row = night("ZTF")[0][1]
    filter_id = (
        await desk.ok(
            "ana", "POST", "filters", {"name": "f", "group_id": club, "stream_id": 1, "source": "score > 0"}
        )
    )["id"]
    for number, group in ((1, 1), (filter_id, club)):
        desk.database["candidates"].insert_one(candidate(row, "ZTF", number, group=group))
    cards = {
        who: (await desk.ok(who, "GET", "candidates", extras=True))["candidates"] for who in ("ana", "cleo")
    }
    assert [card["filter_ids"] for card in cards["ana"]] == [[1, filter_id]]
    assert [card["filter_ids"] for card in cards["cleo"]] == [[1]]
    assert cards["cleo"][0]["passing_group_ids"] == [1]
    assert await ids(desk, groupIDs=f"{club}") == [row["objectId"]]
    assert "not in group" in await desk.error(403, "cleo", "GET", "candidates", groupIDs=club)


async def test_candidates_of_other_groups_are_not_there(desk: Desk, club: int) -> None:
    row = night("ZTF")[0][1]
    desk.database["candidates"].insert_one(candidate(row, "ZTF", 9, group=club))
    assert await ids(desk, "ben") == [row["objectId"]]
    assert await ids(desk, "cleo") == []
    await desk.ok("ben", "GET", f"candidates/{row['objectId']}", extras=True)
    await desk.error(404, "cleo", "GET", f"candidates/{row['objectId']}")
    assert await ids(desk, "root") == [row["objectId"]]


async def test_points_of_another_programme_are_not_there(desk: Desk) -> None:
    made = fill(desk.database, "ZTF")
    await desk.ok("ana", "GET", "internal/profile")
    hidden = made[0]["objectId"]
    desk.database["candidates"].update_many({"objectId": hidden}, {"$set": {"programid": 2}})
    for collection, name in (("ZTF_alerts", "objectId"), ("ZTF_objects", "objectId")):
        desk.database[collection].update_many({name: hidden}, {"$set": {"programid": 2}})
    aux = desk.database["ZTF_alerts_aux"].find_one({"_id": hidden}) or {}
    points = [point | {"programid": 2} for point in aux["prv_candidates"]]
    desk.database["ZTF_alerts_aux"].update_one({"_id": hidden}, {"$set": {"prv_candidates": points}})
    assert hidden not in await ids(desk)
    assert hidden in await ids(desk, "root")
    own = await desk.ok("ana", "GET", f"sources/{hidden}/photometry")
    every = await desk.ok("root", "GET", f"sources/{hidden}/photometry")
    assert not [point for point in own if point["origin"] != "forced"]
    assert [point for point in every if point["origin"] == "detection"]
    assert (await desk.ok("ana", "GET", f"alerts/{hidden}"))["alerts"] == []
    url = f"cutouts/ZTF/{made[0]['candid']}/science/png"
    await desk.error(404, "ana", "GET", url)
    assert (await desk.call("root", "GET", url)).status_code == 200


async def test_saved_and_rejected(desk: Desk, club: int) -> None:
    made = fill(desk.database, "ZTF")
    first, second, *others = objects(made)
    await desk.ok("ana", "POST", "sources", {"id": first, "group_ids": [1]})
    await desk.ok("ana", "POST", "sources", {"id": second, "group_ids": [club]})
    status = {
        name: await ids(desk, savedStatus=name)
        for name in (
            "savedToAnySelected",
            "savedToAllSelected",
            "notSavedToAnySelected",
            "notSavedToAnyAccessible",
        )
    }
    assert status["savedToAnySelected"] == [first, second]
    assert status["savedToAllSelected"] == []
    assert status["notSavedToAnySelected"] == status["notSavedToAnyAccessible"] == others
    assert await ids(desk, savedStatus="savedToAllSelected", groupIDs="1") == [first]
    assert await ids(desk, "cleo", savedStatus="notSavedToAnyAccessible") == [second, *others]
    cards = {
        card["id"]: card for card in (await desk.ok("cleo", "GET", "candidates", extras=True))["candidates"]
    }
    assert [group["id"] for group in cards[first]["saved_groups"]] == [1]
    assert cards[second]["saved_groups"] == []

    await desk.ok("ana", "POST", "listing", {"obj_id": others[0], "list_name": "rejected_candidates"})
    assert others[0] in await ids(desk)
    assert others[0] not in await ids(desk, listNameReject="rejected_candidates")
    assert await ids(desk, listName="rejected_candidates") == [others[0]]
    assert others[0] in await ids(desk, "ben", listNameReject="rejected_candidates")
    assert (await desk.ok("ana", "GET", f"candidates/{others[0]}", extras=True))["rejected"] is True
    assert (await desk.ok("ben", "GET", f"candidates/{others[0]}", extras=True))["rejected"] is False


async def test_one_candidate_has_all_cross_matches(desk: Desk) -> None:
    made = fill(desk.database, "ZTF")[0]
    card = await desk.ok("ana", "GET", f"candidates/{made['objectId']}", extras=True)
    assert [match["_id"] for match in card["cross_matches"]["VSX"]] == ["V1", "V2"]
    response = await desk.call("ana", "HEAD", f"candidates/{made['objectId']}")
    assert response.status_code == 200
    assert (await desk.call("ana", "HEAD", "candidates/ZTF18nothere")).status_code == 404
