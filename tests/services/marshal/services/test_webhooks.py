"""Where people's own webhooks may go."""

from __future__ import annotations

import pytest
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.webhooks import webhook

HOSTS = ["hooks.example.org", "lab.example.org:8443", "127.0.0.1:9000"]


def test_an_address_on_the_list_is_taken_apart() -> None:
    found = webhook("https://Hooks.example.org/a%20b/c?key=1&empty=", HOSTS, ["https"], "webhook")
    assert (found.secure, found.host, found.port) == (True, "hooks.example.org", None)
    assert (found.path, found.query) == ("/a b/c", {"key": "1", "empty": ""})
    assert webhook("https://hooks.example.org:443", HOSTS, ["https"], "webhook").port is None
    assert webhook("https://lab.example.org:8443/x", HOSTS, ["https"], "webhook").port == 8443
    assert not webhook("http://127.0.0.1:9000/", HOSTS, ["http"], "webhook").secure


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example.org/",
        "https://hooks.example.org.evil.org/",
        "https://hooks.example.org:8443/",
        "https://lab.example.org/",
        "http://hooks.example.org/",
        "file:///etc/passwd",
        "ftp://hooks.example.org/",
        "json://hooks.example.org/",
        "https://user@hooks.example.org/",
        "https://user:word@hooks.example.org/",
        "https://hooks.example.org@evil.org/",
        "https://evil.org#@hooks.example.org/",
        "https://evil.org\\@hooks.example.org/",
        "https://hooks.example.org:99999/",
        "https://[::1/",
        "https://169.254.169.254/latest/meta-data",
        "https://127.1:9000/",
        "https://hooks.example.org/\r\nX-Evil: 1",
        "https://hööks.example.org/",
        "https:///nowhere",
        "hooks.example.org",
        "",
    ],
)
def test_all_others_are_refused(url: str) -> None:
    with pytest.raises(Invalid, match=r"^webhook: "):
        webhook(url, HOSTS, ["https"], "webhook")


def test_without_a_list_none_is_allowed() -> None:
    with pytest.raises(Invalid, match="list"):
        webhook("https://hooks.example.org/", [], ["https"], "webhook")
    with pytest.raises(Invalid, match="none"):
        webhook("https://hooks.example.org/", HOSTS, [], "webhook")
    # nothing but HTTP, whatever the list says
    with pytest.raises(Invalid, match="scheme"):
        webhook("file://hooks.example.org/", HOSTS, ["file"], "webhook")
