"""Addresses of the things that `things.everything` makes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.services.marshal.routes import Route, nothing
from tests.services.marshal.things import MARK, OBJ, Things

GONE = "Vwyk"
"""Stands where the marker would, in names of what never was."""
GONE_OBJ = OBJ.replace(MARK, GONE)

EVERYBODYS = {
    "telescope",
    "instrument",
    "allocation/report",
    "streams",
    "user",
    "internal/profile",
    "objtagoption",
    "alerts",
    "cutouts",
    "sysinfo",
    "config",
    "enum_types",
    "acls",
    "roles",
    "groups/public",
}
"""What is no group's own: words before a thing, or whole addresses."""

ALSO = {"votes": "classification", "summary": "shifts", "report": "instrument", "synthphot": "spectra"}
"""Words before an id -> the kind of thing that it is the id of."""
UNMADE = {"followup_request", "default_followup_request", "photometry_request", "bulk_delete"}
"""Things that need a telescope that answers, whose tests make them."""


def everybodys(route: Route) -> bool:
    return any(route.template == name or route.template.startswith(f"{name}/") for name in EVERYBODYS)


def real(things: Things, route: Route) -> Callable[[list[str], str], str]:
    """Return what stands in a place of an address of a thing of the club's."""
    ids, obj = things.ids, things.obj
    objects = {"sources", "source", "source_exists", "source_groups", "objs", "obj"}
    people = {"user": "ana", "internal/profile": "ana", "groups/users": "ben", "shifts/users": "ana"}

    def value(words: list[str], regex: str) -> str:
        before = [word for word in words if not _is_value(word)]
        last = before[-1] if before else ""
        both = f"{before[0]}/{last}" if before else ""
        if regex in ("science|template|difference", r"\w+"):
            return "science" if "|" in regex else "ZTF"
        if "cutouts" in words:
            return str(ids["candid"])
        if both in people or last in people:
            name = people.get(both) or people[last]
            return name if both == "groups/users" else str(things.users[name])
        special = {"user/roles": "Full user", "user/acls": "Comment", "groups/streams": "1"}
        if both in special:
            return special[both]
        if last == "candidates" and len(words) > 1:
            return str(ids["filters"])
        if last in objects:
            return obj
        if last in ("alerts", "candidates"):
            return str(ids["candidates"])
        if both == "listing/listing" and route.method == "GET":
            return str(things.users["ana"])
        if any(word in UNMADE for word in before):
            return nothing(words, regex)
        named = ALSO.get(last, last)
        for key in (both, "/".join(before), named):
            if key in ids:
                return str(ids[key])
        pytest.fail(f"{route.name}: make one thing of this kind in things.py, and say here what its id is")

    return value


def _is_value(word: str) -> bool:
    return word in (OBJ, GONE_OBJ) or bool(re.fullmatch(r"\d+|[0-9a-f]{16}|ZTF\d\d\w+", word))
