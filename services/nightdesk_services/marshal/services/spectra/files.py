"""Files of spectra, whatever form they have."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from nightdesk_services.marshal.exceptions import Invalid
from nightdesk_services.marshal.models.spectra import Columns
from nightdesk_services.marshal.services.spectra import fits, text
from nightdesk_services.marshal.services.spectra.parsed import Parsed

MOST_BYTES: Final = 10_000_000
_BASE64: Final = base64.b64encode(fits.BEGIN).decode()
_DATA_URL: Final = re.compile(r"data:[\w.+\-/]*;base64,")


def parse(asked: Columns) -> Parsed:
    """Return the spectrum in a file.

    Raises
    ------
    Invalid
        If it cannot be read, or is larger than 10 MB.
    """
    sent = asked.ascii
    binary = _binary(sent)
    size = len(sent.encode()) if binary is None else len(binary)
    if size > MOST_BYTES:
        raise Invalid(f"ascii: {size / 1e6:.1f} MB; a file must be smaller than {MOST_BYTES / 1e6:.0f} MB")
    return text.read(sent, asked) if binary is None else fits.read(binary, asked)


def _binary(sent: str) -> bytes | None:
    """Return the bytes of a FITS file, None if it is a text."""
    if sent.startswith(fits.BEGIN.decode()):
        try:
            return sent.encode("latin-1")
        except UnicodeEncodeError as error:
            raise Invalid("ascii: send a FITS file in Base64") from error
    url = _DATA_URL.match(sent)
    coded = sent[url.end() :] if url else sent
    if not coded.startswith(_BASE64):
        return None
    try:
        return base64.b64decode(coded)
    except binascii.Error as error:
        raise Invalid(f"ascii: this is no Base64: {error}") from error
