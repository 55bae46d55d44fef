"""Constraints on annotations as they stand in addresses: ``key``, or ``key:value:operator``."""

from __future__ import annotations

import re

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid

_OPERATORS = {name: f"${name}" for name in ("lt", "gt", "eq", "ne")} | {"le": "$lte", "ge": "$gte"}


def constraint(field: str, text: str) -> Document:
    """Return a constraint as a condition on records with ``data``.

    Raises
    ------
    Invalid
        If it cannot be read; `field` is what it was given as.
    """
    key, *rest = (part.strip() for part in text.split(":"))
    if not re.fullmatch(r"[^.$\s][^.$]*", key):
        raise Invalid(f"{field}: {key!r} is no key of an annotation")
    if not rest:
        return {f"data.{key}": {"$exists": True}}
    if len(rest) != 2 or rest[1] not in _OPERATORS:
        raise Invalid(f"{field}: {text!r} is not key:value:operator with one of {', '.join(_OPERATORS)}")
    return {f"data.{key}": {_OPERATORS[rest[1]]: _value(rest[0])}}


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
