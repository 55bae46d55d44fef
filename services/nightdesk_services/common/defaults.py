"""What a new desk starts with: the surveys' streams, one group for all, one filter per survey."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from zlib import crc32

from nightdesk.surveys import SURVEYS
from pymongo import UpdateOne
from pymongo.database import Database

SITE_GROUP: Final = "Sitewide Group"

# A real source, seen twice, not moving, that is neither a star itself nor in the glare of one.
_ZTF: Final = """\
score > 0.65 and isdiffpos and not sso and n_det >= 2 and magpsf < 21
and candidate.nbad == 0
and not (coalesce(candidate.distpsnr1, 99) < 2 and coalesce(candidate.sgscore1, 0) > 0.76)
and not (
    coalesce(candidate.distpsnr1, 99) < 20
    and coalesce(candidate.sgscore1, 0) > 0.49
    and coalesce(candidate.srmag1, 99) > 0
    and coalesce(candidate.srmag1, 99) < 15
)
"""
_LSST: Final = """\
score > 0.5 and isdiffpos and not sso and n_det >= 2 and magpsf < 24.5
"""

_STREAMS: Final = ((1, "ZTF", [1]), (2, "LSST", [1]))
_FILTERS: Final = (
    (1, "Likely transients (ZTF)", "ZTF", 1, _ZTF),
    (2, "Likely transients (LSST)", "LSST", 2, _LSST),
)


def ensure_defaults(db: Database[dict[str, Any]]) -> None:
    """Create what is missing of the first streams, group and filters; never change what is there.

    Safe to call from several processes at once.
    """
    now = datetime.now(UTC)
    wanted: dict[str, list[dict[str, Any]]] = {
        "streams": [
            {
                "_id": number,
                "name": SURVEYS[survey].stream,
                "altdata": {"survey": survey, "selector": programs},
            }
            for number, survey, programs in _STREAMS
        ],
        "groups": [
            {
                "_id": 1,
                "name": SITE_GROUP,
                "nickname": "sitewide",
                "description": "Everybody on this desk",
                "private": False,
                "single_user_group": False,
                "stream_ids": [number for number, _, _ in _STREAMS],
                "members": [],
            }
        ],
        "filters": [
            {
                "_id": number,
                "name": name,
                "stream_id": stream,
                "group_id": 1,
                "survey": survey,
                "kind": "expression",
                "source": source,
                "active": True,
                "version": 1,
                "created_at": now,
                "author": "nightdesk",
                "autosave": False,
            }
            for number, name, survey, stream, source in _FILTERS
        ],
    }
    known = {survey for _, survey, _ in _STREAMS}
    for name, survey in SURVEYS.items():
        if name not in known:
            wanted["streams"].append(
                {"_id": _id_of(name), "name": survey.stream, "altdata": {"survey": name, "selector": [1]}}
            )
    # counters first: nobody must be given an id that a default is about to take
    highest = {name: max(int(d["_id"]) for d in documents) for name, documents in wanted.items()}
    db["counters"].bulk_write(
        [UpdateOne({"_id": n}, {"$max": {"value": v}}, upsert=True) for n, v in highest.items()],
        ordered=False,
    )
    for name, documents in wanted.items():
        db[name].bulk_write(
            [
                UpdateOne(
                    {"_id": d["_id"]},
                    {"$setOnInsert": {k: v for k, v in d.items() if k != "_id"}},
                    upsert=True,
                )
                for d in documents
            ],
            ordered=False,
        )


def _id_of(survey: str) -> int:
    """Return the id of a site's own survey's stream: processes that make it at the same time agree."""
    return 1000 + crc32(survey.encode()) % 1_000_000
