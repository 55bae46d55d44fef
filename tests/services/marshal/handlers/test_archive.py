"""Alerts and cutouts."""

from __future__ import annotations

import io

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from tests.services.marshal.conftest import Desk
from tests.services.marshal.world import fill, night


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
@pytest.mark.parametrize("kind", ["science", "template", "difference"])
async def test_cutouts(desk: Desk, survey: str, kind: str) -> None:
    candid = fill(desk.database, survey)[0]["candid"]
    raw = await desk.call("ana", "GET", f"cutouts/{survey}/{candid}/{kind}/fits")
    assert raw.headers["Content-Type"] == "application/fits"
    with fits.open(io.BytesIO(raw.content)) as hdus:
        stamp = next(hdu.data for hdu in hdus if hdu.data is not None)
    drawn = await desk.call("ana", "GET", f"cutouts/{survey}/{candid}/{kind}/png")
    assert drawn.headers["Content-Type"] == "image/png"
    assert "immutable" in drawn.headers["Cache-Control"]
    assert "private" in drawn.headers["Cache-Control"]
    picture = Image.open(io.BytesIO(drawn.content))
    assert (picture.height, picture.width) == stamp.shape
    grey = np.asarray(picture)
    assert grey.max() == 255
    assert len(np.unique(grey)) > 10

    again = await desk.http.get(
        f"/api/cutouts/{survey}/{candid}/{kind}/png",
        headers={"Authorization": "token ana", "If-None-Match": drawn.headers["ETag"]},
    )
    assert again.status_code == 304
    large = await desk.call("ana", "GET", f"cutouts/{survey}/{candid}/{kind}/png", size=200, stretch="log")
    assert max(Image.open(io.BytesIO(large.content)).size) == 200


async def test_cutouts_that_are_not_there(desk: Desk) -> None:
    candid = fill(desk.database, "ZTF")[0]["candid"]
    await desk.error(404, "ana", "GET", "cutouts/ZTF/1/science/png")
    await desk.error(404, "ana", "GET", f"cutouts/ZTF/{candid}/dark/png")
    assert "survey" in await desk.error(400, "ana", "GET", f"cutouts/XYZ/{candid}/science/png")
    assert "size" in await desk.error(400, "ana", "GET", f"cutouts/ZTF/{candid}/science/png", size=5)
    desk.database["ZTF_alerts_cutouts"].update_one(
        {"_id": candid}, {"$set": {"cutoutTemplate.stampData": b"\x1f\x8bbroken"}}
    )
    assert "read" in await desk.error(404, "ana", "GET", f"cutouts/ZTF/{candid}/template/png")


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
async def test_alerts_of_an_object(desk: Desk, survey: str) -> None:
    made = fill(desk.database, survey)
    obj_id = made[0]["objectId"]
    found = await desk.ok("ana", "GET", f"alerts/{obj_id}")
    own = [c for c in made if c["objectId"] == obj_id]
    assert [alert["candid"] for alert in found["alerts"]] == [
        str(c["candid"]) for c in sorted(own, key=lambda c: -c["jd"])
    ]
    assert found["survey"] == survey
    assert found["aux"]["cross_matches"]["VSX"][0]["_id"] == "V1"
    assert found["aux"]["prv_candidates"]
    assert "cutoutScience" not in found["alerts"][0]
    assert (await desk.ok("ana", "GET", f"alerts/{obj_id}", survey=survey))["alerts"]
    await desk.error(404, "ana", "GET", "alerts/ZTF18nothere")


@pytest.mark.parametrize("survey", ["ZTF", "LSST"])
async def test_alerts_are_the_columns_that_filters_see(desk: Desk, survey: str) -> None:
    fill(desk.database, survey)
    rows = {row["candid"]: row for _, row in night(survey)}
    found = await desk.ok("ana", "GET", "alerts", survey=survey, jdMin=0)
    assert {int(row["candid"]) for row in found} == set(rows)
    assert [row["jd"] for row in found] == sorted((row["jd"] for row in found), reverse=True)
    for row in found:
        expected = rows[int(row["candid"])]
        for name in (
            "objectId",
            "jd",
            "ra",
            "dec",
            "hpx12",
            "hpx6",
            "band",
            "isdiffpos",
            "programid",
            "score",
            "sso",
        ):
            assert row[name] == expected[name], name
        for name in ("flux_ujy", "fluxerr_ujy", "magpsf", "sigmapsf", "limmag"):
            assert row[name] == pytest.approx(expected[name]), name
        assert (row["xmatch.VSX.distance"], row["xmatch.VSX.n"], row["n_det"]) == (1.5, 2, 3)
        assert any(name.startswith("candidate.") for name in row)


async def test_alerts_in_a_cone_and_a_span(desk: Desk) -> None:
    made = fill(desk.database, "ZTF")
    place = {"ra": made[0]["ra"], "dec": made[0]["dec"], "radius": 2}
    near = await desk.ok("ana", "GET", "alerts", survey="ZTF", **place)
    assert {row["objectId"] for row in near} == {made[0]["objectId"]}
    last = max(c["jd"] for c in made)
    assert await desk.ok("ana", "GET", "alerts", survey="ZTF", jdMin=last + 1e-6) == []
    assert len(await desk.ok("ana", "GET", "alerts", survey="ZTF", jdMax=last, limit=3)) == 3
    assert "cone" in await desk.error(400, "ana", "GET", "alerts", survey="ZTF")
    assert "cone" in await desk.error(400, "ana", "GET", "alerts", survey="ZTF", ra=1)
    assert "survey" in await desk.error(400, "ana", "GET", "alerts", jdMin=0)


@pytest.mark.parametrize("form", ["png", "fits"])
async def test_what_has_more_than_64_bits_is_no_candid(desk: Desk, form: str) -> None:
    told = await desk.error(400, "ana", "GET", f"cutouts/ZTF/{2**63}/science/{form}")
    assert told == f"{2**63}: is no candid"
