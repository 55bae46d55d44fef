"""What the audit log says of a request: names and ids, never what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from tornado.httputil import HTTPServerRequest
from tornado.routing import PathMatches
from tornado.web import Application, RequestHandler

from nightdesk_services.marshal.services.tokens import PREFIX

WRITING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_ID: Final = re.compile(r"id|ids|\w+(_ids?|Ids?|IDs?)")
_MOST: Final = 50
_LONGEST: Final = 128


def writes(method: str | None, function: Any) -> bool:
    """Return whether a request may change something: by its method, unless it asks for a scope to read."""
    required = getattr(function, "required_scope", None) or ""
    return (method or "") in WRITING and not required.endswith(":read")


def names_of(sent: Mapping[str, Any]) -> list[str]:
    """Return the names of what a body sets."""
    return sorted(str(name)[:_LONGEST] for name in sent)[:_MOST]


def ids_in(sent: Any) -> list[str]:
    """Return the ids that stand in a body or an answer, as text; fields are known by their names."""
    found = sent.items() if isinstance(sent, Mapping) else ()
    ids = (one for name, value in found if _ID.fullmatch(str(name)) for one in _plain(value))
    return list(dict.fromkeys(ids))[:_MOST]


def _plain(value: Any) -> Iterator[str]:
    for one in value[:_MOST] if isinstance(value, list) else [value]:
        if isinstance(one, bool) or not isinstance(one, (int, str)):
            continue
        text = _shown(str(one))
        if len(text) <= _LONGEST:
            yield text


def _shown(text: str) -> str:
    """Return a text, of a token only the part that is no secret."""
    return "-".join(text.split("-")[:2]) if text.startswith(PREFIX) else text


def route_of(application: Application, request: HTTPServerRequest, prefix: str) -> str:
    """Return the pattern that an address was found by, with ``{}`` for what differs."""
    for rule in application.wildcard_router.rules:
        if isinstance(rule.matcher, PathMatches) and rule.matcher.match(request) is not None:
            return _readable(rule.matcher.regex.pattern).removeprefix(f"{prefix}api/")
    return request.path[:200]


@cache
def _readable(pattern: str) -> str:
    pattern = re.sub(r"\(\?:[^()]*\)\?", "", pattern)
    return re.sub(r"\([^()]*\)", "{}", pattern).replace("\\", "").rstrip("$")


def described(handler: RequestHandler, prefix: str, sent: Mapping[str, Any], answered: Any) -> dict[str, Any]:
    """Return what a request was about and how it ended.

    Parameters
    ----------
    sent
        The body as far as it was read.
    answered
        The data of the answer, if it went well.
    """
    request, status = handler.request, handler.get_status()
    args = [_shown(one)[:_LONGEST] for one in handler.path_args if one is not None]
    return {
        "method": request.method,
        "route": route_of(handler.application, request, prefix),
        "path": request.path.removeprefix(f"{prefix}api/")[:300],
        "keys": list(dict.fromkeys([*args, *ids_in(sent)])),
        "fields": names_of(sent),
        "made": ids_in(answered),
        "status": status,
        "outcome": "done" if status < 400 else "refused" if status < 500 else "failed",
    }
