"""Which fields a query looks at, so that no others come out of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

_LOGICAL: Final = ("$and", "$or", "$nor")
_SHARED: Final = ("$$ROOT", "$$CURRENT")


class Everything(Exception):
    """A document is looked at as a whole."""


def of_find(
    condition: Mapping[str, Any], projection: Mapping[str, Any], by: Iterable[str]
) -> set[str] | None:
    """Return the paths that a find needs, None if all."""
    if not including(projection):
        return None
    try:
        shown = {name for name, value in projection.items() if value not in (0, False)}
        found = _condition(condition) | shown | set(by)
        for value in projection.values():
            found |= _expression(value)
    except Everything:
        return None
    return {_whole(path) for path in found}


def of_condition(condition: Mapping[str, Any]) -> set[str] | None:
    """Return the paths that a condition needs, None if all."""
    try:
        return {_whole(path) for path in _condition(condition)}
    except Everything:
        return None


def of_pipeline(stages: Sequence[Mapping[str, Any]]) -> set[str] | None:
    """Return the paths that a pipeline needs, None if all."""
    found: set[str] = set()
    try:
        for stage in stages:
            ((name, body),) = stage.items()
            if name == "$match":
                found |= _condition(body)
            elif name == "$sort" and isinstance(body, Mapping):
                found |= set(body)
            elif name == "$count":
                return {_whole(path) for path in found}
            elif name in ("$group", "$sortByCount", "$replaceRoot", "$replaceWith"):
                return {_whole(path) for path in found | _expression(body)}
            elif name == "$project" and isinstance(body, Mapping) and including(body):
                shown = {one for one, value in body.items() if value not in (0, False)}
                return {_whole(path) for path in found | shown | _expression(body)}
            elif name in ("$addFields", "$set", "$unwind"):
                found |= _expression(body)
            elif name not in ("$limit", "$skip"):
                return None
    except Everything:
        return None
    return None


def including(projection: Mapping[str, Any]) -> bool:
    """Return whether a projection names what is kept, not what is left out."""
    return any(value not in (0, False) for name, value in projection.items() if name != "_id") or (
        set(projection) == {"_id"} and projection["_id"] not in (0, False)
    )


def shown(projection: Mapping[str, Any], name: str) -> bool:
    """Return whether a field at the top of a document passes a projection, whole or in part."""
    if including(projection):
        return any(one == name or one.startswith(f"{name}.") for one, value in projection.items() if value)
    return projection.get(name, 1) not in (0, False)


def mentions(stages: Any, prefix: str) -> bool:
    """Return whether stages name a field that begins so, but for leaving it out."""
    rest = [stages]
    while rest:
        one = rest.pop()
        if isinstance(one, Mapping):
            for name, value in one.items():
                if name == "$unset" or (str(name).startswith(prefix) and value in (0, False)):
                    continue
                rest.extend((name, value))
        elif isinstance(one, list):
            rest.extend(one)
        elif isinstance(one, str) and one.lstrip("$").startswith(prefix):
            return True
    return False


def _condition(condition: Any) -> set[str]:
    found: set[str] = set()
    for name, test in condition.items() if isinstance(condition, Mapping) else ():
        if name in _LOGICAL:
            for part in test if isinstance(test, list) else ():
                found |= _condition(part)
        elif name == "$expr":
            found |= _expression(test)
        elif not name.startswith("$"):
            found.add(name)
    return found


def _expression(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return set().union(*(_expression(part) for part in value.values()))
    if isinstance(value, list):
        return set().union(*(_expression(part) for part in value))
    if isinstance(value, str) and value.startswith(_SHARED):
        raise Everything
    return {value[1:]} if isinstance(value, str) and value.startswith("$") and value[1:2] != "$" else set()


def _whole(path: str) -> str:
    """Return the first names of a path: deeper there may be arrays, of which stores think differently."""
    first, _, rest = path.partition(".")
    second = rest.partition(".")[0]
    # only the alert's own record is so wide that it pays to take a part of it
    return f"{first}.{second}" if first == "candidate" and second and not second.isdigit() else first
