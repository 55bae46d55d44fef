"""What a facility may tell of a request by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nightdesk_services.marshal.access import Document
from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.services.facilities import forms
from nightdesk_services.marshal.services.facilities.links import KINDS, MOST, links_in


class Listener:
    """Takes a new status, and where the data are."""

    acl: Final = "Upload data"
    """ACL that the sender's token must hold."""

    @property
    def form(self) -> Document:
        """The JSON schema of a message."""
        links = {"type": "array", "items": {"type": "string", "maxLength": 2000}, "maxItems": MOST}
        return {
            "type": "object",
            "properties": {
                "status": {"type": "string", "minLength": 1, "maxLength": 200},
                "photometry": links,
                "spectra": links,
            },
            "minProperties": 1,
            "additionalProperties": False,
        }

    def read(self, message: Document) -> tuple[str | None, dict[str, list[str]]]:
        """Return the status and the addresses of data that a message holds.

        Raises
        ------
        Invalid
            Names every field that is wrong.
        """
        forms.fits(self.form, message, "message")
        links = links_in(message)
        for kind in KINDS:
            if sorted(set(message.get(kind, ()))) != sorted(links.get(kind, ())):
                raise Invalid(f"message.{kind}: each must be an http or https address without a password")
        return message.get("status"), links


LISTENERS: Final[Mapping[str, Listener]] = {"HTTPListener": Listener()}
"""``listener_classname`` of an instrument -> its listener."""


def listener_of(instrument: Document) -> Listener:
    """Return the listener of an instrument.

    Raises
    ------
    Invalid
        If it has none.
    """
    found = LISTENERS.get(instrument.get("listener_classname") or "")
    if found is None:
        known = ", ".join(sorted(LISTENERS))
        raise Invalid(
            f"followup_request_id: nobody listens to the facility of the instrument {instrument['name']!r}; "
            f"set its listener_classname ({known})"
        )
    return found
