"""The stages that Kowalski and BOOM put in front of a filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nightdesk.filters.pipeline.errors import PipelineError
from nightdesk.filters.pipeline.parsing import DEEPEST, refuse_forbidden

IDENTITY: Final = ("candid", "_id", "objectId", "candidate.candid")
"""Fields by which a broker's first ``$match`` chooses the alerts that a filter is run on."""
PROGRAM: Final = ("candidate.programid",)
"""Fields by which it keeps alerts from those who may not see them."""


def without_placeholders(spec: Any, *, chosen: bool) -> Any:
    """Return a first ``$match`` without the conditions that the broker fills in when it runs a filter.

    Kowalski's template has ``{"candid": null, "candidate.programid": {"$in": []}}`` there, BOOM's
    ``{"_id": {"$in": []}}``.

    Parameters
    ----------
    spec
        The query.
    chosen
        Whether a condition that names alerts or objects stays; a placeholder never does.
    """
    if not isinstance(spec, Mapping):
        return spec
    return {
        name: condition
        for name, condition in spec.items()
        if not (name in IDENTITY and (not chosen or _empty(condition)))
        and not (name in PROGRAM and _empty(condition))
    }


def _empty(condition: Any) -> bool:
    return condition is None or (isinstance(condition, Mapping) and dict(condition) == {"$in": []})


def refuse_hidden(spec: Any, place: str, depth: int = 0) -> None:
    """Refuse forbidden stages and operators wherever they are, also where nothing would run them.

    Raises
    ------
    PipelineError
        If there is one, or the nesting is too deep.
    """
    if depth > 3 * DEEPEST:
        raise PipelineError(f"nested more than {3 * DEEPEST} deep")
    if isinstance(spec, Mapping):
        for name, inner in spec.items():
            # the one in front is looked at where it is parsed
            if not (name == "$lookup" and depth == 1):
                refuse_forbidden(str(name), place)
            refuse_hidden(inner, f"{place}.{name}", depth + 1)
    elif isinstance(spec, list | tuple):
        for i, inner in enumerate(spec):
            refuse_hidden(inner, f"{place}[{i}]", depth + 1)
