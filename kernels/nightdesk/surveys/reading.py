"""From a survey's file to a survey, or to what is wrong with the file."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from nightdesk.surveys.checking import problems, sample
from nightdesk.surveys.model import Survey


class SurveyError(ValueError):
    """A survey's file that cannot be used; the message has a line for each thing that is wrong."""


def read_survey(path: Path) -> Survey:
    """Read a survey's file and check it, against its sample where it names one.

    Raises
    ------
    SurveyError
        The file is no TOML, a key is unknown, missing or of no use, or the sample does not fit.
    OSError
        The file cannot be read.
    """
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path.name}: not TOML: {error}"
        raise SurveyError(msg) from error
    registry = declared.get("registry")
    if isinstance(registry, dict) and isinstance(registry.get("directory"), str) and registry["directory"]:
        registry["directory"] = str(path.parent / registry["directory"])
    survey = parse_survey(declared, path.name)
    if survey.sample:
        try:
            found = problems(survey, *sample(path.parent / survey.sample, survey))
        except (OSError, ValueError) as error:
            msg = f"{path.name}: sample: {error}"
            raise SurveyError(msg) from error
        refuse(path.name, found)
    return survey


def parse_survey(declared: Mapping[str, Any], name: str) -> Survey:
    """Return the survey that a table declares.

    Parameters
    ----------
    name
        Of the file, for messages.

    Raises
    ------
    SurveyError
        A key is unknown, missing or of no use.
    """
    try:
        return Survey.model_validate(declared)
    except ValidationError as error:
        refuse(name, [_told(one) for one in error.errors()])
        raise


def refuse(name: str, found: list[str]) -> None:
    """Raise a `SurveyError` of a file if anything was found."""
    if found:
        raise SurveyError("\n".join(f"{name}: {problem}" for problem in found))


def _told(error: Any) -> str:
    place = [part for part in error["loc"] if isinstance(part, str) and part not in ("float", "str", "int")]
    key = place[-1] if place else ""
    table = f"[{'.'.join(place[:-1])}] " if place[:-1] else ""
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, _keys(place[:-1]), n=1)
        return f"{table}unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    if error["type"] == "missing":
        return f"{table}key {key!r} is missing"
    if error["type"] == "literal_error":
        return f"{table}{key}: {error['input']!r} is not {error['ctx']['expected']}"
    message = str(error["msg"]).removeprefix("Value error, ")
    if not place:
        return message
    return (
        f"{table}{key}: {message}, not {error['input']!r}"
        if key and not table
        else f"{table}{key}: {message}"
    )


def _keys(place: list[str]) -> list[str]:
    """Return the keys that a table of the file may have."""
    model: Any = Survey
    for name in place:
        model = _model(model.model_fields[name].annotation)
    return list(model.model_fields)


def _model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model(part))), None)
