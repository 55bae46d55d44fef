"""The payload of a follow-up request: its form, and whether it was filled in rightly."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid


def imaging(instrument: Document) -> Document:
    """Return the form for exposures through an instrument's filters."""
    filters = list(instrument.get("filters") or [])
    properties: Document = {
        "start_date": {"type": "string", "format": "date", "title": "Start date (UTC)"},
        "end_date": {"type": "string", "format": "date", "title": "End date (UTC)"},
        "priority": {"type": "integer", "minimum": 1, "maximum": 5, "default": 1, "title": "Priority"},
        "exposure_time": {"type": "number", "exclusiveMinimum": 0, "title": "Exposure time (s)"},
        "exposure_counts": {"type": "integer", "minimum": 1, "default": 1, "title": "Exposures per filter"},
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


def check(form: Document, payload: Any) -> None:
    """Check a payload against its form.

    Raises
    ------
    Invalid
        Names every field that is wrong.
    """
    validator = Draft202012Validator(form, format_checker=FormatChecker())
    wrong = sorted(
        validator.iter_errors(payload), key=lambda error: [str(part) for part in error.absolute_path]
    )
    if wrong:
        raise Invalid("; ".join(_complaint(error) for error in wrong))
    start, end = payload.get("start_date"), payload.get("end_date")
    # ISO dates sort as text
    if start is not None and end is not None and end < start:
        raise Invalid("payload.end_date: it is before start_date")


def _complaint(error: Any) -> str:
    place = ".".join(["payload", *(str(part) for part in error.absolute_path)])
    return f"{place}: {error.message}"
