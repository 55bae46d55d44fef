"""The form of a follow-up request."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.facilities.forms import check, imaging

FORM = imaging({"filters": ["ztfg", "ztfr"]})
GOOD = {
    "start_date": "2026-03-01",
    "end_date": "2026-03-05",
    "exposure_time": 30,
    "observation_choices": ["ztfr"],
}


def test_a_payload_that_fits_passes() -> None:
    check(FORM, GOOD)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"exposure_time": 0}, "payload.exposure_time"),
        ({"exposure_time": "long"}, "payload.exposure_time"),
        ({"priority": 6}, "payload.priority"),
        ({"start_date": "tomorrow"}, "payload.start_date"),
        ({"observation_choices": ["sdssu"]}, "payload.observation_choices.0"),
        ({"observation_choices": []}, "payload.observation_choices"),
        ({"end_date": "2026-02-28"}, "payload.end_date"),
        ({"colour": "red"}, "payload"),
    ],
)
def test_the_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        check(FORM, GOOD | change)
    assert error.value.message.startswith(f"{field}: ")


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(Invalid) as error:
        check(FORM, GOOD | {"priority": 0, "exposure_time": -1})
    assert "payload.priority" in error.value.message
    assert "payload.exposure_time" in error.value.message


@pytest.mark.parametrize("payload", [None, [], "text"])
def test_only_an_object_is_a_payload(payload: Any) -> None:
    with pytest.raises(Invalid, match="payload"):
        check(FORM, payload)


def test_an_instrument_without_filters_asks_for_none() -> None:
    form = imaging({"filters": []})
    assert "observation_choices" not in form["properties"]
    check(form, {name: value for name, value in GOOD.items() if name != "observation_choices"})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [[float("-inf")]]])
def test_numbers_without_end_are_refused(value: Any) -> None:
    with pytest.raises(Invalid, match="payload: NaN"):
        check(FORM, GOOD | {"exposure_time": value})


def test_nothing_is_nested_without_end() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    with pytest.raises(Invalid, match="payload"):
        check(FORM, GOOD | {"exposure_time": deep})
