"""How addresses are written in the tables of routes."""

from __future__ import annotations

from tornado.web import RequestHandler

from nightdesk_services.marshal.exceptions import Invalid

Routes = list[tuple[str, type[RequestHandler]]]
"""Pattern of the address below ``api/`` -> its handler; the first that matches is taken."""

OBJECT = r"([\w.+\-]+)"
ID = r"(\d{1,18})"
CUTOUT = r"(\w+)/(\d{1,19})/(science|template|difference)"


def candid_of(text: str) -> int:
    """Return a candid, which has up to 64 bits.

    Raises
    ------
    Invalid
        If a text is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63):
        raise Invalid(f"{text[:40]}: is no candid")
    return int(text)
