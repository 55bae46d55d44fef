"""Kowalski's own client, and a night of alerts of which one person sees more than another."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bson import Int64
from nightdesk.surveys import get
from penquins import Kowalski

from tests.conformance.conftest import Desk
from tests.conformance.facilities import user_id
from tests.services.marshal.world import Document, fill

SECRET_MAG = 13.131313
"""Brightness of what only some may see."""
SECRET_OBJECT = "ZTF99secrets"
SECRET_CANDID = 4_444_444_444_444_444_444
PARTNERS = 77
"""Stream of the programs 1 and 2 of ZTF."""


def address(desk: Desk) -> dict[str, Any]:
    """Return what tells `penquins` where the desk is: the path is a part of what it calls the port."""
    url = urlsplit(desk.url)
    return {"protocol": "http", "host": url.hostname, "port": f"{url.port}{url.path}/kowalski/"}


class Noted(Kowalski):  # type: ignore[misc]
    """Kowalski's client; the types of query that were answered well are in the desk's calls."""

    def __init__(self, desk: Desk, **given: Any) -> None:
        self.desk = desk
        super().__init__(**given)

    def single_query(self, query_tpl: tuple[Mapping[str, Any], str]) -> Any:
        """Ask, and note what was asked."""
        answer = super().single_query(query_tpl)
        if answer[query_tpl[1]]["status"] == "success":
            self.desk.calls.append(f"penquins.{query_tpl[0]['query_type']}")
        return answer

    def ask(self, query_type: str, query: Mapping[str, Any], **kwargs: Any) -> Any:
        """Return the data of one query of the only instance."""
        answer = self.query({"query_type": query_type, "query": query, "kwargs": kwargs})["default"]
        assert answer["status"] == "success", answer
        return answer["data"]

    def refused(self, query_type: str, query: Mapping[str, Any], **kwargs: Any) -> str:
        """Return the message of a query that is refused."""
        # as the client sends it, without its own check of the catalogue's name
        asked = {"query_type": query_type, "query": query, "kwargs": kwargs}
        answer = self.single_query((asked, "default"))["default"]
        assert answer["status"] == "error", answer
        return str(answer["message"])


def client(desk: Desk, who: str = "ana", **given: Any) -> Noted:
    """Return Kowalski's client with somebody's token."""
    return Noted(desk, token=who, **address(desk), timeout=30, **given)


def seen_by_all(desk: Desk) -> list[Document]:
    """Store a night of both surveys, all of it public; return the candidates of ZTF."""
    made = fill(desk.database, "ZTF")
    fill(desk.database, "LSST")
    return made


def partners(desk: Desk, *people: str) -> int:
    """Give people the programs 1 and 2 of ZTF, by a group of their own; return it."""
    for who in ("ana", "ben", "cleo"):
        user_id(desk, who)
    stream = {"survey": "ZTF", "selector": [1, 2]}
    desk.database["streams"].insert_one({"_id": PARTNERS, "name": "ZTF Partnership", "altdata": stream})
    members = [{"username": who, "admin": True, "can_save": True} for who in people]
    desk.database["groups"].insert_one(
        {"_id": PARTNERS, "name": "Partners", "private": True, "single_user_group": False, "members": members}
        | {"stream_ids": [1, PARTNERS], "nickname": "partners", "description": ""}
    )
    desk.marshal.people.forget()
    return PARTNERS


def hide(desk: Desk, public: Document) -> None:
    """Store what only the partnership sees: an object, and an alert and points of a public one."""
    survey = get("ZTF")
    alerts, aux, objects = (desk.database[one] for one in (survey.alerts, survey.aux, survey.objects))
    alert = alerts.find_one({"objectId": public["objectId"]})
    assert alert is not None
    for candid, name in ((SECRET_CANDID, SECRET_OBJECT), (SECRET_CANDID + 1, public["objectId"])):
        own = copy.deepcopy(alert)
        own |= {"_id": Int64(candid), "candid": Int64(candid), "objectId": name, "programid": 2}
        own["jd"] += 0.5
        own["candidate"] |= {"programid": 2, "magpsf": SECRET_MAG, "jd": own["jd"]}
        alerts.insert_one(own)
        cutouts = desk.database[survey.cutouts].find_one({"_id": alert["_id"]})
        assert cutouts is not None
        desk.database[survey.cutouts].insert_one({**cutouts, "_id": Int64(candid), "objectId": name})
        desk.database[f"{survey.alerts}_classifications"].insert_one(
            {"_id": Int64(candid), "objectId": name, "programid": 2, "ml_scores": {"secret": SECRET_MAG}}
        )
    known = aux.find_one({"_id": public["objectId"]})
    version = objects.find_one({"objectId": public["objectId"]})
    assert known is not None and version is not None
    own_points = {
        name: [
            {**point, "programid": 2, "magpsf": SECRET_MAG, "candid": SECRET_CANDID} for point in points[:1]
        ]
        for name, points in ((n, known[n]) for n in ("prv_candidates", "fp_hists"))
    }
    own_points["fp_hists"] = [{**p, "jd": p["jd"] + 0.123} for p in own_points["fp_hists"]]
    aux.insert_one({**known, "_id": SECRET_OBJECT, **own_points})
    objects.insert_one({**version, "_id": f"{SECRET_OBJECT}/1", "objectId": SECRET_OBJECT})
    for name, points in own_points.items():
        aux.update_one({"_id": public["objectId"]}, {"$push": {name: {"$each": points}}})


def text(answer: Any) -> str:
    """Return an answer as text, in which secrets can be looked for."""
    return json.dumps(answer, default=str)
