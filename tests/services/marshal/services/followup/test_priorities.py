"""Priorities by magnitude."""

from __future__ import annotations

from nightdesk_services.marshal.services.followup.priorities import priorities


def test_the_brightest_is_the_most_urgent_or_the_faintest() -> None:
    magnitudes = [18.0, 20.0, 19.0]
    assert priorities(magnitudes, 1, 5, brightest_first=True) == [5, 1, 3]
    assert priorities(magnitudes, 1, 5, brightest_first=False) == [1, 5, 3]
    assert priorities(magnitudes, 2, 2, brightest_first=True) == [2, 2, 2]


def test_equals_are_equally_urgent() -> None:
    assert priorities([19.0], 1, 5, brightest_first=True) == [5]
    assert priorities([99.0, 99.0], 1, 5, brightest_first=False) == [5, 5]
