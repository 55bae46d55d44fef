"""The surveys that Nightdesk reads, each one declarative file beside this one.

A new survey is a new ``<name>.toml``; `Survey` says what stands in it.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Final

from nightdesk.surveys.model import Survey

__all__ = ["SURVEYS", "Survey", "get"]


def _load() -> dict[str, Survey]:
    entries = sorted(
        (e for e in files(__package__).iterdir() if e.name.endswith(".toml")), key=lambda e: e.name
    )
    found = [Survey.model_validate(tomllib.loads(entry.read_text(encoding="utf-8"))) for entry in entries]
    return {survey.name: survey for survey in found}


SURVEYS: Final[dict[str, Survey]] = _load()
"""Survey name, as in ``ZTF``, -> survey."""


def get(name: str) -> Survey:
    """Return a survey by its name, in any case.

    Raises
    ------
    ValueError
        If there is no such survey; the message names those there are.

    Examples
    --------
    >>> get("ztf").alerts
    'ZTF_alerts'
    """
    for key, survey in SURVEYS.items():
        if key.lower() == name.strip().lower():
            return survey
    msg = f"unknown survey {name!r}; one of {', '.join(SURVEYS)}"
    raise ValueError(msg)
