"""Which facility an instrument has, and where its requests may go."""

from __future__ import annotations

from typing import Any

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.facilities.facility import NOWHERE
from nightdesk_services.marshal.services.facilities.http_facility import HttpFacility
from nightdesk_services.marshal.services.facilities.manual import ManualFacility
from nightdesk_services.marshal.services.facilities.registry import CLASSES, Facilities

HTTP = {"name": "Camera", "api_classname": "HTTPAPI"}
MANUAL = {"name": "Camera", "api_classname": "MANUALAPI"}


def allocation(url: str, **more: Any) -> dict[str, Any]:
    return {"_id": 4, "altdata": {"url": url, "token": "s3cret"} | more}


def test_an_instrument_names_its_facility() -> None:
    found = Facilities([])
    assert isinstance(found.of(HTTP, "allocation_id"), HttpFacility)
    assert isinstance(found.of(MANUAL, "allocation_id"), ManualFacility)
    assert found.get({"api_classname": None}) is None
    with pytest.raises(Invalid, match=r"allocation_id: .*'Camera'.*HTTPAPI, MANUALAPI"):
        found.of({"name": "Camera", "api_classname": "SEDMAPI"}, "allocation_id")
    with pytest.raises(Invalid, match="does not implement 'retrieve'"):
        found.of(MANUAL, "allocation_id", "retrieve")
    assert all("submit" in made.abilities for made in CLASSES.values())


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (["dome.example.org"], "https://dome.example.org/requests"),
        (["Dome.example.org"], "https://DOME.example.org:443/"),
        (["dome.example.org:8443"], "https://dome.example.org:8443/"),
        (["dome.example.org"], "http://dome.example.org./"),
        (["[::1]:80"], "http://[::1]/"),
    ],
)
def test_what_is_on_the_list_is_reached(hosts: list[str], url: str) -> None:
    found = Facilities(hosts)
    endpoint = found.endpoint(found.of(HTTP, "x"), allocation(url), "x")
    assert (endpoint.url, endpoint.token) == (url, "s3cret")


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        ([], "https://dome.example.org/"),
        (["dome.example.org"], "https://dome.example.org:8443/"),
        (["dome.example.org:8443"], "https://dome.example.org/"),
        (["dome.example.org"], "https://dome.example.org.evil.net/"),
        (["dome.example.org"], "https://evil.net/dome.example.org"),
        (["dome.example.org"], "https://evil.net#@dome.example.org/"),
        (["dome.example.org"], "https://sub.dome.example.org/"),
        (["dome.example.org"], "http://127.0.0.1/"),
    ],
)
def test_what_is_not_on_the_list_is_not_reached(hosts: list[str], url: str) -> None:
    found = Facilities(hosts)
    with pytest.raises(Invalid, match=r"allocation 4.*NIGHTDESK_FACILITY_HOSTS") as error:
        found.endpoint(found.of(HTTP, "x"), allocation(url), "x")
    assert "s3cret" not in error.value.message
    assert "evil" not in error.value.message


def test_a_queue_needs_no_address() -> None:
    found = Facilities([])
    assert found.endpoint(found.of(MANUAL, "x"), {"_id": 4}, "x") is NOWHERE


def test_an_unusable_address_is_named_by_what_asked() -> None:
    found = Facilities(["dome.example.org"])
    with pytest.raises(Invalid, match=r"allocation_id: _altdata.url"):
        found.endpoint(found.of(HTTP, "x"), {"_id": 4, "altdata": None}, "allocation_id")
    found.check_altdata(HTTP, {"token": "later an address"})
    with pytest.raises(Invalid, match=r"_altdata\.url"):
        found.check_altdata(HTTP, {"url": "gopher://x/"})
    found.check_altdata(MANUAL, {"url": "gopher://x/"})
