"""The payload of a follow-up request: its form, and whether it was filled in rightly."""

from __future__ import annotations

import math
from typing import Any, Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid

_DEEPEST: Final = 20


def imaging(instrument: Document) -> Document:
    """Return the form for exposures through an instrument's filters."""
    filters = list(instrument.get("filters") or [])
    properties: Document = {
        "start_date": {"type": "string", "format": "date", "title": "Start date (UTC)"},
        "end_date": {"type": "string", "format": "date", "title": "End date (UTC)"},
        "priority": {"type": "integer", "minimum": 1, "maximum": 5, "default": 1, "title": "Priority"},
        "exposure_time": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 86_400,
            "title": "Exposure time (s)",
        },
        "exposure_counts": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 1,
            "title": "Exposures per filter",
        },
        "maximum_airmass": {"type": "number", "minimum": 1, "maximum": 10, "title": "Maximum airmass"},
        "minimum_lunar_distance": {
            "type": "number",
            "minimum": 0,
            "maximum": 180,
            "title": "Minimum distance from the Moon (degrees)",
        },
    }
    required = ["start_date", "end_date", "exposure_time"]
    # an enumeration of nothing would refuse whatever is sent
    if filters:
        items = {"type": "string", "enum": filters}
        properties["observation_choices"] = {
            "type": "array",
            "items": items,
            "minItems": 1,
            "uniqueItems": True,
            "title": "Filters",
        }
        required.append("observation_choices")
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def learn() -> None:
    """Load the library that checks payloads, which takes seconds: it builds a grammar of addresses."""
    import jsonschema  # noqa: F401


def check(form: Document, payload: Any) -> None:
    """Check a payload against its form.

    Raises
    ------
    Invalid
        Names every field that is wrong.
    """
    fits(form, payload, "payload")
    start, end = payload.get("start_date"), payload.get("end_date")
    # ISO dates sort as text
    if start is not None and end is not None and end < start:
        raise Invalid("payload.end_date: it is before start_date")


def fits(form: Document, sent: Any, name: str) -> None:
    """Check anything that was sent under a name against a JSON schema.

    Raises
    ------
    Invalid
        Names every field that is wrong.
    """
    if not _sound(sent):
        raise Invalid(
            f"{name}: NaN and infinity are no numbers here, and nothing is nested deeper than {_DEEPEST}"
        )
    from jsonschema import Draft202012Validator, FormatChecker

    validator = Draft202012Validator(form, format_checker=FormatChecker())
    wrong = sorted(validator.iter_errors(sent), key=lambda error: [str(part) for part in error.absolute_path])
    if wrong:
        raise Invalid("; ".join(_complaint(error, name) for error in wrong))


def _sound(value: Any, depth: int = 0) -> bool:
    # bounds let NaN pass: it is neither below nor above them
    if isinstance(value, float):
        return math.isfinite(value)
    if not isinstance(value, (dict, list)):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return depth < _DEEPEST and all(_sound(one, depth + 1) for one in inner)


def _complaint(error: Any, name: str) -> str:
    place = ".".join([name, *(str(part) for part in error.absolute_path)])
    return f"{place}: {error.message[:300]}"
