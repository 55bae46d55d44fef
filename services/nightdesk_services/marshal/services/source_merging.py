"""Conditions on the store as one, so that its indexes serve them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Document = dict[str, Any]


def merged(parts: Iterable[Mapping[str, Any]]) -> Document:
    """Return a condition that holds where all of some do.

    Conditions of different fields stand side by side: within ``$and`` the embedded store looks at every
    document instead of an index. Lists of wanted ids become one, which is put first: it leaves the least.
    """
    made: Document = {}
    rest: list[Document] = []
    wanted: set[str] | None = None
    for part in parts:
        for field, condition in part.items():
            if field == "_id" and isinstance(condition, dict) and set(condition) == {"$in"}:
                wanted = set(condition["$in"]) if wanted is None else wanted.intersection(condition["$in"])
            elif field in made:
                rest.append({field: condition})
            else:
                made[field] = condition
    if wanted is not None:
        if "_id" in made:
            rest.append({"_id": made.pop("_id")})
        made = {"_id": {"$in": sorted(wanted)}} | made
    return made | {"$and": [*made.pop("$and", []), *rest]} if rest else made
