"""One of everything that a group can hold, with a marker in every text."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from tests.services.marshal import world
from tests.services.marshal.conftest import Desk

Document = dict[str, Any]

MARK = "Zqxj"
"""Stands in every text of the group's, and nowhere else."""
OBJ = f"{MARK}2026obj"
EVENT = 7003
SOON = (datetime.now(UTC) + timedelta(days=30)).isoformat()


@dataclass
class Things:
    """What the club of ana (its admin), ben and those named besides holds."""

    club: int
    obj: str = OBJ
    ids: dict[str, Any] = field(default_factory=dict)
    """Kind of a thing, by the words before it in an address, as in ``sources/comments`` -> its id."""
    users: dict[str, int] = field(default_factory=dict)


async def everything(desk: Desk, *others: str) -> Things:
    """Fill a desk by ana, who becomes a group admin, and by root where only an administrator may."""
    users = {}
    for name in ("root", "ana", "ben", "cleo", "viewer", *others):
        users[name] = int((await desk.ok(name, "GET", "internal/profile"))["id"])
    await desk.ok("root", "POST", f"user/{users['ana']}/roles", {"roleIds": ["Group admin"]})
    group = {
        "name": f"{MARK} club",
        "nickname": f"{MARK} nick",
        "description": f"{MARK} about",
        "private": True,
    }
    club = int((await desk.ok("ana", "POST", "groups", group))["id"])
    for name in ("ben", *others):
        await desk.ok("ana", "POST", f"groups/{club}/users", {"username": name})
    things = Things(club, users=users)
    await _people(desk, things)
    await _instrument(desk, things)
    await _source(desk, things)
    await _facilities(desk, things)
    await _words(desk, things)
    await _candidates(desk, things)
    return things


async def _made(desk: Desk, who: str, path: str, body: Document, key: str = "id") -> Any:
    found = (await desk.ok(who, "POST", path, body))[key]
    return found


async def _people(desk: Desk, things: Things) -> None:
    ids, club = things.ids, things.club
    # a bio is for everybody, an address for who manages users
    me = {"bio": "Supernovae", "contact_email": "ana@example.org", "preferences": {"note": MARK}}
    await desk.ok("ana", "PATCH", "internal/profile", me)
    secret = await _made(
        desk, "ana", "internal/tokens", {"name": f"{MARK} token", "acls": ["Comment"]}, "token_id"
    )
    ids["internal/tokens"] = secret.split("-")[1]
    ids["groups"] = club
    # the list of everybody's groups shows this one's name, so it has no mark
    ids["open"] = await _made(desk, "ana", "groups", {"name": "Open to all"})
    await desk.ok("viewer", "GET", "internal/profile")
    asked = {"groupID": ids["open"], "userID": things.users["ben"]}
    ids["group_admission_requests"] = await _made(desk, "ben", "group_admission_requests", asked)
    invited = {"userEmail": f"{MARK}@example.org", "groupIDs": [club]}
    ids["invitations"] = await _made(desk, "ana", "invitations", invited)
    ids["teams"] = await _made(desk, "ana", "teams", {"name": f"{MARK} team", "group_ids": [club]})
    ids["streams"] = 1
    expression = {"kind": "expression", "source": f"score > 0.5 # {MARK}", "stream_id": 1, "group_id": club}
    ids["filters"] = await _made(desk, "ana", "filters", {"name": f"{MARK} filter", **expression})


async def _instrument(desk: Desk, things: Things) -> None:
    ids = things.ids
    place = {"lat": 33.4, "lon": -116.9, "elevation": 1700.0}
    telescope = {"name": "Palomar", "nickname": "P48", "diameter": 1.2, **place}
    ids["telescope"] = await _made(desk, "root", "telescope", telescope)
    camera = {"name": "Camera", "type": "imager", "telescope_id": ids["telescope"], "filters": ["ztfr"]}
    ids["instrument"] = await _made(desk, "root", "instrument", camera)


async def _source(desk: Desk, things: Things) -> None:
    ids, club, database = things.ids, things.club, desk.database
    body = {"id": OBJ, "ra": 120.5, "dec": -7.25, "group_ids": [club], "redshift": 0.03125}
    texts = {"summary": f"{MARK} summary", "redshift_origin": f"{MARK} z", "altdata": {f"{MARK}key": MARK}}
    await desk.ok("ana", "POST", "sources", body | texts)
    light = {"obj_id": OBJ, "instrument_id": ids["instrument"], "group_ids": [club]}
    spectrum = {
        "observed_at": datetime.now(UTC).isoformat(),
        "wavelengths": [4000.0 + i for i in range(20)],
        "fluxes": [1.0 + i for i in range(20)],
        "label": f"{MARK} spectrum",
        "origin": MARK,
        "altdata": {"note": MARK},
    }
    ids["spectra"] = ids["spectrum"] = await _made(desk, "ana", "spectra", light | spectrum)
    point = {"mjd": 61369.125, "flux": 12.5, "fluxerr": 0.5, "zp": 23.9, "magsys": "ab", "filter": "ztfr"}
    words = {"origin": f"{MARK} point", "altdata": {"note": MARK}}
    ids["photometry"] = (await _made(desk, "ana", "photometry", light | point | words, "ids"))[0]
    series = {"mjd": [61369.0 + i / 100 for i in range(9)], "flux": [10.0 + i for i in range(9)]}
    about = {"series_name": f"{MARK}/1", "series_obj_id": MARK, "filter": "ztfr", "exp_time": 30.0}
    place = {"ra": 120.5, "dec": -7.25, "data": series, "origin": f"{MARK} series"}
    ids["photometric_series"] = await _made(desk, "ana", "photometric_series", light | about | place)
    picture = BytesIO()
    Image.new("L", (32, 32), 128).save(picture, "PNG")
    small = {"obj_id": OBJ, "ttype": "new", "data": base64.b64encode(picture.getvalue()).decode()}
    ids["thumbnail"] = await _made(desk, "ana", "thumbnail", small)
    rule = {"kind": "mention", "channels": ["inbox"]}
    ids["notification_rules"] = await _made(desk, "ana", "notification_rules", rule)
    for name in ("gcn_events", "earthquakes"):
        database[name].insert_one({"_id": EVENT, "group_ids": [club], "name": f"{MARK} event"})
    ids["gcn_event"] = ids["earthquake"] = EVENT
    tag = await desk.ok("root", "POST", "objtagoption", {"name": "Plain"})
    ids["objtagoption"] = tag["id"]
    tagged = {"obj_id": OBJ, "objtagoption_id": tag["id"], "group_ids": [club]}
    ids["objtag"] = await _made(desk, "ana", "objtag", tagged)
    hierarchy = {"class": f"{MARK} tree", "subclasses": [{"class": f"{MARK} nova"}]}
    taxonomy = {"name": f"{MARK} words", "version": "1", "hierarchy": hierarchy, "group_ids": [club]}
    ids["taxonomy"] = await _made(desk, "ana", "taxonomy", taxonomy, "taxonomy_id")
    said = {
        "obj_id": OBJ,
        "classification": f"{MARK} nova",
        "taxonomy_id": ids["taxonomy"],
        "probability": 0.5,
    }
    said |= {"group_ids": [club], "origin": f"{MARK} origin"}
    ids["classification"] = await _made(desk, "ana", "classification", said, "classification_id")
    await desk.ok("ana", "POST", f"classification/votes/{ids['classification']}", {"vote": 1})
    await desk.ok("ana", "POST", f"sources/{OBJ}/labels", {"groupIds": [club]})
    listed = {"obj_id": OBJ, "list_name": f"{MARK} list"}
    ids["listing"] = await _made(desk, "ana", "listing", listed)
    together = {"name": f"{MARK} both", "obj_ids": [OBJ]}
    ids["super_objs"] = await _made(desk, "ana", "super_objs", together)


async def _facilities(desk: Desk, things: Things) -> None:
    ids, club = things.ids, things.club
    share = {"instrument_id": ids["instrument"], "group_id": club, "hours_allocated": 10}
    texts = {"pi": f"{MARK} pi", "proposal_id": MARK, "_altdata": {"key": MARK}}
    ids["allocation"] = await _made(desk, "ana", "allocation", share | texts)
    night = {"instrument_id": ids["instrument"], "calendar_date": "2026-12-01", "group_id": club}
    ids["observing_run"] = await _made(
        desk, "ana", "observing_run", night | {"pi": f"{MARK} pi", "observers": MARK}
    )
    target = {"run_id": ids["observing_run"], "obj_id": OBJ, "priority": "3", "comment": f"{MARK} target"}
    ids["assignment"] = await _made(desk, "ana", "assignment", target)
    shift = {"name": f"{MARK} shift", "group_id": club, "description": f"{MARK} watch"}
    times = {"start_date": datetime.now(UTC).isoformat(), "end_date": SOON}
    ids["shifts"] = ids["shift"] = await _made(desk, "ana", "shifts", shift | times)


async def _words(desk: Desk, things: Things) -> None:
    ids, club = things.ids, things.club
    file = {"name": f"{MARK}.txt", "body": base64.b64encode(f"{MARK} file".encode()).decode()}
    for kind, key in _resources(things):
        comment = {"text": f"{MARK} says @ben", "group_ids": [club], "channel": f"{MARK} talk"}
        if kind in ("shift",):
            comment.pop("group_ids")
        made = await _made(
            desk, "ana", f"{kind}/{key}/comments", comment | {"attachment": file}, "comment_id"
        )
        ids[f"{kind}/comments"] = made
        await desk.ok("ana", "POST", f"{kind}/{key}/comments/{made}/reactions", {"emoji": "👍"})
        await desk.ok("ana", "PUT", f"{kind}/{key}/comments/{made}", {"text": f"{MARK} says again"})
    for kind, key in _resources(things, "sources", "spectra", "photometry"):
        note = {"origin": f"{MARK} note", "data": {f"{MARK}key": MARK, "n": 1}, "group_ids": [club]}
        ids[f"{kind}/annotations"] = await _made(
            desk, "ana", f"{kind}/{key}/annotations", note, "annotation_id"
        )
    for kind, key in _resources(things, "source", "spectra", "gcn_event", "shift", "earthquake"):
        remind = {"text": f"{MARK} remember", "next_reminder": SOON}
        await desk.ok("ana", "POST", f"{kind}/{key}/reminders", remind)
        field_ = {"source": "obj_id", "spectra": "spectrum_id", "gcn_event": "gcn_id"}.get(kind, f"{kind}_id")
        found = desk.database["reminders"].find_one({field_: {"$exists": True}}, sort=[("_id", -1)])
        assert found is not None
        ids[f"{kind}/reminders"] = found["_id"]


def _resources(things: Things, *kinds: str) -> list[tuple[str, Any]]:
    wanted = kinds or ("sources", "spectra", "shift", "gcn_event", "earthquake")
    return [(kind, things.obj if kind.startswith("source") else things.ids[kind]) for kind in wanted]


async def _candidates(desk: Desk, things: Things) -> None:
    ids, club, database = things.ids, things.club, desk.database
    # the alerts are the public stream's, the candidates of the club alone
    world.fill(database, "ZTF", group=club)
    rows = list(database["candidates"].find({"survey": "ZTF"}))
    database["candidates"].update_many({"survey": "ZTF"}, {"$set": {"filter_id": ids["filters"]}})
    ids["candidates"] = rows[0]["objectId"]
    ids["candid"] = str(rows[0]["candid"])
    await desk.ok(
        "ana", "POST", "sources", {"id": rows[1]["objectId"], "group_ids": [club], "summary": f"{MARK} seen"}
    )
    report = {"group_ids": [club], "passed_filters_window_hours": 24, "saved_candidates_window_hours": 24}
    await desk.ok("ana", "POST", "candidates/scan_reports", report)
    one = database["scan_reports"].find_one(sort=[("_id", -1)])
    assert one is not None
    ids["candidates/scan_reports"] = one["_id"]
    item = database["scan_report_items"].find_one({"scan_report_id": one["_id"]})
    assert item is not None
    ids["items"] = item["_id"]
    database["scan_report_items"].update_one({"_id": item["_id"]}, {"$set": {"comment": f"{MARK} item"}})
    noticed = database["notifications"].find_one({"user_id": things.users["ben"]})
    assert noticed is not None
    ids["internal/notifications"] = noticed["_id"]
