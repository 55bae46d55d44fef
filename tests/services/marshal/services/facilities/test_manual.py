"""A queue that people work through."""

from __future__ import annotations

import pytest
from nightdesk_services.marshal.services.facilities.facility import NOWHERE
from nightdesk_services.marshal.services.facilities.forms import check
from nightdesk_services.marshal.services.facilities.manual import ManualFacility


@pytest.mark.parametrize(
    ("action", "status"),
    [("submit", "submitted"), ("update", "submitted"), ("cancel", "deleted"), ("poll", None)],
)
async def test_nothing_is_sent_and_all_is_taken(action: str, status: str | None) -> None:
    outcome = await getattr(ManualFacility(), action)(NOWHERE, {"id": 1})
    assert (outcome.delivered, outcome.status, outcome.response) == (True, status, {})


def test_its_form_has_words_for_the_observer() -> None:
    form = ManualFacility().form({"filters": []})
    check(form, {"start_date": "2026-03-01", "end_date": "2026-03-01", "exposure_time": 1, "notes": "slit 2"})
