"""What the surveys' files declare."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pytest
from nightdesk.surveys import SURVEYS, Survey, get
from pydantic import ValidationError


def test_the_surveys() -> None:
    assert list(SURVEYS) == ["LSST", "ZTF"]
    assert get("ztf") is get(" ZTF ") is SURVEYS["ZTF"]
    with pytest.raises(ValueError, match="unknown survey 'ATLAS'; one of LSST, ZTF"):
        get("ATLAS")


@pytest.mark.parametrize("name", ["ZTF", "LSST"])
def test_collections(name: str) -> None:
    survey = get(name)
    assert (survey.alerts, survey.aux, survey.cutouts) == (
        f"{name}_alerts",
        f"{name}_alerts_aux",
        f"{name}_alerts_cutouts",
    )


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("ztf_20260101_programid1", "ZTF"),
        ("lsst-alerts-v10.0", "LSST"),
        ("lsst.alerts", "LSST"),
        ("other", None),
    ],
)
def test_topics(topic: str, name: str | None) -> None:
    assert next((s.name for s in SURVEYS.values() if re.match(s.topics, topic)), None) == name


def test_bands() -> None:
    assert get("ZTF").bands == ("g", "r", "i")
    assert get("LSST").bands == ("u", "g", "r", "i", "z", "y")


def test_a_survey_travels_and_is_a_key() -> None:
    survey = get("LSST")
    copy = pickle.loads(pickle.dumps(survey))
    assert copy == survey
    assert {survey: 1}[copy] == 1


def _declared(**changes: Any) -> dict[str, Any]:
    return {**get("ZTF").model_dump(), **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"framing": "confluent"},
        {"detection": {"kind": "flux", "value": "f", "error": "e"}},
        {"forced": {"kind": "magnitude", "value": "m", "error": "e"}},
        {"topics": "("},
        {"object": []},
        {"colour": "blue"},
        {"time": {"field": "jd", "format": "jd", "scale": "local"}},
    ],
)
def test_a_wrong_file_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Survey.model_validate(_declared(**changes))
