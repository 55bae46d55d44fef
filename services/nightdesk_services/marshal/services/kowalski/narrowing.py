"""What of a condition the store may decide: plain comparisons, so that fewer documents come out of it.

The condition as a whole is always tested here afterwards; the store only makes that less work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nightdesk.surveys import Survey

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.services.kowalski.evaluation import finite

_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_ARRAYS: Final = ("coordinates", "prv_candidates", "fp_hists", "cross_matches")
"""Fields in which the store would have to look through arrays."""
_COMPARISONS: Final = ("$eq", "$gt", "$gte", "$lt", "$lte")
_KEYS: Final = ("_id", "candid", "candidate.candid")


@dataclass
class Narrowed:
    """A condition for the store."""

    condition: Document = field(default_factory=dict)
    whole: bool = True
    """Whether it says all that was asked."""


def narrowed(condition: Mapping[str, Any], survey: Survey | None = None) -> Narrowed:
    """Return what the store may decide of a condition on alerts of a survey, or on other documents."""
    made = Narrowed()
    for name, test in _conjunction(condition):
        found = _simple(test) if _PATH.fullmatch(name) and name.split(".")[0] not in _ARRAYS else None
        if found is None:
            made.whole = False
            continue
        target = _indexed(name, survey) if survey is not None else name
        own = made.condition.setdefault(target, {})
        for operator, value in found.items():
            if operator in own and own[operator] != value:
                made.whole = False
            else:
                own[operator] = value
    return made


def time_path(survey: Survey) -> str | None:
    """Return the path of the alert's time that ``jd`` repeats, None if that is another time."""
    same = survey.time.format == "jd" and survey.time.scale == "utc"
    return f"candidate.{survey.time.field}" if same else None


def _conjunction(condition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, test in condition.items():
        if name == "$and" and isinstance(test, list) and all(isinstance(part, dict) for part in test):
            for part in test:
                yield from _conjunction(part)
        else:
            yield name, test


def _simple(test: Any) -> Document | None:
    """Return a test as comparisons with plain values, None if it is anything else."""
    if _plain(test):
        return {"$eq": test}
    if not isinstance(test, dict) or not test:
        return None
    for operator, value in test.items():
        if operator == "$in":
            if not isinstance(value, list) or not all(_plain(one) for one in value):
                return None
        elif operator not in _COMPARISONS or not _plain(value):
            return None
    return dict(test)


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and finite(value)


def _indexed(name: str, survey: Survey) -> str:
    if name in _KEYS:
        return "_id"
    return "jd" if name == time_path(survey) else name
