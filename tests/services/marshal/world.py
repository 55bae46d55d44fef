"""A small night in the store, and people who may see different parts of it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bson import Int64
from nightdesk.alerts import decode, documents, point_key
from nightdesk.scopes import ADMIN_SCOPES, USER_SCOPES, VIEWER_SCOPES, scope
from nightdesk.simulate import Night
from nightdesk.surveys import get
from nightdesk_services.marshal.access import Identity
from pymongo.database import Database

Document = dict[str, Any]

PEOPLE = {name: Identity(name, False, frozenset(USER_SCOPES)) for name in ("ana", "ben", "cleo")} | {
    "root": Identity("root", True, frozenset(ADMIN_SCOPES)),
    "viewer": Identity("viewer", False, frozenset(VIEWER_SCOPES)),
    "nobody": Identity("nobody", False, frozenset()),
    "narrow": Identity("ana", False, frozenset({scope("comments", "read")})),
    "bot": Identity("ana", False, frozenset(USER_SCOPES), "service"),
}
"""Token -> whose it is."""

_COPIED = (
    "objectId",
    "jd",
    "ra",
    "dec",
    "hpx12",
    "hpx6",
    "band",
    "magpsf",
    "sigmapsf",
    "isdiffpos",
    "score",
    "programid",
)
MATCH = {"_id": "V1", "ra": 10.0, "dec": 20.0, "distance_arcsec": 1.5}


class Names:
    """Knows the people above by their token."""

    async def identify(self, token: str) -> Identity | None:
        return PEOPLE.get(token)


@cache
def night(survey: str, alerts: int = 12) -> list[Any]:
    """Documents of some simulated alerts."""
    packets = itertools.islice(Night(survey, seed=5, density=6.0), alerts)
    decoded = decode([packet.payload for packet in packets], get(survey))
    assert not decoded.bad
    return [
        (document, row)
        for document, row in zip(documents(decoded.batch), decoded.batch.frame.to_dicts(), strict=True)
    ]


def candidate(
    row: Document, survey: str, filter_id: int, *, group: int = 1, at: datetime | None = None
) -> Document:
    """Return a candidate as the broker writes it."""
    return {
        "_id": f"{survey}:{row['candid']}:{filter_id}",
        "survey": survey,
        "candid": Int64(row["candid"]),
        **{name: row[name] for name in _COPIED},
        "filter_id": filter_id,
        "group_ids": [group],
        "stream_id": 1 if survey == "ZTF" else 2,
        "passed_at": at or datetime.now(UTC),
        "n_det": 3,
        "first_jd": row["jd"] - 2,
        "xmatch": {"VSX": MATCH},
    }


def fill(database: Database[Document], survey: str, *, group: int = 1) -> list[Document]:
    """Store the night of a survey as the broker does; return its candidates, newest first."""
    declared, made, aux = get(survey), [], {}
    known: dict[str, set[Any]] = {}
    for i, (document, row) in enumerate(night(survey)):
        candid = Int64(row["candid"])
        alert = document.alert | {"_id": candid, "candid": candid}
        database[declared.alerts].insert_one(alert | {"features": {"n_det": 3, "age_days": 2.0}})
        database[declared.cutouts].insert_one(document.cutouts | {"_id": candid})
        entry = aux.setdefault(
            row["objectId"],
            {
                "_id": row["objectId"],
                "v": 1,
                "prv_candidates": [],
                "fp_hists": [],
                "cross_matches": {"VSX": [MATCH, MATCH | {"_id": "V2", "distance_arcsec": 4.0}]},
                "ra": row["ra"],
                "dec": row["dec"],
                "hpx12": row["hpx12"],
                "hpx6": row["hpx6"],
                "n_det": 3,
                "first_jd": row["jd"] - 2,
                "last_jd": row["jd"],
            },
        )
        for name in ("prv_candidates", "fp_hists"):
            for point in getattr(document, name):
                keys = known.setdefault(row["objectId"] + name, set())
                if (key := point_key(declared, point)) not in keys:
                    keys.add(key)
                    entry[name].append(point)
        at = datetime.now(UTC) - timedelta(minutes=i)
        made.append(candidate(row, survey, 1 if survey == "ZTF" else 2, group=group, at=at))
    lists = ("prv_candidates", "fp_hists")
    place = ("ra", "dec", "hpx12", "hpx6")
    database[declared.objects].insert_many(
        [
            {"_id": f"{name}/1", "objectId": name, "place": {k: one[k] for k in place}}
            | {k: v for k, v in one.items() if k not in ("_id", *place, *lists)}
            for name, one in aux.items()
        ]
    )
    database[declared.aux].insert_many(
        [{k: one[k] for k in ("_id", "v", "cross_matches", *lists)} for one in aux.values()]
    )
    database["candidates"].insert_many(made)
    return made
