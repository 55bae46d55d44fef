"""Spectra in the shapes of SkyPortal's API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from nightdesk_services.marshal.access import Access, Document
from nightdesk_services.marshal.encoding import dumps
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services import profiles, shapes

MOST_ALTDATA = 1_000_000
_DEEPEST = 50
_KNOWN = (
    "created_at",
    "modified",
    "owner_id",
    "obj_id",
    "observed_at",
    "origin",
    "type",
    "label",
    "instrument_id",
    "followup_request_id",
    "assignment_id",
    "original_file_filename",
)
_PEOPLE = {
    "pis": ("pi", "external_pi"),
    "reducers": ("reduced_by", "external_reducer"),
    "observers": ("observed_by", "external_observer"),
}
"""Field of an answer -> the fields of a request that name people of the desk, and somebody else."""


def altdata(sent: Mapping[str, Any] | None) -> str | None:
    """Return what people add to a spectrum for the store, as JSON: the store could not keep all of it."""
    if sent is None:
        return None
    level: list[Any] = [sent]
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
    if level:
        raise Invalid(f"altdata: it is nested more than {_DEEPEST} levels deep")
    kept = dumps(sent)
    if len(kept) > MOST_ALTDATA:
        raise Invalid(f"altdata: at most {MOST_ALTDATA} letters of JSON, not {len(kept)}")
    return kept


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def brief(row: Document) -> Document:
    """Return what is known of a spectrum, without its numbers and what was said of it."""
    kept = row.get("altdata")
    known = {name: row.get(name) for name in _KNOWN}
    return {"id": row["_id"], **known, "altdata": None if kept is None else json.loads(kept)}


def columns(row: Document) -> Document:
    """Return the same with the units of its numbers."""
    return brief(row) | {"units": row.get("units")}


def people(access: Access, row: Document) -> Document:
    """Return who is behind a spectrum; somebody from outside only where there is one."""
    users = access.directory.users
    made: Document = {}
    for name, (ids, external) in _PEOPLE.items():
        made[name] = [profiles.user(access, users[i]) for i in row.get(ids) or () if i in users]
        if row.get(external) is not None:
            made[external] = row[external]
    owner = users.get(row.get("owner_id", -1))
    return made | {
        "owner": profiles.user(access, owner) if owner else None,
        "groups": shapes.groups(access, row["group_ids"]),
    }


def place(instrument: Document | None, telescope: Document | None) -> Document:
    """Return the names of where a spectrum was taken."""
    return {
        "instrument_name": (instrument or {}).get("name"),
        "telescope_id": (telescope or {}).get("_id"),
        "telescope_name": (telescope or {}).get("name"),
    }


def event(access: Access, row: Document) -> Document:
    """Return what those who look at the object are told of a new or changed spectrum."""
    return brief(row) | {"groups": shapes.groups(access, row["group_ids"])}
