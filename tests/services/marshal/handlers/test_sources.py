"""Sources: saved, taken back, found again, and invisible to other groups."""

from __future__ import annotations

from base64 import b64decode

import pytest

from tests.services.marshal.conftest import Desk
from tests.services.marshal.world import fill

NEW = {"id": "Mine2026a", "ra": 266.405, "dec": -28.936}


async def test_save_and_take_back(desk: Desk, club: int) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    assert (await desk.call("ana", "HEAD", f"sources/{obj_id}")).status_code == 404
    assert (await desk.ok("ana", "GET", f"sources/{obj_id}", extras=True))["is_source"] is False
    answer = await desk.ok("ana", "POST", "sources", {"id": obj_id, "group_ids": [1, club]})
    assert answer == {"id": obj_id, "saved_to_groups": [1, club]}
    await desk.ok("ben", "POST", "sources", {"id": obj_id, "group_ids": [1]})

    source = await desk.ok("ben", "GET", f"sources/{obj_id}", extras=True)
    assert [group["id"] for group in source["groups"]] == [1, club]
    assert {group["saved_by"]["username"] for group in source["groups"]} == {"ana"}
    assert source["origin"] == "ZTF"
    assert source["thumbnails"][0]["public_url"].startswith("/api/cutouts/ZTF/")
    assert (await desk.call("ben", "HEAD", f"sources/{obj_id}")).status_code == 200

    await desk.ok("ben", "DELETE", f"sources/{obj_id}", group_id=1)
    assert [g["id"] for g in (await desk.ok("ana", "GET", f"sources/{obj_id}", extras=True))["groups"]] == [
        club
    ]
    assert "not saved" in await desk.error(404, "ben", "DELETE", f"sources/{obj_id}", group_id=1)
    assert "group_id" in await desk.error(400, "ben", "DELETE", f"sources/{obj_id}")
    await desk.ok("ben", "POST", "sources", {"id": obj_id, "group_ids": [1]})
    again = await desk.ok("ana", "GET", f"sources/{obj_id}", extras=True)
    assert [(g["id"], g["saved_by"]["username"]) for g in again["groups"]] == [(1, "ben"), (club, "ana")]


async def test_an_object_of_no_archive_needs_a_position(desk: Desk) -> None:
    assert "ra, dec" in await desk.error(400, "ana", "POST", "sources", {"id": "Mine2026a", "group_ids": [1]})
    await desk.error(400, "ana", "POST", "sources", NEW | {"dec": 91, "group_ids": [1]})
    assert "group_ids" in await desk.error(400, "ana", "POST", "sources", NEW | {"group_ids": []})
    await desk.ok("ana", "POST", "sources", NEW)
    source = await desk.ok("ana", "GET", "sources/Mine2026a", extras=True)
    assert (source["ra"], source["dec"], source["photometry_exists"]) == (266.405, -28.936, False)
    assert source["gal_lat"] == pytest.approx(0, abs=0.01), "this is the centre of the Galaxy"


async def test_other_groups_sources_are_invisible(desk: Desk, club: int) -> None:
    await desk.ok("ana", "POST", "sources", NEW | {"group_ids": [club], "redshift": 0.1})
    await desk.ok("ana", "POST", "sources/Mine2026a/comments", {"text": "ours"})
    await desk.ok(
        "ana",
        "POST",
        "classification",
        {"obj_id": "Mine2026a", "classification": "Ia", "probability": 0.9},
    )
    assert (await desk.ok("ben", "GET", "sources"))["totalMatches"] == 1
    assert (await desk.ok("cleo", "GET", "sources"))["totalMatches"] == 0
    await desk.error(404, "cleo", "GET", "sources/Mine2026a")
    await desk.error(404, "cleo", "PATCH", "sources/Mine2026a", {"redshift": 1})
    await desk.error(404, "cleo", "GET", "sources/Mine2026a/photometry")
    await desk.error(404, "cleo", "POST", "sources/Mine2026a/comments", {"text": "?"})
    await desk.error(404, "cleo", "POST", "listing", {"obj_id": "Mine2026a", "list_name": "favorites"})
    await desk.error(403, "cleo", "DELETE", "sources/Mine2026a", group_id=club)
    await desk.error(403, "cleo", "POST", "sources", NEW | {"group_ids": [club]})
    assert await desk.ok("cleo", "GET", "sources/Mine2026a/comments") == []
    assert await desk.ok("cleo", "GET", "sources/Mine2026a/classifications") == []
    assert (await desk.ok("root", "GET", "sources"))["totalMatches"] == 1
    # saved to a group of theirs as well, they see the object, and still not the others' words
    await desk.ok("ana", "POST", "sources", NEW | {"group_ids": [1]})
    seen = await desk.ok("cleo", "GET", "sources/Mine2026a", extras=True)
    assert [group["id"] for group in seen["groups"]] == [1]
    assert (seen["comments"], seen["classifications"]) == ([], [])


async def test_what_others_found_out_is_hidden_with_an_unsaved_object(desk: Desk, club: int) -> None:
    obj_id = fill(desk.database, "ZTF")[0]["objectId"]
    await desk.ok("ana", "POST", "sources", {"id": obj_id, "group_ids": [club], "redshift": 0.123})
    assert (await desk.ok("ben", "GET", f"sources/{obj_id}", extras=True))["redshift"] == 0.123
    seen = await desk.ok("cleo", "GET", f"sources/{obj_id}", extras=True)
    assert (seen["redshift"], seen["groups"], seen["is_source"]) == (None, [], False)
    assert (await desk.ok("cleo", "GET", f"candidates/{obj_id}", extras=True))["redshift"] is None


async def test_changing_needs_membership(desk: Desk, club: int) -> None:
    await desk.ok("ana", "POST", "sources", NEW | {"group_ids": [club]})
    await desk.ok("ben", "PATCH", "sources/Mine2026a", {"redshift": 0.05, "altdata": {"host": "NGC 1"}})
    source = await desk.ok("ana", "GET", "sources/Mine2026a", extras=True)
    assert (source["redshift"], source["altdata"]) == (0.05, {"host": "NGC 1"})
    await desk.ok("ana", "PATCH", f"groups/{club}/users", {"username": "ben", "canSave": False})
    await desk.error(403, "ben", "PATCH", "sources/Mine2026a", {"redshift": 0.06})
    await desk.error(403, "ben", "POST", "sources", NEW | {"group_ids": [club]})
    assert "redshift" in await desk.error(400, "ana", "PATCH", "sources/Mine2026a", {"redshift": "far"})


async def test_search(desk: Desk) -> None:
    for i in range(5):
        post = {"id": f"Star{i}", "ra": 10 + i / 3600, "dec": 0.0, "group_ids": [1]}
        await desk.ok("ana", "POST", "sources", post)
    page = await desk.ok("ana", "GET", "sources", numPerPage=2, sortBy="id", sortOrder="asc")
    assert [s["id"] for s in page["sources"]] == ["Star0", "Star1"]
    assert page["totalMatches"] == 5
    newest = await desk.ok("ana", "GET", "sources")
    assert [s["id"] for s in newest["sources"]] == [f"Star{i}" for i in (4, 3, 2, 1, 0)]
    near = await desk.ok("ana", "GET", "sources", ra=10, dec=0, radius=1.5 / 3600)
    assert sorted(s["id"] for s in near["sources"]) == ["Star0", "Star1"]
    assert (await desk.ok("ana", "GET", "sources", sourceID="Star3"))["totalMatches"] == 1
    assert (await desk.ok("ana", "GET", "sources", group_ids="1"))["totalMatches"] == 5
    assert "radius" in await desk.error(400, "ana", "GET", "sources", ra=10, dec=0)


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
async def test_photometry_of_any_object(desk: Desk, survey: str) -> None:
    made = fill(desk.database, survey)[-1]
    points = await desk.ok("ana", "GET", f"sources/{made['objectId']}/photometry", format="both", extras=True)
    own = [point for point in points if point["candid"] == str(made["candid"])]
    assert len(own) == 1
    assert own[0]["filter"] == survey.lower() + made["band"]
    assert own[0]["origin"] == "detection"
    assert own[0]["mjd"] == pytest.approx(made["jd"] - 2400000.5, abs=1e-9)
    assert (own[0]["magsys"], own[0]["zp"]) == ("ab", 23.9)
    assert -2.5 * __import__("math").log10(abs(own[0]["flux"])) + 23.9 == pytest.approx(made["magpsf"])
    assert len({point["id"] for point in points}) == len(points)
    assert [point["mjd"] for point in points] == sorted(point["mjd"] for point in points)
    magnitudes = await desk.ok("ana", "GET", f"sources/{made['objectId']}/photometry")
    assert "flux" not in magnitudes[0]
    assert "mag" in magnitudes[0]
    await desk.error(404, "ana", "GET", "sources/ZTF18nothere/photometry")
    await desk.error(400, "ana", "GET", f"sources/{made['objectId']}/photometry", format="janskys")


async def test_a_page_is_what_its_parts_are(desk: Desk, club: int) -> None:
    made = fill(desk.database, "ZTF")
    obj_id, candid = made[0]["objectId"], max(made, key=lambda one: one["passed_at"])["candid"]
    obj_id = next(one["objectId"] for one in made if one["candid"] == candid)
    await desk.ok("ana", "POST", "sources", {"id": obj_id, "group_ids": [1, club]})
    await desk.ok("ana", "POST", f"sources/{obj_id}/comments", {"text": "ours", "group_ids": [club]})
    desk.database["telescopes"].insert_one({"_id": 5, "name": "Hale", "nickname": "P200"})
    desk.database["instruments"].insert_one({"_id": 7, "name": "DBSP", "telescope_id": 5})
    lines = {"wavelengths": [4000.0, 5000.0], "fluxes": [1.0, 2.5], "group_ids": [club]}
    spectrum = {"obj_id": obj_id, "instrument_id": 7, "observed_at": "2026-03-01T04:30:00", **lines}
    await desk.ok("ana", "POST", "spectrum", spectrum)
    for who, heard in (("ben", 1), ("cleo", 0)):
        page = await desk.ok(who, "GET", f"sources/{obj_id}/page", size=100)
        source = await desk.ok(who, "GET", f"sources/{obj_id}", includeComments=True, extras=True)
        assert page["source"] == source
        assert len(source["comments"]) == heard
        points = await desk.ok(who, "GET", f"sources/{obj_id}/photometry", format="both", extras=True)
        assert page["photometry"] == points != []
        spectra = await desk.ok(who, "GET", f"sources/{obj_id}/spectra")
        assert page["spectra"] == spectra["spectra"]
        assert len(page["spectra"]) == heard
        shown = page["cutouts"]
        assert (shown["survey"], shown["candid"]) == ("ZTF", str(candid))
        for kind in ("science", "template", "difference"):
            drawn = await desk.call(who, "GET", f"cutouts/ZTF/{candid}/{kind}/png", size=100)
            assert b64decode(shown[kind]) == drawn.content
    assert "size" in await desk.error(400, "ana", "GET", f"sources/{obj_id}/page", size=1)


@pytest.mark.parametrize("who", ["ana", "root"])
async def test_a_page_without_the_alert_that_passed(desk: Desk, who: str) -> None:
    made = max(fill(desk.database, "ZTF"), key=lambda one: one["passed_at"])
    for name in ("ZTF_alerts", "ZTF_alerts_cutouts"):
        desk.database[name].delete_one({"_id": made["candid"]})
    page = await desk.ok(who, "GET", f"sources/{made['objectId']}/page")
    assert page["photometry"]
    nothing = dict.fromkeys(("science", "template", "difference"))
    assert page["cutouts"] == {"survey": "ZTF", "candid": str(made["candid"]), **nothing}


async def test_a_page_of_what_passed_no_filter_or_has_no_alert(desk: Desk, club: int) -> None:
    made = fill(desk.database, "ZTF")
    obj_id = made[0]["objectId"]
    desk.database["candidates"].delete_many({})
    newest = max((one for one in made if one["objectId"] == obj_id), key=lambda one: one["jd"])
    desk.database["ZTF_alerts_cutouts"].update_one(
        {"_id": newest["candid"]}, {"$set": {"cutoutTemplate.stampData": b"broken"}}
    )
    shown = (await desk.ok("ana", "GET", f"sources/{obj_id}/page"))["cutouts"]
    assert (shown["candid"], shown["template"]) == (str(newest["candid"]), None)
    assert b64decode(shown["science"]).startswith(b"\x89PNG")
    await desk.ok("ana", "POST", "sources", NEW | {"group_ids": [club]})
    page = await desk.ok("ben", "GET", "sources/Mine2026a/page")
    assert (page["photometry"], page["spectra"], page["cutouts"]) == ([], [], None)
    hidden = await desk.error(404, "cleo", "GET", "sources/Mine2026a/page")
    unknown = await desk.error(404, "cleo", "GET", "sources/Mine2026b/page")
    assert hidden.replace("2026a", "") == unknown.replace("2026b", "")
