"""Messages of facilities."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.facilities.listener import listener_of

LISTENER = listener_of({"name": "Camera", "listener_classname": "HTTPListener"})


def test_a_message_is_a_status_and_where_the_data_are() -> None:
    links = ["https://x/1", "https://x/2"]
    assert LISTENER.read({"status": "observed", "photometry": links}) == ("observed", {"photometry": links})
    assert LISTENER.read({"spectra": links[:1]}) == (None, {"spectra": links[:1]})


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({}, "message"),
        ({"status": ""}, "message.status"),
        ({"status": "x" * 201}, "message.status"),
        ({"photometry": "https://x/1"}, "message.photometry"),
        ({"photometry": ["file:///etc/passwd"]}, "message.photometry"),
        ({"status": "observed", "owner": 1}, "message"),
    ],
)
def test_what_is_wrong_is_named(message: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        LISTENER.read(message)
    assert error.value.message.startswith(f"{field}: ")


def test_an_instrument_without_a_listener_hears_nothing() -> None:
    with pytest.raises(Invalid, match=r"'Camera'.*HTTPListener"):
        listener_of({"name": "Camera", "listener_classname": None})
