"""The surveys that Nightdesk reads, each one declarative file: those beside this one, and a site's own.

A new survey is a new ``<name>.toml``; `Survey` says what stands in it.
"""

from __future__ import annotations

from typing import Final

from nightdesk.surveys.checking import problems
from nightdesk.surveys.model import Survey
from nightdesk.surveys.reading import SurveyError, parse_survey, read_survey
from nightdesk.surveys.registry import Surveys

__all__ = ["SURVEYS", "Survey", "SurveyError", "Surveys", "get", "parse_survey", "problems", "read_survey"]

SURVEYS: Final = Surveys()
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
