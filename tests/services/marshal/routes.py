"""Every route of the API as its own table of handlers has it, with an address of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nightdesk_services.marshal.app import API
from tornado.web import RequestHandler

METHODS = ("get", "head", "post", "put", "patch", "delete")
_GROUP = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    pattern: str
    scope: str | None
    """As declared; None if nothing is."""
    acl: str

    @property
    def template(self) -> str:
        """The address with ``{}`` for what differs."""
        return _GROUP.sub("{}", _without_optional(self.pattern)).replace("\\", "")

    @property
    def name(self) -> str:
        """Method and address."""
        return f"{self.method} {self.template}"

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        reads = self.method in ("GET", "HEAD") or (self.scope or "").endswith(":read")
        return not reads

    def address(self, value: Callable[[list[str], str], str]) -> str:
        """Return an address; `value` makes a part of the words before it and the regular expression of it."""
        words: list[str] = []
        for part in _without_optional(self.pattern).split("/"):
            made = _GROUP.sub(lambda found: value(words, found.group(1)), part)
            words.append(made.replace("\\", ""))
        return "/".join(words)


def _without_optional(pattern: str) -> str:
    return re.sub(r"\(\?:[^()]*\)\?", "", pattern)


def routes() -> Iterator[Route]:
    """Yield every route; of two that match the same address the first is the one that serves."""
    seen: set[tuple[str, str]] = set()
    for pattern, handler in API:
        for method in METHODS:
            function: Any = getattr(handler, method)
            if function is getattr(RequestHandler, method) or (method, pattern) in seen:
                continue
            seen.add((method, pattern))
            scope, acl = getattr(function, "required_scope", None), getattr(function, "required_acl", "")
            yield Route(method.upper(), pattern, scope, acl)


def nothing(words: list[str], regex: str) -> str:
    """Return a value of what is not there."""
    first = regex.split("|", maxsplit=1)[0]
    if re.fullmatch(r"\w+", first):
        return first
    return "999999999" if re.fullmatch(regex, "999999999") else "Absent"
