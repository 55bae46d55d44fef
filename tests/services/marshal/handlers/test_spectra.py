"""Spectra over HTTP: who hears of them, routes with two names, answers that are too large."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from nightdesk_services.marshal.services.spectra import bulk, listing

from tests.services.marshal.conftest import Desk

Document = dict[str, Any]
OBJECT = {"id": "Lines2026a", "ra": 12.5, "dec": -3.25}


@pytest.fixture
async def instrument(desk: Desk, club: int) -> int:
    """An instrument, and an object of the club to look at."""
    desk.database["telescopes"].insert_one({"_id": 5, "name": "Hale", "nickname": "P200"})
    desk.database["instruments"].insert_one(
        {"_id": 7, "name": "DBSP", "type": "spectrograph", "telescope_id": 5}
    )
    await desk.ok("ana", "POST", "sources", OBJECT | {"group_ids": [club]})
    return 7


def spectrum(instrument: int, **fields: Any) -> Document:
    return {
        "obj_id": OBJECT["id"],
        "instrument_id": instrument,
        "observed_at": "2026-03-01T04:30:00",
        "wavelengths": [4000.0, 5000.0, 6000.0],
        "fluxes": [1.0, 2.0, 3.0],
        **fields,
    }


async def test_who_looks_at_the_object_hears_of_its_spectra(desk: Desk, club: int, instrument: int) -> None:
    await desk.ok("ana", "POST", "sources", OBJECT | {"id": "Lines2026b", "group_ids": [1]})
    ben, cleo = await desk.listen("ben"), await desk.listen("cleo")
    made = (await desk.ok("ana", "POST", "spectrum", spectrum(instrument, group_ids=[club])))["id"]
    event = await ben.of("spectrum")
    assert (event["action"], event["obj_id"]) == ("insert", OBJECT["id"])
    told = event["data"]
    assert (told["id"], told["instrument_id"], [one["id"] for one in told["groups"]]) == (made, 7, [club])
    assert "fluxes" not in told, "the numbers are for who asks for them"
    await desk.ok("ana", "PUT", f"spectrum/{made}", {"label": "late"})
    event = await ben.of("spectrum")
    assert (event["action"], event["data"]["label"]) == ("update", "late")
    await desk.ok("ana", "PUT", f"spectrum/{made}", {"obj_id": "Lines2026b"})
    heard = [await ben.of("spectrum"), await ben.of("spectrum")]
    assert {(one["action"], one["obj_id"]) for one in heard} == {
        ("update", "Lines2026b"),
        ("delete", OBJECT["id"]),
    }
    await desk.ok("ana", "DELETE", f"spectrum/{made}")
    event = await ben.of("spectrum")
    assert (event["action"], event["data"]) == ("delete", {"id": made, "obj_id": "Lines2026b"})
    await cleo.silence(but="source")


async def test_a_spectrum_has_two_addresses(desk: Desk, instrument: int) -> None:
    made = (await desk.ok("ana", "POST", "spectra", spectrum(instrument)))["id"]
    one = await desk.ok("ana", "GET", f"spectra/{made}")
    assert one == await desk.ok("ana", "GET", f"spectrum/{made}")
    assert (one["instrument_name"], one["telescope_name"]) == ("DBSP", "Hale")
    assert [row["id"] for row in await desk.ok("ana", "GET", "spectrum")] == [made]
    # words stand before numbers
    assert [row["id"] for row in await desk.ok("ana", "GET", "spectra/range")] == [made]
    await desk.error(404, "ana", "GET", "spectra/12345")
    await desk.error(404, "ana", "GET", "spectra/twelve")


async def test_a_fits_file_is_stored_like_a_text(desk: Desk, club: int, instrument: int) -> None:
    header = fits.Header([("CRVAL1", 4000.0), ("CDELT1", 2.5), ("BUNIT", "Jy"), ("OBJECT", "ZTF26abc")])
    out = io.BytesIO()
    fits.PrimaryHDU(np.array([1.0, 2.0, 4.0]), header).writeto(out)
    sent = base64.b64encode(out.getvalue()).decode()
    shown = await desk.ok("ana", "POST", "spectrum/parse/ascii", {"ascii": sent})
    assert (shown["wavelengths"], shown["fluxes"]) == ([4000.0, 4002.5, 4005.0], [1.0, 2.0, 4.0])
    assert (shown["units"], shown["altdata"]["OBJECT"]) == ("Jy", "ZTF26abc")
    about = {"obj_id": OBJECT["id"], "instrument_id": 7, "observed_at": "2026-03-01", "filename": "a.fits"}
    made = (await desk.ok("ana", "POST", "spectrum/ascii", about | {"ascii": sent, "group_ids": [club]}))[
        "id"
    ]
    kept = await desk.ok("ben", "GET", f"spectrum/{made}", includeOriginalFile=True)
    assert all(kept[name] == shown[name] for name in ("wavelengths", "fluxes", "errors", "units", "altdata"))
    assert base64.b64decode(kept["original_file_string"]) == out.getvalue()


async def test_what_came_of_a_request_or_run_is_for_who_waits_for_it(
    desk: Desk, club: int, instrument: int
) -> None:
    database = desk.database
    database["followup_requests"].insert_one(
        {
            "_id": 4,
            "allocation_id": 3,
            "obj_id": OBJECT["id"],
            "group_ids": [club],
            "target_group_ids": [club],
        }
    )
    run = {"_id": 5, "group_id": club, "instrument_id": 7, "calendar_date": "2026-03-01", "owner_id": 1}
    database["observing_runs"].insert_one(run)
    database["assignments"].insert_one({"_id": 6, "run_id": 5, "obj_id": OBJECT["id"], "requester_id": 1})
    about = {"obj_id": OBJECT["id"], "instrument_id": 7, "observed_at": "2026-03-01", "filename": "a.txt"}
    file = about | {"ascii": "4000 1\n5000 2\n"}
    for link in ({"followup_request_id": 4}, {"assignment_id": 6}):
        made = (await desk.ok("ana", "POST", "spectrum/ascii", file | link))["id"]
        held = await desk.ok("ben", "GET", f"spectrum/{made}")
        assert [one["id"] for one in held["groups"]] == [club]
        (name,) = link
        query = {"followup_request_id": "followupRequestIDs", "assignment_id": "assignmentIDs"}[name]
        assert [one["id"] for one in await desk.ok("ben", "GET", "spectra", **{query: link[name]})] == [made]
        await desk.ok("cleo", "POST", "sources", OBJECT | {"group_ids": [1]})
        assert name in await desk.error(400, "cleo", "POST", "spectrum/ascii", file | link)


async def test_what_one_answer_does_not_hold_is_not_cut_in_silence(
    desk: Desk, instrument: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 2, 3):
        await desk.ok(
            "ana",
            "POST",
            "spectrum",
            spectrum(instrument, observed_at=datetime(2026, 3, day, tzinfo=UTC).isoformat()),
        )
    for name, most in (("MOST_SPECTRA", 2), ("MOST_POINTS", 8)):
        with monkeypatch.context() as small:
            small.setattr(listing, name, most)
            small.setattr(bulk, name, most)
            for path in ("spectra", "spectra/range", f"sources/{OBJECT['id']}/spectra"):
                assert f"more than {most}" in await desk.error(400, "ana", "GET", path)
            assert len(await desk.ok("ana", "GET", "spectra", observedBefore="2026-03-02")) == 2
            found = await desk.ok("ana", "POST", "spectra/bulk", {})
            assert ([one["observed_at"][:10] for one in found["spectra"]], found["truncated"]) == (
                ["2026-03-01", "2026-03-02"],
                True,
            )
    assert len(await desk.ok("ana", "GET", "spectra")) == 3
    assert (await desk.ok("ana", "POST", "spectra/bulk", {}))["truncated"] is False


async def test_odd_requests_are_answered_not_broken(desk: Desk, instrument: int) -> None:
    def nested(levels: int) -> Any:
        return {"a": [nested(levels - 1)]} if levels else 0.5

    odd = {"n": 10**30, "z": "\x00", "d": nested(20)}
    made = (await desk.ok("ana", "POST", "spectrum", spectrum(instrument, altdata=odd)))["id"]
    kept = (await desk.ok("ana", "GET", f"spectrum/{made}"))["altdata"]
    assert kept == odd | {"n": str(10**30)}
    for fields in (
        {"instrument_id": 10**30},
        {"pi": [10**30]},
        {"label": "\x00"},
        {"group_ids": [10**30]},
        {"altdata": {"long": "x" * 1_000_001}},
        {"altdata": nested(100)},
        {"wavelengths": []},
        {"observed_at": "9" * 400},
    ):
        response = await desk.call("ana", "POST", "spectrum", spectrum(instrument) | fields)
        assert response.status_code in (400, 403), response.text
        assert next(iter(fields)) in response.json()["message"]
    for query in ({"instrumentIDs": 10**30}, {"origin": "\x00"}, {"objID": "(["}, {"label": "*,("}):
        assert (await desk.call("ana", "GET", "spectra", **query)).status_code in (200, 400)
    await desk.error(403, "viewer", "POST", "spectra/synthphot/1", {"filters": ["ztfr"]})
    await desk.error(404, "ana", "GET", "spectrum/999999999999999999")
